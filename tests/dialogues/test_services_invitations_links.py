"""Sending one invitation again; showing and replacing its personal link."""

import datetime as dt

import pytest

from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpState
from dialogues.models import Invitation
from dialogues.queries.history import dialogue_history
from dialogues.services import open_invitation, replace_link, resend_invitation, show_link
from outbox.models import Mail
from outbox.rendering.preview import preview_calendar
from partners.models import Person
from tests.dialogues.builders import (
    NOW,
    RSVP_BY,
    make_dialogue,
    make_invitation,
    make_released,
)
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(days=1)
AFTER_RSVP_BY = dt.datetime.combine(RSVP_BY, dt.time(12), dt.UTC) + dt.timedelta(days=1)


@pytest.fixture
def invited(office) -> Invitation:
    """An invitation that was released with its mail."""
    return make_released(office, 1).invitations.get()


def link_of(mail: Mail) -> str:
    return mail.secret.strip("/").rpartition("/")[2]


@pytest.mark.parametrize("service", [resend_invitation, show_link, replace_link])
@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_handles_links(service, role):
    invitation = make_invitation()

    with (
        nothing_changes(invitation),
        pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"),
    ):
        service(invitation=invitation, by=make_user(role), now=NOW)


@pytest.mark.parametrize("service", [resend_invitation, show_link, replace_link])
@pytest.mark.parametrize("fields", [{"released": False}, {"withdrawn_at": NOW}])
def test_an_invitation_that_is_not_valid_has_no_link(office, service, fields):
    invitation = make_invitation(**fields)

    with nothing_changes(invitation), pytest.raises(Refused, match="nicht versandt oder schon"):
        service(invitation=invitation, by=office, now=NOW)


def test_invitation_is_sent_again_to_the_present_address(invited, office):
    failed = Mail.objects.get()
    Mail.objects.update(state="failed", last_error="550 unbekannt")
    Person.objects.filter(pk=invited.person_id).update(email="neu@example.org")
    invited.rsvp, invited.replied_at, invited.party = RsvpState.ACCEPTED, NOW, 2
    invited.save()

    resend_invitation(invitation=invited, by=office, now=LATER)

    again = Mail.objects.exclude(pk=failed.pk).get()
    assert (again.kind, again.recipient, again.state) == (
        "invitation",
        "neu@example.org",
        "waiting",
    )
    assert again.subject == failed.subject
    assert again.text.partition("http")[0] == failed.text.partition("http")[0]
    assert open_invitation(link_of(again)) == invited
    entry = preview_calendar(again)
    assert (entry.attendee, entry.answer) == ("neu@example.org", "Zusage")
    failed.refresh_from_db()
    assert (failed.state, failed.settled_at) == ("failed", LATER)
    invited.refresh_from_db()
    assert (invited.rsvp, invited.party) == (RsvpState.ACCEPTED, 2)


@pytest.mark.parametrize("keeps", [False, True])
def test_link_at_another_address_is_revoked_unless_the_guest_has_both(invited, office, keeps):
    Mail.objects.update(**fields_in_state("sent"))
    sent = Mail.objects.get()
    Person.objects.filter(pk=invited.person_id).update(email="neu@example.org")
    Invitation.objects.update(rsvp=RsvpState.ACCEPTED, replied_at=NOW)

    resend_invitation(invitation=invited, keep_link=keeps, by=office, now=LATER)

    again = Mail.objects.exclude(pk=sent.pk).get()
    assert open_invitation(link_of(again)) == invited
    if keeps:
        assert open_invitation(link_of(sent)) == invited
    else:
        with pytest.raises(Refused, match="gilt nicht mehr"):
            open_invitation(link_of(sent))
    invited.refresh_from_db()
    assert invited.rsvp == RsvpState.ACCEPTED
    what = "Einladung an andere Adresse versandt, persönlichen Link ersetzt"
    entries = [entry.what for entry in dialogue_history(invited.dialogue, office)]
    assert (what in entries) is not keeps


def test_link_stays_where_the_guest_has_the_same_address_or_nothing_was_sent(invited, office):
    Person.objects.filter(pk=invited.person_id).update(email="neu@büro.example.org")
    resend_invitation(invitation=invited, by=office, now=LATER)
    Mail.objects.filter(state="waiting").update(**fields_in_state("sent"))
    resend_invitation(invitation=invited, by=office, now=LATER + dt.timedelta(hours=1))

    invited.refresh_from_db()
    assert invited.link_version == 1


def test_invitation_still_waiting_is_replaced(invited, office):
    resend_invitation(invitation=invited, by=office, now=LATER)

    assert list(Mail.objects.order_by("pk").values_list("state", flat=True)) == [
        "withdrawn",
        "waiting",
    ]


@pytest.mark.parametrize("rsvp", [RsvpState.DECLINED, RsvpState.REPRESENTED])
def test_guest_who_holds_no_entry_gets_none(office, rsvp):
    invitation = make_invitation(rsvp=rsvp)

    resend_invitation(invitation=invitation, by=office, now=NOW)

    assert preview_calendar(Mail.objects.get()) is None


@pytest.mark.parametrize(
    "state, fields, now",
    [
        (DialogueState.CANCELLED, {}, NOW),
        (DialogueState.HELD, {}, NOW),
        (DialogueState.INVITED, {"released_round": 0}, NOW),
        (DialogueState.INVITED, {}, AFTER_RSVP_BY),
    ],
)
def test_invitation_is_sent_again_only_while_guests_can_reply(office, state, fields, now):
    invitation = make_invitation(make_dialogue(state), **fields)

    with nothing_changes(invitation), pytest.raises(Refused, match="solange Gäste antworten"):
        resend_invitation(invitation=invitation, by=office, now=now)


def test_guest_without_an_address_is_not_invited_again(office):
    invitation = make_invitation(person=make_person("Leitung", email=""))

    with nothing_changes(invitation), pytest.raises(Refused, match="Leitung hat keine E-Mail"):
        resend_invitation(invitation=invitation, by=office, now=NOW)


def test_shown_link_works_and_is_recorded(office):
    invitation = make_invitation(person=make_person("Gast 0"))

    address = show_link(invitation=invitation, by=office, now=NOW)

    assert address.startswith("http://localhost:8000/branchengespraeche/einladung/")
    assert open_invitation(address.strip("/").rpartition("/")[2]) == invitation
    entry = invitation.history.first()
    assert (entry.history_change_reason, entry.history_user) == (
        "Persönlichen Link angezeigt",
        office,
    )
    entries = dialogue_history(invitation.dialogue, office)
    shown = (str(office), "Persönlichen Link angezeigt")
    assert [(entry.who, entry.what) for entry in entries].count(shown) == 1
    assert mails_written() == []


def test_replaced_link_is_dead_and_the_reply_stays(invited, office):
    Mail.objects.update(**fields_in_state("sent", attempts=1))
    invited.rsvp, invited.replied_at = RsvpState.ACCEPTED, NOW
    invited.save()
    old = link_of(Mail.objects.get())

    replace_link(invitation=invited, by=office, now=LATER)

    with pytest.raises(Refused, match="Dieser Link gilt nicht mehr"):
        open_invitation(old)
    mail = Mail.objects.latest("pk")
    assert (mail.kind, mail.recipient) == ("link_replaced", invited.person.email)
    assert "Ihre Antwort (Zusage) gilt weiter." in mail.text
    found = open_invitation(link_of(mail))
    assert (found.rsvp, found.withdrawn_at, found.link_version) == (RsvpState.ACCEPTED, None, 2)
    assert Mail.objects.filter(kind="invitation_withdrawn").count() == 0
    assert invited.history.first().history_change_reason == "Persönlichen Link ersetzt"


@pytest.mark.parametrize(
    ("now", "note"),
    [
        (LATER, "Bitte antworten Sie bis zum 15.04.2026."),
        (
            AFTER_RSVP_BY,
            "Die Frist für Ihre Antwort ist am 15.04.2026 abgelaufen. Bitte wenden Sie sich an die "
            "Geschäftsstelle.",
        ),
    ],
)
def test_new_link_asks_for_a_reply_only_while_one_is_taken(invited, office, now, note):
    Mail.objects.update(**fields_in_state("sent", attempts=1))

    replace_link(invitation=invited, by=office, now=now)

    text = Mail.objects.get(kind="link_replaced").text
    assert note in text
    assert ("Bitte antworten" in text) is (now == LATER)


def test_link_is_replaced_without_a_mail_if_the_office_prefers(invited, office):
    Mail.objects.update(**fields_in_state("sent", attempts=1))

    replace_link(invitation=invited, notify=False, by=office, now=LATER)

    assert Mail.objects.count() == 1


def test_mails_that_wait_get_the_new_link(invited, office):
    replace_link(invitation=invited, by=office, now=LATER)

    # Nobody has the former link, so nobody is told that it is dead.
    mail = Mail.objects.get()
    assert mail.state == "waiting"
    assert open_invitation(link_of(mail)) == invited
    assert link_of(mail) in mail.text


@pytest.mark.parametrize(
    "state, fields", [(DialogueState.CANCELLED, {}), (DialogueState.INVITED, {"released_round": 0})]
)
def test_nobody_is_mailed_a_link_that_takes_no_reply(office, state, fields):
    invitation = make_invitation(make_dialogue(state), **fields)

    replace_link(invitation=invitation, by=office, now=NOW)

    assert mails_written() == []
    invitation.refresh_from_db()
    assert invitation.link_version == 2
