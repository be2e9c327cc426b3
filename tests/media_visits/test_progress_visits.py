import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.queries import approvals_about
from approvals.registry import Decision
from media_visits.enums import VisitState
from media_visits.progress import visit_history, visit_page
from media_visits.services import cancel_visit, decide_visit, submit_visit
from tests.approvals.builders import BRIEFING, DUE_ON, NOW
from tests.media_visits.builders import make_visit

pytestmark = pytest.mark.django_db
S = VisitState
APPROVED_STATES = (S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
HOUR = dt.timedelta(hours=1)


def test_history_shows_each_step_with_vote_and_comment(office, senator):
    visit = make_visit()
    submission = {"visit": visit, "briefing": BRIEFING, "due_on": DUE_ON, "by": office}
    approval = submit_visit(now=NOW, **submission)
    decide_visit(
        approval=approval,
        decision=Decision(Verdict.RETURN, "Bitte kürzen."),
        by=senator,
        now=NOW + HOUR,
    )
    approval = submit_visit(now=NOW + 2 * HOUR, **submission)
    decide_visit(
        approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW + 3 * HOUR
    )
    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW + 4 * HOUR)

    entries = visit_history(visit, approvals_about("visit", visit.pk))

    assert [(entry.what, entry.who, entry.note) for entry in entries][:-1] == [
        ("Abgesagt", str(office), ""),
        ("Freigegeben", str(senator), ""),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
        ("Zurückgegeben", str(senator), "Bitte kürzen."),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
    ]
    assert entries[0].at == NOW + 4 * HOUR


@pytest.mark.parametrize("state", S)
def test_page_offers_to_publish_only_approved_visits(office, state):
    visit = make_visit(state)

    assert [button.label for button in visit_page(visit, office, now=NOW)["further_buttons"]].count(
        "Veröffentlichen"
    ) == (state in APPROVED_STATES)
