import datetime as dt

import pytest
import time_machine
from django.core import signing

from core.errors import NotAllowed, Refused
from core.links import sign_link
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, RsvpChannel, RsvpState
from dialogues.models import Invitation, Rsvp
from dialogues.models.invitations import LINK_KIND
from dialogues.services import closed_reason, open_invitation, record_rsvp, withdraw_invitation
from outbox.models import Mail
from tests.dialogues.builders import (
    BERLIN,
    DAY,
    MAYBE,
    NO,
    NOW,
    SUBSTITUTE,
    YES,
    make_dialogue,
    make_invitation,
)
from tests.dialogues.messages import calendar_of, guest_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def rsvp(invitation, reply=YES, now=NOW, **fields):
    return record_rsvp(invitation=invitation, rsvp=reply, now=now, **fields)


def token_of(invitation) -> str:
    return sign_link(LINK_KIND, invitation.pk, invitation.link_version)


def test_personal_link_opens_the_invitation_and_changes_nothing():
    invitation = make_invitation()

    with nothing_changes(invitation):
        assert open_invitation(invitation.personal_link.split("/")[-2]) == invitation


def test_damaged_link_is_refused():
    invitation = make_invitation()

    for token in (
        token_of(invitation)[:-1],
        "x" + token_of(invitation),
        "",
        signing.dumps([invitation.pk, 1], salt="link.account"),
    ):
        with pytest.raises(Refused, match="nicht gültig"):
            open_invitation(token)


def test_link_expires():
    then = NOW.astimezone(dt.UTC)
    with time_machine.travel(then, tick=False):
        invitation = make_invitation()
        token = token_of(invitation)
    with time_machine.travel(then + dt.timedelta(days=180), tick=False):
        assert open_invitation(token) == invitation
    with time_machine.travel(then + dt.timedelta(days=180, seconds=1), tick=False):
        with pytest.raises(Refused, match="abgelaufen"):
            open_invitation(token)


def test_withdrawn_invitation_is_refused(office):
    invitation = make_invitation()
    token = token_of(invitation)
    withdraw_invitation(invitation=invitation, by=office, now=NOW)

    with pytest.raises(Refused, match="wurde zurückgezogen"):
        open_invitation(token)
    with nothing_changes(invitation), pytest.raises(Refused, match="wurde zurückgezogen"):
        rsvp(invitation)


def test_link_of_an_older_version_is_refused():
    invitation = make_invitation(link_version=3)
    old = Invitation.objects.get(pk=invitation.pk)
    old.link_version = 2

    with pytest.raises(Refused, match="Dieser Link gilt nicht mehr"):
        open_invitation(token_of(old))
    with nothing_changes(invitation), pytest.raises(Refused, match="Dieser Link gilt nicht mehr"):
        rsvp(old)


@pytest.mark.parametrize("gone", [True, False])
def test_link_of_an_unreleased_invitation_is_refused(gone):
    invitation = make_invitation(released=False)
    token = token_of(invitation)
    if gone:
        invitation.delete()

    with pytest.raises(Refused, match="gibt es nicht mehr"):
        open_invitation(token)


@pytest.mark.parametrize(
    ("reply", "details"),
    [
        (YES._replace(party=2), "Angemeldet: 2 Personen"),
        (MAYBE, ""),
        (NO, ""),
        (SUBSTITUTE, "Es kommt: Stellvertretung"),
    ],
    ids=["yes", "maybe", "no", "substitute"],
)
def test_reply_is_recorded_and_confirmed(reply, details):
    invitation = make_invitation(person=make_person(email="gast@example.org"))

    assert rsvp(invitation, reply) is True

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.party, invitation.replied_at, invitation.channel) == (
        reply.rsvp,
        reply.party,
        NOW,
        RsvpChannel.LINK,
    )
    label = RsvpState(reply.rsvp).label
    latest = invitation.history.first()
    assert (latest.history_change_reason, latest.history_user) == (f"Antwort: {label}", None)
    mail = Mail.objects.get(kind="rsvp_confirmed")
    assert (mail.recipient, mail.has_personal_link) == ("gast@example.org", True)
    start = label[0].upper() + label[1:]
    assert mail.subject == f"{start}: Fachkräfte im Maschinenbau, Mi, 22.04.2026, 14:00–16:30 Uhr"
    assert details in mail.text
    assert guest_of(mail.text) == invitation


def test_confirmation_says_how_to_change_the_reply_before_and_after_the_deadline():
    rsvp(make_invitation(person=make_person(email="gast@example.org")))

    assert (
        "Über denselben Link können Sie Ihre Antwort bis zum 15.04.2026 ändern, danach über die "
        "Geschäftsstelle."
    ) in Mail.objects.get().text


def test_acceptance_is_confirmed_with_an_accepted_calendar_entry():
    invitation = make_invitation(person=make_person(email="gast@example.org"))

    rsvp(invitation)

    entry = calendar_of(Mail.objects.get())
    assert (entry.method, entry.sequence, entry.attendee) == ("REQUEST", 1, "gast@example.org")
    assert "PARTSTAT=ACCEPTED" in entry.text


def test_substitute_is_mailed_date_and_place():
    company = make_organisation("Zange GmbH")
    invitation = make_invitation(person=make_person("Werksleitung", organisation=company))

    rsvp(invitation, SUBSTITUTE)

    mail = Mail.objects.get(kind="substitute_named")
    assert (mail.recipient, mail.has_personal_link) == ("stellvertretung@example.org", False)
    assert "Werksleitung (Zange GmbH) hat Sie als Vertretung" in mail.text
    assert guest_of(mail.text) is None
    assert calendar_of(mail).attendee == "stellvertretung@example.org"


def test_substitute_needs_no_address():
    rsvp(make_invitation(), SUBSTITUTE._replace(substitute_email=""))

    assert [kind for kind, _to in mails_written()] == ["rsvp_confirmed"]


@pytest.mark.parametrize("then", [YES, SUBSTITUTE._replace(substitute_email="andere@example.org")])
def test_former_substitute_is_mailed(then):
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED)

    rsvp(invitation, then)

    assert mails_written("invitation_withdrawn") == [
        ("invitation_withdrawn", "stellvertretung@example.org")
    ]
    assert calendar_of(Mail.objects.get(kind="invitation_withdrawn")).method == "CANCEL"
    expected = (
        [("substitute_named", "andere@example.org")] if then.rsvp == RsvpState.REPRESENTED else []
    )
    assert mails_written("substitute_named") == expected


def test_substitute_stays_without_a_second_mail():
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED)

    rsvp(invitation, SUBSTITUTE._replace(remark="Vegetarisch"))

    assert [kind for kind, _to in mails_written()] == ["rsvp_confirmed"]


def test_same_reply_again_writes_nothing():
    invitation = make_invitation()
    rsvp(invitation, SUBSTITUTE._replace(remark=" Parkplatz? "))

    with nothing_changes(invitation):
        assert (
            rsvp(
                invitation,
                SUBSTITUTE._replace(remark="Parkplatz?"),
                now=NOW + dt.timedelta(hours=1),
            )
            is False
        )


def test_each_changed_reply_is_confirmed():
    invitation = make_invitation()

    for minutes, reply in enumerate((YES, NO, YES)):
        assert rsvp(invitation, reply, now=NOW + dt.timedelta(minutes=minutes)) is True

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.history.count()) == (RsvpState.ACCEPTED, 4)
    assert len(mails_written("rsvp_confirmed")) == 3


def test_declining_drops_the_substitute_and_keeps_the_number():
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED, party=3)

    rsvp(
        invitation,
        NO._replace(party=5, substitute_name="Jemand", substitute_email="jemand@example.org"),
    )

    invitation.refresh_from_db()
    assert (invitation.party, invitation.substitute_name, invitation.substitute_email) == (
        3,
        "",
        "",
    )
    assert invitation.seats_taken == 0


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Rsvp(rsvp=RsvpState.OPEN), "wählen Sie eine Antwort"),
        (Rsvp(rsvp="vielleicht"), "wählen Sie eine Antwort"),
        (SUBSTITUTE._replace(substitute_name=" "), "nennen Sie, wer Sie vertritt"),
        (YES._replace(party=0), "eine Zahl von 1 bis 10 Personen"),
        (YES._replace(party=11), "eine Zahl von 1 bis 10 Personen"),
    ],
    ids=["open", "unknown", "substitute without a name", "nobody", "too many"],
)
def test_impossible_reply_is_refused(reply, words):
    invitation = make_invitation()

    with nothing_changes(invitation), pytest.raises(Refused, match=words):
        rsvp(invitation, reply)


@pytest.mark.parametrize("state", DialogueState)
def test_guests_reply_only_while_invited(state):
    invitation = make_invitation(make_dialogue(state))

    if state == DialogueState.INVITED:
        assert closed_reason(invitation, today=NOW.date()) == ""
        assert rsvp(invitation) is True
    else:
        sentence = closed_reason(invitation, today=NOW.date())
        assert sentence
        with nothing_changes(invitation), pytest.raises(Refused) as refusal:
            rsvp(invitation)
        assert str(refusal.value) == sentence


def test_reply_is_accepted_until_midnight_of_the_last_day():
    invitation = make_invitation()

    rsvp(invitation, now=dt.datetime(2026, 4, 15, 23, 59, tzinfo=BERLIN))
    with nothing_changes(invitation), pytest.raises(Refused, match="am 15.04.2026 abgelaufen"):
        rsvp(invitation, NO, now=dt.datetime(2026, 4, 16, 0, 0, tzinfo=BERLIN))


def test_invitation_of_a_former_round_cannot_be_replied_to():
    invitation = make_invitation(make_dialogue(DialogueState.INVITED, round=2), released_round=1)

    with (
        nothing_changes(invitation),
        pytest.raises(Refused, match=r"^Dieses Gespräch wurde verschoben\."),
    ):
        rsvp(invitation)


def test_office_records_a_reply_by_phone_after_the_deadline(office):
    invitation = make_invitation()

    rsvp(invitation, now=DAY, by=office, channel=RsvpChannel.OFFICE)

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.channel) == (RsvpState.ACCEPTED, RsvpChannel.OFFICE)
    assert invitation.history.first().history_user == office


def test_office_records_who_came_without_a_mail(office):
    invitation = make_invitation(make_dialogue(DialogueState.HELD))

    rsvp(invitation, now=DAY + dt.timedelta(days=1), by=office, channel=RsvpChannel.OFFICE)

    assert mails_written() == []


def test_office_records_a_reply_of_a_guest_without_an_address(office):
    invitation = make_invitation(person=make_person(email=""))

    rsvp(invitation, by=office, channel=RsvpChannel.OFFICE)

    assert mails_written() == []


@pytest.mark.parametrize("state", [s for s in DialogueState if s not in ("invited", "held")])
def test_office_records_no_reply_before_the_invitation_or_after_the_end(office, state):
    invitation = make_invitation(make_dialogue(state))

    with (
        nothing_changes(invitation),
        pytest.raises(Refused, match="solange eingeladen und das Ergebnis noch nicht"),
    ):
        rsvp(invitation, by=office, channel=RsvpChannel.OFFICE)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_replies_for_others(role):
    invitation, by = make_invitation(), make_user(role)

    for channel, words in (
        (RsvpChannel.OFFICE, "trägt die Geschäftsstelle ein"),
        (RsvpChannel.ACCOUNT, "gilt einer anderen Person"),
    ):
        with nothing_changes(invitation), pytest.raises(NotAllowed, match=words):
            rsvp(invitation, by=by, channel=channel)


def test_invited_person_replies_with_their_account():
    guest = make_user(PARTNER)
    invitation = make_invitation(person=guest.person)

    rsvp(invitation, by=guest, channel=RsvpChannel.ACCOUNT)

    invitation.refresh_from_db()
    assert (invitation.rsvp, invitation.channel, invitation.history.first().history_user) == (
        RsvpState.ACCEPTED,
        RsvpChannel.ACCOUNT,
        guest,
    )


def test_colleague_cannot_reply_for_the_invited_person():
    guest = make_user(PARTNER)
    colleague = make_user(PARTNER, organisation=guest.person.organisation)
    invitation = make_invitation(person=guest.person)

    with nothing_changes(invitation), pytest.raises(NotAllowed, match="gilt einer anderen Person"):
        rsvp(invitation, by=colleague, channel=RsvpChannel.ACCOUNT)


def test_office_reads_that_an_invitation_is_withdrawn(office):
    invitation = make_invitation(withdrawn_at=NOW)
    call = {"invitation": invitation, "rsvp": Rsvp(RsvpState.ACCEPTED), "by": office, "now": NOW}

    with nothing_changes(invitation), pytest.raises(Refused) as refused:
        record_rsvp(channel=RsvpChannel.OFFICE, **call)

    assert str(refused.value) == (
        "Diese Einladung ist zurückgezogen; zu ihr lässt sich nichts mehr eintragen. Nehmen Sie "
        "die Person wieder in die Gästeliste auf, wenn sie kommen soll."
    )
