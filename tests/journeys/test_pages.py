"""Every page of the demo, opened by following links, and each kind of page for every role; each
kind of page under axe.
"""

import re

import pytest
from django.test import Client, override_settings

from demo.accounts import ACCOUNTS
from dialogues.models import Invitation
from measures.models import Measure
from media_visits.models import Visit
from partners.models import Organisation, User
from tests.journeys.crawl import Crawl
from tests.journeys.screen import open_screen
from tests.journeys.site import open_site
from tests.settings import ON_POSTGRESQL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LEAST_PAGES = {"geschaeftsstelle": 1000, "senatorin": 250, "vdma-ost": 100, "steuerungskreis": 150}
# The office opens every page; other roles open so many of those whose URLs differ in a number …
MOST_ALIKE = 20
# … and a second account of a role and a second database so few: their pages are not new.
MOST_ALIKE_AGAIN = 2
# Accounts that only read are left out: they see no form of their own.
LEAST_KINDS = {
    "geschaeftsstelle": 60,
    "senatorin": 25,
    "vdma-ost": 15,
}
MANY_STATES = (
    "/massnahmen/#/",
    "/branchengespraeche/#/",
    "/branchengespraeche/themen/#/",
    "/besuche/#/",
    "/postausgang/texte/#/",
    "/postausgang/regeln/#/",
)
DIFFERENT_BY_ROLE = re.compile(
    r"/(freigaben/.*|konto/vertretung/.*|massnahmen/(#|berichte/#)/.*|besuche/#/"
    r"|branchengespraeche/((themen/|reihen/)?#/|themen/neu/|einladungen/.*))?"
)
MAIN_PAGES = (
    "/",
    "/massnahmen/",
    "/branchengespraeche/",
    "/besuche/",
    "/freigaben/",
    "/postausgang/",
    "/partner/",
    "/konto/",
    "/zeitplan/",
    "/branchenbilanz/",
    "/suche/?q=indust",
)


def most_alike(name) -> int | None:
    if name not in LEAST_PAGES or ON_POSTGRESQL:
        return MOST_ALIKE_AGAIN
    return None if name == "geschaeftsstelle" else MOST_ALIKE


@pytest.fixture(scope="module")
def crawl(demo):
    """Return a function that crawls an account's pages once; an empty name means signed out."""
    walked: dict[str, Crawl] = {}

    def walk(name: str = "") -> Crawl:
        if name not in walked:
            with override_settings(DEMO=True):
                start = "/" if name else "/anmelden/"
                walked[name] = Crawl(client_of(name), start, most_alike=most_alike(name)).run()
        return walked[name]

    return walk


@pytest.fixture(scope="module")
def site(demo, tmp_path_factory):
    """The URL at which the demo is served."""
    with open_site(tmp_path_factory.mktemp("static")) as address:
        yield address


def client_of(name: str) -> Client:
    client = Client()
    if name:
        user = User.objects.get(email=f"{name}@example.org")
        client.force_login(user, backend="sign_in.adapters.AccountBackend")
    return client


@pytest.mark.parametrize("name", [email.partition("@")[0] for email, *_rest in ACCOUNTS])
def test_every_page_opens_for_every_role(name, crawl):
    walked = crawl(name)

    assert not walked.faults, "\n".join(walked.faults)
    assert walked.pages >= (40 if most_alike(name) == MOST_ALIKE_AGAIN else LEAST_PAGES[name])


def test_every_public_page_opens(crawl):
    walked = crawl()

    assert not walked.faults, "\n".join(walked.faults)
    assert {"/impressum/", "/datenschutz/", "/barrierefreiheit/"} <= walked.seen


@pytest.mark.browser
@pytest.mark.parametrize("name", LEAST_KINDS)
def test_each_kind_of_page_has_no_findings(name, crawl, browser, site, settings):
    settings.DEMO = True
    kinds = crawl(name).kinds()

    with open_screen(browser, client_of(name), site) as screen:
        found = [
            line
            for kind, addresses in kinds.items()
            if name == "geschaeftsstelle" or DIFFERENT_BY_ROLE.fullmatch(kind)
            for address in sorted(
                {addresses[0], addresses[-1] if kind in MANY_STATES else addresses[0]}
            )
            for line in screen.findings(address)
        ]

    assert len(kinds) >= LEAST_KINDS[name]
    assert not found + screen.complaints, "\n".join(found + screen.complaints)


@pytest.mark.browser
def test_public_pages_have_no_findings(crawl, browser, site, settings):
    settings.DEMO = True
    invitation = Invitation.objects.released().order_by("pk").first()
    addresses = [found for kind in crawl().kinds().values() for found in kind]
    addresses += [
        invitation.personal_link,
        "/branchengespraeche/einladung/falsch/",
        "/gibt-es-nicht/",
    ]

    with open_screen(browser, client_of(""), site) as screen:
        found = [line for address in addresses for line in screen.findings(address)]

    assert not found + screen.complaints, "\n".join(found + screen.complaints)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 768, 1440])
def test_main_pages_have_no_findings_at_any_width(width, browser, site, settings):
    settings.DEMO = True
    window = {"width": width, "height": 900}

    with open_screen(browser, client_of("geschaeftsstelle"), site, viewport=window) as screen:
        found = [line for address in MAIN_PAGES for line in screen.findings(address)]

    assert not found + screen.complaints, "\n".join(found + screen.complaints)


@pytest.mark.browser
def test_one_very_long_word_stays_within_its_list(browser, site, settings):
    settings.DEMO, word = True, "Donaudampfschifffahrt" * 11
    Visit.objects.filter(pk=Visit.objects.in_workflow().latest("pk").pk).update(title=word)
    Measure.objects.filter(pk=Measure.objects.latest("pk").pk).update(title=word)
    Organisation.objects.filter(pk=Organisation.objects.order_by("search").first().pk).update(
        name=word
    )

    with open_screen(
        browser, client_of("geschaeftsstelle"), site, viewport={"width": 1440, "height": 900}
    ) as screen:
        for address in ("/besuche/", "/massnahmen/", "/partner/"):
            screen.page.goto(f"{site}{address}")
            screen.page.wait_for_selector(f"text={word}")
            box = screen.page.locator(".table-wrap")
            assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0, address


@pytest.mark.browser
@pytest.mark.parametrize("name", ["geschaeftsstelle", "senatorin"])
def test_each_kind_of_page_has_no_findings_on_a_phone(name, browser, site, settings):
    settings.DEMO = True
    kinds = Crawl(client_of(name), "/", most_alike=1).run().kinds()
    phone = {"width": 320, "height": 900}

    with open_screen(browser, client_of(name), site, viewport=phone) as screen:
        found = [line for addresses in kinds.values() for line in screen.findings(addresses[0])]

    assert len(kinds) >= LEAST_KINDS[name]
    assert not found + screen.complaints, "\n".join(found + screen.complaints)
