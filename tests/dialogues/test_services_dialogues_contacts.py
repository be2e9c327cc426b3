"""A contact who belongs to another organisation than the host is questioned, and may be kept."""

import pytest

from core.errors import Warned
from dialogues.models import Dialogue
from dialogues.services import change_dialogue, plan_dialogue
from tests.dialogues.builders import NOW, make_dialogue, make_office, make_topic
from tests.dialogues.pages import text_of, version_in
from tests.partners.builders import make_organisation, make_person
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
QUESTION = "gehört zu einer anderen Organisation als dem Gastgeber"


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def host():
    return make_organisation("Turbinenbau AG")


@pytest.fixture
def stranger():
    return make_person("Leitung Vertrieb", organisation=make_organisation("Messgeräte GmbH"))


def key_of(contact, host) -> str:
    return f"contact-{contact.pk}-of-{host.pk}"


def test_plan_with_a_contact_from_elsewhere_is_questioned(office, host, stranger):
    topic = make_topic()
    values = {"title": "Wärme", "host": host, "host_contact": stranger}

    with pytest.raises(Warned, match=QUESTION) as warned:
        plan_dialogue(topic=topic, values=values, by=office, now=NOW)

    assert not Dialogue.objects.exists()
    (concern,) = warned.value.concerns
    assert concern == (
        key_of(stranger, host),
        "Leitung Vertrieb (Messgeräte GmbH)",
        stranger.get_absolute_url(),
        "gehört nicht zu Turbinenbau AG",
        "",
        "",
    )
    heeded = {concern.key}
    plan_dialogue(topic=topic, values=values, by=office, now=NOW, heeded=heeded)
    assert Dialogue.objects.get().host_contact == stranger


def test_question_about_one_contact_does_not_answer_for_another(office, host, stranger):
    other = make_person(organisation=stranger.organisation)
    dialogue = make_dialogue(host=host)

    with nothing_changes(dialogue), pytest.raises(Warned, match=QUESTION):
        change_dialogue(
            dialogue=dialogue,
            values={"host_contact": other},
            by=office,
            now=NOW,
            heeded={key_of(stranger, host)},
        )


def test_change_of_the_host_alone_is_questioned_too(office, host, stranger):
    dialogue = make_dialogue(host=stranger.organisation, host_contact=stranger)

    with nothing_changes(dialogue), pytest.raises(Warned, match=QUESTION):
        change_dialogue(dialogue=dialogue, values={"host": host}, by=office, now=NOW)


@pytest.mark.parametrize("case", ["own contact", "no organisation", "no host", "no contact"])
def test_other_contacts_are_not_questioned(office, host, stranger, case):
    dialogue = make_dialogue(host=None if case == "no host" else host)
    own = {"organisation": host if case == "own contact" else None}
    contact = {"no host": stranger, "no contact": None}.get(case) or make_person(**own)

    change_dialogue(
        dialogue=dialogue,
        values={"host_contact": None if case == "no contact" else contact},
        by=office,
        now=NOW,
    )


def test_contact_that_was_kept_is_not_questioned_again(office, host, stranger):
    dialogue = make_dialogue(host=host, host_contact=stranger)

    change_dialogue(dialogue=dialogue, values={"internal_notes": "Anrufen"}, by=office, now=NOW)

    dialogue.refresh_from_db()
    assert dialogue.internal_notes == "Anrufen"


@pytest.mark.usefixtures("monday")
def test_form_shows_the_contact_and_saves_when_sent_again(signed_in, host, stranger):
    dialogue = make_dialogue(host=host)
    address = f"{dialogue.get_absolute_url()}bearbeiten/"
    posted = {
        "title": dialogue.title,
        "format": dialogue.format,
        "place": dialogue.place,
        "seats": "30",
        "senator_attends": "on",
        "host": host.pk,
        "host_contact": stranger.pk,
        "version": version_in(signed_in.get(address)),
    }

    asked = signed_in.post(address, posted)

    assert QUESTION in text_of(asked)
    assert "Leitung Vertrieb (Messgeräte GmbH)" in text_of(asked)
    assert "Trotzdem speichern" in text_of(asked)
    signed_in.post(address, {**posted, "heeded": key_of(stranger, host)})
    dialogue.refresh_from_db()
    assert dialogue.host_contact == stranger
