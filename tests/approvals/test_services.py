import datetime as dt
from functools import partial

import pytest
import time_machine
from celery import current_app
from django.db import transaction

from approvals.enums import MOVES, Answer, ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.proposals import Proposal
from approvals.services import lapse_approval, record_decision, submit_request, withdraw_request
from core.errors import NotEntitled, Outpaced, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from partners.models import Deputy
from tests.approvals.builders import (
    CONDITION,
    DUE_ON,
    NOW,
    TODAY,
    VORLAGE,
    details_of,
    make_deputy,
    make_request,
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
    values = {"subject": make_subject(), "vorlage": VORLAGE, "due_on": DUE_ON, "by": by, "now": NOW}
    return submit_request(**values | fields)


def decide(request, by, answer=Answer.APPROVE, comment="Bitte ergänzen.", **fields):
    return record_decision(
        request=request, answer=answer, comment=comment, by=by, now=NOW, **fields
    )


def test_submission_keeps_what_was_shown(office):
    subject = make_subject(snapshot=[["Thema", "Fachkräfte sichern"]])

    request = submit(office, subject=subject)

    request.refresh_from_db()
    assert (request.kind, request.subject_id, request.state) == (
        ApprovalKind.TOPIC,
        1,
        ApprovalState.OPEN,
    )
    assert request.snapshot == [["Thema", "Fachkräfte sichern"]]
    assert (request.vote, request.due_on, request.submitted_at, request.submitted_by) == (
        VORLAGE.vote,
        DUE_ON,
        NOW,
        office,
    )
    assert [row.history_change_reason for row in request.history.all()] == ["Freigabe beantragt"]


def test_submission_tells_each_of_the_senators_office_once(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    make_user(SENATOR_OFFICE, email="stillgelegt@example.org", is_active=False)
    make_user(PARTNER)

    request = submit(office)

    assert mails_written() == [("approval_asked", senator.email), ("approval_asked", second.email)]
    mail = Mail.objects.get(recipient=senator.email)
    assert mail.subject == "Freigabe erbeten bis 13.03.2026: Fachkräfte sichern"
    assert mail.path == f"/freigaben/{request.pk}/"
    assert f"http://localhost:8000/freigaben/{request.pk}/" in mail.text


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

    with nothing_changes(), pytest.raises(NotEntitled):
        submit(by)

    assert not ApprovalRequest.objects.exists()


@pytest.mark.parametrize(
    "fields",
    [{"due_on": TODAY - dt.timedelta(1)}, {"vorlage": VORLAGE._replace(vote="  ")}],
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

    with nothing_changes(first), pytest.raises(Outpaced):
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
        answer: lambda request, office, senator, answer=answer: decide(
            request, senator, answer=answer, **details_of(answer, chosen=[7])
        )
        for answer in Answer
    },
    "withdraw": lambda request, office, senator: withdraw_request(
        kind=request.kind, subject_id=request.subject_id, by=office, now=NOW
    ),
    "lapse": lambda request, office, senator: lapse_approval(
        kind=request.kind,
        subject_id=request.subject_id,
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
    request = make_request(state, by=office, decided_by=senator, subject=subject)
    act = partial(ACTIONS[action], request, office, senator)

    if state in MOVES[action].sources:
        act()
        request.refresh_from_db()
        assert request.state == MOVES[action].target
        assert request.history.count() == 2
    elif action in ("withdraw", "lapse"):
        with nothing_changes(request):
            assert not act()
    else:
        with nothing_changes(request), pytest.raises(Outpaced):
            act()


def test_approval_is_recorded_and_told_to_the_office(office, senator):
    request = make_request(by=office)

    decide(request, senator, comment=" Gern. ")

    request.refresh_from_db()
    assert (
        request.state,
        request.comment,
        request.decided_by,
        request.decided_at,
        request.by_deputy,
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
    assert (mail.path, mail.occasion) == (request.path, "decided")
    assert "Gern." in mail.text
    latest = request.history.first()
    assert (latest.history_change_reason, request.history.count()) == ("freigegeben", 2)


def test_second_decision_names_the_first(office, senator):
    request = make_request(by=office)
    decide(request, senator)

    with nothing_changes(request), pytest.raises(Outpaced) as refusal:
        decide(request, senator, answer=Answer.REFUSE)

    assert str(refusal.value) == (
        "Diese Freigabe ist bereits entschieden: freigegeben (am 02.03.2026, 10:00 Uhr, von: Konto "
        "senatorin). "
        "Ihre Eingabe gilt nicht."
    )


def test_withdrawn_request_says_by_whom_and_when(office, senator):
    request = make_request(by=office)
    withdraw_request(
        kind=request.kind, subject_id=request.subject_id, by=office, now=NOW + dt.timedelta(hours=1)
    )

    with nothing_changes(request), pytest.raises(Outpaced) as refusal:
        decide(request, senator)

    assert str(refusal.value) == (
        f"Diese Freigabe ist zurückgezogen (am 02.03.2026, 11:00 Uhr, von: {office}). Ihre Eingabe "
        "gilt nicht."
    )


@pytest.mark.parametrize("state", [ApprovalState.LAPSED, ApprovalState.WITHDRAWN])
def test_request_that_is_no_longer_asked_says_so(office, senator, state):
    request = make_request(state, by=office, decided_by=senator)
    ApprovalRequest.objects.filter(pk=request.pk).update(
        withdrawn_at=None, withdrawn_by=None
    )  # from before

    with nothing_changes(request), pytest.raises(Outpaced) as refusal:
        decide(request, senator)

    assert (
        str(refusal.value)
        == f"Diese Freigabe ist {ApprovalState(state).label}. Ihre Eingabe gilt nicht."
    )


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER, None])
def test_nobody_but_the_senators_office_decides(office, senator, role):
    request = make_request(by=office)
    by = make_user(role) if role else make_user()

    with nothing_changes(request), pytest.raises(NotEntitled):
        decide(request, by)


@pytest.mark.parametrize("answer", [Answer.RETURN, Answer.REFUSE])
def test_return_and_refusal_need_a_comment(office, senator, answer):
    request = make_request(by=office)

    with nothing_changes(request), pytest.raises(Refused):
        decide(request, senator, answer=answer, comment="  ")


def test_approval_needs_no_comment(office, senator):
    assert decide(make_request(by=office), senator, comment="").comment == ""


def test_options_that_can_be_kept_are_recorded(office, senator):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(request, senator, chosen=[9, 7])

    request.refresh_from_db()
    assert request.chosen == [7, 9]


@pytest.mark.parametrize(
    "chosen", [[], None, [7, 8]], ids=["none ticked", "none given", "unknown one"]
)
def test_wrong_options_are_refused(office, senator, chosen):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    with nothing_changes(request), pytest.raises(Refused):
        decide(request, senator, chosen=chosen)


def test_options_are_returned_without_a_tick(office, senator):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    assert decide(request, senator, answer=Answer.RETURN).state == ApprovalState.RETURNED


@time_machine.travel(NOW)
def test_deputy_decides_in_vertretung_and_the_principal_is_told(office, senator):
    request = make_request(by=office)
    deputy = make_deputy(senator)
    partner = make_user(PARTNER, email="partner@example.org")
    Deputy.objects.create(principal=partner.person, deputy=deputy.person, starts_on=TODAY)

    decide(request, deputy)

    request.refresh_from_db()
    assert (request.decided_by, request.by_deputy) == (deputy, True)
    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
    ]
    assert "Konto vertretung, in Vertretung" in Mail.objects.get(recipient=office.email).text
    assert Mail.objects.get(recipient=senator.email).path == f"/freigaben/{request.pk}/"


@pytest.mark.parametrize("days", [-1, 1], ids=["the day before", "the day after"])
def test_deputy_decides_on_no_other_day(office, senator, days):
    request = make_request(by=office)
    deputy = make_deputy(senator)

    with (
        time_machine.travel(NOW + dt.timedelta(days)),
        nothing_changes(request),
        pytest.raises(NotEntitled),
    ):
        decide(request, deputy)


@time_machine.travel(dt.datetime(2026, 3, 2, 23, 59, tzinfo=NOW.tzinfo))
def test_deputyship_ends_at_midnight_in_berlin(office, senator):
    request = make_request(by=office)

    assert decide(request, make_deputy(senator)).by_deputy is True


@time_machine.travel(NOW)
def test_member_of_the_senators_office_never_decides_as_a_deputy(office, senator):
    second = make_user(SENATOR_OFFICE)
    Deputy.objects.create(principal=senator.person, deputy=second.person, starts_on=TODAY)

    assert decide(make_request(by=office), second).by_deputy is False


def test_withdrawal_is_told_to_the_senators_office(office, senator):
    request = make_request(by=office)

    withdraw_request(kind=request.kind, subject_id=request.subject_id, by=office, now=NOW)

    request.refresh_from_db()
    assert (request.state, request.withdrawn_at, request.withdrawn_by) == (
        ApprovalState.WITHDRAWN,
        NOW,
        office,
    )
    assert mails_written() == [("approval_withdrawn", senator.email)]
    assert Mail.objects.get().subject == "Erledigt: Fachkräfte sichern"


def test_lapse_of_a_granted_approval_is_silent(office, senator):
    request = make_request(ApprovalState.APPROVED, by=office, decided_by=senator)

    count = lapse_approval(
        kind=request.kind, subject_id=request.subject_id, reason="Neu", by=office, now=NOW
    )

    assert (count, Mail.objects.count()) == (1, 0)
    assert request.history.first().history_change_reason == "Neu"


def test_lapse_of_an_open_request_is_told(office, senator):
    request = make_request(by=office)

    lapse_approval(
        kind=request.kind, subject_id=request.subject_id, reason="Neu", by=office, now=NOW
    )

    assert mails_written() == [("approval_withdrawn", senator.email)]
    request.refresh_from_db()
    assert (request.lapsed_at, request.lapsed_by, request.lapse_reason) == (NOW, office, "Neu")


def test_lapse_leaves_other_subjects_alone(office):
    other = make_request(by=office, subject=make_subject(pk=2))

    assert lapse_approval(kind=other.kind, subject_id=1, reason="Neu", by=office, now=NOW) == 0
    other.refresh_from_db()
    assert other.is_open


def test_condition_is_a_row_of_the_request_and_told_to_the_office(office, senator):
    request = make_request(by=office)

    decide(
        request,
        senator,
        answer=Answer.CONDITION,
        comment="",
        conditions=[f" {CONDITION} ", "", "Kosten nennen", CONDITION],
    )

    request.refresh_from_db()
    assert request.state == ApprovalState.CONDITIONAL
    rows = list(request.conditions.order_by("pk"))
    assert [(row.text, row.state, row.met_at) for row in rows] == [
        (CONDITION, "open", None),
        ("Kosten nennen", "open", None),
    ]
    entry = rows[0].history.get()
    assert (entry.history_user, entry.history_change_reason) == (senator, "Auflage erteilt")
    assert request.history.first().history_change_reason == "mit Auflage freigegeben"
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("approval_decided", office.email)
    assert mail.subject == "Mit Auflage freigegeben: Fachkräfte sichern"
    assert "Auflage: Bitte die Bezirke beteiligen." in mail.text


@pytest.mark.parametrize("conditions", [[], ["  "], ["x" * 501]], ids=["none", "blank", "too long"])
def test_approval_on_condition_names_the_condition(office, senator, conditions):
    request = make_request(by=office)

    with nothing_changes(request), pytest.raises(Refused, match="Auflage"):
        decide(request, senator, answer=Answer.CONDITION, conditions=conditions)

    assert not request.conditions.exists()


@pytest.mark.parametrize("answer", [answer for answer in Answer if answer != Answer.CONDITION])
def test_conditions_belong_to_one_answer_alone(office, senator, answer):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(request, senator, answer=answer, chosen=[7], conditions=[CONDITION])

    assert not request.conditions.exists()


DAY = dt.datetime(2026, 5, 5, 14, 0, tzinfo=NOW.tzinfo)
HOUR = dt.timedelta(hours=1)


def test_none_possible_keeps_what_is_proposed_instead(office, senator):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))
    dates = [Proposal(DAY + HOUR), Proposal(DAY, DAY + HOUR), Proposal(DAY + HOUR)]

    decide(request, senator, answer=Answer.NONE_POSSIBLE, comment="", chosen=[7], proposals=dates)

    request.refresh_from_db()
    assert (request.state, request.none_possible, request.chosen) == (
        ApprovalState.RETURNED,
        True,
        [],
    )
    assert request.proposed_dates == [Proposal(DAY, DAY + HOUR), Proposal(DAY + HOUR)]
    assert request.history.first().history_change_reason == "kein Termin möglich"
    mail = Mail.objects.get()
    assert (mail.subject, mail.recipient) == (
        "Kein Termin möglich: Fachkräfte sichern",
        office.email,
    )
    assert "Gegenvorschlag: Di, 05.05.2026, 14:00–15:00 Uhr" in mail.text


def test_none_possible_takes_words_for_a_date(office, senator):
    request = make_request(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(request, senator, answer=Answer.NONE_POSSIBLE, comment=" Erst im Mai. ")

    request.refresh_from_db()
    assert (request.comment, request.proposals) == ("Erst im Mai.", [])


@pytest.mark.parametrize(
    ("options", "comment", "proposals", "words"),
    [
        ([], "Erst im Mai.", [], "nur eine Antwort, wenn nach Terminen gefragt ist"),
        (OPTIONS, "  ", [], "schlagen Sie einen anderen Termin vor"),
        (OPTIONS, "", [Proposal(NOW)], "liegt in der Vergangenheit: Mo, 02.03.2026, 10:00 Uhr"),
        (OPTIONS, "", [Proposal(DAY, DAY)], "muss nach dem Beginn liegen"),
    ],
    ids=["no dates asked", "nothing proposed", "past", "backwards"],
)
def test_wrong_counter_proposals_are_refused(office, senator, options, comment, proposals, words):
    kind = ApprovalKind.DATES if options else ApprovalKind.TOPIC
    request = make_request(by=office, subject=make_subject(kind, options=options))

    with nothing_changes(request), pytest.raises(Refused, match=words):
        decide(request, senator, answer=Answer.NONE_POSSIBLE, comment=comment, proposals=proposals)


def test_who_submitted_a_request_does_not_decide_it(office, senator):
    both = make_user(OFFICE, SENATOR_OFFICE)
    request = make_request(by=both)

    with nothing_changes(request), pytest.raises(NotEntitled) as refusal:
        decide(request, both)

    assert (
        str(refusal.value)
        == "Diese Vorlage haben Sie selbst eingereicht. Darüber muss jemand anderes entscheiden."
    )


@time_machine.travel(NOW)
def test_who_submitted_a_request_does_not_decide_it_as_a_deputy_either(office, senator):
    make_deputy(senator, deputy=office)
    request = make_request(by=office)

    with nothing_changes(request), pytest.raises(NotEntitled, match="selbst eingereicht"):
        decide(request, office)

    assert (
        decide(make_request(by=make_user(OFFICE), subject=make_subject(pk=2)), office).by_deputy
        is True
    )


@time_machine.travel(NOW)
@pytest.mark.parametrize("kind", ApprovalKind)
def test_deputy_for_some_kinds_decides_on_those_alone(office, senator, kind):
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC, ApprovalKind.VISIT])
    request = make_request(by=office, subject=make_subject(kind))

    if kind in (ApprovalKind.TOPIC, ApprovalKind.VISIT):
        assert decide(request, deputy).by_deputy is True
    else:
        with nothing_changes(request), pytest.raises(NotEntitled) as refusal:
            decide(request, deputy)
        assert (
            str(refusal.value)
            == f"Ihre Vertretung gilt nicht für Freigaben der Art „{kind.label}“."
        )


@time_machine.travel(NOW)
def test_deputy_whose_time_is_over_is_told_when_it_ended(office, senator):
    deputy = make_deputy(senator, starts_on=dt.date(2026, 2, 2), ends_on=dt.date(2026, 2, 27))
    request = make_request(by=office)

    with nothing_changes(request), pytest.raises(NotEntitled) as refusal:
        decide(request, deputy)

    assert str(refusal.value) == (
        "Ihre Vertretung endete am 27.02.2026. Über Freigaben entscheidet wieder die vertretene "
        "Person."
    )


@time_machine.travel(NOW)
def test_only_principals_whose_deputyship_covers_the_kind_are_told(office, senator):
    second = make_user(SENATOR_OFFICE, email="zweites-konto@example.org")
    deputy = make_deputy(senator, kinds=[ApprovalKind.TOPIC])
    make_deputy(second, kinds=[ApprovalKind.VISIT], deputy=deputy)

    decide(make_request(by=office), deputy)

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
    request = make_request(by=office)
    lapse_approval(
        kind=request.kind,
        subject_id=request.subject_id,
        reason="geändert: Titel",
        by=office,
        now=NOW,
    )

    with nothing_changes(request), pytest.raises(Outpaced) as refusal:
        decide(request, senator)

    assert str(refusal.value) == (
        "Diese Freigabe ist am 02.03.2026 erloschen (geändert: Titel). Ihre Eingabe gilt nicht."
    )


@pytest.mark.django_db(transaction=True)
def test_of_two_decisions_at_once_one_wins():
    office, first, second = make_user(OFFICE), make_user(SENATOR_OFFICE), make_user(SENATOR_OFFICE)
    request = make_request(by=office)

    outcomes = race(
        partial(decide, request, first, answer=Answer.APPROVE),
        partial(decide, request, second, answer=Answer.REFUSE),
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["ApprovalRequest", "Outpaced"]
    request.refresh_from_db()
    assert request.history.count() == 2
    assert len(mails_written("approval_decided")) == 1
