"""Postponing and cancelling a dialogue: who is mailed, and what happens to unsent mails."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.errors import Refused
from dialogues.enums import DialogueState, OptionState, RsvpChannel, RsvpState
from dialogues.mails import mail_date_fixed
from dialogues.services import (
    add_guests,
    cancel_dialogue,
    fix_date,
    postpone_dialogue,
    record_rsvp,
    release_invitations,
    withdraw_invitation,
)
from outbox.enums import MailState
from outbox.models import Mail
from tests.dialogues.builders import (
    DAY,
    NOW,
    RSVP_BY,
    YES,
    fix_new_date,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.dialogues.messages import calendar_of
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_person
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def release(dialogue, by, expected=1, rsvp_by=RSVP_BY, now=NOW):
    return release_invitations(
        dialogue=dialogue, rsvp_by=rsvp_by, expected=expected, by=by, now=now
    )


def postpone(dialogue, by, reason="Streik", now=NOW):
    return postpone_dialogue(dialogue=dialogue, reason=reason, by=by, now=now)


def make_busy_dialogue():
    """Return an inviting dialogue with four guests: one declined, one represented, one withdrawn,
    one not yet invited.
    """
    dialogue = make_dialogue(
        DialogueState.INVITED, host_contact=make_person(email="werk@example.org")
    )
    make_invitation(dialogue, RsvpState.DECLINED, person=make_person(email="absage@example.org"))
    make_invitation(dialogue, RsvpState.REPRESENTED, person=make_person(email="gast@example.org"))
    make_invitation(dialogue, withdrawn_at=NOW)
    make_invitation(dialogue, released=False)
    return dialogue


INFORMED = [
    "absage@example.org",
    "gast@example.org",
    "senatorin@example.org",
    "stellvertretung@example.org",
    "werk@example.org",
]


def test_postponement_is_mailed_to_everyone_and_drops_the_date(office, senator):
    dialogue = make_busy_dialogue()

    postpone(dialogue, office, reason=" Streik ")

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at, dialogue.ends_at, dialogue.rsvp_by) == (
        DialogueState.EXPLORING,
        None,
        None,
        None,
    )
    assert (dialogue.round, dialogue.sequence, dialogue.closing_reason) == (2, 2, "Streik")
    assert [option.state for option in dialogue.date_options.all()] == [OptionState.DROPPED]
    assert ApprovalRequest.objects.get(kind=ApprovalKind.DATES).state == ApprovalState.LAPSED
    assert dialogue.history.first().history_change_reason == "Verschoben: Streik"
    assert mails_written() == [("dialogue_postponed", address) for address in INFORMED]


@pytest.mark.parametrize("kind", ["dialogue_postponed", "dialogue_cancelled"])
def test_calendar_entries_are_cancelled_where_they_stand(office, senator, kind):
    dialogue = make_busy_dialogue()

    if kind == "dialogue_postponed":
        postpone(dialogue, office)
    else:
        cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    own = {"absage@example.org", "gast@example.org", "stellvertretung@example.org"}
    for mail in Mail.objects.filter(kind=kind):
        entry = calendar_of(mail)
        assert (entry.sequence, entry.starts_at, entry.status) == (2, DAY, "CANCELLED")
        method, attendee = ("CANCEL", mail.recipient) if mail.recipient in own else ("PUBLISH", "")
        assert (entry.method, entry.attendee) == (method, attendee)
        assert entry.title.startswith("Entfällt: ") == (method == "PUBLISH")


@pytest.mark.parametrize(
    "act",
    [
        postpone,
        lambda dialogue, by, reason: cancel_dialogue(
            dialogue=dialogue, reason=reason, by=by, now=NOW
        ),
    ],
    ids=["postpone", "cancel"],
)
def test_nothing_is_called_off_without_a_reason(office, act):
    dialogue = make_busy_dialogue()

    with nothing_changes(dialogue), pytest.raises(Refused, match="Grund"):
        act(dialogue, office, reason="  ")


def test_cancellation_is_mailed_to_everyone_and_final(office, senator):
    dialogue = make_busy_dialogue()

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.closing_reason, dialogue.starts_at) == (
        DialogueState.CANCELLED,
        "Streik",
        DAY,
    )
    assert mails_written() == [("dialogue_cancelled", address) for address in INFORMED]
    assert ApprovalRequest.objects.get(kind=ApprovalKind.DATES).state == ApprovalState.LAPSED


def test_cancellation_after_a_postponement_is_mailed_to_all_informed_before(office, senator):
    dialogue = make_busy_dialogue()
    postpone(dialogue, office)
    Mail.objects.all().delete()

    cancel_dialogue(dialogue=dialogue, reason="Kein Termin", by=office, now=NOW)

    assert mails_written() == [("dialogue_cancelled", address) for address in INFORMED]
    assert [calendar_of(mail) for mail in Mail.objects.all()] == [None] * 5
    assert {mail.subject for mail in Mail.objects.all()} == {
        f"Abgesagt: {dialogue.title}, Termin noch offen"
    }


def test_guest_without_an_address_does_not_block_a_cancellation(office, senator):
    invitation = make_invitation(person=make_person(email=""))

    cancel_dialogue(dialogue=invitation.dialogue, reason="Streik", by=office, now=NOW)

    assert mails_written() == [("dialogue_cancelled", senator.email)]


NEW_DAY = DAY + dt.timedelta(days=7)


def text_to(address, kind) -> str:
    return Mail.objects.get(recipient=address, kind=kind).text


def test_second_round_invites_again_with_a_higher_sequence(office, senator):
    dialogue = make_dialogue(DialogueState.INVITED)
    invitation = make_invitation(
        dialogue, RsvpState.DECLINED, person=make_person(email="gast@example.org")
    )
    postpone(dialogue, office)
    fix_new_date(dialogue, office, senator, NEW_DAY)
    Mail.objects.all().delete()

    assert release(dialogue, office, rsvp_by=RSVP_BY, expected=1) == 1

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.released_round) == (RsvpState.OPEN, 2)
    entry = calendar_of(Mail.objects.get())
    assert (entry.method, entry.sequence, entry.starts_at, entry.attendee) == (
        "REQUEST",
        3,
        NEW_DAY,
        "gast@example.org",
    )
    dialogue.refresh_from_db()
    assert dialogue.closing_reason == ""


def test_mails_about_the_new_date_say_which_one_it_replaces(office, senator):
    werk = make_person(email="werk@example.org")
    dialogue = make_dialogue(DialogueState.INVITED, host_contact=werk)
    make_invitation(dialogue, person=make_person(email="gast@example.org"))
    postpone(dialogue, office)
    fix_new_date(dialogue, office, senator, NEW_DAY)
    new = make_person(email="neu@example.org")
    add_guests(dialogue=dialogue, people=[new], by=office, now=NOW)

    release(dialogue, office, expected=2)

    replaced = "Dieser Termin ersetzt den bisherigen: Mi, 22.04.2026, 14:00–16:30 Uhr."
    assert replaced in text_to("gast@example.org", "invitation")
    assert replaced in text_to("werk@example.org", "date_fixed")
    assert replaced in text_to("senatorin@example.org", "date_fixed")
    assert "ersetzt" not in text_to("neu@example.org", "invitation")


def test_first_date_replaces_none(office, senator):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    fix_new_date(dialogue, office, senator, NEW_DAY)

    assert "ersetzt" not in text_to("senatorin@example.org", "date_fixed")


def test_old_date_cannot_be_fixed_again_without_a_new_approval(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    option = dialogue.date_options.get()
    postpone(dialogue, office)

    with nothing_changes(dialogue, option), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=option, by=office, now=NOW)


def waiting_mails() -> dict[str, str]:
    return dict(Mail.objects.values_list("kind", "state"))


CALLED_OFF = {
    "withdrawn": lambda invitation, by: withdraw_invitation(invitation=invitation, by=by, now=NOW),
    "postponed": lambda invitation, by: postpone(invitation.dialogue, by),
    "cancelled": lambda invitation, by: cancel_dialogue(
        dialogue=invitation.dialogue, reason="Streik", by=by, now=NOW
    ),
}


@pytest.mark.parametrize("state", [MailState.DRAFT, MailState.WAITING, MailState.RETRY])
@pytest.mark.parametrize("act", CALLED_OFF)
def test_unsent_invitation_is_withdrawn_and_its_guest_not_mailed(office, act, state):
    invitation = make_released(office, 1).invitations.get()
    Mail.objects.update(state=state)

    CALLED_OFF[act](invitation, office)

    assert waiting_mails() == {"invitation": "withdrawn"}


@pytest.mark.parametrize(
    ("act", "kind"),
    [
        ("withdrawn", "invitation_withdrawn"),
        ("postponed", "dialogue_postponed"),
        ("cancelled", "dialogue_cancelled"),
    ],
)
@pytest.mark.parametrize(
    "on_its_way", [{"attempts": 1}, fields_in_state("sending"), fields_in_state("sent")]
)
def test_guest_whom_the_invitation_may_have_reached_is_mailed(office, act, kind, on_its_way):
    invitation = make_released(office, 1).invitations.get()
    Mail.objects.update(**on_its_way)

    CALLED_OFF[act](invitation, office)

    assert waiting_mails() == {"invitation": on_its_way.get("state", "withdrawn"), kind: "waiting"}


def test_guest_who_replied_by_phone_is_mailed_although_the_invitation_is_unsent(office):
    invitation = make_released(office, 1).invitations.get()
    record_rsvp(invitation=invitation, rsvp=YES, by=office, channel=RsvpChannel.OFFICE, now=NOW)

    cancel_dialogue(dialogue=invitation.dialogue, reason="Streik", by=office, now=NOW)

    assert waiting_mails() == {
        "invitation": "withdrawn",
        "rsvp_confirmed": "withdrawn",
        "dialogue_cancelled": "waiting",
    }


def test_unsent_mails_about_the_fixed_date_are_withdrawn(office, senator):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    mail_date_fixed(dialogue, by=office, now=NOW)

    cancel_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    assert waiting_mails() == {"date_fixed": "withdrawn", "dialogue_cancelled": "waiting"}
