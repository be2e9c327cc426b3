"""User input stays plain text in the documents, however hostile or long it is."""

import pytest

from approvals.documents import briefing_pdf, briefing_word
from approvals.enums import ApprovalKind
from tests.approvals.builders import make_approval, make_subject
from tests.approvals.documents import TICK, attachment, some_approval
from tests.core.pdfs import read_pdf, text_of
from tests.core.word_files import lines_of_word

pytestmark = pytest.mark.django_db

HOSTILE = (
    """#import "@preview/x:1.0.0" $a$ *fett* _k_ <marke> @ref "Zitat" 'x' {{ 7*7 }} {% if %} """
    "<w:p/> & \\ #{1+1} 😀"
)


def test_hostile_text_stays_plain_text():
    subject = make_subject(
        title=HOSTILE,
        # Not the same as the facts, which would be printed once.
        snapshot=[[HOSTILE, f"Wert {HOSTILE}"]],
        options=[{"id": 1, "label": HOSTILE, "hint": ""}],
    )
    texts = dict.fromkeys(("occasion", "facts", "assessment", "vote"), HOSTILE)
    approval = make_approval(subject=subject, **texts)

    pdf = " ".join(text_of(briefing_pdf(approval, [attachment(HOSTILE, 1)])).split())
    word = "\n".join(lines_of_word(briefing_word(approval, [attachment(HOSTILE, 1)])))

    shown = HOSTILE.replace("😀", "\ufffd")
    assert pdf.count(shown) >= 7  # one occurrence is hyphenated in the narrow label column
    assert word.count(HOSTILE) == 9


@pytest.mark.parametrize("text", ["Wort " * 1000, "x" * 5000, "Zeile\n" * 200, "Absatz.\n\n" * 150])
def test_long_text_continues_on_further_pages(text):
    approval = some_approval()
    approval.facts = text

    content = briefing_pdf(approval, [])
    pages = read_pdf(content).pages

    assert len(pages) >= 2
    assert f"Seite {len(pages)} von {len(pages)}" in pages[-1].extract_text()
    assert f"{TICK} freigegeben" in pages[-1].extract_text()
    assert "".join(text.split()) in "".join(lines_of_word(briefing_word(approval, []))).replace(
        "\n", ""
    ).replace(" ", "")


def test_endless_word_is_broken_into_lines():
    approval = some_approval()
    approval.facts = "x" * 5000

    lines = [line for line in text_of(briefing_pdf(approval, [])).splitlines() if "xxx" in line]

    assert sum(map(len, lines)) == 5000
    assert max(map(len, lines)) <= 110


def test_broken_word_is_copied_unchanged():
    approval = some_approval()
    address = "https://example.org/" + "ein-langer-pfad/" * 4
    approval.facts = address

    assert address in text_of(briefing_pdf(approval, [])).replace("\n", "")


def test_many_dates_continue_on_a_second_page():
    options = [{"id": n, "label": f"Termin {n}", "hint": "möglich"} for n in range(60)]
    approval = make_approval(subject=make_subject(ApprovalKind.DATES, options=options))

    content = briefing_pdf(approval, [])

    text = text_of(content)
    assert len(read_pdf(content).pages) == 2
    assert all(f"Termin {n} – möglich" in text for n in range(60))
