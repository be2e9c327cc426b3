"""The scripts that filter long lists, in a real Chromium, by keyboard, mouse and under axe."""

import pytest

from core.forms import CheckboxList, PickList
from tests.core.site import SITE, html
from tests.journeys.screen import ALL_RULES, AXE

pytestmark = [pytest.mark.browser, pytest.mark.embedded]

HOSTS = [("", "noch offen"), *((str(number), f"Betrieb {number:03}") for number in range(1, 121))]
HOSTS.append(("500", "Müller Präzision"))


class Contacts(PickList):
    """People 1 to 120, each at the host of the same number."""

    owner_field = "host"
    owner_label = "Beim Gastgeber"

    def _option(self, value, label):
        return super()._option(value, label)._replace(owner=value)


def field(widget: PickList, name: str, label: str, value: str = "") -> str:
    drawn = widget.render(name, value, {"id": f"id_{name}"})
    return f'<div class="field"><label for="id_{name}">{label}</label>{drawn}</div>'


PEOPLE = [("", "keine"), *((str(number), f"Leitung {number:03}") for number in range(1, 121))]


def form(value: str = "", first: tuple[int, ...] = ()) -> str:
    host = PickList(choices=HOSTS)
    host.first, host.first_label = tuple(map(str, first)), "Zuletzt gewählt"
    fields = field(host, "host", "Gastgeber", value)
    fields += field(Contacts(choices=PEOPLE), "contact", "Ansprechperson")
    fields += "<button>Speichern</button>"
    return f'<main><h1>Gespräch</h1><form method="get" action="/saved">{fields}</form></main>'


@pytest.fixture
def open_form(page, serve):
    def open_page(body: str, *scripts: str):
        style = "<style>[hidden] { display: none } .kern-sr-only { position: absolute; opacity: 0 }"
        head = f'<html lang="de"><meta charset="utf-8"><title>Gespräch</title>{style}</style>'
        serve({"/form": head + html(body, *(scripts or ("pick-list",))), "/saved": "gespeichert"})
        page.goto(f"{SITE}/form")
        return page.get_by_role("combobox", name="Gastgeber")

    return open_page


def options(page) -> list[str]:
    return page.get_by_role("option").all_inner_texts()


def press(page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def sent(page) -> str:
    page.get_by_role("button", name="Speichern").click()
    page.wait_for_url(f"{SITE}/saved*")
    return page.url.partition("?")[2]


def test_words_filter_and_keys_choose(page, open_form):
    host = open_form(form())

    host.focus()
    press(page, "ArrowDown")
    assert len(options(page)) == 122
    page.keyboard.type("11 betr")
    assert options(page) == [f"Betrieb {number:03}" for number in (11, *range(110, 120))]
    press(page, "ArrowDown", "ArrowDown", "Enter")

    assert (host.input_value(), host.get_attribute("aria-expanded")) == ("Betrieb 110", "false")
    assert sent(page) == "host=110&contact="


def test_umlauts_are_found_as_on_the_server(page, open_form):
    host = open_form(form())

    for words in ("mueller", "PRÄZ müll", "zision"):
        host.fill(words)
        assert options(page) == ["Müller Präzision"]


def test_mouse_opens_and_chooses(page, open_form):
    host = open_form(form())

    host.click()
    page.get_by_role("option", name="Betrieb 042").click()

    assert host.input_value() == "Betrieb 042"
    assert page.evaluate("document.activeElement.id") == "id_host"


@pytest.mark.parametrize(
    ("typed", "shown", "value"),
    [
        ("präz", "Müller Präzision", "500"),  # means one choice only
        ("betrieb 007", "Betrieb 007", "7"),
        ("betrieb", "Betrieb 003", "3"),  # means many: the choice stays
        ("gibt es nicht", "Betrieb 003", "3"),
        ("", "", ""),  # cleared
    ],
)
def test_what_was_typed_counts_if_it_is_unambiguous(page, open_form, typed, shown, value):
    host = open_form(form("3"))
    assert host.input_value() == "Betrieb 003"

    host.fill(typed)
    press(page, "Tab")

    assert host.input_value() == shown
    assert sent(page) == f"host={value}&contact="


def test_escape_keeps_the_choice_and_enter_does_not_send_while_the_list_is_open(page, open_form):
    host = open_form(form("3"))

    host.fill("betr")
    press(page, "Enter")
    assert page.url == f"{SITE}/form"
    host.fill("betr")
    press(page, "Escape")

    assert (host.input_value(), options(page)) == ("Betrieb 003", [])


def test_likely_choices_come_first_under_their_heading(page, open_form):
    open_form(form(first=(42, 7))).click()

    assert options(page)[:4] == ["noch offen", "Betrieb 042", "Betrieb 007", "Betrieb 001"]
    group = page.get_by_role("group", name="Zuletzt gewählt")
    assert group.get_by_role("option").all_inner_texts() == ["Betrieb 042", "Betrieb 007"]


def test_contacts_of_the_chosen_host_come_first(page, open_form):
    host = open_form(form())
    contact = page.get_by_role("combobox", name="Ansprechperson")
    contact.click()
    assert options(page)[:2] == ["keine", "Leitung 001"]

    host.fill("betrieb 042")
    press(page, "Enter")
    contact.click()

    assert options(page)[:3] == ["Leitung 042", "keine", "Leitung 001"]
    near = page.get_by_role("group", name="Beim Gastgeber").get_by_role("option")
    assert near.all_inner_texts() == ["Leitung 042"]


def test_only_a_choice_counts_as_a_change(page, open_form):
    host = open_form(form())
    page.evaluate(
        "window.changes = []; for (const kind of ['input', 'change'])"
        " document.addEventListener(kind, (event) => window.changes.push(kind + event.target.name))"
    )

    host.fill("betrieb 0")
    assert page.evaluate("window.changes") == []
    press(page, "ArrowDown", "Enter")

    assert page.evaluate("window.changes.filter((change) => change.endsWith('host'))") == [
        "inputhost",
        "changehost",
    ]


def test_restored_input_shows_in_the_field(page, serve, open_form):
    restoring = form().replace('<form method="get"', '<form data-restore method="post"')
    host = open_form(restoring, "restore-form", "pick-list")
    host.fill("betrieb 042")
    press(page, "Tab")
    page.get_by_role("button", name="Speichern").click()
    page.wait_for_url(f"{SITE}/saved")
    page.evaluate("sessionStorage.setItem('signed-out', '1')")

    page.goto(f"{SITE}/form")

    assert page.get_by_role("combobox", name="Gastgeber").input_value() == "Betrieb 042"


def test_short_lists_stay_plain_selects(page, open_form):
    few = field(PickList(choices=HOSTS[:15]), "host", "Gastgeber")

    open_form(few)

    assert page.locator("select").is_visible()
    assert page.locator("pick-list input").count() == 0


def test_without_the_script_the_select_itself_is_used(page, open_form):
    open_form(form(first=(42,)), "theme")

    page.get_by_label("Gastgeber").select_option("42")

    assert sent(page) == "host=42&contact="


BOXES = [(str(number), f"Verband {number:03}") for number in range(1, 111)]


def test_checkboxes_are_filtered_and_ticks_stay(page, open_form):
    boxes = CheckboxList(choices=BOXES).render("supporters", ["3"], {"id": "id_supporters"})
    body = f'<main><h1>x</h1><form action="/saved">{boxes}<button>Speichern</button></form></main>'
    open_form(body, "choice-filter")
    words = page.get_by_label("Liste filtern")

    words.fill("verb 11")
    shown = [box for box in page.locator(".choice").all() if box.is_visible()]
    page.get_by_label("Verband 110").check()
    words.press("Enter")

    assert [box.inner_text() for box in shown] == ["Verband 011", "Verband 110"]
    assert page.get_by_role("status").inner_text() == "2 von 110, 2 angekreuzt"
    assert sent(page) == "supporters=3&supporters=110"


@pytest.mark.parametrize("typed", [None, "betrieb 1", "gibt es nicht"])
def test_open_list_has_no_findings(page, open_form, typed):
    host = open_form(form(first=(42,)))
    host.click()
    if typed:
        host.fill(typed)
        press(page, "ArrowDown")

    page.evaluate(AXE)
    found = page.evaluate(ALL_RULES)["violations"]

    assert [(rule["id"], rule["nodes"][0]["html"][:120]) for rule in found] == []
