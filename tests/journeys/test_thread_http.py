"""The main thread over the portal's real URLs, without a browser or a worker."""

import datetime as dt
import io
from types import SimpleNamespace

import pytest
from django.utils import timezone
from openpyxl import load_workbook

from core.dates import add_working_days, format_date
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState
from dialogues.models import Dialogue, Topic
from outbox.models import Mail
from partners.models import DistributionList
from tests.dialogues.builders import make_series
from tests.dialogues.messages import LINK, calendar_of
from tests.journeys.visitor import Visitor
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db

TITLE = "Fachkräfte sichern"
OFFICE_MAIL, SENATOR_MAIL, PARTNER_MAIL = (
    "geschaeftsstelle@example.org",
    "senatorin@example.org",
    "vdma-ost@example.org",
)
GUESTS = [f"gast-{number}@example.org" for number in (1, 2, 3)]


def days_ahead(count: int) -> dt.date:
    """Return the date `count` working days from today."""
    return add_working_days(timezone.localdate(), count)


@pytest.fixture
def visitors():
    """Return visitors for each role, two series, a host, and guests on a distribution list."""
    host = make_organisation("Messgeräte GmbH")
    guests = DistributionList.objects.create(name="Maschinenbau")
    for letter, address in zip("ABC", GUESTS, strict=True):
        organisation = make_organisation(f"Betrieb {letter} GmbH")
        guests.members.add(
            make_person(f"Leitung {letter}", email=address, organisation=organisation)
        )
    return SimpleNamespace(
        office=Visitor(make_user(OFFICE, email=OFFICE_MAIL)),
        senator=Visitor(make_user(SENATOR_OFFICE, email=SENATOR_MAIL)),
        partner=Visitor(make_user(PARTNER, email=PARTNER_MAIL)),
        consented=make_series(title="Reihe mit Zustimmung"),
        proposed=make_series(SeriesState.PROPOSED, title="Reihe ohne Zustimmung"),
        host=host,
        contact=make_person("Werksleitung", email="werk@example.org", organisation=host),
        guests=guests,
    )


def new_mails() -> list[tuple[str, str]]:
    """Return kind and recipient of all mails written since the last call."""
    written = mails_written()
    Mail.objects.all().delete()
    return written


def test_thread_runs_from_a_proposal_to_a_second_date(visitors):
    topic = propose_topic(visitors)
    complete_topic(visitors, topic)
    decide_topic(visitors, topic)
    dialogue = plan_dialogue(visitors, topic)
    propose_dates(visitors, dialogue)
    tick_and_fix_a_date(visitors, dialogue)
    links = invite_guests(visitors, dialogue)
    answer_as_guests(visitors, dialogue, links)
    look_after_the_guest_list(visitors, dialogue)
    postpone(visitors, dialogue, links)


def propose_topic(visitors) -> Topic:
    partner = visitors.partner.open("/branchengespraeche/themen/").follow("Thema vorschlagen")

    partner.press(
        "Vorschlagen", title=TITLE, description="Betriebe suchen Nachwuchs.", wish="Ein Bündnis"
    )

    assert "Ihr Vorschlag liegt der Geschäftsstelle vor." in partner.text
    assert new_mails() == [("topic_proposed", OFFICE_MAIL)]
    return Topic.objects.get(title=TITLE)


def complete_topic(visitors, topic: Topic) -> None:
    """Without consent to the series, submitting is refused with the reason; input is kept."""
    office, page = visitors.office, topic.get_absolute_url()
    office.open(page).press("Aufgreifen")
    assert new_mails() == []
    office.press("Aufgreifen (1 E-Mail)")
    assert new_mails() == [("topic_taken_up", PARTNER_MAIL)]

    office.open(f"{page}bearbeiten/").press("Speichern", series=str(visitors.proposed.pk))
    assert "Themen gehen erst zur Freigabe, wenn ihr zugestimmt wurde." in office.text
    office.open(f"{page}vorlegen/").press(
        "Zur Freigabe vorlegen", vote="Freigabe des eigenen Wortlauts"
    )
    assert "Die Reihe „Reihe ohne Zustimmung“ ist im Stand „vorgeschlagen“." in office.text
    assert 'value="Freigabe des eigenen Wortlauts"' in office.response.content.decode()
    assert new_mails() == []

    office.open(f"{page}bearbeiten/").press("Speichern", series=str(visitors.consented.pk))
    office.follow("Zur Freigabe vorlegen").press("Zur Freigabe vorlegen")
    assert (
        "Das Thema liegt zur Freigabe vor. Das Büro der Senatorin wird benachrichtigt."
        in office.text
    )


def decide_on_the_desk(visitors, verdict: str, **values) -> None:
    """Open the URL from the mail, choose, confirm; opening it decides nothing."""
    mail = Mail.objects.get(kind="approval_asked")
    assert (mail.recipient, f"http://localhost:8000{mail.path}" in mail.text) == (
        SENATOR_MAIL,
        True,
    )
    visitors.senator.open("/freigaben/").open(mail.path)
    visitors.senator.press(verdict, **values)
    assert new_mails() == [("approval_asked", SENATOR_MAIL)]
    visitors.senator.press(f"Ja, {verdict.lower()}")


def decide_topic(visitors, topic: Topic) -> None:
    decide_on_the_desk(visitors, "Zurückgeben", comment="Bitte schärfen.")
    assert new_mails() == [("approval_decided", OFFICE_MAIL), ("topic_decided", PARTNER_MAIL)]
    visitors.office.open(topic.get_absolute_url())
    assert "Das Thema wurde zurückgegeben: „Bitte schärfen.“" in visitors.office.text

    visitors.office.follow("Überarbeiten").press(
        "Speichern", description="Betriebe suchen Auszubildende."
    )
    visitors.office.follow("Zur Freigabe vorlegen").press("Zur Freigabe vorlegen")
    decide_on_the_desk(visitors, "Freigeben")

    assert new_mails() == [("approval_decided", OFFICE_MAIL), ("topic_decided", PARTNER_MAIL)]
    assert "Freigegeben: Fachkräfte sichern" in visitors.senator.text


def plan_dialogue(visitors, topic: Topic) -> Dialogue:
    office = visitors.office.open(topic.get_absolute_url()).follow("Gespräch planen")
    office.press(
        "Planung beginnen",
        host=str(visitors.host.pk),
        host_contact=str(visitors.contact.pk),
        seats="2",
    )
    assert "Messgeräte GmbH ist als Gastgeber vorgesehen." in office.text

    office.follow("Antwort des Gastgebers vermerken").press(
        "Vermerken", reply="accepted", note="telefonisch"
    )

    assert "Der Gastgeber hat zugesagt." in office.text
    assert new_mails() == []
    return Dialogue.objects.get(topic=topic)


def propose_dates(visitors, dialogue: Dialogue) -> None:
    office = visitors.office.follow("Termine vorschlagen")
    rows = {}
    for number, day in enumerate((days_ahead(30), days_ahead(31), days_ahead(32))):
        rows |= {
            f"date-{number}-day": day.isoformat(),
            f"date-{number}-begins": "14:00",
            f"date-{number}-ends": "16:30",
        }
    office.press("Termine vorschlagen", **rows)
    assert "3 Termine sind vorgeschlagen." in office.text

    office.follow("Termine zur Freigabe vorlegen").press("Zur Freigabe vorlegen")

    assert "3 Termine liegen zur Freigabe vor." in office.text


def tick_and_fix_a_date(visitors, dialogue: Dialogue) -> None:
    options = list(dialogue.date_options.order_by("starts_at"))
    decide_on_the_desk(visitors, "Freigeben", chosen=[str(options[0].pk), str(options[2].pk)])
    assert new_mails() == [("approval_decided", OFFICE_MAIL)]

    office = visitors.office.open(dialogue.get_absolute_url())
    assert "2 Termine sind freigegeben." in office.text
    office.follow("Termin festlegen").press("Weiter zur Vorschau", option=str(options[2].pk))
    assert new_mails() == []
    office.press("Termin festlegen (2 E-Mails)")

    assert "Der Termin steht fest." in office.text
    dialogue.refresh_from_db()
    assert dialogue.starts_at == options[2].starts_at
    assert new_mails() == [("date_fixed", SENATOR_MAIL), ("date_fixed", "werk@example.org")]


def invite_guests(visitors, dialogue: Dialogue) -> dict[str, str]:
    """Return the personal link of each guest."""
    office = visitors.office.follow("Gästeliste zusammenstellen")
    office.press("Auf die Gästeliste setzen", lists=[str(visitors.guests.pk)])
    assert "3 Personen stehen neu auf der Gästeliste." in office.text
    office.open(dialogue.get_absolute_url()).follow("3 Einladungen versenden")
    assert "[persönlicher Link]" in office.text
    assert new_mails() == []

    office.press("3 Einladungen versenden")

    assert "3 Einladungen sind auf dem Weg." in office.text
    mails = list(Mail.objects.order_by("recipient"))
    assert [(mail.kind, mail.recipient, calendar_of(mail).method) for mail in mails] == [
        ("invitation", address, "REQUEST") for address in GUESTS
    ]
    links = {
        mail.recipient: LINK.search(mail.text).group().removeprefix("http://localhost:8000")
        for mail in mails
    }
    new_mails()
    return links


def answer_as_guests(visitors, dialogue: Dialogue, links: dict[str, str]) -> None:
    first, second, third = (Visitor().open(links[address]) for address in GUESTS)
    assert new_mails() == []

    first.press("Antwort senden", rsvp="accepted")
    assert "Vielen Dank, Ihre Antwort ist eingegangen." in first.text
    assert new_mails() == [("rsvp_confirmed", GUESTS[0])]
    first.press("Antwort ändern")
    assert "Ihre Antwort liegt uns bereits vor." in first.text
    second.press(
        "Antwort senden",
        rsvp="represented",
        substitute_name="Stellvertretung",
        substitute_email="stellvertretung@example.org",
    )
    assert new_mails() == [
        ("rsvp_confirmed", GUESTS[1]),
        ("substitute_named", "stellvertretung@example.org"),
    ]
    third.press("Antwort senden", rsvp="accepted", remark="Ich käme gern.")
    assert "Sie stehen auf der Warteliste an 1. Stelle." in third.text

    assert new_mails() == [("rsvp_confirmed", GUESTS[2])]


def look_after_the_guest_list(visitors, dialogue: Dialogue) -> None:
    office = visitors.office.open(f"{dialogue.get_absolute_url()}gaeste/")
    assert "2 von 2 Plätzen belegt" in office.text
    assert "in Vertretung für Leitung B" in office.text
    assert "„Ich käme gern.“" in office.text

    office.follow("Als Excel-Datei laden")
    sheet = load_workbook(io.BytesIO(office.response.content)).active
    rows = list(sheet.iter_rows(min_row=4, values_only=True))
    assert sorted(row[8] for row in rows[1:]) == ["Warteliste", "Zusage", "vertreten"]
    office.open(f"{dialogue.get_absolute_url()}gaeste/").follow("Liste zum Unterschreiben drucken")
    assert "Stellvertretung" in office.text

    office.open(f"{dialogue.get_absolute_url()}gaeste/").follow("Antwort eintragen")
    assert "Leitung A" in office.text
    office.press("Eintragen", rsvp="declined")
    assert new_mails() == []
    office.press("Eintragen (1 E-Mail)")
    assert "Die Antwort ist eingetragen." in office.text
    assert new_mails() == [("rsvp_confirmed", GUESTS[0])]
    office.follow("Einladung zurückziehen").press("Einladung zurückziehen (1 E-Mail)")
    assert "Die Einladung ist zurückgezogen. 1 Person wird benachrichtigt." in office.text
    assert new_mails() == [("invitation_withdrawn", GUESTS[0])]


def postpone(visitors, dialogue: Dialogue, links: dict[str, str]) -> None:
    office = visitors.office.open(f"{dialogue.get_absolute_url()}verschieben/")
    assert format_date(dialogue.starts_at) in office.text

    office.press("Weiter zur Vorschau", reason="Streik")
    assert new_mails() == []
    office.press("Verschieben (5 E-Mails)")

    assert "Das Gespräch ist verschoben." in office.text
    addresses = sorted(
        (*GUESTS[1:], SENATOR_MAIL, "stellvertretung@example.org", "werk@example.org")
    )
    assert new_mails() == [("dialogue_postponed", address) for address in addresses]
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.round) == (DialogueState.EXPLORING, 2)
    assert (
        "Diese Einladung wurde zurückgezogen." in Visitor().open(links[GUESTS[0]], status=404).text
    )
    for address in GUESTS[1:]:
        assert "Dieses Gespräch wird verschoben." in Visitor().open(links[address]).text
