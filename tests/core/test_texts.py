import pytest

from core.texts import Traces, clean_text, renewed_text, shorten, without_control

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


HOST = "Die Zange GmbH richtet aus."
DRAFT = f"{HOST}\n\nOrt: Werkstraße 1, 12681 Berlin."


@pytest.mark.parametrize(
    ("written", "after", "expected"),
    [
        # As drafted, with the new place.
        (DRAFT, DRAFT.replace("Werkstraße 1", "Halle 3"), DRAFT.replace("Werkstraße 1", "Halle 3")),
        # The office wrote around the draft, in the way in which its text area sends it.
        (
            "Es eilt. Die Zange GmbH richtet aus.\r\n\r\nOrt: Werkstraße 1, 12681 Berlin. Bitte.",
            DRAFT.replace("Werkstraße 1", "Halle 3"),
            "Es eilt. Die Zange GmbH richtet aus.\n\nOrt: Halle 3, 12681 Berlin. Bitte.",
        ),
        # The office reworded the draft.
        ("Wir tagen an der Werkstraße.", DRAFT.replace("1", "7"), "Wir tagen an der Werkstraße."),
        # A paragraph came, and one went.
        (DRAFT, f"{DRAFT}\n\nOffene Auflagen: Presse", f"{DRAFT}\n\nOffene Auflagen: Presse"),
        (
            f"{DRAFT}\n\nEigenes",
            "Die Zange GmbH richtet aus.",
            "Die Zange GmbH richtet aus.\n\nEigenes",
        ),
    ],
)
def test_draft_of_the_portal_is_renewed_and_nothing_else(written, after, expected):
    assert renewed_text(written, DRAFT, after) == expected


@pytest.mark.parametrize("before", ["", "Anderes"])
def test_own_text_is_not_completed_by_a_draft(before):
    assert renewed_text("Eigenes", before, f"{before}\n\nNeues".strip()) == "Eigenes"


def test_short_draft_is_not_renewed_inside_other_sentences():
    assert renewed_text("KI hilft. Mehr KI!\n\nKI", "KI", "Strom") == "KI hilft. Mehr KI!\n\nStrom"
