import pytest

from core.texts import Traces, clean_text, shorten, without_control

# A character of every kind that breaks Excel, Word, UTF-8 or PostgreSQL.
HARMFUL = "\x00\x07\x1b\x7f\x9f\ud800\udfff\ufdd0\ufffe\uffff\U0001fffe\U0010ffff"


@pytest.mark.parametrize("char", HARMFUL, ids=ascii)
def test_control_characters_disappear(char):
    assert clean_text(f"vor{char}nach") == "vornach"
    assert without_control(f"vor{char}nach") == "vornach"


@pytest.mark.parametrize("char", "\u00ad\u200b\u200e\u202e\u2060\ufeff", ids=ascii)
def test_hidden_characters_disappear_from_input(char):
    assert clean_text(f"vor{char}nach") == "vornach"


@pytest.mark.parametrize(
    "end", ["\r\n", "\r", "\x0b", "\x0c", "\x85", "\u2028", "\u2029"], ids=ascii
)
def test_line_ends_become_one(end):
    assert clean_text(f"eins{end}zwei") == "eins\nzwei"


@pytest.mark.parametrize(
    "text", ["Größe\t1", "zwei\nZeilen", "1\u00a0000 €", "👩\u200d🔧", "\ufffd", "三菱", "🫨"]
)
def test_other_characters_stay(text):
    assert clean_text(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [("kurz", "kurz"), ("genau", "genau"), ("abc def", "abc…"), ("längst", "läng…")],
)
def test_cut_is_visible(text, shown):
    assert shorten(text, 5) == shown


@pytest.mark.parametrize(
    "text, cleaned",
    (
        ("Dr. Vorname Rau kommt.", "(gelöscht) kommt."),
        ("Vorname Raum und RAU@Example.org.", "Vorname Raum und (gelöscht)."),
        ("x-rau@example.org, rau@example.org.de", "x-rau@example.org, rau@example.org.de"),
        (["Rau", {"Wer": "Rau"}, 1, None], ["(gelöscht)", {"Wer": "(gelöscht)"}, 1, None]),
    ),
)
def test_only_whole_names_and_addresses_are_replaced(text, cleaned):
    traces = Traces(
        frozenset({"rau@example.org"}), frozenset({"Rau", "Vorname Rau", "Dr. Vorname Rau"})
    )

    assert traces.clean(text) == cleaned
