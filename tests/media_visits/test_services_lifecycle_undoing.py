"""Correct an outcome, take steps back, and leave alone what was not seen."""

import pytest
from django.db.models import F

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused
from media_visits.enums import VisitState
from media_visits.models import Visit
from media_visits.services import (
    announce_visit,
    cancel_visit,
    correct_visit,
    document_visit,
    hold_visit,
    postpone_visit,
    publish_visit,
    reopen_visit,
    resume_visit,
    withdraw_visit,
)
from media_visits.services.visits import SEEN_FIELDS
from tests.approvals.builders import NOW
from tests.media_visits.builders import make_visit
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState


def test_outcome_is_corrected_with_a_line_of_history(office):
    visit = make_visit(S.DOCUMENTED, outcome="Fläche gesucht")

    correct_visit(visit=visit, outcome=" Halle gesucht ", by=office, now=NOW)

    visit.refresh_from_db()
    assert (visit.state, visit.outcome) == (S.DOCUMENTED, "Halle gesucht")
    assert visit.history.latest().history_change_reason == "Ergebnis berichtigt"


def test_outcome_that_stays_the_same_writes_nothing(office):
    visit = make_visit(S.DOCUMENTED, outcome="Fläche gesucht")

    with nothing_changes(visit):
        correct_visit(visit=visit, outcome="Fläche gesucht ", by=office, now=NOW)


def test_outcome_is_not_corrected_to_nothing(office):
    visit = make_visit(S.DOCUMENTED)

    with nothing_changes(visit), pytest.raises(Refused, match="in wenigen Sätzen"):
        correct_visit(visit=visit, outcome=" ", by=office, now=NOW)


def test_cancellation_that_people_were_told_is_final(office):
    visit = make_visit(S.CANCELLED, announced_at=NOW)

    with nothing_changes(visit), pytest.raises(Refused, match="schon mitgeteilt"):
        resume_visit(visit=visit, by=office, now=NOW)


def test_visit_taken_up_again_is_an_unpublished_idea_without_a_reason(office):
    visit = make_visit(S.CANCELLED, is_published=True)

    resume_visit(visit=visit, by=office, now=NOW)

    visit.refresh_from_db()
    assert (visit.state, visit.reason, visit.is_published) == (S.IDEA, "", False)
    assert mails_written() == []


SEEN = {
    "announce": (announce_visit, S.APPROVED, {}),
    "withdraw": (withdraw_visit, S.SUBMITTED, {}),
    "postpone": (postpone_visit, S.ANNOUNCED, {"reason": "Streik"}),
    "cancel": (cancel_visit, S.ANNOUNCED, {"reason": "Streik"}),
    "hold": (hold_visit, S.ANNOUNCED, {}),
    "reopen": (reopen_visit, S.HELD, {}),
    "document": (document_visit, S.HELD, {"outcome": "Halle"}),
    "correct": (correct_visit, S.DOCUMENTED, {"outcome": "Halle"}),
    "resume": (resume_visit, S.CANCELLED, {}),
    "publish": (publish_visit, S.APPROVED, {}),
}


@pytest.mark.parametrize(("service", "state", "values"), SEEN.values(), ids=SEEN)
def test_state_that_was_not_seen_is_left_alone(office, service, state, values):
    visit = make_visit(state)
    seen = version_of(visit, SEEN_FIELDS)
    Visit.objects.update(version=F("version") + 1)

    with nothing_changes(visit), pytest.raises(ChangedMeanwhile, match="den jetzigen Stand"):
        service(visit=visit, seen=seen, by=office, now=NOW, **values)
