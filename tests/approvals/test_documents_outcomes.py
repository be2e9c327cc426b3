"""How the documents of a closed approval show its decision."""

import datetime as dt

import pytest

from approvals.documents import briefing_pdf, briefing_values, briefing_word
from approvals.enums import ApprovalState, Verdict
from approvals.queries import viewable_approvals
from approvals.registry import CounterDate, Decision
from approvals.services import lapse_approvals, meet_condition, record_decision
from core.roles import SENATOR_OFFICE
from tests.approvals.builders import CONDITION, NOW, an_office
from tests.approvals.documents import TICK, dates_approval, pdf_lines, some_approval, word_lines
from tests.core.pdfs import text_of
from tests.core.word_files import lines_of_word
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("state", "fields", "rows"),
    [
        (ApprovalState.APPROVED, {"comment": ""}, [["Stand", "Freigegeben"], ["von", "{who}"]]),
        (
            ApprovalState.APPROVED,
            {"comment": "Gern.\nFrüh.", "by_deputy": True},
            [
                ["Stand", "Freigegeben"],
                ["von", "{who}, in Vertretung"],
                ["Anmerkung", "Gern.\nFrüh."],
            ],
        ),
        (
            ApprovalState.CONDITIONAL,
            {},
            [["Stand", "Mit Auflage freigegeben"], ["von", "{who}"], ["Anmerkung", "Begründung"]],
        ),
        (
            ApprovalState.RETURNED,
            {},
            [["Stand", "Zurückgegeben"], ["von", "{who}"], ["Anmerkung", "Begründung"]],
        ),
        (
            ApprovalState.REFUSED,
            {},
            [["Stand", "Abgelehnt"], ["von", "{who}"], ["Anmerkung", "Begründung"]],
        ),
        (
            ApprovalState.LAPSED,
            {"comment": ""},
            [["Stand", "Freigegeben, später erloschen"], ["von", "{who}"]],
        ),
        (ApprovalState.LAPSED, {"comment": "", "decided_at": None}, [["Stand", "Erloschen"]]),
        (
            ApprovalState.WITHDRAWN,
            {},
            [
                ["Stand", "Zurückgezogen"],
                ["Zurückgezogen von", "{office}"],
                ["Zurückgezogen am", "02.03.2026, 10:00 Uhr"],
            ],
        ),
    ],
)
def test_closed_approval_shows_the_decision_instead_of_boxes(state, fields, rows):
    senator = make_user(email="senatorin@example.org")
    approval = some_approval(state, **{"decided_by": senator} | fields)
    expected = [
        [label, value.format(who=senator, office=approval.submitted_by)] for label, value in rows
    ]
    if approval.decided_at:
        expected.insert(2, ["am", "02.03.2026, 10:00 Uhr"])
    expected = [
        [{"von": "Entschieden von", "am": "Entschieden am"}.get(label, label), value]
        for label, value in expected
    ]

    decision = briefing_values(approval, [])["decision"]
    text, word = text_of(briefing_pdf(approval, [])), lines_of_word(briefing_word(approval, []))

    assert decision["rows"] == expected
    assert (decision["boxes"], decision["signature"]) == ([], [])
    assert TICK not in text
    assert TICK not in "".join(word)
    assert word[-len(expected) :] == [f"{label}\t{value}" for label, value in expected]
    assert "\n".join(f"{label} {value}" for label, value in expected) in text


def test_granted_dates_are_listed():
    approval = dates_approval(ApprovalState.APPROVED, chosen=[9])

    assert ["Mögliche Termine", "Do, 20.06.2019, 10:00–12:30 Uhr"] in briefing_values(approval, [])[
        "decision"
    ]["rows"]


LATER = NOW + dt.timedelta(days=1)


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE)


def decide(approval, senator, verdict, **details):
    return record_decision(
        approval=approval,
        decision=Decision(verdict, **{"comment": ""} | details),
        by=senator,
        now=NOW,
    )


def decision_lines(lines: list[str]) -> list[str]:
    """Return the lines of the decision, without the footer of a PDF."""
    return [
        line for line in lines[lines.index("Entscheidung") + 1 :] if "Seite 1 von 1" not in line
    ]


def decision_of(approval) -> list[str]:
    """Return the decision as both PDF and Word show it, with the approval loaded as on the desk."""
    shown = viewable_approvals(an_office()).get(pk=approval.pk)
    lines = decision_lines(pdf_lines(shown))
    assert decision_lines(word_lines(shown)) == lines
    return lines


def test_conditions_are_shown_with_their_state(senator):
    decided = decide(
        some_approval(), senator, Verdict.CONDITION, conditions=[CONDITION, "Keine Presse."]
    )
    office = an_office()
    meet_condition(
        condition=decided.conditions.order_by("pk").first(),
        note="Bezirke geladen",
        by=office,
        now=LATER,
    )

    assert decision_of(decided) == [
        "Stand Mit Auflage freigegeben",
        f"Auflage {CONDITION}",
        f"erfüllt, vermerkt am 03.03.2026, 10:00 Uhr durch {office}",
        "Bezirke geladen",
        "Auflage Keine Presse.",
        "offen",
        f"Entschieden von {senator}",
        "Entschieden am 02.03.2026, 10:00 Uhr",
    ]


def test_counter_dates_are_shown(senator):
    counter_dates = [
        CounterDate(LATER, LATER + dt.timedelta(hours=2)),
        CounterDate(LATER + dt.timedelta(days=2)),
    ]
    decided = decide(
        dates_approval(),
        senator,
        Verdict.NONE_POSSIBLE,
        comment="Plenum",
        counter_dates=counter_dates,
    )

    assert decision_of(decided) == [
        "Stand Kein Termin möglich",
        "Gegenvorschlag Di, 03.03.2026, 10:00–12:00 Uhr",
        "Do, 05.03.2026, 10:00 Uhr",
        f"Entschieden von {senator}",
        "Entschieden am 02.03.2026, 10:00 Uhr",
        "Anmerkung Plenum",
    ]


@pytest.mark.parametrize("was_decided", [True, False])
def test_lapse_is_shown_with_its_reason(senator, was_decided):
    approval = some_approval()
    if was_decided:
        approval = decide(approval, senator, Verdict.CONDITION, conditions=[CONDITION])
    lapse_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        reason="Termin fällt aus",
        by=senator,
        now=LATER,
    )

    decision = ["Entschieden von " + str(senator), "Entschieden am 02.03.2026, 10:00 Uhr"]
    before = ["Stand Freigegeben, später erloschen", f"Auflage {CONDITION}", *decision]
    assert decision_of(approval) == [
        *(before if was_decided else ["Stand Erloschen"]),
        "Erloschen am 03.03.2026, 10:00 Uhr",
        "Grund Termin fällt aus",
    ]
