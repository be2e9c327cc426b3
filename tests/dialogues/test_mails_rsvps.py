"""Whose calendar holds the entry: it follows the reply, and each transfer raises the sequence."""

import datetime as dt

import pytest

from dialogues.enums import DialogueState, RsvpState
from dialogues.mails.dates import addressees_of_change
from dialogues.mails.dialogues import mail_changed
from dialogues.models import Dialogue
from dialogues.services import (
    add_guests,
    record_rsvp,
    release_invitations,
    withdraw_invitation,
)
from outbox.enums import MailState
from outbox.models import Mail
from tests.dialogues.builders import (
    MAYBE,
    NO,
    NOW,
    RSVP_BY,
    SUBSTITUTE,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.dialogues.messages import calendar_of
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db
A = RsvpState
GUEST, STAND_IN, OTHER = "gast@example.org", "stellvertretung@example.org", "andere@example.org"


@pytest.fixture
def invitation():
    return make_invitation(person=make_person("Gast", email=GUEST))


@pytest.fixture
def rsvp(invitation):
    """Return a function that records a reply and returns the entries mailed because of it, as
    (recipient, method, partstat, sequence).
    """
    minutes = iter(range(60))

    def reply_with(reply):
        before = set(Mail.objects.values_list("pk", flat=True))
        record_rsvp(
            invitation=invitation, rsvp=reply, now=NOW + dt.timedelta(minutes=next(minutes))
        )
        invitation.refresh_from_db()
        written = Mail.objects.exclude(pk__in=before)
        entries = entries_of(written)
        written.update(state=MailState.SENT, sent_at=NOW)
        return entries

    return reply_with


def entries_of(mails):
    read = [(mail.recipient, calendar_of(mail)) for mail in mails.order_by("pk")]
    return [(to, entry.method, entry.partstat, entry.sequence) for to, entry in read if entry]


@pytest.mark.parametrize(("reply", "partstat"), [(YES, "ACCEPTED"), (MAYBE, "TENTATIVE")])
def test_reply_that_keeps_the_entry_is_shown_in_it(rsvp, invitation, reply, partstat):
    assert rsvp(reply) == [(GUEST, "REQUEST", partstat, 1)]
    assert invitation.revision == 0


@pytest.mark.parametrize("first", [None, YES, MAYBE])
def test_declining_cancels_the_entry(rsvp, invitation, first):
    if first:
        rsvp(first)

    assert rsvp(NO) == [(GUEST, "CANCEL", "NEEDS-ACTION", 2)]
    mail = Mail.objects.latest("pk")
    assert calendar_of(mail).status == ""
    assert "Mit dieser E-Mail kann Ihr Kalender den Termin entfernen" in mail.text
    assert "Das Gespräch findet statt." in mail.text
    assert invitation.revision == 1


def test_guest_who_accepts_after_all_gets_an_entry_with_a_higher_sequence(rsvp):
    rsvp(YES)
    rsvp(NO)

    assert rsvp(YES) == [(GUEST, "REQUEST", "ACCEPTED", 3)]
    assert rsvp(NO) == [(GUEST, "CANCEL", "NEEDS-ACTION", 4)]


def test_entry_passes_to_the_substitute_and_back(rsvp):
    assert rsvp(SUBSTITUTE) == [
        (GUEST, "CANCEL", "NEEDS-ACTION", 2),
        (STAND_IN, "REQUEST", "NEEDS-ACTION", 2),
    ]
    assert rsvp(SUBSTITUTE._replace(remark="Parkplatz?")) == []
    assert rsvp(SUBSTITUTE._replace(substitute_email=OTHER)) == [
        (OTHER, "REQUEST", "NEEDS-ACTION", 3),
        (STAND_IN, "CANCEL", "NEEDS-ACTION", 3),
    ]
    assert rsvp(YES) == [(GUEST, "REQUEST", "ACCEPTED", 4), (OTHER, "CANCEL", "NEEDS-ACTION", 4)]


def test_declined_after_a_substitute_was_named_only_the_substitute_loses_the_entry(rsvp):
    rsvp(SUBSTITUTE)

    assert rsvp(NO) == [(STAND_IN, "CANCEL", "NEEDS-ACTION", 3)]


def test_substitute_without_an_address_gets_no_entry(rsvp):
    nameless = SUBSTITUTE._replace(substitute_email="")

    assert rsvp(nameless) == [(GUEST, "CANCEL", "NEEDS-ACTION", 2)]
    assert rsvp(NO) == []


def test_substitute_who_stands_in_for_another_guest_keeps_the_entry(rsvp, invitation):
    make_invitation(invitation.dialogue, A.REPRESENTED)
    rsvp(SUBSTITUTE)

    assert rsvp(YES) == [(GUEST, "REQUEST", "ACCEPTED", 3)]
    assert not Mail.objects.filter(kind="invitation_withdrawn").exists()


@pytest.mark.parametrize("others_rsvp", [A.OPEN, A.ACCEPTED, A.TENTATIVE])
def test_substitute_who_is_also_a_guest_keeps_their_entry(rsvp, invitation, others_rsvp):
    account = make_user(email=STAND_IN, person=make_person(email="alt@example.org"))
    make_invitation(invitation.dialogue, others_rsvp, person=account.person)
    rsvp(SUBSTITUTE)

    assert rsvp(NO) == []
    assert not Mail.objects.filter(kind="invitation_withdrawn").exists()


def test_substitute_who_declined_their_own_invitation_loses_the_entry(rsvp, invitation):
    make_invitation(invitation.dialogue, A.DECLINED, person=make_person(email=STAND_IN))
    rsvp(SUBSTITUTE)

    assert rsvp(NO) == [(STAND_IN, "CANCEL", "NEEDS-ACTION", 3)]


def test_guest_who_declines_but_stands_in_for_another_keeps_the_entry(rsvp, invitation):
    make_invitation(invitation.dialogue, A.REPRESENTED, substitute_email=GUEST)

    assert rsvp(NO) == []
    assert "Kalender" not in Mail.objects.get().text


def test_withdrawal_cancels_one_entry_and_the_next_invitation_has_a_higher_sequence(
    office, invitation
):
    withdraw_invitation(invitation=invitation, by=office, now=NOW)
    add_guests(dialogue=invitation.dialogue, people=[invitation.person], by=office, now=NOW)
    release_invitations(
        dialogue=invitation.dialogue, rsvp_by=RSVP_BY, expected=1, by=office, now=NOW
    )

    assert entries_of(Mail.objects.all()) == [
        (GUEST, "CANCEL", "NEEDS-ACTION", 2),
        (GUEST, "REQUEST", "NEEDS-ACTION", 3),
    ]


def test_withdrawn_guest_who_stands_in_for_another_keeps_the_entry(office, invitation):
    make_invitation(invitation.dialogue, A.REPRESENTED, substitute_email=GUEST)

    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert calendar_of(Mail.objects.get(recipient=GUEST)) is None


def test_withdrawal_spares_a_substitute_who_comes_by_another_invitation(office, invitation):
    make_invitation(invitation.dialogue, A.ACCEPTED, person=make_person(email=STAND_IN))
    record_rsvp(invitation=invitation, rsvp=SUBSTITUTE, now=NOW)
    Mail.objects.all().delete()

    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert list(Mail.objects.values_list("recipient", flat=True)) == [GUEST]


def test_invitation_of_a_former_date_is_withdrawn_without_an_entry(office):
    invitation = make_invitation(make_dialogue(DialogueState.INVITED, round=2), released_round=1)

    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    assert calendar_of(Mail.objects.get()) is None


def reply(invitation, given, seconds):
    invitation.refresh_from_db()
    record_rsvp(invitation=invitation, rsvp=given, now=NOW + dt.timedelta(seconds=seconds))


def confirmations():
    return Mail.objects.filter(kind="rsvp_confirmed").order_by("pk")


def test_only_the_latest_of_many_replies_is_confirmed(invitation):
    for seconds in range(12):
        reply(invitation, NO if seconds % 2 else YES, seconds)

    *former, latest = confirmations()
    assert {mail.state for mail in former} == {MailState.WITHDRAWN}
    assert (latest.state, latest.due_at) == (MailState.WAITING, NOW + dt.timedelta(seconds=11))
    assert str(RsvpState.DECLINED.label) in latest.text


def test_further_replies_are_confirmed_together_after_a_while(invitation, settings):
    settings.MAIL_BUNDLE_MINUTES = 10
    reply(invitation, YES, 0)
    confirmations().update(state=MailState.SENT, sent_at=NOW)
    for seconds in range(1, 6):
        reply(invitation, YES if seconds % 2 else MAYBE, seconds)

    assert [mail.state for mail in confirmations()] == ["sent", *["withdrawn"] * 3, "waiting"]
    assert confirmations().last().due_at == NOW + dt.timedelta(minutes=10)


def test_confirmation_cancels_what_a_withdrawn_one_was_to_cancel(invitation):
    reply(invitation, YES, 0)
    confirmations().update(state=MailState.SENT, sent_at=NOW)
    for seconds, remark in enumerate(("", "Leider verhindert.", "Leider krank."), start=1):
        reply(invitation, NO._replace(remark=remark), seconds)

    waiting = confirmations().filter(state=MailState.WAITING)
    assert [(to, method) for to, method, *_ in entries_of(waiting)] == [(GUEST, "CANCEL")]


def test_held_confirmation_goes_out_before_a_change_is_mailed(invitation, settings):
    settings.MAIL_BUNDLE_MINUTES = 10
    reply(invitation, YES, 0)
    confirmations().update(state=MailState.SENT, sent_at=NOW)
    reply(invitation, MAYBE, 1)
    dialogue = Dialogue.objects.get(pk=invitation.dialogue_id)
    news = [(addressee, []) for addressee in addressees_of_change(dialogue, today=NOW.date())]

    mail_changed(dialogue, news, by=None, now=NOW + dt.timedelta(seconds=2))

    assert confirmations().last().due_at == NOW + dt.timedelta(seconds=2)
