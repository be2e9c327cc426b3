"""The page on which the office settles whom to invite after a postponement."""

import pytest

from dialogues.enums import RsvpState
from dialogues.queries import substitute_candidates
from dialogues.services import postpone_dialogue
from tests.dialogues.builders import NOW, make_invitation
from tests.dialogues.pages import BASE, links_of
from tests.partners.builders import make_organisation, make_person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]


@pytest.mark.parametrize("has_organisation", [True, False])
def test_page_leads_to_where_a_missing_substitute_is_entered(signed_in, office, has_organisation):
    organisation = make_organisation() if has_organisation else None
    guest = make_person(email="gast@example.org", organisation=organisation)
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED, person=guest)
    postpone_dialogue(dialogue=invitation.dialogue, reason="Streik", by=office, now=NOW)

    page = signed_in.get(f"{BASE}/einladungen/{invitation.pk}/vertretung/")

    query = f"?organisation={organisation.pk}" if organisation else ""
    assert f"/partner/personen/neu/{query}" in links_of(page)


def test_no_colleague_is_offered_who_is_on_the_list_already():
    organisation = make_organisation()
    guest, listed, free = (
        make_person(name, email=f"{name}@example.org", organisation=organisation)
        for name in ("gast", "kollege", "frei")
    )
    named = make_person("genannt", email="stellvertretung@example.org")
    invitation = make_invitation(rsvp=RsvpState.REPRESENTED, person=guest)
    for person in (listed, named):
        make_invitation(invitation.dialogue, person=person)
    make_invitation(invitation.dialogue, person=free, withdrawn_at=NOW)

    offered = substitute_candidates(invitation)

    assert [(person.family_name, person.is_listed) for person in offered] == [
        ("frei", False),
        ("genannt", True),
    ]
