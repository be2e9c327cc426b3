import pytest

from core.errors import Refused
from core.roles import OFFICE
from dialogues.enums import RsvpChannel, RsvpState
from dialogues.models import Rsvp
from dialogues.services import record_rsvp
from outbox.models import Mail
from tests.dialogues.builders import NOW, make_invitation
from tests.outbox.builders import fields_in_state
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


def test_invalid_address_of_a_substitute_is_an_error_at_the_field(client):
    invitation = make_invitation()
    data = {
        "rsvp": "represented",
        "substitute_name": "Stellvertretung",
        "substitute_email": '"s"@example.org',
    }

    response = client.post(invitation.personal_link, data)

    invitation.refresh_from_db()
    assert "An diese Adresse kann das Portal nicht schreiben" in response.content.decode()
    assert invitation.rsvp == RsvpState.OPEN
    assert Mail.objects.count() == 0


def name_substitute(invitation, number, **options):
    reply = Rsvp(
        RsvpState.REPRESENTED,
        substitute_name="Stellvertretung",
        substitute_email=f"s{number}@example.org",
    )
    return record_rsvp(invitation=invitation, rsvp=reply, now=NOW, **options)


def test_guest_names_at_most_three_substitutes_with_addresses():
    invitation = make_invitation()
    for number in (1, 2, 3, 1):
        assert name_substitute(invitation, number)

    invitation.refresh_from_db()
    with nothing_changes(invitation), pytest.raises(Refused, match="mehrere Vertretungen"):
        name_substitute(invitation, 4)

    assert invitation.substitute_email == "s1@example.org"
    assert not Mail.objects.filter(recipient="s4@example.org").exists()


def test_office_names_any_number_of_substitutes():
    invitation, office = make_invitation(), make_user(OFFICE)

    for number in range(5):
        assert name_substitute(invitation, number, by=office, channel=RsvpChannel.OFFICE)


def test_address_that_took_no_mail_and_former_rounds_do_not_count():
    invitation = make_invitation()
    for number in (1, 2, 3):
        name_substitute(invitation, number)
    mistyped = Mail.objects.filter(recipient="s2@example.org", kind="substitute_named")
    mistyped.update(**fields_in_state("failed", attempts=1))

    assert name_substitute(invitation, 4)

    with pytest.raises(Refused, match="mehrere Vertretungen"):
        name_substitute(invitation, 5)
    invitation.refresh_from_db()
    invitation.dialogue.round += 1
    invitation.dialogue.save()
    invitation.released_round = invitation.dialogue.round
    invitation.save()
    assert name_substitute(invitation, 5)


def test_sentence_about_too_many_substitutes_stands_at_the_field(client):
    invitation = make_invitation()
    for number in (1, 2, 3):
        name_substitute(invitation, number)
    data = {"rsvp": "represented", "substitute_name": "Stellvertretung"}

    page = client.post(invitation.personal_link, data | {"substitute_email": "s4@example.org"})

    assert page.context["form"].errors == {
        "substitute_email": [
            "Sie haben schon mehrere Vertretungen genannt. Eine weitere trägt die Geschäftsstelle "
            "gern für Sie ein."
        ]
    }


def test_address_with_an_overlong_name_is_refused_in_one_sentence(client):
    invitation = make_invitation()
    data = {"rsvp": "represented", "substitute_name": "Stellvertretung"}

    page = client.post(
        invitation.personal_link, data | {"substitute_email": f"{'x' * 65}@example.org"}
    )

    assert page.context["form"].errors == {
        "substitute_email": [
            "An diese Adresse kann das Portal nicht schreiben. Bitte prüfen Sie sie."
        ]
    }
    client.post(invitation.personal_link, data | {"substitute_email": f"{'x' * 64}@example.org"})
    invitation.refresh_from_db()
    assert invitation.rsvp == RsvpState.REPRESENTED
