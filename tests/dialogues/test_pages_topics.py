"""Proposing, completing and submitting topics; the way of a series to its consent."""

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.roles import OBSERVER, PARTNER
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.models import DialogueSeries, Topic
from partners.models import Sector
from tests.approvals.builders import make_approval, make_subject
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
def test_a_partner_saves_or_proposes(client, office, partner, act, state, mails):
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


def test_a_proposal_without_words_keeps_what_was_typed(client, partner):
    response = client.post(f"{BASE}/themen/neu/", {"title": "Wärme", "act": "propose"})

    assert Topic.objects.count() == 0
    assert 'value="Wärme"' in response.content.decode()
    assert "Dieses Feld ist zwingend erforderlich." in text_of(response)


def test_a_draft_is_proposed_with_one_button(client, office, partner):
    topic = make_topic(S.DRAFT, proposed_by=partner)
    assert "Vorschlagen" in text_of(client.get(topic.get_absolute_url()))

    client.post(f"{topic.get_absolute_url()}vorschlagen/")

    topic.refresh_from_db()
    assert topic.state == S.PROPOSED


def test_a_partner_puts_no_topic_into_a_series(client, partner):
    client.post(
        f"{BASE}/themen/neu/",
        {**WORDS, "series": make_series().pk, "internal_notes": "x", "act": "save"},
    )

    topic = Topic.objects.get()
    assert (topic.series, topic.internal_notes) == (None, "")


def test_the_office_takes_up_and_completes(signed_in):
    topic = make_topic(S.PROPOSED)
    series = make_series(title="Reihe Nord")

    signed_in.post(f"{topic.get_absolute_url()}aufgreifen/")
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


def test_of_two_changes_the_second_sees_both(signed_in):
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
    signed_in.post(address, {"reason": "Läuft schon."})

    client.force_login(topic.proposed_by)
    text = text_of(client.get(topic.get_absolute_url()))
    assert "Warum das Thema nicht aufgegriffen wird Läuft schon." in text
    assert mails_written("topic_declined") == [("topic_declined", topic.proposed_by.email)]


def test_the_vorlage_is_filled_from_the_topic(signed_in):
    topic = make_topic(S.IN_PROGRESS, title="Wärme", wish="Ein Tarif")

    initial = signed_in.get(f"{topic.get_absolute_url()}vorlegen/").context["form"].initial

    assert {name: str(value) for name, value in initial.items()} == {
        "occasion": f"Themenvorschlag: {topic.organisation}",
        "facts": "Betriebe suchen Nachwuchs.\n\nEin Tarif",
        "assessment": "",
        "vote": "Freigabe des Themas „Wärme“",
        "due_on": "2026-03-09",
    }


def test_the_vorlage_is_filled_from_the_last_one_that_came_back(signed_in):
    topic = make_topic(S.IN_PROGRESS)
    approval = make_approval(
        ApprovalState.RETURNED, subject=make_subject(pk=topic.pk), comment="Bitte schärfen."
    )

    page = signed_in.get(f"{topic.get_absolute_url()}vorlegen/")

    assert page.context["form"].initial["facts"] == approval.facts
    assert "Anmerkung zur letzten Vorlage Bitte schärfen." in text_of(page)


def test_submitting_a_topic(signed_in, senator):
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


def test_without_consent_the_topic_says_why_and_leads_to_the_series(signed_in):
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
def test_taking_a_topic_back(signed_in, state, approval_state):
    topic = make_topic(state)
    address = f"{topic.get_absolute_url()}zurueckziehen/"
    assert signed_in.get(address).status_code == 200

    signed_in.post(address)

    topic.refresh_from_db()
    assert (topic.state, ApprovalRequest.objects.get().state) == (S.IN_PROGRESS, approval_state)


def test_a_planned_topic_is_not_taken_back(signed_in):
    topic = make_dialogue().topic

    text = text_of(signed_in.post(f"{topic.get_absolute_url()}zurueckziehen/", follow=True))

    assert "Zu diesem Thema wird schon ein Gespräch geplant." in text


def test_pages_of_acts_that_are_not_possible_lead_back_with_the_reason(signed_in):
    topic = make_topic(S.REFUSED)

    for act in ("vorlegen", "nicht-aufgreifen", "zurueckziehen", "gespraech"):
        response = signed_in.get(f"{topic.get_absolute_url()}{act}/", follow=True)
        assert response.redirect_chain == [(topic.get_absolute_url(), 302)], act
        assert response.context["messages"], act


def test_a_topic_lists_its_dialogues_for_who_may_see_them(client, signed_in):
    dialogue = make_dialogue(DialogueState.PLANNING, title="Gespräch bei Öfen")
    assert dialogue.get_absolute_url() in links_of(signed_in.get(dialogue.topic.get_absolute_url()))

    client.force_login(make_user(OBSERVER))

    assert "Gespräch bei Öfen" not in text_of(client.get(dialogue.topic.get_absolute_url()))


def test_a_series_from_the_wish_to_the_request(signed_in, senator):
    signed_in.post(
        f"{BASE}/reihen/neu/", {"title": "Reihe Nord", "period": "2026", "description": "Gespräche"}
    )
    series = DialogueSeries.objects.get()

    signed_in.post(f"{series.get_absolute_url()}bekraeftigen/")
    signed_in.post(f"{series.get_absolute_url()}zustimmung/", BRIEFING)

    series.refresh_from_db()
    assert series.state == SeriesState.REQUESTED
    assert "Die Zustimmung ist beantragt." in text_of(signed_in.get(series.get_absolute_url()))
    assert mails_written() == [("approval_asked", "senatorin@example.org")]


def test_a_note_on_a_series_is_saved_without_a_question(signed_in):
    series = make_series(SeriesState.CONSENTED)
    make_approval(ApprovalState.APPROVED, subject=make_subject(ApprovalKind.SERIES, pk=series.pk))
    address = f"{series.get_absolute_url()}bearbeiten/"
    page = signed_in.get(address)

    signed_in.post(
        address,
        {
            "title": series.title,
            "period": series.period,
            "internal_notes": "anrufen",
            "version": version_in(page),
        },
    )

    series.refresh_from_db()
    assert (series.state, series.internal_notes) == (SeriesState.CONSENTED, "anrufen")
    assert "erlischt die Freigabe: Reihe, Zeitraum, Worum es geht." in text_of(page)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_of_a_series_costs_the_same_for_any_number(
    signed_in, django_assert_num_queries, count
):
    series = make_series()
    for _ in range(count):
        make_topic(series=series).sectors.add(Sector.objects.get_or_create(name="Metall")[0])

    with django_assert_num_queries(12):
        signed_in.get(series.get_absolute_url())


def test_the_page_of_a_topic_is_cheap(signed_in, django_assert_max_num_queries):
    topic = make_dialogue().topic

    with django_assert_max_num_queries(14):
        signed_in.get(topic.get_absolute_url())


def test_a_request_for_consent_is_withdrawn_with_its_button(signed_in, senator):
    series = make_series(SeriesState.REQUESTED)
    address = f"{series.get_absolute_url()}zurueckziehen/"
    assert address in signed_in.get(series.get_absolute_url()).content.decode()

    with nothing_changes(series):
        assert "Das Büro der Senatorin wird benachrichtigt" in text_of(signed_in.get(address))
    signed_in.post(address)

    series.refresh_from_db()
    assert (series.state, mails_written()) == (
        SeriesState.AFFIRMED,
        [("approval_withdrawn", "senatorin@example.org")],
    )
    assert address not in signed_in.get(series.get_absolute_url()).content.decode()
