"""Who may open and do what: each role on each page, foreign rows, and what opening a page must not
do.
"""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from tests.dialogues.builders import (
    NOW,
    make_dialogue,
    make_invitation,
    make_option,
    make_past,
    make_series,
    make_topic,
)
from tests.dialogues.pages import BASE
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
ROLES = [OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER]
OTHERS = [SENATOR_OFFICE, PARTNER, OBSERVER]
LISTS = [
    "",
    "export/",
    "themen/",
    "themen/export/",
    "reihen/",
    "veranstaltungen/",
    "veranstaltungen/export/",
]
ACTS = [
    "bearbeiten",
    "gastgeber",
    "termine",
    "termine/vorlegen",
    "termine/festlegen",
    "termine/zurueckziehen",
    "verschieben",
    "absagen",
    "ergebnis",
    "gaeste/zusammenstellen",
    "gaeste/versenden",
    "gaeste/erinnern",
]
TOPIC_ACTS = ["nicht-aufgreifen", "vorlegen", "zurueckziehen", "gespraech"]
POSTS = ["durchgefuehrt", "abschliessen"]


def sign_in(client, role, **fields):
    user = make_user(role, **fields)
    client.force_login(user)
    return user


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("address", LISTS)
def test_lists_open_for_every_role(client, role, address):
    make_dialogue(DialogueState.INVITED)
    make_past()
    sign_in(client, role)

    assert client.get(f"{BASE}/{address}").status_code == 200


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 403, 200, 403], strict=True)))
def test_who_proposes_topics(client, role, status):
    sign_in(client, role)

    assert client.get(f"{BASE}/themen/neu/").status_code == status


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 403, 403, 403], strict=True)))
def test_who_begins_series(client, role, status):
    sign_in(client, role)

    assert client.get(f"{BASE}/reihen/neu/").status_code == status


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("act", ACTS)
@pytest.mark.parametrize("method", ["get", "post"])
def test_acting_on_a_visible_dialogue_is_forbidden_to_others(client, role, act, method):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    row = make_invitation(dialogue, person=user.person)

    with nothing_changes(dialogue, row):
        assert getattr(client, method)(f"{BASE}/{dialogue.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("act", POSTS)
def test_pressing_a_button_of_the_office_is_forbidden_to_others(client, role, act):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=user.person)

    with nothing_changes(dialogue):
        assert client.post(f"{BASE}/{dialogue.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
@pytest.mark.parametrize(
    "page", ["", "gaeste/", "programm/", "verlauf/", "termin.ics", *[f"{act}/" for act in ACTS]]
)
def test_a_dialogue_in_planning_is_not_there_for_others(client, role, page):
    dialogue = make_dialogue(DialogueState.EXPLORING, programme="14:00 Begrüßung")
    sign_in(client, role)

    assert client.get(f"{BASE}/{dialogue.pk}/{page}").status_code == 404


def test_with_the_invitation_the_dialogue_is_gone_for_a_partner(client):
    partner = sign_in(client, PARTNER)
    row = make_invitation(person=partner.person)
    assert client.get(row.dialogue.get_absolute_url()).status_code == 200

    row.withdrawn_at = NOW
    row.save()

    assert client.get(row.dialogue.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 200, 403, 403], strict=True)))
@pytest.mark.parametrize("page", ["gaeste/export/", "gaeste/drucken/"])
def test_who_takes_the_guest_list_along(client, role, status, page):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=user.person)

    assert client.get(f"{BASE}/{dialogue.pk}/{page}").status_code == status


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 200, 404, 404], strict=True)))
def test_the_history_is_for_the_house(client, role, status):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=user.person)

    assert client.get(f"{BASE}/{dialogue.pk}/verlauf/").status_code == status


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("act", ["eintragen", "zurueckziehen", "streichen"])
def test_guests_are_changed_by_the_office_alone(client, role, act):
    user = sign_in(client, role)
    row = make_invitation(person=user.person)

    with nothing_changes(row):
        assert (
            client.post(f"{BASE}/einladungen/{row.pk}/{act}/", {"rsvp": "accepted"}).status_code
            == 403
        )


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_foreign_invitations_are_not_there(client, role):
    row = make_invitation()
    sign_in(client, role)

    for act in ("antwort", "eintragen", "zurueckziehen"):
        assert client.get(f"{BASE}/einladungen/{row.pk}/{act}/").status_code == 404


def test_a_colleagues_invitation_is_seen_but_not_answered(client):
    partner = sign_in(client, PARTNER)
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    row = make_invitation(person=colleague.person)

    with nothing_changes(row):
        assert (
            client.post(f"{BASE}/einladungen/{row.pk}/antwort/", {"rsvp": "accepted"}).status_code
            == 403
        )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER])
@pytest.mark.parametrize("act", TOPIC_ACTS)
def test_acting_on_a_visible_topic_is_forbidden_to_others(client, role, act):
    topic = make_topic(TopicState.APPROVED)
    sign_in(client, role)

    with nothing_changes(topic):
        assert (
            client.post(f"{BASE}/themen/{topic.pk}/{act}/", {"reason": "Nein"}).status_code == 403
        )


@pytest.mark.parametrize("act", [*TOPIC_ACTS, "bearbeiten", "aufgreifen"])
def test_a_proposer_does_not_do_the_offices_part(client, act):
    partner = sign_in(client, PARTNER)
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)

    with nothing_changes(topic):
        assert (
            client.post(f"{BASE}/themen/{topic.pk}/{act}/", {"reason": "Nein"}).status_code == 403
        )


@pytest.mark.parametrize("page", ["", "bearbeiten/", *[f"{act}/" for act in TOPIC_ACTS]])
def test_a_foreign_topic_is_not_there_for_a_partner(client, page):
    topic = make_topic(TopicState.APPROVED)
    sign_in(client, PARTNER)

    assert client.get(f"{BASE}/themen/{topic.pk}/{page}").status_code == 404


def test_a_foreign_draft_is_not_there_even_for_the_office(signed_in):
    topic = make_topic(TopicState.DRAFT)

    for page in ("", "bearbeiten/"):
        assert signed_in.get(f"{BASE}/themen/{topic.pk}/{page}").status_code == 404


@pytest.mark.parametrize("role", OTHERS)
@pytest.mark.parametrize("act", ["bearbeiten", "zustimmung", "bekraeftigen", "zurueckziehen"])
def test_acting_on_a_visible_series_is_forbidden_to_others(client, role, act):
    series = make_series(SeriesState.CONSENTED)
    sign_in(client, role)

    with nothing_changes(series):
        assert client.post(f"{BASE}/reihen/{series.pk}/{act}/").status_code == 403


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_a_series_without_consent_is_not_there_for_others(client, role):
    series = make_series(SeriesState.AFFIRMED)
    sign_in(client, role)

    assert client.get(f"{BASE}/reihen/{series.pk}/").status_code == 404


def test_a_date_is_dropped_only_with_its_own_dialogue(signed_in):
    dialogue, other = make_dialogue(DialogueState.EXPLORING), make_dialogue(DialogueState.EXPLORING)
    option = make_option(other)

    with nothing_changes(option):
        assert (
            signed_in.post(f"{BASE}/{dialogue.pk}/termine/{option.pk}/verwerfen/").status_code
            == 404
        )


@pytest.mark.parametrize(
    "address",
    [
        "themen/1/vorschlagen/",
        "themen/1/aufgreifen/",
        "reihen/1/bekraeftigen/",
        "1/termine/1/verwerfen/",
        "1/durchgefuehrt/",
        "1/abschliessen/",
        "einladungen/1/streichen/",
    ],
)
def test_buttons_cannot_be_opened(signed_in, address):
    assert signed_in.get(f"{BASE}/{address}").status_code == 405


@pytest.mark.parametrize("state", DialogueState)
def test_opening_every_page_of_a_dialogue_changes_nothing(signed_in, state):
    dialogue = make_dialogue(state, programme="14:00 Begrüßung")
    row = make_invitation(dialogue)

    with nothing_changes(dialogue, row):
        for page in ("", "gaeste/", "programm/", "verlauf/", *[f"{act}/" for act in ACTS]):
            assert signed_in.get(f"{BASE}/{dialogue.pk}/{page}").status_code in (200, 302), page


@pytest.mark.parametrize(
    "page", ["bearbeiten", "gastgeber", "termine", "absagen", "gaeste/zusammenstellen"]
)
def test_what_was_taken_over_stands_outside_of_the_workflow(signed_in, page):
    dialogue = make_past()

    with nothing_changes(dialogue):
        response = signed_in.get(f"{BASE}/{dialogue.pk}/{page}/", follow=True)
    assert response.redirect_chain[-1][0] in (
        f"{BASE}/{dialogue.pk}/",
        f"{BASE}/{dialogue.pk}/bearbeiten/",
    )
    assert signed_in.get(f"{BASE}/{dialogue.pk}/gaeste/").status_code == 404
