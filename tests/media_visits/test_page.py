import datetime as dt

import pytest

from approvals.enums import Answer
from approvals.queries import requests_about
from media_visits.page import history_of
from media_visits.services import cancel_visit, decide_visit, submit_visit
from tests.approvals.builders import DUE_ON, NOW, VORLAGE
from tests.media_visits.builders import make_visit

pytestmark = pytest.mark.django_db
HOUR = dt.timedelta(hours=1)


def test_the_log_tells_each_step_with_vote_and_comment(office, senator):
    visit = make_visit()
    brief = {"visit": visit, "vorlage": VORLAGE, "due_on": DUE_ON, "by": office}
    request = submit_visit(now=NOW, **brief)
    decide_visit(
        request=request, answer=Answer.RETURN, comment="Bitte kürzen.", by=senator, now=NOW + HOUR
    )
    request = submit_visit(now=NOW + 2 * HOUR, **brief)
    decide_visit(request=request, answer=Answer.APPROVE, comment="", by=senator, now=NOW + 3 * HOUR)
    cancel_visit(visit=visit, reason="Streik", by=office, now=NOW + 4 * HOUR)

    entries = history_of(visit, requests_about("visit", visit.pk))

    assert [(row.what, row.who, row.note) for row in entries][:-1] == [
        ("Abgesagt", str(office), ""),
        ("Freigegeben", str(senator), ""),
        ("Zur Freigabe vorgelegt", str(office), VORLAGE.vote),
        ("Zurückgegeben", str(senator), "Bitte kürzen."),
        ("Zur Freigabe vorgelegt", str(office), VORLAGE.vote),
    ]
    assert entries[0].at == NOW + 4 * HOUR
