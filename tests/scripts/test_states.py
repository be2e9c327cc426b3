"""The generated page docs/states.md."""

from core.states import Move
from scripts.states import PAGE, page, section


def test_page_is_up_to_date():
    assert PAGE.read_text() == page()


def test_section_names_action_sources_target_and_label():
    table = {"hold": Move(("a", "b"), "c", "Festhalten"), "keep": Move(("c",), "")}

    assert section("app.enums", "MOVES", table).splitlines()[4:] == [
        "| `hold` | `a`, `b` | `c` | Festhalten |",
        "| `keep` | `c` | stays |  |",
    ]
