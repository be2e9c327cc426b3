"""Changing the facts of a dialogue."""

import datetime as dt

import pytest

from approvals.enums import ApprovalState
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.models import Origin
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import BEFORE_THE_DAY, DialogueState, HostReply, OptionState, RsvpState
from dialogues.models import Dialogue
from dialogues.services import change_dialogue
from tests.dialogues.builders import (
    DAY,
    NOW,
    RSVP_BY,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_topic,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def edit(dialogue, by, *, version=None, **values):
    return change_dialogue(dialogue=dialogue, values=values, version=version, by=by, now=NOW)


@pytest.mark.parametrize("state", DialogueState)
def test_facts_change_until_the_day(office, state):
    dialogue = make_dialogue(state)

    if state in BEFORE_THE_DAY:
        edit(dialogue, office, programme="14:00 Begrüßung")
        dialogue.refresh_from_db()
        assert dialogue.programme == "14:00 Begrüßung"
    else:
        with (
            nothing_changes(dialogue),
            pytest.raises(Refused, match="lassen sich die Angaben nicht mehr ändern"),
        ):
            edit(dialogue, office, programme="14:00 Begrüßung")


def test_state_date_and_topic_never_come_from_a_form(office):
    dialogue = make_dialogue(DialogueState.PLANNING)
    stale = Dialogue.objects.get(pk=dialogue.pk)
    stale.state, stale.starts_at, stale.round = DialogueState.INVITED, DAY, 5
    stale.topic, stale.origin = make_topic(), Origin.TAKEN_OVER

    edit(stale, office, title="Neuer Titel")

    stored = Dialogue.objects.get(pk=dialogue.pk)
    assert (
        stored.title,
        stored.state,
        stored.starts_at,
        stored.round,
        stored.topic_id,
        stored.origin,
    ) == (
        "Neuer Titel",
        DialogueState.PLANNING,
        None,
        1,
        dialogue.topic_id,
        Origin.ENTERED,
    )


def test_new_host_has_to_accept_and_dates_are_proposed_again(office, senator):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    possible = make_option(dialogue, OptionState.POSSIBLE)
    granted = make_dates_approval(dialogue, possible, state=ApprovalState.APPROVED)
    host = make_organisation()

    edit(dialogue, office, host=host)

    for obj in (dialogue, possible, granted):
        obj.refresh_from_db()
    assert (dialogue.host, dialogue.host_reply) == (host, HostReply.OPEN)
    assert (possible.state, granted.state) == (OptionState.PROPOSED, ApprovalState.LAPSED)
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


def test_new_host_makes_submitted_dates_lapse(office, senator):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    approval = make_dates_approval(dialogue, make_option(dialogue))

    edit(dialogue, office, host=make_organisation())

    approval.refresh_from_db()
    assert approval.state == ApprovalState.LAPSED
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


@pytest.mark.parametrize("state", [DialogueState.SCHEDULED, DialogueState.INVITED])
def test_host_stays_once_the_date_is_fixed(office, state):
    dialogue = make_dialogue(state)

    with nothing_changes(dialogue), pytest.raises(Refused, match="steht mit dem Termin fest"):
        edit(dialogue, office, host=make_organisation())


def test_seats_stay_above_what_is_taken(office):
    dialogue = make_dialogue(DialogueState.INVITED, seats=5)
    make_invitation(dialogue, RsvpState.ACCEPTED, party=3)

    with nothing_changes(dialogue), pytest.raises(Refused, match="3 Plätze belegt"):
        edit(dialogue, office, seats=2)
    edit(dialogue, office, seats=3)
    assert Dialogue.objects.get(pk=dialogue.pk).seats == 3


def test_stale_form_with_another_host_is_refused_once_the_date_is_fixed(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)

    with nothing_changes(dialogue), pytest.raises(Refused, match="steht mit dem Termin") as refused:
        edit(dialogue, office, host=make_organisation(), version="alt")

    assert not isinstance(refused.value, ChangedMeanwhile)


def test_second_save_of_an_older_version_is_refused(office):
    dialogue = make_dialogue()
    shown = version_of(dialogue, ["place"])
    edit(dialogue, office, place="Halle 2", version=shown)

    with (
        nothing_changes(dialogue),
        pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"),
    ):
        edit(dialogue, office, place="Halle 3", version=shown)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_changes_facts(role):
    dialogue, by = make_dialogue(), make_user(role)

    with nothing_changes(dialogue), pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"):
        edit(dialogue, by, title="Neu")


def test_fields_outside_the_form_keep_what_was_saved_meanwhile(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    shown = version_of(dialogue, ["title"])
    Dialogue.objects.filter(pk=dialogue.pk).update(state=DialogueState.INVITED, rsvp_by=RSVP_BY)

    edit(dialogue, office, title="Neuer Titel", version=shown)

    stored = Dialogue.objects.get(pk=dialogue.pk)
    assert (stored.title, stored.rsvp_by) == ("Neuer Titel", RSVP_BY)


def test_guests_get_no_day_to_reply_that_has_passed(office):
    dialogue = make_dialogue(DialogueState.INVITED, rsvp_by=NOW.date() - dt.timedelta(days=9))

    with (
        nothing_changes(dialogue),
        pytest.raises(Refused, match="Der Tag für die Antworten liegt in der Vergangenheit."),
    ):
        edit(dialogue, office, rsvp_by=NOW.date() - dt.timedelta(days=1))

    # The day that passed is no reason to refuse other changes.
    edit(dialogue, office, rsvp_by=dialogue.rsvp_by, internal_notes="Anrufen")
    edit(dialogue, office, rsvp_by=NOW.date())
    dialogue.refresh_from_db()
    assert (dialogue.rsvp_by, dialogue.internal_notes) == (NOW.date(), "Anrufen")


def test_other_reply_day_on_a_weekend_is_asked_about(office):
    dialogue = make_dialogue(DialogueState.INVITED)
    saturday = {"rsvp_by": RSVP_BY + dt.timedelta(days=3)}

    with nothing_changes(dialogue), pytest.raises(Warned, match="bitten Sie um Antwort") as warned:
        edit(dialogue, office, **saturday)

    (concern,) = warned.value.concerns
    assert (concern.key, concern.text) == (
        "weekend-2026-04-18",
        "Der 18.04.2026 ist ein Samstag.",
    )
    change_dialogue(
        dialogue=dialogue, values=saturday, by=office, now=NOW, heeded={"weekend-2026-04-18"}
    )
    # Nobody is asked again about a day that stays.
    edit(dialogue, office, **saturday, programme="14:00 Begrüßung")
