"""What each role may open and do on each page; opening a page changes nothing."""

from functools import partial

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
    "reihen/export/",
    "veranstaltungen/",
    "veranstaltungen/export/",
]
ACTS = [
    "bearbeiten/",
    "gastgeber/",
    "termine/",
    "termine/vorlegen/",
    "termine/festlegen/",
    "termine/zurueckziehen/",
    "verschieben/",
    "absagen/",
    "durchgefuehrt/",
    "nicht-durchgefuehrt/",
    "ergebnis/",
    "gaeste/zusammenstellen/",
    "gaeste/versenden/",
    "gaeste/erinnern/",
]
TOPIC_ACTS = ["nicht-aufgreifen/", "vorlegen/", "zurueckziehen/", "gespraech/"]
POSTS = ["abschliessen/"]


def sign_in(client, role, **fields):
    user = make_user(role, **fields)
    client.force_login(user)
    return user


def statuses(open_page, under, *pages) -> dict[str, int]:
    """Return the status of each of `pages` below the address `under`."""
    return {page: open_page(f"{BASE}/{under}{page}").status_code for page in pages}


@pytest.mark.parametrize("role", ROLES)
def test_lists_open_for_every_role(client, role):
    make_dialogue(DialogueState.INVITED)
    make_past()
    sign_in(client, role)

    assert statuses(client.get, "", *LISTS) == dict.fromkeys(LISTS, 200)


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 403, 200, 403], strict=True)))
def test_partners_and_the_office_propose_topics(client, role, status):
    sign_in(client, role)

    assert client.get(f"{BASE}/themen/neu/").status_code == status


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 403, 403, 403], strict=True)))
def test_only_the_office_creates_series(client, role, status):
    sign_in(client, role)

    assert client.get(f"{BASE}/reihen/neu/").status_code == status


@pytest.mark.parametrize("role", OTHERS)
def test_others_cannot_act_on_a_dialogue_they_see(client, role):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    invitation = make_invitation(dialogue, person=user.person)
    own = f"{dialogue.pk}/"

    with nothing_changes(dialogue, invitation):
        assert statuses(client.get, own, *ACTS) == dict.fromkeys(ACTS, 403)
        assert statuses(client.post, own, *ACTS, *POSTS) == dict.fromkeys([*ACTS, *POSTS], 403)


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_others_get_404_for_a_dialogue_in_planning(client, role):
    dialogue = make_dialogue(DialogueState.EXPLORING, programme="14:00 Begrüßung")
    sign_in(client, role)
    pages = ["", "gaeste/", "programm/", "verlauf/", "termin.ics", *ACTS]

    assert statuses(client.get, f"{dialogue.pk}/", *pages) == dict.fromkeys(pages, 404)


def test_partner_loses_the_dialogue_with_the_invitation(client):
    partner = sign_in(client, PARTNER)
    invitation = make_invitation(person=partner.person)
    assert client.get(invitation.dialogue.get_absolute_url()).status_code == 200

    invitation.withdrawn_at = NOW
    invitation.save()

    assert client.get(invitation.dialogue.get_absolute_url()).status_code == 404


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 200, 403, 403], strict=True)))
@pytest.mark.parametrize("page", ["gaeste/export/", "gaeste/drucken/"])
def test_only_insiders_export_and_print_the_guest_list(client, role, status, page):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=user.person)

    assert client.get(f"{BASE}/{dialogue.pk}/{page}").status_code == status


@pytest.mark.parametrize(("role", "status"), list(zip(ROLES, [200, 200, 404, 404], strict=True)))
def test_only_insiders_open_the_history(client, role, status):
    user = sign_in(client, role)
    dialogue = make_dialogue(DialogueState.INVITED)
    make_invitation(dialogue, person=user.person)

    assert client.get(f"{BASE}/{dialogue.pk}/verlauf/").status_code == status


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_changes_guests(client, role):
    user = sign_in(client, role)
    invitation = make_invitation(person=user.person)
    post = partial(client.post, data={"rsvp": "accepted"})
    acts = ["eintragen/", "zurueckziehen/", "streichen/"]

    with nothing_changes(invitation):
        assert statuses(post, f"einladungen/{invitation.pk}/", *acts) == dict.fromkeys(acts, 403)


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_invitations_of_others_are_404(client, role):
    invitation = make_invitation()
    sign_in(client, role)

    for act in ("antwort", "eintragen", "zurueckziehen"):
        assert client.get(f"{BASE}/einladungen/{invitation.pk}/{act}/").status_code == 404


def test_invitation_of_a_colleague_is_visible_but_cannot_be_answered(client):
    partner = sign_in(client, PARTNER)
    colleague = make_user(PARTNER, organisation=partner.person.organisation)
    invitation = make_invitation(person=colleague.person)

    with nothing_changes(invitation):
        assert (
            client.post(
                f"{BASE}/einladungen/{invitation.pk}/antwort/", {"rsvp": "accepted"}
            ).status_code
            == 403
        )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER])
def test_others_cannot_act_on_a_topic_they_see(client, role):
    topic = make_topic(TopicState.APPROVED)
    sign_in(client, role)
    post = partial(client.post, data={"reason": "Nein"})

    with nothing_changes(topic):
        assert statuses(post, f"themen/{topic.pk}/", *TOPIC_ACTS) == dict.fromkeys(TOPIC_ACTS, 403)


def test_proposer_cannot_do_the_offices_part(client):
    partner = sign_in(client, PARTNER)
    topic = make_topic(TopicState.PROPOSED, proposed_by=partner)
    post = partial(client.post, data={"reason": "Nein"})
    acts = [*TOPIC_ACTS, "aufgreifen/"]

    with nothing_changes(topic):
        assert statuses(post, f"themen/{topic.pk}/", *acts) == dict.fromkeys(acts, 403)


def test_partner_gets_404_for_a_topic_of_others(client):
    topic = make_topic(TopicState.APPROVED)
    sign_in(client, PARTNER)
    pages = ["", "bearbeiten/", *TOPIC_ACTS]

    assert statuses(client.get, f"themen/{topic.pk}/", *pages) == dict.fromkeys(pages, 404)


def test_even_the_office_gets_404_for_a_draft_of_others(signed_in):
    topic = make_topic(TopicState.DRAFT)

    for page in ("", "bearbeiten/"):
        assert signed_in.get(f"{BASE}/themen/{topic.pk}/{page}").status_code == 404


@pytest.mark.parametrize("role", OTHERS)
def test_others_cannot_act_on_a_series_they_see(client, role):
    series = make_series(SeriesState.CONSENTED)
    sign_in(client, role)
    acts = ["bearbeiten/", "zustimmung/", "bekraeftigen/", "zurueckziehen/"]

    with nothing_changes(series):
        answers = statuses(client.post, f"reihen/{series.pk}/", *acts)
    assert answers == dict.fromkeys(acts, 403)


@pytest.mark.parametrize("role", [PARTNER, OBSERVER])
def test_others_get_404_for_a_series_without_consent(client, role):
    series = make_series(SeriesState.AFFIRMED)
    sign_in(client, role)

    assert client.get(f"{BASE}/reihen/{series.pk}/").status_code == 404


def test_date_of_another_dialogue_cannot_be_dropped(signed_in):
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
        "reihen/1/bekraeftigen/",
        "1/termine/1/verwerfen/",
        "1/abschliessen/",
        "einladungen/1/streichen/",
    ],
)
def test_addresses_of_buttons_refuse_get(signed_in, address):
    assert signed_in.get(f"{BASE}/{address}").status_code == 405


@pytest.mark.parametrize("state", DialogueState)
def test_opening_every_page_of_a_dialogue_changes_nothing(signed_in, state):
    dialogue = make_dialogue(state, programme="14:00 Begrüßung")
    invitation = make_invitation(dialogue)

    with nothing_changes(dialogue, invitation):
        for page in ("", "gaeste/", "programm/", "verlauf/", *ACTS):
            assert signed_in.get(f"{BASE}/{dialogue.pk}/{page}").status_code in (200, 302), page


@pytest.mark.parametrize(
    "page", ["bearbeiten", "gastgeber", "termine", "absagen", "gaeste/zusammenstellen"]
)
def test_imported_records_stay_outside_the_workflow(signed_in, page):
    dialogue = make_past()

    with nothing_changes(dialogue):
        response = signed_in.get(f"{BASE}/{dialogue.pk}/{page}/", follow=True)
    assert response.redirect_chain[-1][0] in (
        f"{BASE}/{dialogue.pk}/",
        f"{BASE}/{dialogue.pk}/bearbeiten/",
    )
    assert signed_in.get(f"{BASE}/{dialogue.pk}/gaeste/").status_code == 404
