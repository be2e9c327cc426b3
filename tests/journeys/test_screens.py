"""Each kind of page in a browser under axe: at three widths, in light and dark; also refused forms,
empty lists, opened menus and very long words.
"""

import re

import pytest

from dialogues.models import Invitation
from measures.models import Measure
from media_visits.models import Visit
from partners.models import Organisation
from tests.journeys.crawl import client_of, open_every_kind
from tests.journeys.screen import DESKTOP, PHONE, open_screen
from tests.journeys.site import open_site

pytestmark = [pytest.mark.browser, pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# Accounts that only read are left out: they see no form of their own.
LEAST_KINDS = {"geschaeftsstelle": 60, "senatorin": 25, "vdma-ost": 15}
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
EMPTY_LISTS = (
    "/massnahmen/?q=xyzxyz",
    "/branchengespraeche/?q=xyzxyz",
    "/branchengespraeche/themen/?q=xyzxyz",
    "/besuche/?q=xyzxyz",
    "/partner/?q=xyzxyz",
    "/partner/personen/?q=xyzxyz",
    "/postausgang/?q=xyzxyz",
    "/suche/?q=xyzxyz",
)
FORMS = (
    "/massnahmen/neu/",
    "/massnahmen/berichtsrunden/neu/",
    "/branchengespraeche/reihen/neu/",
    "/branchengespraeche/themen/neu/",
    "/besuche/neu/",
    "/besuche/pressespiegel/neu/",
    "/partner/organisationen/neu/",
    "/partner/personen/neu/",
    "/partner/verteiler/neu/",
)
MENUS = (
    "/",
    "/massnahmen/",
    "/zeitplan/",
    "/branchengespraeche/",
    "/besuche/",
    "/postausgang/",
    "/postausgang/vorschau/",
)
# The navigation of a phone covers the page below it, so it is opened on the first page only.
OPEN_MENUS = """() => {
  const menus = document.querySelectorAll(location.pathname === "/" ? "details" : "main details");
  const first = document.querySelector("main .menu");  // the panels of several would overlap
  for (const menu of menus) if (!menu.matches(".menu") || menu === first) menu.open = true;
}"""
SEND_EMPTY = """() => {
  const form = document.querySelector("main form[method=post]");
  for (const field of form.elements) if (field.type === "text") field.value = "";
  form.noValidate = true;
  form.requestSubmit();
}"""


@pytest.fixture(scope="module")
def site(demo, tmp_path_factory):
    """The URL at which the demo is served."""
    with open_site(tmp_path_factory.mktemp("static")) as address:
        yield address


@pytest.fixture(autouse=True)
def demo_settings(settings):
    settings.DEMO = True


ADD = """([attributes, style]) => {
  const added = document.createElement("button");
  Object.assign(added, {textContent: "Kaum zu lesen", ...attributes});
  Object.assign(added.style, style);
  document.querySelector("main").append(added);
}"""


@pytest.mark.parametrize(
    ("style", "line"),
    [
        ({"color": "#aaa", "background": "#fff"}, "second (light): color-contrast"),
        # Readable on the light page only.
        ({"color": "#333", "background": "none"}, "second (dark): color-contrast"),
        ({"width": "9px", "height": "9px", "padding": "0"}, "second at 320 px: target-size"),
    ],
    ids=["light", "dark", "narrow"],
)
def test_new_look_is_checked_after_the_same_page_without_it(style, line, browser, site):
    attributes = {"className": re.sub(r"\W+", "-", line)}

    with open_screen(browser, client_of(""), site) as screen:
        assert screen.findings("/anmelden/") == []
        # Three in a row, so that each small one is too close to the next.
        for _number in range(3):
            screen.page.evaluate(ADD, [attributes, style])

        found = screen.findings_now("second")

    assert [text for text in found if text.startswith(line)], found


def kinds_of(name: str) -> dict[str, list[str]]:
    return open_every_kind(name).kinds()


def assert_nothing_found(found: list[str], screen) -> None:
    assert not found + screen.complaints, "\n".join(found + screen.complaints)


@pytest.mark.parametrize("name", LEAST_KINDS)
def test_each_kind_of_page_has_no_findings(name, browser, site):
    kinds = kinds_of(name)

    with open_screen(browser, client_of(name), site) as screen:
        found = [
            line
            for kind, addresses in kinds.items()
            if name == "geschaeftsstelle" or DIFFERENT_BY_ROLE.fullmatch(kind)
            for address in {addresses[0], addresses[-1] if kind in MANY_STATES else addresses[0]}
            for line in screen.findings(address)
        ]

    assert len(kinds) >= LEAST_KINDS[name]
    assert_nothing_found(found, screen)


def test_public_pages_have_no_findings(browser, site):
    invitation = Invitation.objects.released().order_by("pk").first()
    addresses = [found for kind in kinds_of("").values() for found in kind]
    addresses += [
        invitation.personal_link,
        "/branchengespraeche/einladung/falsch/",
        "/gibt-es-nicht/",
    ]

    with open_screen(browser, client_of(""), site) as screen:
        found = [line for address in addresses for line in screen.findings(address)]

    assert_nothing_found(found, screen)


def test_empty_lists_and_refused_forms_have_no_findings(browser, site):
    with open_screen(browser, client_of("geschaeftsstelle"), site) as screen:
        found = [line for address in EMPTY_LISTS for line in screen.findings(address)]
        for address in FORMS:
            screen.page.goto(f"{site}{address}")
            with screen.page.expect_navigation():
                screen.page.evaluate(SEND_EMPTY)
            assert screen.page.locator("[aria-invalid=true]").count(), address
            found += screen.findings_now(f"{address} (refused)")

    assert_nothing_found(found, screen)


@pytest.mark.parametrize("window", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_opened_menus_have_no_findings(window, browser, site):
    guests = f"{Invitation.objects.released().latest('pk').dialogue.get_absolute_url()}gaeste/"

    with open_screen(browser, client_of("geschaeftsstelle"), site, viewport=window) as screen:
        found = []
        for address in (*MENUS, guests) if window == DESKTOP else ("/", "/massnahmen/", guests):
            screen.page.goto(f"{site}{address}")
            screen.page.wait_for_selector("[hx-trigger=load]", state="detached")
            screen.page.evaluate(OPEN_MENUS)
            found += screen.findings_now(f"{address} (menus open)")

    assert_nothing_found(found, screen)


def test_one_very_long_word_stays_within_its_list(browser, site):
    word = "Donaudampfschifffahrt" * 11
    Visit.objects.filter(pk=Visit.objects.in_workflow().latest("pk").pk).update(title=word)
    # Of the running plan, which the list shows first.
    shown = Measure.objects.filter(plan__short_title="MPI 2018–2021").latest("pk")
    Measure.objects.filter(pk=shown.pk).update(title=word)
    Organisation.objects.filter(pk=Organisation.objects.order_by("search").first().pk).update(
        name=word
    )

    with open_screen(browser, client_of("geschaeftsstelle"), site) as screen:
        found = []
        for address in ("/besuche/", "/massnahmen/", "/partner/"):
            screen.page.goto(f"{site}{address}")
            screen.page.wait_for_selector(f"text={word}")
            box = screen.page.locator(".table-wrap")
            assert box.evaluate("box => box.scrollWidth - box.clientWidth") == 0, address
            found += screen.findings_now(f"{address} (long word)")

    assert_nothing_found(found, screen)
