"""A fixed date whose approval lapsed: what is blocked, and how it is submitted again."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.registry import Change, Decision
from approvals.services import lapse_changed_approvals
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DATED, DialogueState, OptionState, SeriesState, TopicState
from dialogues.models import Dialogue
from dialogues.services import (
    create_date_option,
    decide_dates,
    fix_date,
    record_rsvp,
    release_invitations,
    renew_date,
    submit_dates,
)
from tests.approvals.builders import make_approval, make_subject
from tests.dialogues.builders import (
    BRIEFING,
    DAY,
    DUE_ON,
    END,
    NOW,
    RSVP_BY,
    TODAY,
    YES,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


HOURS = dt.timedelta(hours=2)


def lapsed(state, **fields) -> Dialogue:
    """Return a dialogue with a fixed date whose approval lapsed."""
    dialogue = make_dialogue(state, **fields)
    ApprovalRequest.objects.filter(kind=ApprovalKind.DATES).update(
        state=ApprovalState.LAPSED, lapsed_at=NOW, lapse_reason="geändert: Format"
    )
    return dialogue


def release(dialogue, by):
    return release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=1, by=by, now=NOW)


def renew(dialogue, by, **fields):
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "now": NOW} | fields
    return renew_date(dialogue=dialogue, by=by, **values)


@pytest.mark.parametrize("state", DATED)
def test_no_invitation_goes_out_without_the_approval_of_the_date(office, state):
    dialogue = lapsed(state)
    invitation = make_invitation(dialogue, released=False)

    with (
        nothing_changes(dialogue, invitation),
        pytest.raises(Refused, match="Freigabe des Termins ist erloschen"),
    ):
        release(dialogue, office)


def test_guests_invited_before_can_still_reply(office):
    invitation = make_invitation(lapsed(DialogueState.INVITED))

    assert record_rsvp(invitation=invitation, rsvp=YES, now=NOW) is True


@pytest.mark.parametrize("state", DATED)
def test_fixed_date_is_renewed_before_invitations_go_out(office, senator, state):
    dialogue = lapsed(state)
    make_invitation(dialogue, released=False)
    option = dialogue.date_options.get()

    approval = renew(dialogue, office)

    assert approval.options == [
        {
            "id": option.pk,
            "label": "Mi, 22.04.2026, 14:00–16:30 Uhr",
            "hint": "steht fest, für den Gastgeber möglich",
            "is_fixed": True,
        }
    ]
    assert dialogue.history.first().history_change_reason == "Termin erneut zur Freigabe vorgelegt"
    decide_dates(
        approval=approval,
        decision=Decision(Verdict.APPROVE, chosen=[option.pk]),
        by=senator,
        now=NOW,
    )
    dialogue.refresh_from_db()
    option.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at, option.state) == (state, DAY, OptionState.FIXED)
    assert release(dialogue, office) == 1


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE, Verdict.NONE_POSSIBLE])
def test_fixed_date_stays_without_approval_after_a_refusal(office, senator, verdict):
    dialogue = lapsed(DialogueState.SCHEDULED)
    invitation = make_invitation(dialogue, released=False)

    decide_dates(
        approval=renew(dialogue, office),
        decision=Decision(verdict, "Geht nicht."),
        by=senator,
        now=NOW,
    )

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.date_options.get().state) == (
        DialogueState.SCHEDULED,
        OptionState.FIXED,
    )
    with (
        nothing_changes(dialogue, invitation),
        pytest.raises(Refused, match="Freigabe des Termins ist erloschen"),
    ):
        release(dialogue, office)


@pytest.mark.parametrize("state", DialogueState)
def test_only_a_fixed_date_without_approval_is_renewed(office, state):
    dialogue = lapsed(state)

    if state in DATED:
        assert renew(dialogue, office).state == ApprovalState.OPEN
    else:
        with nothing_changes(dialogue), pytest.raises(Refused, match="der feststeht"):
            renew(dialogue, office)


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"due_on": DAY.date()}, "vor dem Tag selbst"),
        ({"now": DAY}, "vergangen"),
        ({"due_on": TODAY - dt.timedelta(days=1)}, "liegt in der Vergangenheit"),
    ],
)
def test_impossible_renewal_is_refused(office, fields, words):
    dialogue = lapsed(DialogueState.SCHEDULED)

    with nothing_changes(dialogue), pytest.raises(Refused, match=words):
        renew(dialogue, office, **fields)


def test_approved_date_is_not_renewed(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)

    with nothing_changes(dialogue), pytest.raises(Refused, match="ist freigegeben"):
        renew(dialogue, office)


def test_second_renewal_is_refused(office):
    dialogue = lapsed(DialogueState.SCHEDULED)
    renew(dialogue, office)

    with (
        nothing_changes(dialogue),
        pytest.raises(ChangedMeanwhile, match="bereits eine Freigabe beantragt"),
    ):
        renew(dialogue, office)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_renews_a_fixed_date(role):
    dialogue, by = lapsed(DialogueState.SCHEDULED), make_user(role)

    with nothing_changes(dialogue), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
        renew(dialogue, by)


MISSING = {
    "topic": lambda: {"topic": make_topic(TopicState.IN_PROGRESS, title="Ohne Freigabe")},
    "series": lambda: {
        "topic": make_topic(series=make_series(SeriesState.AFFIRMED, title="Ohne Freigabe"))
    },
}


@pytest.mark.parametrize("missing", MISSING)
def test_dialogue_is_blocked_while_topic_or_series_lacks_approval(office, missing):
    exploring = make_dialogue(DialogueState.EXPLORING, **MISSING[missing]())
    option = make_option(exploring, OptionState.POSSIBLE)
    make_dates_approval(exploring, option, state=ApprovalState.APPROVED)
    dated = make_dialogue(DialogueState.SCHEDULED, topic=exploring.topic)
    make_invitation(dated, released=False)
    values = {"briefing": BRIEFING, "due_on": DUE_ON, "by": office, "now": NOW}

    for act in (
        lambda: create_date_option(
            dialogue=exploring,
            starts_at=DAY + HOURS,
            ends_at=END + HOURS,
            host_preference="possible",
            by=office,
            now=NOW,
        ),
        lambda: submit_dates(dialogue=exploring, **values),
        lambda: fix_date(option=option, by=office, now=NOW),
        lambda: release(dated, office),
        lambda: renew_date(dialogue=dated, **values),
    ):
        with (
            nothing_changes(exploring, dated, option),
            pytest.raises(Refused, match="„Ohne Freigabe“ ist im Stand"),
        ):
            act()


def test_topic_without_a_series_needs_only_its_own_approval(office):
    """An approval of another kind of subject with the same primary key does not count."""
    topic = make_topic(TopicState.APPROVED)
    other = make_approval(
        ApprovalState.APPROVED, subject=make_subject(ApprovalKind.VISIT, pk=topic.pk)
    )

    lapse_changed_approvals(
        kind=ApprovalKind.TOPIC,
        subject_id=topic.pk,
        changes=[Change("Thema", "a", "b")],
        by=office,
        now=NOW,
    )

    other.refresh_from_db()
    assert other.state == ApprovalState.APPROVED
