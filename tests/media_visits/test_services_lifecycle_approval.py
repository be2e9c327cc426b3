import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import differences_of
from approvals.registry import Change, Decision, snapshot_of
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused
from media_visits.enums import VisitState
from media_visits.facts import VISIT_FACTS
from media_visits.models import Visit
from media_visits.services import (
    change_visit,
    decide_visit,
    publish_visit,
    submit_visit,
    withdraw_visit,
)
from media_visits.services.visits import VISIT_FIELDS
from partners.models import Deputy
from tests.approvals.builders import BRIEFING, DUE_ON, NOW, TODAY, details_of
from tests.media_visits.builders import STARTS_AT, make_sector, make_slot, make_visit
from tests.partners.builders import make_organisation, make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState


def submit(visit, by, **fields):
    return submit_visit(
        **{"visit": visit, "briefing": BRIEFING, "due_on": DUE_ON, "by": by, "now": NOW} | fields
    )


def decide(approval, by, verdict=Verdict.APPROVE, comment="Bitte ergänzen.", *, now=NOW, **details):
    decision = Decision(verdict, comment, **details)
    return decide_visit(approval=approval, decision=decision, by=by, now=now)


def test_submission_keeps_briefing_and_snapshot(office, senator):
    visit = make_visit(
        company=make_organisation("Turbinenbau AG"), title="Rundgang", message="Ein Satz"
    )
    visit.sectors.add(make_sector())
    make_slot(visit)

    approval = submit(visit, office)

    visit.refresh_from_db()
    assert (visit.state, visit.submitted_at) == (S.SUBMITTED, NOW)
    assert (approval.occasion, approval.facts, approval.assessment, approval.vote) == BRIEFING[:4]
    assert (approval.kind, approval.subject_id, approval.title) == (
        ApprovalKind.VISIT,
        visit.pk,
        "Turbinenbau AG: Rundgang",
    )
    assert approval.path == f"/besuche/{visit.pk}/"
    assert approval.snapshot == [
        ["Unternehmen", "Turbinenbau AG"],
        ["Anlass des Besuchs", "Rundgang"],
        ["Termin", "Mo, 23.03.2026, 10:00–12:00 Uhr"],
        ["Wer besucht", "Senatorin"],
        ["Branchenschwerpunkt", "Maschinenbau"],
        ["Botschaft", "Ein Satz"],
        ["Presse", "Wort-Bild-Termin 23.03.2026, 10:00 Uhr"],
        ["Veröffentlichung", "vorgesehen"],
    ]
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_visit_without_press_says_so():
    assert ["Presse", "kein Pressetermin"] in snapshot_of(VISIT_FACTS, make_visit())


def test_visit_by_a_plant_names_the_partner_behind_it():
    visit = make_visit(
        company=make_organisation("Turbinenbau AG"), company_text="Werk Nord", to_be_published=False
    )

    assert snapshot_of(VISIT_FACTS, visit)[:2] == [
        ["Unternehmen", "Werk Nord"],
        ["Partner", "Turbinenbau AG"],
    ]
    assert ["Veröffentlichung", "nein, nur intern"] in snapshot_of(VISIT_FACTS, visit)


@pytest.mark.parametrize(
    ("visit_fields", "fields", "message"),
    [
        ({"starts_at": None, "ends_at": None}, {}, "Tag und Uhrzeit"),
        ({"starts_at": NOW - dt.timedelta(hours=1), "ends_at": None}, {}, "in der Vergangenheit"),
        ({}, {"due_on": STARTS_AT.date()}, "vor dem Tag selbst"),
        ({}, {"due_on": TODAY - dt.timedelta(days=1)}, "in der Vergangenheit"),
        ({}, {"briefing": BRIEFING._replace(vote=" ")}, "Votum"),
    ],
)
def test_what_cannot_be_decided_is_not_submitted(office, senator, visit_fields, fields, message):
    visit = make_visit(**visit_fields)

    with nothing_changes(visit), pytest.raises(Refused, match=message):
        submit(visit, office, **fields)

    assert not ApprovalRequest.objects.exists()


def test_visit_of_today_is_decided_on_today(office, senator):
    visit = make_visit(starts_at=NOW + dt.timedelta(hours=2), ends_at=None)

    approval = submit(visit, office, due_on=TODAY)

    assert (approval.state, approval.due_on) == (ApprovalState.OPEN, TODAY)


@pytest.mark.parametrize(
    ("starts_at", "is_allowed"),
    [
        (dt.datetime(2026, 3, 22, 22, 59, tzinfo=dt.UTC), False),
        (dt.datetime(2026, 3, 22, 23, 0, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 3, 24, 22, 59, tzinfo=dt.UTC), True),
        (dt.datetime(2026, 3, 24, 23, 0, tzinfo=dt.UTC), False),
        (None, True),
    ],
)
def test_press_slots_lie_on_the_days_of_the_visit(office, senator, starts_at, is_allowed):
    visit = make_visit(ends_at=STARTS_AT + dt.timedelta(days=1))
    make_slot(visit, kind="not_public", starts_at=starts_at)

    if is_allowed:
        submit(visit, office)
    else:
        with nothing_changes(visit), pytest.raises(Refused, match="liegt an einem anderen Tag"):
            submit(visit, office)

    assert ApprovalRequest.objects.exists() is is_allowed


def test_postponed_visit_is_not_submitted_with_its_press_on_the_former_day(office, senator):
    visit = make_visit(S.POSTPONED)
    make_slot(visit, starts_at=STARTS_AT - dt.timedelta(days=7))

    with nothing_changes(visit), pytest.raises(Refused) as refused:
        submit(visit, office)

    assert str(refused.value) == (
        "Der Pressetermin „Wort-Bild-Termin 16.03.2026, 10:00 Uhr“ liegt an einem anderen Tag als "
        "der Besuch "
        "(Mo, 23.03.2026, 10:00–12:00 Uhr). Bitte ändern Sie zuerst seinen Beginn, oder entfernen "
        "Sie ihn."
    )


def test_approving_moves_the_visit_and_mails_the_office(office, senator):
    visit = make_visit()
    approval = submit(visit, office)

    decide(approval, senator, comment="")

    visit.refresh_from_db()
    assert visit.state == S.APPROVED
    assert mails_written("approval_decided") == [
        ("approval_decided", "geschaeftsstelle@example.org")
    ]


def test_returned_visit_is_submitted_again(office, senator):
    visit = make_visit()
    decide(submit(visit, office), senator, Verdict.RETURN)
    visit.refresh_from_db()
    assert visit.state == S.RETURNED

    submit(visit, office)

    visit.refresh_from_db()
    assert visit.state == S.SUBMITTED
    assert sorted(ApprovalRequest.objects.values_list("state", flat=True)) == ["open", "returned"]


def test_refusing_cancels_the_visit_and_its_comment_stays_internal(office, senator):
    visit = make_visit()

    decide(submit(visit, office), senator, Verdict.REFUSE, "Kein Bezug zum Masterplan.")

    visit.refresh_from_db()
    assert (visit.state, visit.reason) == (S.CANCELLED, "Der Besuch kommt nicht zustande.")


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.CONDITION])
@pytest.mark.parametrize("late", [dt.timedelta(0), dt.timedelta(days=1)])
def test_visit_whose_time_has_come_is_not_approved(office, senator, verdict, late):
    visit = make_visit()
    approval = submit(visit, office)

    with (
        nothing_changes(visit, approval),
        pytest.raises(Refused, match="Geben Sie den Besuch zurück"),
    ):
        decide(approval, senator, verdict, now=STARTS_AT + late, **details_of(verdict))


@pytest.mark.parametrize(
    ("verdict", "state"), [(Verdict.RETURN, S.RETURNED), (Verdict.REFUSE, S.CANCELLED)]
)
def test_visit_whose_time_has_come_is_returned_or_refused(office, senator, verdict, state):
    approval = submit(make_visit(), office)

    visit = decide(approval, senator, verdict, now=STARTS_AT)

    assert visit.state == state


def test_visit_is_approved_until_it_begins(office, senator):
    approval = submit(make_visit(), office)

    assert (
        decide(approval, senator, comment="", now=STARTS_AT - dt.timedelta(minutes=1)).state
        == S.APPROVED
    )


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_without_a_comment_nothing_is_returned_or_refused(office, senator, verdict):
    visit = make_visit()
    approval = submit(visit, office)

    with nothing_changes(visit, approval), pytest.raises(Refused, match="begründen"):
        decide(approval, senator, verdict, " ")


def test_second_decision_is_refused(office, senator):
    visit = make_visit()
    approval = submit(visit, office)
    decide(approval, senator)

    with (
        nothing_changes(visit, approval),
        pytest.raises(ChangedMeanwhile, match="bereits entschieden"),
    ):
        decide(approval, senator, Verdict.RETURN)


def test_condition_is_kept_and_the_visit_approved(office, senator):
    visit = make_visit()
    approval = submit(visit, office)

    decide(approval, senator, Verdict.CONDITION, "", conditions=["Nur mit Betriebsrat"])

    visit.refresh_from_db()
    assert (visit.state, [condition.text for condition in approval.conditions.all()]) == (
        S.APPROVED,
        ["Nur mit Betriebsrat"],
    )
    assert visit.history.latest().history_change_reason == "Mit Auflage freigegeben"


def test_changed_visit_is_submitted_again_with_the_difference(office, senator):
    visit = make_visit(visitor="Senatorin")
    decide(submit(visit, office), senator)
    visit = Visit.objects.get(pk=visit.pk)
    version, values = version_of(visit, VISIT_FIELDS), {"visitor": "Staatssekretariat"}
    change_visit(visit=visit, values=values, version=version, by=office, now=NOW)

    approval = submit(visit, office)

    assert differences_of(approval) == [Change("Wer besucht", "Senatorin", "Staatssekretariat")]


@time_machine.travel(NOW)
def test_decision_of_a_deputy_is_marked(office, senator):
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(principal=senator.person, deputy=deputy.person, starts_on=TODAY)
    approval = submit(make_visit(), office)

    visit = decide(approval, deputy, comment="")

    approval.refresh_from_db()
    assert (visit.state, approval.state, approval.by_deputy) == (
        S.APPROVED,
        ApprovalState.APPROVED,
        True,
    )


def test_withdrawing_closes_the_approval_and_mails_the_senators_office(office, senator):
    visit = make_visit()
    approval = submit(visit, office)

    withdraw_visit(visit=visit, by=office, now=NOW)

    visit.refresh_from_db()
    approval.refresh_from_db()
    assert (visit.state, approval.state) == (S.IDEA, ApprovalState.WITHDRAWN)
    assert mails_written("approval_withdrawn") == [("approval_withdrawn", "senatorin@example.org")]


def test_refused_visit_is_not_published(office, senator):
    visit = make_visit()
    decide(submit(visit, office), senator, Verdict.REFUSE, "Kein Bezug zum Masterplan.")

    with nothing_changes(visit), pytest.raises(Refused, match="Er ist im Stand „abgesagt“"):
        publish_visit(visit=visit, by=office, now=NOW)


@pytest.mark.django_db(transaction=True)
def test_only_one_of_a_decision_and_a_withdrawal_succeeds(office, senator):
    visit = make_visit()
    approval = submit(visit, office)

    results = race(
        lambda: decide(approval, senator, comment=""),
        lambda: withdraw_visit(visit=visit, by=office, now=NOW),
    )

    visit.refresh_from_db()
    approval.refresh_from_db()
    assert sum(isinstance(result, Refused) for result in results) == 1
    assert (visit.state, approval.state) in [
        (S.APPROVED, ApprovalState.APPROVED),
        (S.IDEA, ApprovalState.WITHDRAWN),
    ]
