"""The main job in a browser, from a proposed topic to an answered invitation."""

import re
from urllib.parse import urlsplit

from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from core.dates import add_working_days
from tests.journeys.importing import import_example
from tests.journeys.running import Portal, calendar_method
from tests.stack import PATIENCE

TITLE = "Abwärme aus der Produktion"
OFFICE, SENATOR, PARTNER = (
    "geschaeftsstelle@example.org",
    "senatorin@example.org",
    "vdma-ost@example.org",
)
PHONE = {"width": 390, "height": 844}

expect.set_options(timeout=PATIENCE * 1000)


class People:
    """Opens a separate browser context for each person and records all requests and complaints."""

    def __init__(self, browser: Browser, portal: Portal):
        self.browser, self.portal = browser, portal
        self.hosts: set[str] = set()
        self.complaints: list[str] = []

    def stranger(self, **options) -> Page:
        """Return a page for somebody without an account."""
        context = self.browser.new_context(locale="de-DE", base_url=self.portal.url, **options)
        context.on("request", lambda request: self.hosts.add(urlsplit(request.url).netloc))
        page = context.new_page()
        page.set_default_timeout(PATIENCE * 1000)
        page.on(
            "console",
            lambda line: self.complaints.append(line.text) if line.type == "error" else None,
        )
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        return page

    def member(self, name: str, **options) -> Page:
        """Return a page for somebody who signs in with the demo's button `name`."""
        page = self.stranger(**options)
        page.goto("/anmelden/")
        page.get_by_role("button", name=f"Anmelden als {name}", exact=True).click()
        expect(page).to_have_url(f"{self.portal.url}/")
        return page


def walk_thread(browser: Browser, portal: Portal) -> None:
    """Walk the whole thread, reading mails from the files that the worker writes."""
    people = People(browser, portal)
    partner, office = people.member("Landesverband"), people.member("Geschäftsstelle")
    senator = people.member("Büro der Senatorin", viewport=PHONE)

    propose(partner)
    complete(office, portal)
    approve(senator, portal)
    plan(office, portal)
    tick_dates(senator, portal)
    fix_date(office)
    guest = invite(office)
    link = rsvp(people, portal, guest)
    see_answer(office, guest)
    postpone(office, people, portal, guest, link)
    import_example(office)

    assert people.hosts == {urlsplit(portal.url).netloc}
    assert people.complaints == []


def send(page: Page, name: str | re.Pattern) -> None:
    """Click the button `name` in the main content."""
    page.get_by_role("main").get_by_role("button", name=name, exact=True).click()


def follow(page: Page, name: str | re.Pattern) -> None:
    """Click the link `name` in the main content."""
    page.get_by_role("main").get_by_role("link", name=name, exact=True).click()


def expect_text(page: Page, words: str) -> None:
    """Wait until the main content shows `words`."""
    expect(page.get_by_text(words).first).to_be_visible()


def propose(partner: Page) -> None:
    partner.goto("/branchengespraeche/themen/")
    follow(partner, "Thema vorschlagen")
    partner.get_by_label("Worüber soll gesprochen werden?").fill(TITLE)
    partner.get_by_label("Worum geht es, und warum jetzt?").fill(
        "Viele Betriebe könnten Wärme abgeben."
    )
    send(partner, "Vorschlagen")
    expect_text(partner, "Ihr Vorschlag liegt der Geschäftsstelle vor.")


def complete(office: Page, portal: Portal) -> None:
    office.goto(portal.link_to(OFFICE, f"Themenvorschlag: {TITLE}"))
    send(office, "Aufgreifen")
    send(office, re.compile(r"^Aufgreifen \(1 E-Mail\)$"))
    follow(office, "Thema ergänzen")
    consented = office.get_by_label("Reihe").locator("option", has_text="(zugestimmt)")
    office.get_by_label("Reihe").select_option(label=consented.inner_text())
    send(office, "Speichern")
    follow(office, "Zur Freigabe vorlegen")
    send(office, "Zur Freigabe vorlegen")
    expect_text(
        office, "Das Thema liegt zur Freigabe vor. Das Büro der Senatorin wird benachrichtigt."
    )


def approve(senator: Page, portal: Portal) -> None:
    senator.goto(portal.link_to(SENATOR, TITLE))
    send(senator, "Freigeben")
    send(senator, "Ja, freigeben")
    expect_text(senator, f"Freigegeben: {TITLE}")


def plan(office: Page, portal: Portal) -> None:
    office.goto(portal.link_to(OFFICE, f"Freigegeben: {TITLE}"))
    follow(office, "Gespräch planen")
    # Until the script has run, a select stands where the field will be.
    office.locator("input[role=combobox]#id_host").fill("Berliner Glas")
    office.get_by_role("option", name="Berliner Glas").first.click()
    send(office, "Planung beginnen")
    follow(office, "Antwort des Gastgebers vermerken")
    office.get_by_label("zugesagt").check()
    send(office, "Vermerken")
    follow(office, "Termine vorschlagen")
    for number in range(3):
        day = add_working_days(timezone.localdate(), 40 + number)
        row = office.get_by_role("group", name=f"Termin {number + 1}")
        row.get_by_label("Tag", exact=True).fill(day.isoformat())
        row.get_by_label("von").fill("14:00")
        row.get_by_label("bis").fill("16:30")
    send(office, "Termine vorschlagen")
    follow(office, "Termine zur Freigabe vorlegen")
    send(office, "Zur Freigabe vorlegen")
    expect_text(office, "3 Termine liegen zur Freigabe vor.")


def tick_dates(senator: Page, portal: Portal) -> None:
    senator.goto("/freigaben/")
    senator.get_by_role("main").get_by_role("link", name=TITLE).click()
    boxes = senator.get_by_role("main").get_by_role("checkbox")
    expect(boxes).to_have_count(3)
    boxes.nth(0).check()
    boxes.nth(2).check()
    send(senator, "Freigeben")
    send(senator, "Ja, freigeben")
    expect_text(senator, f"Freigegeben: {TITLE}")


def fix_date(office: Page) -> None:
    office.reload()
    follow(office, "Termin festlegen")
    office.get_by_role("radio").last.check()
    send(office, "Weiter zur Vorschau")
    expect_text(office, "Betreff:")  # of the mails that the next click sends
    send(office, re.compile(r"^Termin festlegen \(\d+ E-Mails?\)$"))
    expect_text(office, "Der Termin steht fest.")


def invite(office: Page) -> str:
    """Invite from a distribution list; return the address of one guest."""
    follow(office, "Gästeliste zusammenstellen")
    office.get_by_label("Hochschulen und Netzwerke").check()
    send(office, "Auf die Gästeliste setzen")
    follow(office, "Zur Gästeliste")
    follow(office, re.compile(r"^\d+ Einladungen versenden$"))
    note = office.get_by_text(re.compile(r"· \S+@example\.org$")).first.inner_text()
    send(office, re.compile(r"^\d+ Einladungen versenden$"))
    expect_text(office, "Einladungen sind auf dem Weg.")
    return note.rpartition(" ")[2]


def rsvp(people: People, portal: Portal, guest: str) -> str:
    """Reply as `guest`, who has no account, by the link in the mail; return the link."""
    invitation = portal.mail_to(guest, f"Einladung: {TITLE}")
    assert calendar_method(invitation) == "REQUEST"
    link = portal.link_to(guest, f"Einladung: {TITLE}")
    page = people.stranger(viewport=PHONE)
    page.goto(link)
    page.get_by_label("Zusage: Ich nehme teil.").check()
    send(page, "Antwort senden")
    expect_text(page, "Vielen Dank, Ihre Antwort ist eingegangen.")
    portal.mail_to(guest, f"Zusage: {TITLE}")
    return link


def see_answer(office: Page, guest: str) -> None:
    office.reload()
    expect_text(office, "1 von 30 Plätzen belegt")
    with office.expect_download() as download:
        follow(office, "Als Excel-Datei laden")
    assert download.value.suggested_filename.startswith("Gästeliste ")


def postpone(office: Page, people: People, portal: Portal, guest: str, link: str) -> None:
    follow(office, "Verschieben")
    office.get_by_label("Grund").fill("Umbau im Werk")
    send(office, "Weiter zur Vorschau")
    expect_text(office, "Betreff:")
    send(office, re.compile(r"^Verschieben \(\d+ E-Mails\)$"))
    expect_text(office, "Das Gespräch ist verschoben.")
    message = portal.mail_to(guest, f"Verschoben: {TITLE}")
    assert calendar_method(message) == "CANCEL"
    page = people.stranger()
    page.goto(link)
    expect_text(page, "Dieses Gespräch wird verschoben.")
