"""Correct an outcome, take steps back, and leave alone what was not seen."""

import pytest
from django.db.models import F

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused
from core.roles import OBSERVER, PARTNER
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
    record_visit,
    reopen_visit,
    resume_visit,
    unrecord_visit,
    withdraw_visit,
)
from media_visits.services.visits import SEEN_FIELDS
from tests.approvals.builders import NOW
from tests.media_visits.builders import AFTERWARDS, make_visit
from tests.partners.builders import make_organisation, make_user
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


def test_visit_without_an_approval_is_recorded_with_a_reason_and_taken_back(office, senator):
    visit = make_visit(S.RETURNED, title="Rundgang")
    with nothing_changes(visit), pytest.raises(Refused, match="warum keine Freigabe"):
        record_visit(visit=visit, reason=" ", by=office, now=AFTERWARDS)
    with nothing_changes(visit), pytest.raises(Refused, match="erst nach seinem Beginn"):
        record_visit(visit=visit, reason="Kurzfristig", by=office, now=NOW)

    record_visit(visit=visit, reason=" Kurzfristig ", by=office, now=AFTERWARDS)

    visit.refresh_from_db()
    assert (visit.state, visit.recorded_reason, mails_written()) == (S.HELD, "Kurzfristig", [])
    line = "Nachträglich erfasst, ohne Freigabe im Portal"
    assert visit.history.latest().history_change_reason == line
    assert not visit.is_publishable
    with nothing_changes(visit), pytest.raises(Refused, match="nie angekündigt"):
        reopen_visit(visit=visit, by=office, now=AFTERWARDS)

    unrecord_visit(visit=visit, by=office, now=AFTERWARDS)

    visit.refresh_from_db()
    assert (visit.state, visit.recorded_reason) == (S.IDEA, "")


def test_visit_that_was_announced_is_not_taken_back_as_recorded(office):
    visit = make_visit(S.HELD)

    with nothing_changes(visit), pytest.raises(Refused, match="nicht nachträglich erfasst"):
        unrecord_visit(visit=visit, by=office, now=AFTERWARDS)


@pytest.mark.parametrize("role", [OBSERVER, PARTNER])
def test_outsiders_do_not_see_a_recorded_visit(office, senator, role):
    company = make_organisation()
    user = make_user(role, organisation=company)
    make_visit(S.HELD, company=company, recorded_reason="Kurzfristig")

    assert not Visit.objects.visible_to(user).exists()
    assert Visit.objects.visible_to(senator).count() == 1


SEEN = {
    "announce": (announce_visit, S.APPROVED, {}),
    "withdraw": (withdraw_visit, S.SUBMITTED, {}),
    "postpone": (postpone_visit, S.ANNOUNCED, {"reason": "Streik"}),
    "cancel": (cancel_visit, S.ANNOUNCED, {"reason": "Streik"}),
    "hold": (hold_visit, S.ANNOUNCED, {}),
    "reopen": (reopen_visit, S.HELD, {}),
    "record": (record_visit, S.IDEA, {"reason": "Kurzfristig"}),
    "unrecord": (unrecord_visit, S.HELD, {}),
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
