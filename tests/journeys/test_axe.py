"""Each kind of page of the demo under axe-core without a finding, in both themes; the main ones at three widths."""

import re
from collections import defaultdict
from urllib.parse import urljoin, urlsplit

import pytest

from tests.journeys.running import embedded_portal
from tests.journeys.visitor import Page

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

RULES = "() => axe.run(document, {resultTypes: ['violations']})"
COLOURS = "() => axe.run(document, {runOnly: ['color-contrast', 'link-in-text-block']})"
NUMBER = re.compile(r"/\d+(?=/)")
TRIED = 8  # how many addresses of a kind are read for links
MANY_STATES = ("/massnahmen/#/", "/branchengespraeche/#/", "/branchengespraeche/themen/#/", "/besuche/#/")
SAME_FOR_ALL = re.compile(r"/(konto|impressum|datenschutz|barrierefreiheit|massnahmen/(?!#)|besuche/(?!#))")
OFFICE, SENATOR, PARTNER, OBSERVER = "Geschäftsstelle", "Büro der Senatorin", "Landesverband", "Steuerungskreis"
ROLES = {OFFICE: "geschaeftsstelle", SENATOR: "senatorin", PARTNER: "vdma-ost", OBSERVER: "steuerungskreis"}
MAIN_PAGES = (
    "/", "/massnahmen/", "/branchengespraeche/", "/besuche/", "/freigaben/", "/postausgang/", "/partner/", "/konto/",
)  # fmt: skip


@pytest.fixture(scope="module")
def portal(tmp_path_factory, base_dir):
    with embedded_portal(tmp_path_factory.mktemp("axe"), base_dir) as running:
        yield running


@pytest.fixture
def open_context(browser, portal):
    """Return a function that opens a page for somebody, signed in as the account `name` when one is given."""
    contexts = []

    def open_page(name: str = "", **options):
        context = browser.new_context(base_url=portal.url, bypass_csp=True, reduced_motion="reduce", **options)
        contexts.append(context)
        page = context.new_page()
        if name:
            page.goto("/anmelden/")
            forms = page.locator("form", has=page.locator(f'input[value="{name}@example.org"]'))
            forms.get_by_role("button").click()
            page.wait_for_url(f"{portal.url}/")
        return page

    yield open_page
    for context in contexts:
        context.close()


def kinds_of_pages(page, start: str, tried: int = TRIED) -> dict[str, list[str]]:
    """Follow the links of `page`'s person from `start`; return the addresses of pages by kind, numbers left out."""
    waiting, seen, kinds = [start], {start}, defaultdict(list)
    while waiting:
        address = waiting.pop(0)
        answer = page.request.get(address)
        if not answer.ok or not answer.headers.get("content-type", "").startswith("text/html"):
            continue
        kinds[NUMBER.sub("/#", address)].append(address)
        for _label, href in Page(answer.text()).links:
            parts = urlsplit(urljoin(address, href))
            target = parts.path
            if parts.netloc or parts.scheme or target in seen or len(kinds[NUMBER.sub("/#", target)]) >= tried:
                continue
            seen.add(target)
            waiting.append(target)
    return {
        kind: sorted({addresses[0], addresses[-1]}) if kind in MANY_STATES else addresses[:1]
        for kind, addresses in kinds.items()
        if addresses
    }


def findings(page, address: str, base_dir, *themes: str, rules: str = RULES) -> list[str]:
    """Return what axe finds on `address`: all of `rules` in the first theme, the colours in the others."""
    page.emulate_media(color_scheme=themes[0])
    page.goto(address)
    page.wait_for_function("!document.querySelector('[hx-trigger=load]')")  # what comes later is there
    page.add_script_tag(path=base_dir / "node_modules/axe-core/axe.min.js")
    found = []
    for theme in themes:
        page.emulate_media(color_scheme=theme)
        result = page.evaluate(rules if theme == themes[0] else COLOURS)
        for violation in result["violations"]:
            places = "; ".join(node["html"][:160] for node in violation["nodes"][:3])
            found.append(f"{address} ({theme}): {violation['id']}: {violation['help']}: {places}")
    return found


@pytest.mark.parametrize("role", ROLES)
def test_each_kind_of_page_is_without_a_finding(role, open_context, base_dir):
    page = open_context(ROLES[role])
    kinds = kinds_of_pages(page, "/", TRIED if role == OFFICE else 3)

    found = []
    for kind, addresses in kinds.items():
        if role != OFFICE and SAME_FOR_ALL.match(kind):
            continue
        for address in addresses:
            found += findings(page, address, base_dir, "light", "dark")

    assert len(kinds) >= {OFFICE: 60, SENATOR: 25, PARTNER: 15, OBSERVER: 15}[role]
    assert not found, "\n".join(found)


def test_pages_without_an_account_are_without_a_finding(open_context, portal, base_dir):
    page = open_context()
    guest = re.compile(r"Einladung: ")
    addresses = [address for found in kinds_of_pages(page, "/anmelden/").values() for address in found]
    addresses += [portal.any_link(guest), "/branchengespraeche/einladung/falsch/", "/gibt-es-nicht/"]

    found = [line for address in addresses for line in findings(page, address, base_dir, "light", "dark")]

    assert not found, "\n".join(found)


@pytest.mark.parametrize("width", [320, 768, 1440])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_main_pages_are_without_a_finding_at_each_width(theme, width, open_context, base_dir):
    page = open_context(ROLES[OFFICE], viewport={"width": width, "height": 900})

    found = []
    for address in MAIN_PAGES:
        found += findings(page, address, base_dir, theme)
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found.append(f"{address}: scrolls sideways at {width} px")

    assert not found, "\n".join(found)
