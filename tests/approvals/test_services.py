import datetime as dt
from functools import partial

import pytest
import time_machine
from celery import current_app
from django.db import transaction

from approvals.enums import MOVES, ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import CounterDate, Decision
from approvals.services import lapse_approvals, record_decision, request_approval, withdraw_approval
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy
from tests.approvals.builders import (
    BRIEFING,
    CONDITION,
    DUE_ON,
    NOW,
    TODAY,
    details_of,
    make_approval,
    make_deputy,
    make_subject,
)
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db

OPTIONS = [{"id": 7, "label": "Mo", "hint": ""}, {"id": 9, "label": "Di", "hint": ""}]


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org")


def submit(by, **fields):
    values = {
        "subject": make_subject(),
        "briefing": BRIEFING,
        "due_on": DUE_ON,
        "by": by,
        "now": NOW,
    }
    return request_approval(**values | fields)


def decide(approval, by, verdict=Verdict.APPROVE, comment="Bitte ergänzen.", **fields):
    return record_decision(
        approval=approval, decision=Decision(verdict, comment, **fields), by=by, now=NOW
    )


def test_submission_keeps_what_was_shown(office):
    subject = make_subject(snapshot=[["Thema", "Fachkräfte sichern"]])

    approval = submit(office, subject=subject)

    approval.refresh_from_db()
    assert (approval.kind, approval.subject_id, approval.state) == (
        ApprovalKind.TOPIC,
        1,
        ApprovalState.OPEN,
    )
    assert approval.snapshot == [["Thema", "Fachkräfte sichern"]]
    assert (approval.vote, approval.due_on, approval.submitted_at, approval.submitted_by) == (
        BRIEFING.vote,
        DUE_ON,
        NOW,
        office,
    )
    assert [row.history_change_reason for row in approval.history.all()] == ["Freigabe beantragt"]


def test_submission_tells_each_of_the_senators_office_once(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    make_user(SENATOR_OFFICE, email="stillgelegt@example.org", is_active=False)
    make_user(PARTNER)

    approval = submit(office)

    assert mails_written() == [("approval_asked", senator.email), ("approval_asked", second.email)]
    mail = Mail.objects.get(recipient=senator.email)
    assert mail.subject == "Freigabe erbeten bis 13.03.2026: Fachkräfte sichern"
    assert mail.path == f"/freigaben/{approval.pk}/"
    assert f"http://localhost:8000/freigaben/{approval.pk}/" in mail.text


def test_submission_tells_the_deputies_of_the_day_only(office, senator):
    make_deputy(senator)
    make_deputy(
        senator, starts_on=TODAY + dt.timedelta(1), ends_on=None, email="ab-morgen@example.org"
    )
    make_deputy(
        senator,
        starts_on=dt.date(2026, 1, 1),
        ends_on=TODAY - dt.timedelta(1),
        email="bis-gestern@example.org",
    )

    submit(office)

    assert mails_written() == [
        ("approval_asked", "senatorin@example.org"),
        ("approval_asked", "vertretung@example.org"),
    ]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER, None])
def test_nobody_but_the_office_submits(role):
    by = make_user(role) if role else make_user()

    with nothing_changes(), pytest.raises(NotAllowed):
        submit(by)

    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"due_on": TODAY - dt.timedelta(1)}, {"briefing": BRIEFING._replace(vote="  ")}],
    ids=["deadline in the past", "no vote"],
)
def test_incomplete_submission_is_refused(office, senator, fields):
    with nothing_changes(), pytest.raises(Refused):
        submit(office, **fields)

    assert not ApprovalRequest.objects.exists()


def test_deadline_today_is_possible_late_in_the_evening_of_berlin(office):
    late = dt.datetime(2026, 3, 2, 23, 30, tzinfo=NOW.tzinfo)

    assert submit(office, due_on=TODAY, now=late).due_on == TODAY


def test_second_open_request_about_the_same_subject_is_refused(office, senator):
    first = submit(office)

    with nothing_changes(first), pytest.raises(ChangedMeanwhile):
        submit(office)

    assert ApprovalRequest.objects.count() == 1


def test_nothing_is_handed_over_before_the_commit(
    office, senator, django_capture_on_commit_callbacks, monkeypatch
):
    sent = []
    monkeypatch.setattr(current_app, "send_task", lambda name, **options: sent.append(name))

    with django_capture_on_commit_callbacks() as callbacks:
        submit(office)
        assert sent == []
    for callback in callbacks:
        callback()

    assert sent == ["outbox.tasks.drain"]


def test_rollback_takes_the_mail_back(office, senator):
    with pytest.raises(RuntimeError), transaction.atomic():
        submit(office)
        raise RuntimeError

    assert (ApprovalRequest.objects.count(), Mail.objects.count()) == (0, 0)


ACTIONS = {
    **{
        verdict: lambda approval, office, senator, verdict=verdict: decide(
            approval, senator, verdict=verdict, **details_of(verdict, chosen=[7])
        )
        for verdict in Verdict
    },
    "withdraw": lambda approval, office, senator: withdraw_approval(
        kind=approval.kind, subject_id=approval.subject_id, by=office, now=NOW
    ),
    "lapse": lambda approval, office, senator: lapse_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        reason="Gegenstand geändert",
        by=office,
        now=NOW,
    ),
}


def test_every_action_of_the_table_is_tested():
    assert set(ACTIONS) == set(MOVES)


@pytest.mark.parametrize("state", ApprovalState)
@pytest.mark.parametrize("action", ACTIONS)
def test_table_of_states_holds(state, action, office, senator):
    subject = make_subject(ApprovalKind.DATES, options=OPTIONS)
    approval = make_approval(state, by=office, decided_by=senator, subject=subject)
    act = partial(ACTIONS[action], approval, office, senator)

    if state in MOVES[action].sources:
        act()
        approval.refresh_from_db()
        assert approval.state == MOVES[action].target
        assert approval.history.count() == 2
    elif action in ("withdraw", "lapse"):
        with nothing_changes(approval):
            assert not act()
    else:
        with nothing_changes(approval), pytest.raises(ChangedMeanwhile):
            act()


def test_approval_is_recorded_and_told_to_the_office(office, senator):
    approval = make_approval(by=office)

    decide(approval, senator, comment=" Gern. ")

    approval.refresh_from_db()
    assert (
        approval.state,
        approval.comment,
        approval.decided_by,
        approval.decided_at,
        approval.by_deputy,
    ) == (
        ApprovalState.APPROVED,
        "Gern.",
        senator,
        NOW,
        False,
    )
    assert mails_written() == [("approval_decided", office.email)]
    mail = Mail.objects.get()
    assert mail.subject == "Freigegeben: Fachkräfte sichern"
    assert (mail.path, mail.event) == (approval.path, "decided")
    assert "Gern." in mail.text
    latest = approval.history.first()
    assert (latest.history_change_reason, approval.history.count()) == ("freigegeben", 2)


def test_second_decision_names_the_first(office, senator):
    approval = make_approval(by=office)
    decide(approval, senator)

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator, verdict=Verdict.REFUSE)

    assert str(refusal.value) == (
        "Diese Freigabe ist bereits entschieden: freigegeben (am 02.03.2026, 10:00 Uhr, von: Konto "
        "senatorin). "
        "Ihre Eingabe gilt nicht."
    )


def test_withdrawn_request_says_by_whom_and_when(office, senator):
    approval = make_approval(by=office)
    withdraw_approval(
        kind=approval.kind,
        subject_id=approval.subject_id,
        by=office,
        now=NOW + dt.timedelta(hours=1),
    )

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator)

    assert str(refusal.value) == (
        f"Diese Freigabe ist zurückgezogen (am 02.03.2026, 11:00 Uhr, von: {office}). Ihre Eingabe "
        "gilt nicht."
    )


@pytest.mark.parametrize("state", [ApprovalState.LAPSED, ApprovalState.WITHDRAWN])
def test_request_that_is_no_longer_asked_says_so(office, senator, state):
    approval = make_approval(state, by=office, decided_by=senator)
    ApprovalRequest.objects.filter(pk=approval.pk).update(
        withdrawn_at=None, withdrawn_by=None
    )  # from before

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator)

    assert (
        str(refusal.value)
        == f"Diese Freigabe ist {ApprovalState(state).label}. Ihre Eingabe gilt nicht."
    )


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER, None])
def test_nobody_but_the_senators_office_decides(office, senator, role):
    approval = make_approval(by=office)
    by = make_user(role) if role else make_user()

    with nothing_changes(approval), pytest.raises(NotAllowed):
        decide(approval, by)


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_return_and_refusal_need_a_comment(office, senator, verdict):
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(Refused):
        decide(approval, senator, verdict=verdict, comment="  ")


def test_approval_needs_no_comment(office, senator):
    assert decide(make_approval(by=office), senator, comment="").comment == ""


def test_options_that_can_be_kept_are_recorded(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(approval, senator, chosen=[9, 7])

    approval.refresh_from_db()
    assert approval.chosen == [7, 9]


@pytest.mark.parametrize("chosen", [[], [7, 8]], ids=["none ticked", "unknown one"])
def test_wrong_options_are_refused(office, senator, chosen):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    with nothing_changes(approval), pytest.raises(Refused):
        decide(approval, senator, chosen=chosen)


def test_options_are_returned_without_a_tick(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    assert decide(approval, senator, verdict=Verdict.RETURN).state == ApprovalState.RETURNED


@time_machine.travel(NOW)
def test_deputy_decides_in_vertretung_and_the_principal_is_told(office, senator):
    approval = make_approval(by=office)
    deputy = make_deputy(senator)
    partner = make_user(PARTNER, email="partner@example.org")
    Deputy.objects.create(principal=partner.person, deputy=deputy.person, starts_on=TODAY)

    decide(approval, deputy)

    approval.refresh_from_db()
    assert (approval.decided_by, approval.by_deputy) == (deputy, True)
    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
    ]
    assert "Konto vertretung, in Vertretung" in Mail.objects.get(recipient=office.email).text
    assert Mail.objects.get(recipient=senator.email).path == f"/freigaben/{approval.pk}/"


@pytest.mark.parametrize("days", [-1, 1], ids=["the day before", "the day after"])
def test_deputy_decides_on_no_other_day(office, senator, days):
    approval = make_approval(by=office)
    deputy = make_deputy(senator)

    with (
        time_machine.travel(NOW + dt.timedelta(days)),
        nothing_changes(approval),
        pytest.raises(NotAllowed),
    ):
        decide(approval, deputy)


@time_machine.travel(dt.datetime(2026, 3, 2, 23, 59, tzinfo=NOW.tzinfo))
def test_deputyship_ends_at_midnight_in_berlin(office, senator):
    approval = make_approval(by=office)

    assert decide(approval, make_deputy(senator)).by_deputy is True


@time_machine.travel(NOW)
def test_member_of_the_senators_office_never_decides_as_a_deputy(office, senator):
    second = make_user(SENATOR_OFFICE)
    Deputy.objects.create(principal=senator.person, deputy=second.person, starts_on=TODAY)

    assert decide(make_approval(by=office), second).by_deputy is False


def test_withdrawal_is_told_to_the_senators_office(office, senator):
    approval = make_approval(by=office)

    withdraw_approval(kind=approval.kind, subject_id=approval.subject_id, by=office, now=NOW)

    approval.refresh_from_db()
    assert (approval.state, approval.withdrawn_at, approval.withdrawn_by) == (
        ApprovalState.WITHDRAWN,
        NOW,
        office,
    )
    assert mails_written() == [("approval_withdrawn", senator.email)]
    assert Mail.objects.get().subject == "Erledigt: Fachkräfte sichern"


def test_lapse_of_a_granted_approval_is_silent(office, senator):
    approval = make_approval(ApprovalState.APPROVED, by=office, decided_by=senator)

    count = lapse_approvals(
        kind=approval.kind, subject_id=approval.subject_id, reason="Neu", by=office, now=NOW
    )

    assert (count, Mail.objects.count()) == (1, 0)
    assert approval.history.first().history_change_reason == "Neu"


def test_lapse_of_an_open_request_is_told(office, senator):
    approval = make_approval(by=office)

    lapse_approvals(
        kind=approval.kind, subject_id=approval.subject_id, reason="Neu", by=office, now=NOW
    )

    assert mails_written() == [("approval_withdrawn", senator.email)]
    approval.refresh_from_db()
    assert (approval.lapsed_at, approval.lapsed_by, approval.lapse_reason) == (NOW, office, "Neu")


def test_lapse_leaves_other_subjects_alone(office):
    other = make_approval(by=office, subject=make_subject(pk=2))

    assert lapse_approvals(kind=other.kind, subject_id=1, reason="Neu", by=office, now=NOW) == 0
    other.refresh_from_db()
    assert other.is_open


def test_condition_is_a_row_of_the_request_and_told_to_the_office(office, senator):
    approval = make_approval(by=office)

    decide(
        approval,
        senator,
        verdict=Verdict.CONDITION,
        comment="",
        conditions=[f" {CONDITION} ", "", "Kosten nennen", CONDITION],
    )

    approval.refresh_from_db()
    assert approval.state == ApprovalState.CONDITIONAL
    rows = list(approval.conditions.order_by("pk"))
    assert [(row.text, row.state, row.met_at) for row in rows] == [
        (CONDITION, "open", None),
        ("Kosten nennen", "open", None),
    ]
    entry = rows[0].history.get()
    assert (entry.history_user, entry.history_change_reason) == (senator, "Auflage erteilt")
    assert approval.history.first().history_change_reason == "mit Auflage freigegeben"
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("approval_decided", office.email)
    assert mail.subject == "Mit Auflage freigegeben: Fachkräfte sichern"
    assert "Auflage: Bitte die Bezirke beteiligen." in mail.text


@pytest.mark.parametrize("conditions", [[], ["  "], ["x" * 501]], ids=["none", "blank", "too long"])
def test_approval_on_condition_names_the_condition(office, senator, conditions):
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(Refused, match="Auflage"):
        decide(approval, senator, verdict=Verdict.CONDITION, conditions=conditions)

    assert not approval.conditions.exists()


@pytest.mark.parametrize(
    "verdict", [verdict for verdict in Verdict if verdict != Verdict.CONDITION]
)
def test_conditions_belong_to_one_answer_alone(office, senator, verdict):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(approval, senator, verdict=verdict, chosen=[7], conditions=[CONDITION])

    assert not approval.conditions.exists()


DAY = dt.datetime(2026, 5, 5, 14, 0, tzinfo=NOW.tzinfo)
HOUR = dt.timedelta(hours=1)


def test_none_possible_keeps_what_is_proposed_instead(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))
    dates = [CounterDate(DAY + HOUR), CounterDate(DAY, DAY + HOUR), CounterDate(DAY + HOUR)]

    decide(
        approval,
        senator,
        verdict=Verdict.NONE_POSSIBLE,
        comment="",
        chosen=[7],
        counter_dates=dates,
    )

    approval.refresh_from_db()
    assert (approval.state, approval.none_possible, approval.chosen) == (
        ApprovalState.RETURNED,
        True,
        [],
    )
    assert approval.proposed_dates == [CounterDate(DAY, DAY + HOUR), CounterDate(DAY + HOUR)]
    assert approval.history.first().history_change_reason == "kein Termin möglich"
    mail = Mail.objects.get()
    assert (mail.subject, mail.recipient) == (
        "Kein Termin möglich: Fachkräfte sichern",
        office.email,
    )
    assert "Gegenvorschlag: Di, 05.05.2026, 14:00–15:00 Uhr" in mail.text


def test_none_possible_takes_words_for_a_date(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(approval, senator, verdict=Verdict.NONE_POSSIBLE, comment=" Erst im Mai. ")

    approval.refresh_from_db()
    assert (approval.comment, approval.counter_dates) == ("Erst im Mai.", [])


@pytest.mark.parametrize(
    ("options", "comment", "counter_dates", "words"),
    [
        ([], "Erst im Mai.", [], "nur eine Antwort, wenn nach Terminen gefragt ist"),
        (OPTIONS, "  ", [], "schlagen Sie einen anderen Termin vor"),
        (OPTIONS, "", [CounterDate(NOW)], "liegt in der Vergangenheit: Mo, 02.03.2026, 10:00 Uhr"),
        (OPTIONS, "", [CounterDate(DAY, DAY)], "muss nach dem Beginn liegen"),
    ],
    ids=["no dates asked", "nothing proposed", "past", "backwards"],
)
def test_wrong_counter_proposals_are_refused(
    office, senator, options, comment, counter_dates, words
):
    kind = ApprovalKind.DATES if options else ApprovalKind.TOPIC
    approval = make_approval(by=office, subject=make_subject(kind, options=options))

    with nothing_changes(approval), pytest.raises(Refused, match=words):
        decide(
            approval,
            senator,
            verdict=Verdict.NONE_POSSIBLE,
            comment=comment,
            counter_dates=counter_dates,
        )


def test_who_submitted_a_request_does_not_decide_it(office, senator):
    both = make_user(OFFICE, SENATOR_OFFICE)
    approval = make_approval(by=both)

    with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
        decide(approval, both)

    assert (
        str(refusal.value)
        == "Diese Vorlage haben Sie selbst eingereicht. Darüber muss jemand anderes entscheiden."
    )


@time_machine.travel(NOW)
def test_who_submitted_a_request_does_not_decide_it_as_a_deputy_either(office, senator):
    make_deputy(senator, deputy=office)
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(NotAllowed, match="selbst eingereicht"):
        decide(approval, office)

    assert (
        decide(make_approval(by=make_user(OFFICE), subject=make_subject(pk=2)), office).by_deputy
        is True
    )


@time_machine.travel(NOW)
@pytest.mark.parametrize("kind", ApprovalKind)
def test_deputy_for_some_kinds_decides_on_those_alone(office, senator, kind):
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC, ApprovalKind.VISIT])
    approval = make_approval(by=office, subject=make_subject(kind))

    if kind in (ApprovalKind.TOPIC, ApprovalKind.VISIT):
        assert decide(approval, deputy).by_deputy is True
    else:
        with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
            decide(approval, deputy)
        assert (
            str(refusal.value)
            == f"Ihre Vertretung gilt nicht für Freigaben der Art „{kind.label}“."
        )


@time_machine.travel(NOW)
def test_deputy_whose_time_is_over_is_told_when_it_ended(office, senator):
    deputy = make_deputy(senator, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 27))
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
        decide(approval, deputy)

    assert str(refusal.value) == (
        "Ihre Vertretung endete am 27.02.2026. Über Freigaben entscheidet wieder die vertretene "
        "Person."
    )


@time_machine.travel(NOW)
def test_only_principals_whose_deputyship_covers_the_kind_are_told(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(second, kinds=[ApprovalKind.VISIT], deputy=deputy)

    decide(make_approval(by=office), deputy)

    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
    ]


def test_submission_tells_deputies_of_the_kind_alone(office, senator):
    make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(senator, kinds=[ApprovalKind.VISIT], email="besuche@example.org")
    make_deputy(senator, email="alles@example.org")

    submit(office)

    assert [recipient for _kind, recipient in mails_written()] == [
        "alles@example.org",
        "senatorin@example.org",
        "vertretung@example.org",
    ]


def test_lapsed_request_says_when_and_why(office, senator):
    approval = make_approval(by=office)
    lapse_approvals(
        kind=approval.kind,
        subject_id=approval.subject_id,
        reason="geändert: Titel",
        by=office,
        now=NOW,
    )

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator)

    assert str(refusal.value) == (
        "Diese Freigabe ist am 02.03.2026 erloschen (geändert: Titel). Ihre Eingabe gilt nicht."
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins():
    office, first, second = make_user(OFFICE), make_user(SENATOR_OFFICE), make_user(SENATOR_OFFICE)
    approval = make_approval(by=office)

    outcomes = race(
        partial(decide, approval, first, verdict=Verdict.APPROVE),
        partial(decide, approval, second, verdict=Verdict.REFUSE),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ApprovalRequest",
        "ChangedMeanwhile",
    ]
    approval.refresh_from_db()
    assert approval.history.count() == 2
    assert len(mails_written("approval_decided")) == 1
