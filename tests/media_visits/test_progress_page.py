import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.queries import approvals_about
from approvals.registry import Decision
from media_visits.progress import history_of
from media_visits.services import cancel_visit, decide_visit, submit_visit
from tests.approvals.builders import BRIEFING, DUE_ON, NOW
from tests.media_visits.builders import make_visit

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_the_log_tells_each_step_with_vote_and_comment(office, senator):
    visit = make_visit()
    brief = {"visit": visit, "briefing": BRIEFING, "due_on": DUE_ON, "by": office}
    approval = submit_visit(now=NOW, **brief)
    decide_visit(
        approval=approval,
        decision=Decision(Verdict.RETURN, "Bitte kürzen."),
        by=senator,
        now=NOW + HOUR,
    )
    approval = submit_visit(now=NOW + 2 * HOUR, **brief)
    decide_visit(
        approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW + 3 * HOUR
    )
    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW + 4 * HOUR)

    entries = history_of(visit, approvals_about("visit", visit.pk))

    assert [(row.what, row.who, row.note) for row in entries][:-1] == [
        ("Abgesagt", str(office), ""),
        ("Freigegeben", str(senator), ""),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
        ("Zurückgegeben", str(senator), "Bitte kürzen."),
        ("Zur Freigabe vorgelegt", str(office), BRIEFING.vote),
    ]
    assert entries[0].at == NOW + 4 * HOUR
