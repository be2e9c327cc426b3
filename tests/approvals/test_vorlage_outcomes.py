"""What the documents of a settled request say about its decision."""

import pytest

from approvals.enums import ApprovalState
from approvals.vorlage import vorlage_pdf, vorlage_values, vorlage_word
from tests.approvals.vorlagen import TICK, dates_request, some_request
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
            [["Stand", "Freigegeben"], ["von", "{who}, in Vertretung"], ["Anmerkung", "Gern.\nFrüh."]],
        ),
        (
            ApprovalState.CONDITIONAL,
            {},
            [["Stand", "Mit Auflage freigegeben"], ["von", "{who}"], ["Anmerkung", "Begründung"]],
        ),
        (ApprovalState.RETURNED, {}, [["Stand", "Zurückgegeben"], ["von", "{who}"], ["Anmerkung", "Begründung"]]),
        (ApprovalState.REFUSED, {}, [["Stand", "Abgelehnt"], ["von", "{who}"], ["Anmerkung", "Begründung"]]),
        (
            ApprovalState.LAPSED,
            {"comment": ""},
            [["Stand", "Freigegeben, später erloschen"], ["von", "{who}"]],
        ),
        (ApprovalState.LAPSED, {"comment": "", "decided_at": None}, [["Stand", "Erloschen"]]),
        (ApprovalState.WITHDRAWN, {}, [["Stand", "Zurückgezogen"]]),
    ],
)  # fmt: skip
def test_a_settled_request_shows_the_decision_instead_of_boxes(state, fields, rows):
    senator = make_user(email="senatorin@example.org")
    request = some_request(state, **{"decided_by": senator} | fields)
    expected = [[label, value.format(who=senator)] for label, value in rows]
    if request.decided_at:
        expected.insert(2, ["am", "02.03.2026, 10:00 Uhr"])
    expected = [
        [{"von": "Entschieden von", "am": "Entschieden am"}.get(label, label), value] for label, value in expected
    ]

    decision = vorlage_values(request, [])["decision"]
    text, word = text_of(vorlage_pdf(request, [])), lines_of_word(vorlage_word(request, []))

    assert decision["rows"] == expected
    assert (decision["boxes"], decision["signature"]) == ([], [])
    assert TICK not in text
    assert TICK not in "".join(word)
    assert word[-len(expected) :] == [f"{label}\t{value}" for label, value in expected]
    assert "\n".join(f"{label} {value}" for label, value in expected) in text


def test_dates_that_can_be_kept_are_named():
    request = dates_request(ApprovalState.APPROVED, chosen=[9])

    assert ["Mögliche Termine", "Do, 20.06.2019, 10:00–12:30 Uhr"] in vorlage_values(request, [])["decision"]["rows"]
