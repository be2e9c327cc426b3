"""Planning a dialogue like a former one: what the page says, and what sending it does."""

import pytest

from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, TopicState
from dialogues.models import Dialogue
from tests.confirming import fill_in, hidden_fields
from tests.dialogues.builders import make_dialogue, make_invitation, make_past, make_topic
from tests.dialogues.pages import BASE, links_of, text_of
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = DialogueState
TAKEN = {"programme": "on", "guests": "on"}


def form_of(dialogue) -> str:
    return f"{BASE}/{dialogue.pk}/kopieren/"


def test_page_says_what_is_taken_over_and_what_not(signed_in):
    host = make_organisation("Messgeräte GmbH")
    former = make_dialogue(S.CLOSED, host=host, seats=12, programme="14:00 Begrüßung")
    make_invitation(former)
    gone = make_person("Werksleitung", organisation=make_organisation("Weg AG"), is_active=False)
    make_invitation(former, person=gone)
    assert form_of(former) in links_of(signed_in.get(former.get_absolute_url()))

    response = signed_in.get(form_of(former))

    text = text_of(response)
    for words in (
        "vor Ort · 12 Plätze · Teilnahme der Senatorin: ja",
        "Programm: 14:00 Begrüßung",
        "Gästeliste: 1 Person",
        "Auf Wunsch der Gastgeber: Messgeräte GmbH, Werkstraße 1",
        "Termine und Freigaben, versandte Einladungen, Antworten",
        "nicht mehr aktiv oder ohne Adresse Werksleitung (Weg AG)",
    ):
        assert words in text, words
    form = response.context["form"]
    assert (form.initial["topic"], form.initial["title"]) == (former.topic, former.title)


def test_office_plans_on_another_topic(signed_in):
    former = make_dialogue(S.CLOSED, programme="14:00 Begrüßung")
    guest = make_invitation(former).person
    topic = make_topic(title="Kälte")

    response = fill_in(signed_in, form_of(former), TAKEN | {"topic": topic.pk, "title": "Kälte"})

    new = Dialogue.objects.exclude(pk=former.pk).get()
    assert response["Location"] == new.get_absolute_url()
    assert (new.topic, new.title, new.host, new.programme) == (
        topic,
        "Kälte",
        None,
        "14:00 Begrüßung",
    )
    page = signed_in.get(f"{new.get_absolute_url()}gaeste/")
    assert str(guest) in text_of(page)
    assert "Es fehlt noch ein Betrieb" in text_of(page)


def test_double_click_makes_one(signed_in):
    former = make_dialogue(S.CLOSED)
    sent = hidden_fields(signed_in.get(form_of(former)))
    sent |= TAKEN | {"topic": former.topic_id, "title": "Zweimal"}

    first, second = signed_in.post(form_of(former), sent), signed_in.post(form_of(former), sent)

    new = Dialogue.objects.get(title="Zweimal")
    assert first["Location"] == second["Location"] == new.get_absolute_url()


def test_incomplete_form_keeps_what_was_typed(signed_in):
    former = make_dialogue(S.CLOSED)

    response = fill_in(signed_in, form_of(former), {"title": "Kälte", "host": "on"})

    assert Dialogue.objects.count() == 1
    form = response.context["form"]
    assert (form["title"].value(), form["host"].value(), form["guests"].value()) == (
        "Kälte",
        True,
        False,
    )
    assert "topic" in form.errors


def test_former_dialogue_that_changed_meanwhile_is_looked_at_again(signed_in):
    former = make_dialogue(S.CLOSED)
    sent = hidden_fields(signed_in.get(form_of(former)))
    Dialogue.objects.filter(pk=former.pk).update(seats=99)

    response = signed_in.post(form_of(former), sent | {"topic": former.topic_id, "title": "Kälte"})

    assert Dialogue.objects.count() == 1
    assert "99 Plätze" in text_of(response)


def test_topic_that_is_not_approved_is_not_offered(signed_in):
    topic = make_topic(TopicState.FOR_APPROVAL, title="Noch nicht")
    former = make_dialogue(S.CLOSED)

    response = fill_in(signed_in, form_of(former), {"topic": topic.pk, "title": "Kälte"})

    assert "topic" in response.context["form"].errors
    assert Dialogue.objects.count() == 1


def test_without_an_approved_topic_the_page_says_so(signed_in):
    former = make_dialogue(S.CLOSED, topic=make_topic(TopicState.IN_PROGRESS))

    response = signed_in.get(form_of(former), follow=True)

    assert response.redirect_chain == [(former.get_absolute_url(), 302)]
    assert "erst zu einem freigegebenen Thema geplant" in text_of(response)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_copy_nothing(client, role):
    user = make_user(role)
    client.force_login(user)
    former = make_dialogue(S.HELD)
    make_invitation(former, person=user.person)

    with nothing_changes(former):
        assert client.get(form_of(former)).status_code == 403
        assert client.post(form_of(former), {"title": "X"}).status_code == 403
    assert form_of(former) not in links_of(client.get(former.get_absolute_url()))


def test_records_taken_over_are_no_models(signed_in):
    past = make_past()

    assert form_of(past) not in links_of(signed_in.get(past.get_absolute_url()))
    assert signed_in.get(form_of(past))["Location"] == past.get_absolute_url()
