"""The documents of a repeated approval say what changed."""

import datetime as dt

import pytest

from approvals.documents import briefing_pdf, briefing_values
from approvals.enums import ApprovalState
from tests.approvals.builders import NOW, make_approval, make_condition, make_subject
from tests.approvals.documents import SNAPSHOT, pdf_lines, some_approval, word_lines
from tests.core.pdfs import structure_of

pytestmark = pytest.mark.django_db

FORMER = [["Thema", "Fachkräfte"], ["Vorgeschlagen von", "Verband"], ["Format", "vor Ort"]]
HEADING = "Geändert seit der letzten Vorlage"


@pytest.fixture
def renewed():
    make_approval(ApprovalState.RETURNED, subject=make_subject(snapshot=FORMER))
    return some_approval(now=NOW + dt.timedelta(days=1))


def between(lines: list[str], first: str, last: str) -> list[str]:
    return lines[lines.index(first) : lines.index(last)]


def test_changes_appear_between_header_and_occasion(renewed):
    pdf = between(
        pdf_lines(renewed),
        "Frühere Vorlage vorgelegt 02.03.2026, 10:00 Uhr; zurückgegeben",
        "Anlass",
    )
    word = between(
        word_lines(renewed),
        "Frühere Vorlage vorgelegt 02.03.2026, 10:00 Uhr; zurückgegeben",
        "Anlass",
    )

    assert pdf[1:] == [
        "Anmerkung: Begründung",
        HEADING,
        "Angabe bisher jetzt",
        "Thema Fachkräfte Fachkräfte sichern",
        "Presse – Bild; Wort",
        "und noch eins",
        "Format vor Ort –",
    ]
    assert word[1:] == [
        "Anmerkung: Begründung",
        HEADING,
        "Angabe",
        "bisher",
        "jetzt",
        "Thema",
        "Fachkräfte",
        "Fachkräfte sichern",
        "Presse",
        "–",
        "Bild; Wort",
        "und noch eins",
        "Format",
        "vor Ort",
        "–",
    ]


def test_changes_form_a_table_with_headers(renewed):
    kinds = structure_of(briefing_pdf(renewed, []))

    assert [kinds.count(kind) for kind in ("Table", "THead", "TH", "TR")] == [2, 2, 5, 8]


def test_first_and_unchanged_approvals_show_no_changes():
    first = make_approval(ApprovalState.RETURNED, subject=make_subject(snapshot=SNAPSHOT))
    again = some_approval(now=NOW + dt.timedelta(days=1))

    assert (
        briefing_values(first, [])["changes"]["rows"],
        briefing_values(again, [])["changes"]["rows"],
    ) == ([], [])
    assert HEADING not in pdf_lines(again) + word_lines(again)
    assert [row[0] for row in briefing_values(first, [])["rows"]] == [
        "An",
        "Von",
        "Vorgelegt",
        "Entscheidung bis",
    ]
    assert briefing_values(again, [])["rows"][-1] == [
        "Frühere Vorlage",
        "vorgelegt 02.03.2026, 10:00 Uhr; zurückgegeben\nAnmerkung: Begründung",
    ]


def test_long_word_is_hyphenated_within_its_column(renewed):
    renewed.snapshot = [["Unternehmensansiedlungsschwerpunkt", "Straße"]]

    assert pdf_lines(renewed).count("lungsschwerpunkt") == 2


def test_former_conditions_and_counter_dates_are_listed():
    starts_at = NOW + dt.timedelta(days=30)
    former = make_approval(
        ApprovalState.CONDITIONAL,
        subject=make_subject(snapshot=SNAPSHOT),
        comment="",
        counter_dates=[[starts_at.isoformat(), ""]],
    )
    make_condition(former, text="Bezirke beteiligen")
    make_condition(former, text="Kosten nennen")

    again = some_approval(now=NOW + dt.timedelta(days=1))

    lines = [
        "Auflage: Bezirke beteiligen",
        "Auflage: Kosten nennen",
        "Gegenvorschlag: Mi, 01.04.2026, 10:00 Uhr",
    ]
    assert briefing_values(again, [])["rows"][-1][1].splitlines()[1:] == lines
