"""Whoever represented a guest is the guest at the new date, or the office settles it."""

import datetime as dt

import pytest

from core.errors import NotAllowed, Refused
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Dialogue
from dialogues.progress import preparation_of
from dialogues.progress.dialogues import office_next_step
from dialogues.queries import unreleased_invitations, unsettled_substitutes
from dialogues.services import (
    cancel_dialogue,
    open_invitation,
    postpone_dialogue,
    release_invitations,
    settle_substitute,
)
from outbox.models import Mail
from tests.dialogues.builders import DAY, NOW, RSVP_BY, fix_new_date, make_dialogue, make_invitation
from tests.dialogues.pages import BASE, text_of
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db

NEW_DAY = DAY + dt.timedelta(days=7)


def release(dialogue, by, expected=1):
    return release_invitations(
        dialogue=dialogue, rsvp_by=RSVP_BY, expected=expected, by=by, now=NOW
    )


def postpone(dialogue, by):
    return postpone_dialogue(dialogue=dialogue, reason="Streik", by=by, now=NOW)


def make_substitute():
    """Return a contact who matches the substitute that `make_invitation` names."""
    return make_person("Stellvertretung", email="stellvertretung@example.org")


def make_represented(**fields):
    """Return an invitation whose guest is represented, in a dialogue at DAY."""
    guest = make_person("Leitung Werk", email="gast@example.org", organisation=make_organisation())
    dialogue = make_dialogue(DialogueState.INVITED)
    return make_invitation(dialogue, RsvpState.REPRESENTED, person=guest, **fields)


def text_to(address, kind) -> str:
    return Mail.objects.get(recipient=address, kind=kind).text


def test_substitute_is_the_guest_at_the_new_date(office, senator):
    invitation, person = make_represented(), make_substitute()
    dialogue = invitation.dialogue

    postpone(dialogue, office)
    fix_new_date(dialogue, office, senator, NEW_DAY)
    release(dialogue, office, expected=1)

    assert mails_written("invitation") == [("invitation", "stellvertretung@example.org")]
    own = dialogue.invitations.get(person=person)
    assert (own.rsvp, own.released_round, own.withdrawn_at) == (RsvpState.OPEN, 2, None)
    invitation.refresh_from_db()
    assert (invitation.withdrawn_at, invitation.released_round) == (NOW, 1)
    assert invitation.history.first().history_change_reason == (
        "Zum neuen Termin ist die Vertretung Gast: Stellvertretung"
    )
    text = text_to("stellvertretung@example.org", "dialogue_postponed")
    assert "Sobald ein neuer Termin feststeht, laden wir Sie als Gast ein." in text
    assert (
        "Sobald ein neuer Termin feststeht, laden wir Ihre Vertretung ein: Stellvertretung."
    ) in text_to("gast@example.org", "dialogue_postponed")
    invitation_text = text_to("stellvertretung@example.org", "invitation")
    assert "ersetzt den bisherigen: Mi, 22.04.2026" in invitation_text


def test_link_of_the_represented_guest_names_the_substitute(office):
    invitation = make_represented()
    make_substitute()
    postpone(invitation.dialogue, office)

    token = invitation.personal_link.split("/")[-2]
    with pytest.raises(Refused, match="Eingeladen wird Ihre Vertretung: Stellvertretung"):
        open_invitation(token)


def test_substitute_who_became_the_guest_is_told_of_a_cancellation(office, senator):
    invitation = make_represented()
    make_substitute()
    postpone(invitation.dialogue, office)
    Mail.objects.all().delete()

    cancel_dialogue(dialogue=invitation.dialogue, reason="Kein Termin", by=office, now=NOW)

    assert mails_written() == [
        ("dialogue_cancelled", "senatorin@example.org"),
        ("dialogue_cancelled", "stellvertretung@example.org"),
    ]


def test_substitute_who_is_a_guest_already_keeps_the_own_invitation(office):
    invitation = make_represented(substitute_email="stellvertretung@büro.example.org")
    person = make_person("Stellvertretung", email="stellvertretung@xn--bro-hoa.example.org")
    own = make_invitation(invitation.dialogue, RsvpState.ACCEPTED, person=person)

    postpone(invitation.dialogue, office)

    assert list(unreleased_invitations(Dialogue.objects.get())) == [own]


@pytest.mark.parametrize(
    "contact",
    [
        lambda: None,
        lambda: make_person("Zentrale", email="stellvertretung@example.org"),
        lambda: make_person("Stellvertretung", email="andere@example.org"),
        lambda: [make_substitute(), make_substitute()],
    ],
    ids=["unknown", "other name", "other address", "two"],
)
def test_unknown_substitute_is_an_open_task_and_nobody_is_invited_instead(office, senator, contact):
    invitation, _known = make_represented(), contact()
    dialogue = invitation.dialogue

    postpone(dialogue, office)
    fix_new_date(dialogue, office, senator, NEW_DAY)

    dialogue.refresh_from_db()
    assert list(unsettled_substitutes(dialogue)) == [invitation]
    assert list(unreleased_invitations(dialogue)) == []
    step = office_next_step(dialogue, preparation_of(dialogue, NOW), NOW)
    assert (step.text, step.action) == (
        "1 Gast hatte sich zum früheren Termin vertreten lassen. Klären Sie, wer eingeladen wird.",
        "Vertretungen klären",
    )
    sentence = "Wen wir zum neuen Termin einladen, klärt die Geschäftsstelle mit Ihnen."
    assert sentence in text_to("stellvertretung@example.org", "dialogue_postponed")
    assert sentence in text_to("gast@example.org", "dialogue_postponed")


def test_office_settles_whom_to_invite(office):
    invitation, other = make_represented(), make_person("Andere", email="andere@example.org")
    postpone(invitation.dialogue, office)

    own = settle_substitute(invitation=invitation, person=other, by=office, now=NOW)

    assert own.person == other
    assert list(unreleased_invitations(own.dialogue)) == [own]
    assert list(unsettled_substitutes(own.dialogue)) == []
    with pytest.raises(Refused, match="gilt nicht mehr: Sie ist zurückgezogen, oder"):
        settle_substitute(invitation=invitation, person=other, by=office, now=NOW)


def test_office_may_invite_the_guest_after_all(office):
    invitation = make_represented()
    postpone(invitation.dialogue, office)

    settle_substitute(invitation=invitation, person=None, by=office, now=NOW)

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.substitute_name) == (RsvpState.OPEN, "")
    assert list(unreleased_invitations(invitation.dialogue)) == [invitation]


@pytest.mark.parametrize(
    ("person", "words"),
    [
        (lambda invitation: make_person(is_active=False), "nicht aktiv oder hat keine"),
        (lambda invitation: make_person(email=""), "nicht aktiv oder hat keine"),
        (lambda invitation: invitation.person, "Das ist der Gast selbst"),
    ],
    ids=["inactive", "no address", "guest"],
)
def test_nobody_is_settled_who_cannot_be_invited(office, person, words):
    invitation = make_represented()
    postpone(invitation.dialogue, office)
    chosen = person(invitation)

    with nothing_changes(invitation), pytest.raises(Refused, match=words):
        settle_substitute(invitation=invitation, person=chosen, by=office, now=NOW)


def test_only_the_office_settles_substitutes(office, partner):
    invitation = make_represented()
    postpone(invitation.dialogue, office)

    with nothing_changes(invitation), pytest.raises(NotAllowed, match=OFFICE_ONLY):
        settle_substitute(invitation=invitation, person=None, by=partner, now=NOW)


def test_office_settles_a_substitute_on_the_guest_tab(client, office, time_machine):
    time_machine.move_to(NOW, tick=False)
    invitation = make_represented()
    colleagues = invitation.person.organisation
    other = make_person("Andere", email="andere@example.org", organisation=colleagues)
    postpone(invitation.dialogue, office)
    client.force_login(office)
    page = f"{invitation.dialogue.get_absolute_url()}gaeste/"
    url = f"{BASE}/einladungen/{invitation.pk}/vertretung/"

    text = text_of(client.get(page))
    assert "Zum früheren Termin sollte kommen: Stellvertretung, stellvertretung@example.org" in text
    assert "Leitung Werk (Gast)" in text_of(client.get(url))
    done = client.post(url, {"choice": other.pk}, follow=True)

    assert "Es ist geklärt, wer eingeladen wird." in text_of(done)
    assert "Vertretungen klären" not in text_of(done)
    assert list(unreleased_invitations(Dialogue.objects.get())) == [
        invitation.dialogue.invitations.get(person=other)
    ]
