"""Proposing, completing and submitting topics."""

import re

import pytest

from approvals.models import ApprovalRequest
from approvals.registry import Decision
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.models import Topic
from dialogues.services import decide_topic
from partners.models import Sector
from tests.approvals.builders import NOW
from tests.confirming import confirm, fill_in, hidden_fields, press, press_button
from tests.dialogues.builders import make_dialogue, make_series, make_topic
from tests.dialogues.pages import BASE, links_of, text_of, version_in
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("monday")]
S = TopicState
WORDS = {"title": "Wärme", "description": "Öfen brauchen Strom.", "wish": "Ein Tarif"}
BRIEFING = {
    "occasion": "Anlass",
    "facts": "Lage",
    "assessment": "",
    "vote": "Freigabe",
    "due_on": "2026-03-09",
}


@pytest.fixture
def partner(client):
    user = make_user(PARTNER, email="vdma-ost@example.org")
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("act", "state", "mails"),
    [
        ("save", S.DRAFT, []),
        ("propose", S.PROPOSED, [("topic_proposed", "geschaeftsstelle@example.org")]),
    ],
)
def test_partner_saves_or_proposes_a_topic(client, office, partner, act, state, mails):
    sector = Sector.objects.create(name="Metall")

    response = client.post(
        f"{BASE}/themen/neu/", {**WORDS, "sectors": [sector.pk], "act": act}, follow=True
    )

    topic = Topic.objects.get()
    assert (topic.title, topic.state, topic.organisation_id, list(topic.sectors.all())) == (
        "Wärme",
        state,
        partner.organisation_id,
        [sector],
    )
    assert response.redirect_chain == [(topic.get_absolute_url(), 302)]
    assert mails_written() == mails


def test_incomplete_proposal_keeps_what_was_typed(client, partner):
    response = client.post(f"{BASE}/themen/neu/", {"title": "Wärme", "act": "propose"})

    assert Topic.objects.count() == 0
    assert 'value="Wärme"' in response.content.decode()
    assert "Bitte füllen Sie dieses Feld aus." in text_of(response)


def test_button_proposes_a_draft(client, office, partner):
    topic = make_topic(S.DRAFT, proposed_by=partner)
    assert "Vorschlagen" in text_of(client.get(topic.get_absolute_url()))

    press_button(client, topic.get_absolute_url(), f"{topic.get_absolute_url()}vorschlagen/")

    topic.refresh_from_db()
    assert topic.state == S.PROPOSED


def test_partner_cannot_choose_a_series(client, partner):
    client.post(
        f"{BASE}/themen/neu/",
        {**WORDS, "series": make_series().pk, "internal_notes": "x", "act": "save"},
    )

    topic = Topic.objects.get()
    assert (topic.series, topic.internal_notes) == (None, "")


def test_office_takes_up_and_completes_a_topic(signed_in):
    topic = make_topic(S.PROPOSED)
    series = make_series(title="Reihe Nord")

    asked = signed_in.post(f"{topic.get_absolute_url()}aufgreifen/")
    assert "E-Mail an 1 Adresse" in text_of(asked) and mails_written("topic_taken_up") == []
    press(signed_in, asked)
    page = signed_in.get(f"{topic.get_absolute_url()}bearbeiten/")
    signed_in.post(
        f"{topic.get_absolute_url()}bearbeiten/",
        {
            **WORDS,
            "series": series.pk,
            "organisation": topic.organisation_id,
            "version": version_in(page),
        },
    )

    topic.refresh_from_db()
    assert (topic.state, topic.series, topic.title) == (S.IN_PROGRESS, series, "Wärme")


def test_second_of_two_changes_shows_both_versions(signed_in):
    topic = make_topic(S.IN_PROGRESS, title="Alt")
    address = f"{topic.get_absolute_url()}bearbeiten/"
    version = version_in(signed_in.get(address))
    Topic.objects.filter(pk=topic.pk).update(title="Inzwischen")
    mine = {
        **WORDS,
        "title": "Meins",
        "series": topic.series_id,
        "organisation": topic.organisation_id,
    }

    with nothing_changes(topic):
        response = signed_in.post(address, {**mine, "version": version})
    text = text_of(response)
    signed_in.post(address, {**mine, "version": version_in(response)})

    assert "Beide Fassungen" in text
    assert "Inzwischen" in text and "Meins" in text
    topic.refresh_from_db()
    assert topic.title == "Meins"


def test_declining_needs_a_reason_and_shows_it_to_the_proposer(client, signed_in):
    topic = make_topic(S.PROPOSED)
    address = f"{topic.get_absolute_url()}nicht-aufgreifen/"

    with nothing_changes(topic):
        signed_in.post(address, {"reason": "  "})
    confirm(signed_in, address, {"reason": "Läuft schon."})

    client.force_login(topic.proposed_by)
    text = text_of(client.get(topic.get_absolute_url()))
    assert "Warum das Thema nicht aufgegriffen wird Läuft schon." in text
    assert mails_written("topic_declined") == [("topic_declined", topic.proposed_by.email)]


@pytest.mark.parametrize(
    ("is_active", "words"),
    [
        (True, "Wer es vorgeschlagen hat, erfährt die Begründung."),
        (False, "Niemand wird benachrichtigt."),
    ],
)
def test_declining_says_who_learns_the_reason(signed_in, is_active, words):
    topic = make_topic(S.PROPOSED, proposed_by=make_user(PARTNER, is_active=is_active))
    address = f"{topic.get_absolute_url()}nicht-aufgreifen/"

    assert words in text_of(signed_in.get(address))

    confirm(signed_in, address, {"reason": "Läuft schon."})
    assert len(mails_written("topic_declined")) == is_active


def test_partners_are_promised_news_of_their_proposal_and_the_office_is_not(
    client, office, partner
):
    promise = "Sie erfahren per E-Mail, ob sie ihn aufgreift."
    assert promise in text_of(client.get(f"{BASE}/themen/neu/"))

    client.force_login(office)
    assert promise not in text_of(client.get(f"{BASE}/themen/neu/"))


def test_topic_is_submitted_for_approval(signed_in, senator):
    topic = make_topic(S.IN_PROGRESS)

    response = signed_in.post(f"{topic.get_absolute_url()}vorlegen/", BRIEFING, follow=True)

    approval = ApprovalRequest.objects.get()
    assert (approval.vote, str(approval.due_on), approval.subject_id) == (
        "Freigabe",
        "2026-03-09",
        topic.pk,
    )
    assert "Das Thema liegt zur Freigabe vor." in text_of(response)
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_topic_without_consent_says_why_and_links_to_the_series(signed_in):
    series = make_series(SeriesState.PROPOSED, title="Reihe Nord")
    topic = make_topic(S.IN_PROGRESS, series=series)

    page = signed_in.get(topic.get_absolute_url())
    with nothing_changes(topic):
        refused = signed_in.post(
            f"{topic.get_absolute_url()}vorlegen/", {**BRIEFING, "facts": "Lange getippt"}
        )

    assert "Themen gehen erst zur Freigabe, wenn ihr zugestimmt wurde." in text_of(page)
    assert series.get_absolute_url() in links_of(page)
    assert "Die Reihe „Reihe Nord“ ist im Stand „vorgeschlagen“." in text_of(refused)
    assert "Lange getippt" in refused.content.decode()


@pytest.mark.parametrize(
    ("state", "approval_state"), [(S.FOR_APPROVAL, "withdrawn"), (S.APPROVED, "lapsed")]
)
def test_submitted_or_approved_topic_is_taken_back(signed_in, state, approval_state):
    topic = make_topic(state)
    address = f"{topic.get_absolute_url()}zurueckziehen/"

    fill_in(signed_in, address)

    topic.refresh_from_db()
    assert (topic.state, ApprovalRequest.objects.get().state) == (S.IN_PROGRESS, approval_state)


def test_planned_topic_cannot_be_taken_back(signed_in):
    topic = make_dialogue().topic

    text = text_of(signed_in.post(f"{topic.get_absolute_url()}zurueckziehen/", follow=True))

    assert "Zu diesem Thema wird schon ein Gespräch geplant." in text


def test_pages_of_impossible_actions_redirect_with_the_reason(signed_in):
    topic = make_topic(S.REFUSED)

    for act in ("vorlegen", "nicht-aufgreifen", "zurueckziehen", "gespraech"):
        response = signed_in.get(f"{topic.get_absolute_url()}{act}/", follow=True)
        assert response.redirect_chain == [(topic.get_absolute_url(), 302)], act
        assert response.context["messages"], act


def test_topic_lists_the_dialogues_the_user_may_see(client, signed_in):
    dialogue = make_dialogue(DialogueState.PLANNING, title="Gespräch bei Öfen")
    assert dialogue.get_absolute_url() in links_of(signed_in.get(dialogue.topic.get_absolute_url()))

    client.force_login(make_user(OBSERVER))

    assert "Gespräch bei Öfen" not in text_of(client.get(dialogue.topic.get_absolute_url()))


def test_page_of_a_topic_needs_few_queries(signed_in, django_assert_max_num_queries):
    topic = make_dialogue().topic

    with django_assert_max_num_queries(14):
        signed_in.get(topic.get_absolute_url())


def test_partner_corrects_and_retracts_a_proposal(client, office, partner):
    topic = make_topic(S.PROPOSED, proposed_by=partner)
    page = topic.get_absolute_url()
    assert "Vorschlag zurückziehen" in text_of(client.get(page))

    edit = f"{page}bearbeiten/"
    client.post(edit, WORDS | {"version": version_in(client.get(edit))})
    asked = text_of(client.get(f"{page}vorschlag-zurueckziehen/"))
    done = client.post(f"{page}vorschlag-zurueckziehen/", follow=True)

    topic.refresh_from_db()
    assert (topic.title, topic.state) == ("Wärme", S.RETRACTED)
    assert "Die Geschäftsstelle sieht auf der Seite des Themas, dass es zurückgezogen ist." in asked
    assert "Ihr Vorschlag ist zurückgezogen." in text_of(done)
    assert "Erneut vorschlagen" in text_of(done)
    client.force_login(office)
    text = text_of(client.get(page))
    assert "Der Vorschlag ist zurückgezogen. Es ist nichts zu tun." in text
    assert "Vorschlag berichtigt" in text
    assert "Erneut vorschlagen" not in text


def test_proposal_of_somebody_else_is_not_retracted(client, partner):
    topic = make_topic(
        S.PROPOSED, proposed_by=make_user(PARTNER, organisation=partner.person.organisation)
    )

    with nothing_changes(topic):
        response = client.post(f"{topic.get_absolute_url()}vorschlag-zurueckziehen/")

    assert response.status_code == 403


def test_topic_that_was_taken_up_is_no_longer_retracted(client, partner):
    topic = make_topic(S.IN_PROGRESS, proposed_by=partner)

    with nothing_changes(topic):
        response = client.get(f"{topic.get_absolute_url()}vorschlag-zurueckziehen/", follow=True)

    assert "Das ist im Stand „in Bearbeitung“ nicht möglich." in text_of(response)
    assert "Vorschlag zurückziehen" not in text_of(client.get(topic.get_absolute_url()))


def test_withdrawal_never_undoes_an_approval_given_meanwhile(signed_in):
    topic = make_topic(S.FOR_APPROVAL)
    asked = signed_in.get(f"{topic.get_absolute_url()}zurueckziehen/")
    senator, approval = make_user(SENATOR_OFFICE), ApprovalRequest.objects.get()
    decide_topic(approval=approval, decision=Decision("approve"), by=senator, now=NOW)

    with nothing_changes(topic, approval):
        response = press(signed_in, asked)

    text = text_of(signed_in.get(response["Location"]))
    assert f"{senator} hat diesen Eintrag inzwischen geändert" in text
    assert "Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann." in text


def test_button_of_a_page_loaded_earlier_does_nothing(signed_in):
    topic = make_topic(S.PROPOSED)
    (button,) = re.findall(r'action="([^"]*aufgreifen[^"]*)"', page_of(signed_in, topic))
    Topic.objects.filter(pk=topic.pk).update(description="Etwas ganz anderes")

    with nothing_changes(topic):
        response = signed_in.post(button, follow=True)

    assert "Der Eintrag wurde inzwischen geändert." in text_of(response)
    (button,) = re.findall(r'action="([^"]*aufgreifen[^"]*)"', page_of(signed_in, topic))
    press(signed_in, signed_in.post(button))
    topic.refresh_from_db()
    assert topic.state == S.IN_PROGRESS


def page_of(client, topic) -> str:
    return client.get(topic.get_absolute_url()).content.decode()


def test_reason_stays_when_the_topic_has_changed_meanwhile(signed_in):
    topic = make_topic(S.PROPOSED)
    address = f"{topic.get_absolute_url()}nicht-aufgreifen/"
    shown = hidden_fields(signed_in.get(address))
    Topic.objects.filter(pk=topic.pk).update(description="Etwas ganz anderes")

    with nothing_changes(topic):
        response = signed_in.post(address, {**shown, "reason": "Lange begründet"})

    assert "Der Eintrag wurde inzwischen geändert." in text_of(response)
    assert "Lange begründet" in text_of(response)
    press(signed_in, signed_in.post(address, {**hidden_fields(response), "reason": "Doch"}))
    topic.refresh_from_db()
    assert (topic.state, topic.reason) == (S.NOT_TAKEN_UP, "Doch")
