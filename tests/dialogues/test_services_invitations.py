"""Releasing the invitations of a guest list."""

import datetime as dt
from functools import partial

import pytest
from django.db import transaction

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.services import (
    add_guests,
    cancel_dialogue,
    postpone_dialogue,
    release_invitations,
    remind_guests,
    remove_guest,
    withdraw_invitation,
)
from outbox.models import Mail
from tests.dialogues.builders import (
    DAY,
    NOW,
    RSVP_BY,
    TODAY,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.dialogues.messages import calendar_of, guest_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def release(dialogue, by, expected=1, rsvp_by=RSVP_BY, now=NOW):
    return release_invitations(
        dialogue=dialogue, rsvp_by=rsvp_by, expected=expected, by=by, now=now
    )


def postpone(dialogue, by, reason="Streik", now=NOW):
    return postpone_dialogue(dialogue=dialogue, reason=reason, by=by, now=now)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_manages_the_guest_list(role):
    dialogue = make_dialogue(DialogueState.INVITED)
    listed, sent, by = (
        make_invitation(dialogue, released=False),
        make_invitation(dialogue),
        make_user(role),
    )

    for act in (
        lambda: add_guests(dialogue=dialogue, people=[make_person()], by=by, now=NOW),
        lambda: remove_guest(invitation=listed, by=by, now=NOW),
        lambda: release(dialogue, by),
        lambda: withdraw_invitation(invitation=sent, by=by, now=NOW),
        lambda: remind_guests(dialogue=dialogue, by=by, now=NOW),
        lambda: postpone(dialogue, by),
        lambda: cancel_dialogue(dialogue=dialogue, reason="Streik", by=by, now=NOW),
    ):
        with (
            nothing_changes(dialogue, listed, sent),
            pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"),
        ):
            act()
    assert dialogue.invitations.count() == 2


def test_release_sends_each_guest_one_invitation(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED, programme="14:00 Begrüßung\n14:15 Rundgang")
    first = make_invitation(
        dialogue, released=False, person=make_person(email="erster@example.org")
    )
    make_invitation(dialogue, released=False, person=make_person(email="zweiter@example.org"))

    assert release(dialogue, office, expected=2) == 2

    first.refresh_from_db()
    dialogue.refresh_from_db()
    assert (dialogue.state, dialogue.rsvp_by) == (DialogueState.INVITED, RSVP_BY)
    assert dialogue.history.first().history_change_reason == "2 Einladungen versandt"
    assert (first.released_at, first.released_round, first.rsvp) == (NOW, 1, RsvpState.OPEN)
    assert mails_written() == [
        ("invitation", "erster@example.org"),
        ("invitation", "zweiter@example.org"),
    ]
    mail = Mail.objects.get(recipient="erster@example.org")
    assert mail.subject == "Einladung: Fachkräfte im Maschinenbau, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert guest_of(mail.text) == first
    assert "14:00 Begrüßung\n14:15 Rundgang" in mail.text
    assert (mail.has_personal_link, mail.path) == (True, dialogue.get_absolute_url())


def test_calendar_entry_is_a_request_without_the_personal_link(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False, person=make_person(email="gast@example.org"))

    release(dialogue, office)

    entry = calendar_of(Mail.objects.get())
    assert (entry.method, entry.uid, entry.sequence) == (
        "REQUEST",
        f"dialogue-{dialogue.pk}@localhost",
        1,
    )
    assert (entry.starts_at, entry.attendee) == (DAY, "gast@example.org")
    assert "/einladung/" not in entry.text


def test_rolled_back_release_leaves_no_mail(office):
    invitation = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with (
        nothing_changes(invitation, invitation.dialogue),
        pytest.raises(RuntimeError, match="worker was killed"),
        transaction.atomic(),
    ):
        release(invitation.dialogue, office)
        raise RuntimeError("worker was killed")


def test_second_release_sends_only_what_is_new(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False)
    release(dialogue, office)
    make_invitation(dialogue, released=False, person=make_person(email="spaet@example.org"))

    assert release(dialogue, office) == 1

    assert len(mails_written()) == 2
    assert dialogue.history.first().history_change_reason == "1 Einladung versandt"


def test_release_of_nothing_is_refused(office):
    dialogue = make_invitation().dialogue

    with nothing_changes(dialogue), pytest.raises(Refused, match="keine Einladung"):
        release(dialogue, office, expected=0)


def test_release_of_another_number_than_the_preview_is_refused(office):
    invitation = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with (
        nothing_changes(invitation, invitation.dialogue),
        pytest.raises(ChangedMeanwhile, match="1 Einladung wäre"),
    ):
        release(invitation.dialogue, office, expected=2)


@pytest.mark.parametrize(
    "rsvp_by", [TODAY - dt.timedelta(days=1), DAY.date() + dt.timedelta(days=1)]
)
def test_reply_day_lies_between_today_and_the_dialogue(office, rsvp_by):
    invitation = make_invitation(make_dialogue(DialogueState.SCHEDULED), released=False)

    with (
        nothing_changes(invitation, invitation.dialogue),
        pytest.raises(Refused, match="zwischen heute und dem Gespräch"),
    ):
        release(invitation.dialogue, office, rsvp_by=rsvp_by)


def test_guest_without_an_address_is_named_in_the_refusal(office):
    person = make_person("Werksleitung", email="", organisation=make_organisation("Werk AG"))
    invitation = make_invitation(
        make_dialogue(DialogueState.SCHEDULED), released=False, person=person
    )

    with (
        nothing_changes(invitation, invitation.dialogue),
        pytest.raises(Refused, match=r"Ohne E-Mail-Adresse: Werksleitung \(Werk AG\)"),
    ):
        release(invitation.dialogue, office)


@pytest.mark.django_db(transaction=True)
def test_form_sent_twice_at_once_invites_once():
    office = make_user(OFFICE)
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    make_invitation(dialogue, released=False)

    outcomes = race(*(partial(release, dialogue, office) for _i in range(2)))

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Refused", "int"]
    assert len(mails_written()) == 1


def test_nobody_is_invited_after_the_beginning(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    invitation = make_invitation(dialogue, released=False)

    with (
        nothing_changes(dialogue, invitation),
        pytest.raises(Refused, match="Das Gespräch hat schon begonnen"),
    ):
        release_invitations(dialogue=dialogue, rsvp_by=DAY.date(), expected=1, by=office, now=DAY)


@pytest.mark.parametrize(("days", "refused"), [(-1, True), (0, False), (1, False)])
def test_reply_day_is_never_moved_forward_for_invited_guests(office, days, refused):
    dialogue = make_released(office, 1)
    make_invitation(dialogue, released=False)
    release = partial(
        release_invitations,
        dialogue=dialogue,
        rsvp_by=RSVP_BY + dt.timedelta(days),
        expected=1,
        by=office,
        now=NOW,
    )

    if refused:
        with (
            nothing_changes(dialogue),
            pytest.raises(Refused, match="bis zum 15.04.2026 Zeit zu antworten"),
        ):
            release()
    else:
        assert release() == 1
