import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE, SENATOR_OFFICE
from media_visits import services
from media_visits.enums import VisitState
from media_visits.progress.lifecycle import next_step_of, visit_steps
from tests.approvals.builders import DUE_ON, NOW
from tests.media_visits.builders import AFTERWARDS, make_visit, make_visit_approval
from tests.partners.builders import make_user
from tests.unchanged import mails_written

pytestmark = pytest.mark.django_db
S = VisitState


def step(visit, role=OFFICE, *, approvals=(), now=NOW):
    return next_step_of(visit, make_user(role), approvals=list(approvals), now=now)


@pytest.mark.parametrize(
    ("state", "current"),
    [
        (S.IDEA, "Idee"),
        (S.RETURNED, "zurückgegeben"),
        (S.POSTPONED, "verschoben"),
        (S.SUBMITTED, "zur Freigabe"),
        (S.ANNOUNCED, "angekündigt"),
    ],
)
def test_progress_bar_marks_where_a_visit_stands(state, current):
    steps = visit_steps(make_visit(state, approval=False))

    assert [step.label for step in steps if step.status == "current"] == [current]
    assert len(steps) == 6


def test_every_step_of_a_documented_visit_is_done():
    steps = visit_steps(make_visit(S.DOCUMENTED, approval=False))

    assert {step.status for step in steps} == {"done"}


def test_progress_bar_of_a_recorded_visit_leaves_out_the_approval():
    visit = make_visit(S.HELD, approval=False, recorded_reason="Kurzfristig")

    labels = [(entry.label, entry.status) for entry in visit_steps(visit)]

    assert labels == [("Idee", "done"), ("durchgeführt", "current"), ("dokumentiert", "todo")]


def test_visit_that_was_never_announced_is_held_once_its_date_has_passed(office):
    visit = make_visit(S.APPROVED)

    before, box = step(visit), step(visit, now=AFTERWARDS)
    services.hold_visit(visit=visit, by=office, now=AFTERWARDS)
    visit.refresh_from_db()
    labels = [(entry.label, entry.status) for entry in visit_steps(visit)]
    services.reopen_visit(visit=visit, by=office, now=AFTERWARDS)

    assert before.action == "Ankündigen"
    assert (box.action, box.url) == (
        "Als durchgeführt vermerken",
        f"/besuche/{visit.pk}/durchgefuehrt/",
    )
    assert labels[2:] == [
        ("freigegeben", "done"),
        ("durchgeführt", "current"),
        ("dokumentiert", "todo"),
    ]
    visit.refresh_from_db()
    assert (visit.state, visit.announced_at, mails_written()) == (S.APPROVED, None, [])


def test_visit_whose_date_has_passed_is_recorded():
    visit = make_visit(approval=False)

    box = step(visit, now=AFTERWARDS)

    assert (box.action, box.url) == ("Nachträglich erfassen", f"/besuche/{visit.pk}/nachtraeglich/")
    assert box.text.startswith("Der Termin ist vorbei.")


@pytest.mark.parametrize(
    "fields", [{"state": S.CANCELLED}, {"state": S.HELD, "origin": Origin.TAKEN_OVER}]
)
def test_cancelled_and_taken_over_visits_have_no_progress_bar(fields):
    assert visit_steps(make_visit(approval=False, **fields)) == []


@pytest.mark.parametrize(
    ("state", "action", "route"),
    [
        (S.IDEA, "Zur Freigabe vorlegen", "vorlegen/"),
        (S.RETURNED, "Erneut vorlegen", "vorlegen/"),
        (S.APPROVED, "Ankündigen", "ankuendigen/"),
        (S.HELD, "Ergebnis festhalten", "ergebnis/"),
    ],
)
def test_office_gets_one_button(state, action, route):
    visit = make_visit(state, approval=False)

    box = step(visit)

    assert (box.action, box.url, box.who) == (
        action,
        f"/besuche/{visit.pk}/{route}",
        "Geschäftsstelle",
    )


def test_date_has_to_be_entered_before_submitting():
    visit = make_visit(S.POSTPONED, starts_at=None, ends_at=None)

    assert (step(visit).action, step(visit).url) == (
        "Termin eintragen",
        f"/besuche/{visit.pk}/bearbeiten/",
    )


def test_announced_visit_is_recorded_only_afterwards():
    visit = make_visit(S.ANNOUNCED, approval=False)

    assert step(visit).action == ""
    assert step(visit, now=AFTERWARDS).url == f"/besuche/{visit.pk}/durchgefuehrt/"


def test_only_the_senators_office_gets_the_button_to_decide():
    visit = make_visit(S.SUBMITTED, approval=False)
    approval = make_visit_approval(visit)

    box = step(visit, SENATOR_OFFICE, approvals=[approval])

    assert (box.action, box.url, box.due_on) == (
        "Entscheiden",
        f"/freigaben/{approval.pk}/",
        DUE_ON,
    )
    assert step(visit, OFFICE, approvals=[approval]).action == ""


def test_observers_get_no_button():
    assert step(make_visit(S.APPROVED, approval=False), OBSERVER).action == ""


@pytest.mark.parametrize("state", [S.DOCUMENTED, S.CANCELLED])
def test_nothing_is_left_to_do_at_the_end(state):
    assert step(make_visit(state, approval=False)) is None
