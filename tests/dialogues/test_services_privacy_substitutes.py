"""Substitutes whom nobody knows leave with the guest who named them, and when replies expire."""

import datetime as dt

import pytest

from core.dates import local_date
from dialogues.enums import DialogueState, RsvpState
from dialogues.queries.people import person_needs
from dialogues.services import cancel_dialogue, postpone_dialogue, withdraw_invitation
from outbox.enums import MailState
from outbox.models import Mail
from partners.models import Person
from partners.registry import Need
from partners.services import tidy_people
from tests.dialogues.builders import NOW, make_dialogue, make_invitation, make_office
from tests.dialogues.test_services_privacy import rows_with_traces
from tests.outbox.builders import make_draft, make_mail
from tests.partners.builders import make_person
from tests.partners.test_services_privacy import erase

pytestmark = pytest.mark.django_db

SENT = {"state": MailState.SENT, "sent_at": NOW}
LATER = NOW + dt.timedelta(days=366)


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def invitation(office):
    """The invitation of a guest who is represented by somebody the portal does not know."""
    dialogue = make_dialogue(DialogueState.INVITED)
    return make_invitation(
        dialogue,
        RsvpState.REPRESENTED,
        substitute_name="Stellvertretüng",
        substitute_email="vertretung@example.org",
    )


def call_off(invitation, office):
    """Mail the substitute under the key of the dialogue: postponed, then cancelled."""
    dialogue = invitation.dialogue
    postpone_dialogue(dialogue=dialogue, reason="Sitzung", by=office, now=NOW)
    cancel_dialogue(dialogue=dialogue, reason="Bahnstreik", by=office, now=NOW)
    Mail.objects.update(**SENT)
    mails = Mail.objects.filter(recipient="vertretung@example.org")
    assert {*mails.values_list("subject_key", flat=True)} == {f"dialogue:{dialogue.pk}"}


def told_twice(invitation):
    """Tell a guest and the office of the substitute, the office in one mail with other news."""
    about = {"subject_key": f"dialogue:{invitation.dialogue_id}", **SENT}
    make_mail(make_draft(event="info"), text="Es kommt Stellvertretüng.", **about)
    bundle = make_mail(
        make_draft(event="all"),
        subject_key="notices",
        text="1. Zusage: Stellvertretüng",
        **SENT,
    )
    part = {"subject_key": invitation.mail_key, "state": MailState.WITHDRAWN}
    make_mail(make_draft(event="one"), bundled_in=bundle, text="Stellvertretüng", **part)


@pytest.mark.parametrize("way", ["expiry", "guest"])
def test_mails_about_the_dialogue_forget_substitutes_too(invitation, office, way):
    call_off(invitation, office)
    told_twice(invitation)
    make_mail(make_draft(event="other"), text="Firma Stellvertretüng", **SENT)
    written = Mail.objects.count()
    assert len(rows_with_traces()) > 10

    if way == "expiry":
        tidy_people(now=LATER)
    else:
        erase(invitation.person, office, LATER)

    # Elsewhere, the same name may be somebody else's.
    assert rows_with_traces() == ["outbox.Mail.text: Firma Stellvertretüng"]
    assert Mail.objects.count() == written
    assert Mail.objects.filter(recipient__endswith="@geloescht.invalid").count() >= 2


def test_substitute_of_a_withdrawn_invitation_is_not_waited_for(invitation, office):
    person = make_person("Vertretung", email="vertretung@example.org")
    [waiting] = person_needs(Person.objects.filter(pk=person.pk))
    withdraw_invitation(invitation=invitation, by=office, now=NOW)
    Mail.objects.update(**SENT)

    needs = list(person_needs(Person.objects.filter(pk=person.pk)))

    assert (waiting.why, waiting.until) == (f"Branchengespräch „{invitation.dialogue.title}“", None)
    assert needs == [Need(person.pk, "zurückgezogene Einladung", local_date(NOW))]
    erase(person, office, NOW)
    invitation.refresh_from_db()
    assert (invitation.substitute_email, invitation.substitute_name) == ("", "Person (gelöscht)")
