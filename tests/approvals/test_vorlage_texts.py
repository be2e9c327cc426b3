"""What people type stays text in the documents, however odd or long it is."""

import pytest

from approvals.enums import ApprovalKind
from approvals.vorlage import vorlage_pdf, vorlage_word
from tests.approvals.builders import make_request, make_subject
from tests.approvals.vorlagen import TICK, attachment, some_request
from tests.core.pdfs import read_pdf, text_of
from tests.core.word_files import lines_of_word

pytestmark = pytest.mark.django_db

HOSTILE = """#import "@preview/x:1.0.0" $a$ *fett* _k_ <marke> @ref "Zitat" 'x' {{ 7*7 }} {% if %} <w:p/> & \\ #{1+1} 😀"""


def test_hostile_text_stays_text_everywhere():
    subject = make_subject(
        title=HOSTILE,
        snapshot=[[HOSTILE, HOSTILE]],
        options=[{"id": 1, "label": HOSTILE, "hint": ""}],
    )
    texts = dict.fromkeys(("occasion", "facts", "assessment", "vote"), HOSTILE)
    request = make_request(subject=subject, **texts)

    pdf = " ".join(text_of(vorlage_pdf(request, [attachment(HOSTILE, 1)])).split())
    word = "\n".join(lines_of_word(vorlage_word(request, [attachment(HOSTILE, 1)])))

    shown = HOSTILE.replace("😀", "\ufffd")
    assert pdf.count(shown) >= 7  # the narrow column of labels breaks one
    assert word.count(HOSTILE) == 9


@pytest.mark.parametrize("text", ["Wort " * 1000, "x" * 5000, "Zeile\n" * 200, "Absatz.\n\n" * 150])
def test_long_texts_flow_on_to_further_pages(text):
    request = some_request()
    request.facts = text

    content = vorlage_pdf(request, [])
    pages = read_pdf(content).pages

    assert len(pages) >= 2
    assert f"Seite {len(pages)} von {len(pages)}" in pages[-1].extract_text()
    assert f"{TICK} freigegeben" in pages[-1].extract_text()
    assert "".join(text.split()) in "".join(lines_of_word(vorlage_word(request, []))).replace(
        "\n", ""
    ).replace(" ", "")


def test_a_word_without_end_is_broken_into_lines():
    request = some_request()
    request.facts = "x" * 5000

    lines = [line for line in text_of(vorlage_pdf(request, [])).splitlines() if "xxx" in line]

    assert sum(map(len, lines)) == 5000
    assert max(map(len, lines)) <= 110


def test_long_word_is_copied_without_anything_between():
    request = some_request()
    address = "https://example.org/" + "ein-langer-pfad/" * 4
    request.facts = address

    assert address in text_of(vorlage_pdf(request, [])).replace("\n", "")


def test_many_dates_flow_on_to_a_second_page():
    options = [{"id": n, "label": f"Termin {n}", "hint": "möglich"} for n in range(60)]
    request = make_request(subject=make_subject(ApprovalKind.DATES, options=options))

    content = vorlage_pdf(request, [])

    text = text_of(content)
    assert len(read_pdf(content).pages) == 2
    assert all(f"Termin {n} – möglich" in text for n in range(60))
