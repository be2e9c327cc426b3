import datetime as dt
from functools import partial

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import CounterDate
from approvals.services import lapse_approvals, withdraw_approval
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.builders import (
    CONDITION,
    NOW,
    decide,
    make_approval,
    make_subject,
)
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import DECIDERS_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db

OPTIONS = [{"id": 7, "label": "Mo", "hint": ""}, {"id": 9, "label": "Di", "hint": ""}]
DAY = dt.datetime(2026, 5, 5, 14, 0, tzinfo=NOW.tzinfo)
HOUR = dt.timedelta(hours=1)


def test_decision_is_recorded_and_mailed_to_the_office(office, senator):
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


def test_second_decision_is_refused_and_names_the_first(office, senator):
    approval = make_approval(by=office)
    decide(approval, senator)

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator, verdict=Verdict.REFUSE)

    assert str(refusal.value) == (
        "Diese Freigabe ist bereits entschieden: freigegeben (am 02.03.2026, 10:00 Uhr, von: Konto "
        "senatorin). "
        "Ihre Eingabe gilt nicht."
    )


def test_decision_after_a_withdrawal_is_refused_and_names_it(office, senator):
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
def test_decision_on_a_closed_approval_is_refused(office, senator, state):
    approval = make_approval(state, by=office, decided_by=senator)
    # Former records know neither who withdrew them nor when.
    ApprovalRequest.objects.filter(pk=approval.pk).update(withdrawn_at=None, withdrawn_by=None)

    with nothing_changes(approval), pytest.raises(ChangedMeanwhile) as refusal:
        decide(approval, senator)

    assert (
        str(refusal.value)
        == f"Diese Freigabe ist {ApprovalState(state).label}. Ihre Eingabe gilt nicht."
    )


def test_decision_after_a_lapse_is_refused_and_names_the_reason(office, senator):
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


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER, None])
def test_only_the_senators_office_decides(office, senator, role):
    approval = make_approval(by=office)
    by = make_user(role) if role else make_user()

    with nothing_changes(approval), pytest.raises(NotAllowed, match=DECIDERS_ONLY):
        decide(approval, by)


def test_submitters_cannot_decide_their_own_approval(office, senator):
    both = make_user(OFFICE, SENATOR_OFFICE)
    approval = make_approval(by=both)

    with nothing_changes(approval), pytest.raises(NotAllowed) as refusal:
        decide(approval, both)

    assert (
        str(refusal.value)
        == "Diese Vorlage haben Sie selbst eingereicht. Darüber muss jemand anderes entscheiden."
    )


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_return_and_refusal_without_a_comment_are_refused(office, senator, verdict):
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(Refused, match="begründen Sie kurz"):
        decide(approval, senator, verdict=verdict, comment="  ")


def test_approval_without_a_comment_is_accepted(office, senator):
    assert decide(make_approval(by=office), senator, comment="").comment == ""


def test_granted_dates_are_recorded(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(approval, senator, chosen=[9, 7])

    approval.refresh_from_db()
    assert approval.chosen == [7, 9]


@pytest.mark.parametrize(
    ("chosen", "sentence"),
    [([], "mindestens einen Termin"), ([7, 8], "Unbekannte Auswahl: 8.")],
    ids=["none chosen", "unknown one"],
)
def test_missing_or_unknown_dates_are_refused(office, senator, chosen, sentence):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    with nothing_changes(approval), pytest.raises(Refused, match=sentence):
        decide(approval, senator, chosen=chosen)


def test_dates_are_returned_without_choosing_one(office, senator):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    assert decide(approval, senator, verdict=Verdict.RETURN).state == ApprovalState.RETURNED


def test_conditions_are_stored_and_mailed_to_the_office(office, senator):
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
    conditions = list(approval.conditions.order_by("pk"))
    assert [(condition.text, condition.state, condition.met_at) for condition in conditions] == [
        (CONDITION, "open", None),
        ("Kosten nennen", "open", None),
    ]
    entry = conditions[0].history.get()
    assert (entry.history_user, entry.history_change_reason) == (senator, "Auflage erteilt")
    assert approval.history.first().history_change_reason == "mit Auflage freigegeben"
    mail = Mail.objects.get()
    assert (mail.kind, mail.recipient) == ("approval_decided", office.email)
    assert mail.subject == "Mit Auflage freigegeben: Fachkräfte sichern"
    assert "Auflage: Bitte die Bezirke beteiligen." in mail.text


@pytest.mark.parametrize("conditions", [[], ["  "], ["x" * 501]], ids=["none", "blank", "too long"])
def test_missing_or_too_long_condition_is_refused(office, senator, conditions):
    approval = make_approval(by=office)

    with nothing_changes(approval), pytest.raises(Refused, match="Auflage"):
        decide(approval, senator, verdict=Verdict.CONDITION, conditions=conditions)

    assert not approval.conditions.exists()


@pytest.mark.parametrize(
    "verdict", [verdict for verdict in Verdict if verdict != Verdict.CONDITION]
)
def test_other_verdicts_drop_conditions(office, senator, verdict):
    approval = make_approval(by=office, subject=make_subject(ApprovalKind.DATES, options=OPTIONS))

    decide(approval, senator, verdict=verdict, chosen=[7], conditions=[CONDITION])

    assert not approval.conditions.exists()


def test_dates_proposed_instead_are_stored(office, senator):
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
    assert approval.counter_date_list == [CounterDate(DAY, DAY + HOUR), CounterDate(DAY + HOUR)]
    assert approval.history.first().history_change_reason == "kein Termin möglich"
    mail = Mail.objects.get()
    assert (mail.subject, mail.recipient) == (
        "Kein Termin möglich: Fachkräfte sichern",
        office.email,
    )
    assert "Gegenvorschlag: Di, 05.05.2026, 14:00–15:00 Uhr" in mail.text


def test_none_possible_accepts_a_comment_instead_of_dates(office, senator):
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
        (OPTIONS, "", [CounterDate(DAY, DAY)], "Uhr: Das Ende muss nach dem Beginn liegen."),
    ],
    ids=["no dates asked", "nothing proposed", "past", "backwards"],
)
def test_invalid_counter_dates_are_refused(office, senator, options, comment, counter_dates, words):
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


@pytest.mark.django_db(transaction=True)
def test_of_two_simultaneous_decisions_one_wins():
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
