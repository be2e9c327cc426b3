"""The tab on which the office notes what companies contribute, and who reads it."""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState
from dialogues.models import Contribution
from tests.confirming import fill_in, hidden_fields
from tests.dialogues.builders import (
    make_contribution,
    make_dialogue,
    make_invitation,
    make_need,
)
from tests.dialogues.pages import BASE, links_of, text_of, version_in
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState


def tab_of(dialogue) -> str:
    return f"{BASE}/{dialogue.pk}/beitraege/"


@pytest.mark.parametrize(
    ("role", "invited", "held", "documented"),
    [
        (OFFICE, 200, 200, 200),
        (SENATOR_OFFICE, 200, 200, 200),
        (PARTNER, 404, 200, 200),
        (OBSERVER, 404, 404, 200),
    ],
)
def test_tab_opens_by_role_and_state(client, role, invited, held, documented):
    user = make_user(role)
    client.force_login(user)
    found = []
    for state in (S.INVITED, S.HELD, S.DOCUMENTED):
        dialogue = make_dialogue(state)
        make_invitation(dialogue, person=user.person)
        page = client.get(dialogue.get_absolute_url())
        found.append(client.get(tab_of(dialogue)).status_code)
        assert (tab_of(dialogue) in links_of(page)) is (found[-1] == 200)

    assert found == [invited, held, documented]


def test_office_enters_one_after_the_other(signed_in):
    dialogue = make_dialogue(S.HELD)
    guest = make_organisation("Zange GmbH")
    values = {"kind": "challenge", "title": "Lange Wege", "organisation": guest.pk}

    response = fill_in(signed_in, tab_of(dialogue), values)

    assert response["Location"] == f"{tab_of(dialogue)}?art=challenge#aufnehmen"
    contribution = Contribution.objects.get()
    assert (contribution.kind, contribution.title, contribution.dialogue) == (
        "challenge",
        "Lange Wege",
        dialogue,
    )
    page = signed_in.get(response["Location"])
    assert "„Lange Wege“ ist aufgenommen." in text_of(page)
    assert "Herausforderungen Lange Wege Zange GmbH" in text_of(page)
    # The next company often speaks about the same.
    assert page.context["form"]["kind"].value() == "challenge"


def test_incomplete_entry_keeps_what_was_typed(signed_in):
    dialogue = make_dialogue(S.HELD)

    response = fill_in(signed_in, tab_of(dialogue), {"title": "Lange Wege"})

    assert Contribution.objects.count() == 0
    assert 'value="Lange Wege"' in response.content.decode()


def test_organisations_that_take_part_come_first(signed_in):
    make_organisation("AAA nicht dabei")
    dialogue = make_dialogue(S.HELD, host=make_organisation("Wirt GmbH"))
    make_invitation(dialogue, person=make_person(organisation=make_organisation("Gast AG")))

    content = signed_in.get(tab_of(dialogue)).content.decode()

    first = content[content.index('<optgroup label="Eingeladen">') :]
    assert first.index("Wirt GmbH") < first.index("Gast AG") < first.index("AAA nicht dabei")


def test_office_corrects_and_deletes(signed_in):
    contribution = make_contribution(title="Alt")
    address = f"{BASE}/beitraege/{contribution.pk}/"
    values = {"kind": "need", "organisation": contribution.organisation_id}

    fill_in(signed_in, f"{address}bearbeiten/", values | {"title": "Neu"})
    contribution.refresh_from_db()
    assert contribution.title == "Neu"
    fill_in(signed_in, f"{address}loeschen/")

    assert Contribution.objects.count() == 0


def test_second_of_two_changes_shows_both_versions(signed_in):
    contribution = make_contribution(title="Alt")
    address = f"{BASE}/beitraege/{contribution.pk}/bearbeiten/"
    version = version_in(signed_in.get(address))
    Contribution.objects.filter(pk=contribution.pk).update(title="Inzwischen")
    values = {"kind": "need", "organisation": contribution.organisation_id, "title": "Meins"}

    with nothing_changes(contribution):
        response = signed_in.post(address, {**values, "version": version})

    text = text_of(response)
    assert "Beide Fassungen" in text and "Inzwischen" in text and "Meins" in text


def test_deleting_acts_only_on_what_was_shown(signed_in):
    contribution = make_contribution(title="Alt")
    address = f"{BASE}/beitraege/{contribution.pk}/loeschen/"
    shown = hidden_fields(signed_in.get(address))
    Contribution.objects.filter(pk=contribution.pk).update(title="Inzwischen")

    with nothing_changes(contribution):
        signed_in.post(address, shown)

    assert Contribution.objects.count() == 1


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_read_only(client, role):
    user = make_user(role)
    client.force_login(user)
    dialogue = make_dialogue(S.DOCUMENTED)
    make_invitation(dialogue, person=user.person)
    contribution = make_contribution(dialogue=dialogue)
    address = f"{BASE}/beitraege/{contribution.pk}/"

    page = client.get(tab_of(dialogue))

    assert "Zweiter Rettungsweg" in text_of(page)
    assert "Beitrag aufnehmen" not in text_of(page) and "Löschen" not in text_of(page)
    with nothing_changes(contribution):
        assert client.post(tab_of(dialogue), {"title": "X"}).status_code == 403
        assert client.get(f"{address}bearbeiten/").status_code == 403
        assert client.post(f"{address}loeschen/").status_code == 403


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (OFFICE, "Zange GmbH, Berg"),
        (SENATOR_OFFICE, "Zange GmbH, Berg"),
        ("colleague", "Zange GmbH, Berg"),
        (PARTNER, "Zange GmbH, Werksleitung"),
        (OBSERVER, "Zange GmbH, Werksleitung"),
    ],
)
def test_names_are_for_those_who_may_know_them(client, role, who):
    company = make_organisation("Zange GmbH")
    person = make_person("Berg", organisation=company, function="Werksleitung")
    user = make_user(PARTNER, organisation=company) if role == "colleague" else make_user(role)
    dialogue = make_dialogue(S.DOCUMENTED)
    make_invitation(dialogue, person=user.person)
    make_contribution(dialogue=dialogue, organisation=company, person=person)
    client.force_login(user)

    text = text_of(client.get(tab_of(dialogue)))

    assert f"Zweiter Rettungsweg {who}" in text
    assert ("Berg" in text) is ("Berg" in who)


@pytest.mark.parametrize("count", [1, 12])
def test_tab_needs_the_same_queries_for_any_number(signed_in, django_assert_num_queries, count):
    dialogue = make_dialogue(S.HELD)
    for _number in range(count):
        make_contribution(dialogue=dialogue, person=make_person())

    with django_assert_num_queries(14):
        signed_in.get(tab_of(dialogue))


def test_contribution_leads_to_the_need_that_it_became(signed_in):
    contribution = make_contribution(title="Glasfaser")
    tab, form = tab_of(contribution.dialogue), f"{BASE}/beitraege/{contribution.pk}/bedarf/"
    assert form in links_of(signed_in.get(tab))

    response = fill_in(
        signed_in, form, {"title": "Glasfaser", "raised_by": contribution.organisation_id}
    )

    need = contribution.need
    assert response["Location"] == need.get_absolute_url()
    page = signed_in.get(tab)
    assert "Glasfaser" in text_of(page) and need.get_absolute_url() in links_of(page)
    assert not {form, f"{BASE}/beitraege/{contribution.pk}/loeschen/"} & set(links_of(page))
    # Entered twice by two people: the second one is told.
    assert signed_in.get(form)["Location"] == tab
    with nothing_changes(contribution):
        signed_in.post(f"{BASE}/beitraege/{contribution.pk}/loeschen/", {"version": "x"})


def test_tab_shows_needs_of_the_dialogue_without_a_contribution(signed_in):
    dialogue = make_dialogue(S.HELD)
    need = make_need(title="Am Rande genannt", dialogue=dialogue)

    page = signed_in.get(tab_of(dialogue))

    assert "Unterstützungsbedarfe Am Rande genannt" in text_of(page)
    assert need.get_absolute_url() in links_of(page)


def test_other_guests_read_what_was_said_but_not_what_becomes_of_it(client):
    partner = make_user(PARTNER)
    client.force_login(partner)
    dialogue = make_dialogue(S.HELD)
    make_invitation(dialogue, person=partner.person)
    contribution = make_contribution(dialogue=dialogue)
    need = make_need(dialogue=dialogue, contribution=contribution)

    page = client.get(tab_of(dialogue))

    assert "Zweiter Rettungsweg" in text_of(page)
    assert need.get_absolute_url() not in links_of(page)
    assert client.get(need.get_absolute_url()).status_code == 404
