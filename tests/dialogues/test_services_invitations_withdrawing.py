"""Withdrawing an invitation, and reminding those who have not replied."""

import datetime as dt

import pytest

from core.errors import Refused
from dialogues.enums import BEFORE_THE_DAY, DialogueState, RsvpState
from dialogues.services import (
    cancel_dialogue,
    postpone_dialogue,
    record_rsvp,
    remind_guests,
    withdraw_invitation,
)
from outbox.models import Mail, MailLog
from reminders.services import PauseTarget, pause_reminders
from tests.dialogues.builders import (
    BERLIN,
    NOW,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.dialogues.messages import calendar_of, guest_of
from tests.partners.builders import make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def postpone(dialogue, by, reason="Streik", now=NOW):
    return postpone_dialogue(dialogue=dialogue, reason=reason, by=by, now=now)


@pytest.mark.parametrize("state", DialogueState)
def test_invitation_is_withdrawn_before_the_day(office, state):
    invitation = make_invitation(make_dialogue(state), RsvpState.ACCEPTED)

    if state in BEFORE_THE_DAY:
        withdraw_invitation(invitation=invitation, by=office, now=NOW)
        invitation.refresh_from_db()
        assert (invitation.withdrawn_at, invitation.link_version, invitation.seats_taken) == (
            NOW,
            2,
            0,
        )
        assert mails_written() == [("invitation_withdrawn", invitation.person.email)]
    else:
        with (
            nothing_changes(invitation),
            pytest.raises(Refused, match="werden nicht mehr zurückgezogen"),
        ):
            withdraw_invitation(invitation=invitation, by=office, now=NOW)


def test_withdrawal_cancels_the_calendar_entry_of_guest_and_substitute(office):
    invitation = make_invitation(
        rsvp=RsvpState.REPRESENTED, person=make_person(email="gast@example.org")
    )

    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert mails_written() == [
        ("invitation_withdrawn", "gast@example.org"),
        ("invitation_withdrawn", "stellvertretung@example.org"),
    ]
    for mail in Mail.objects.all():
        entry = calendar_of(mail)
        assert (entry.method, entry.attendee, entry.sequence, entry.status) == (
            "CANCEL",
            mail.recipient,
            2,
            "",
        )


def test_invitation_is_not_withdrawn_twice(office):
    invitation = make_invitation()
    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    with (
        nothing_changes(invitation),
        pytest.raises(Refused, match="nicht versandt oder schon zurückgezogen"),
    ):
        withdraw_invitation(invitation=invitation, by=office, now=NOW)


def test_listed_guest_has_nothing_to_withdraw(office):
    invitation = make_invitation(released=False)

    with (
        nothing_changes(invitation),
        pytest.raises(Refused, match="nicht versandt oder schon zurückgezogen"),
    ):
        withdraw_invitation(invitation=invitation, by=office, now=NOW)


def test_silent_guests_are_reminded_at_most_once_a_day(office):
    dialogue = make_dialogue(DialogueState.INVITED)
    waiting = make_invitation(dialogue)
    make_invitation(dialogue, RsvpState.DECLINED)
    make_invitation(dialogue, withdrawn_at=NOW)
    make_invitation(dialogue, released=False)

    assert remind_guests(dialogue=dialogue, by=office, now=NOW) == 1
    with nothing_changes(dialogue, waiting), pytest.raises(Refused, match="heute schon erinnert"):
        remind_guests(dialogue=dialogue, by=office, now=NOW + dt.timedelta(hours=3))

    assert mails_written() == [("invitation_reminder", waiting.person.email)]
    assert guest_of(Mail.objects.get().text) == waiting
    remind_guests(dialogue=dialogue, by=office, now=NOW + dt.timedelta(days=1))
    assert len(mails_written()) == 2


def test_manual_reminder_ignores_a_paused_dialogue_but_not_a_paused_person(office):
    dialogue = make_dialogue(DialogueState.INVITED)
    reached, paused = make_invitation(dialogue), make_invitation(dialogue)
    for target in (
        PauseTarget(about=f"dialogue:{dialogue.pk}"),
        PauseTarget(recipient=paused.person.email),
    ):
        pause_reminders(target=target, title="Pause", by=office, now=NOW)

    assert remind_guests(dialogue=dialogue, by=office, now=NOW) == 1

    assert mails_written() == [("invitation_reminder", reached.person.email)]


@pytest.mark.parametrize(
    ("act", "note"),
    [
        (
            lambda invitation, by: record_rsvp(invitation=invitation, rsvp=YES, now=NOW),
            "Der Gast hat geantwortet.",
        ),
        (
            lambda invitation, by: withdraw_invitation(invitation=invitation, by=by, now=NOW),
            "Die Einladung wurde zurückgezogen.",
        ),
        (
            lambda invitation, by: postpone(invitation.dialogue, by),
            "Das Gespräch wurde verschoben.",
        ),
        (
            lambda invitation, by: cancel_dialogue(
                dialogue=invitation.dialogue, reason="Streik", by=by, now=NOW
            ),
            "Das Gespräch wurde abgesagt.",
        ),
    ],
    ids=["answered", "withdrawn", "postponed", "cancelled"],
)
def test_unsent_reminder_is_withdrawn_once_no_reply_is_due(office, act, note):
    dialogue = make_dialogue(DialogueState.INVITED)
    invitation, other = make_invitation(dialogue), make_invitation()
    remind_guests(dialogue=dialogue, by=office, now=NOW)
    remind_guests(dialogue=other.dialogue, by=office, now=NOW)

    act(invitation, office)

    states = dict(
        Mail.objects.filter(kind="invitation_reminder").values_list("subject_key", "state")
    )
    assert states == {
        f"invitation:{invitation.pk}": "withdrawn",
        f"invitation:{other.pk}": "waiting",
    }
    assert MailLog.objects.get().note == note


def test_nobody_is_reminded_after_everybody_replied(office):
    dialogue = make_invitation(rsvp=RsvpState.TENTATIVE).dialogue

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="die erinnert werden können, haben geantwortet"),
    ):
        remind_guests(dialogue=dialogue, by=office, now=NOW)


def test_nobody_is_reminded_after_the_deadline(office):
    dialogue = make_invitation().dialogue

    with nothing_changes(dialogue), pytest.raises(Refused, match="am 15.04.2026 abgelaufen"):
        remind_guests(
            dialogue=dialogue, by=office, now=dt.datetime(2026, 4, 16, 8, 0, tzinfo=BERLIN)
        )


@pytest.mark.parametrize(
    "state", [state for state in DialogueState if state != DialogueState.INVITED]
)
def test_reminders_go_out_only_while_invited(office, state):
    invitation = make_invitation(make_dialogue(state))

    with (
        nothing_changes(invitation),
        pytest.raises(Refused, match="nur, solange Einladungen laufen"),
    ):
        remind_guests(dialogue=invitation.dialogue, by=office, now=NOW)
