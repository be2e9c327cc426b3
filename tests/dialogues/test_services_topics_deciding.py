"""Submitting a topic, deciding on it, and withdrawing it."""

from functools import partial

import pytest
import time_machine

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from core.errors import ChangedMeanwhile, Refused
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.models import Topic
from dialogues.services import (
    decline_topic,
    submit_topic,
    withdraw_topic,
)
from outbox.models import Mail
from partners.models import Deputy, Person, Sector, User
from tests.dialogues.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    TODAY,
    make_dialogue,
    make_series,
    make_topic,
)
from tests.dialogues.topics import approval_of, decide, rename, submit
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "state", [state for state in SeriesState if state != SeriesState.CONSENTED]
)
def test_topic_of_a_series_without_consent_is_refused_with_the_reason(office, senator, state):
    topic = make_topic(TopicState.IN_PROGRESS, series=make_series(state))

    with nothing_changes(topic), pytest.raises(Refused) as refusal:
        submit(topic, office)

    assert str(refusal.value) == (
        f"Die Reihe „Reihe 2026“ ist im Stand „{SeriesState(state).label}“. "
        "Themen gehen erst zur Freigabe, wenn ihr zugestimmt wurde."
    )
    assert not ApprovalRequest.objects.filter(kind=ApprovalKind.TOPIC).exists()


def test_topic_without_a_series_is_refused(office, senator):
    topic = make_topic(TopicState.IN_PROGRESS, series=None)

    with nothing_changes(topic), pytest.raises(Refused, match="zuerst einer Reihe"):
        submit(topic, office)


def test_refused_submission_leaves_the_topic_unchanged(office, senator):
    topic = make_topic(TopicState.IN_PROGRESS)

    with nothing_changes(topic), pytest.raises(Refused, match="nennen Sie das Votum"):
        submit_topic(
            topic=topic, briefing=BRIEFING._replace(vote=""), due_on=DUE_ON, by=office, now=NOW
        )


def test_submission_shows_the_topic_as_it_stands(office, senator, partner):
    topic = make_topic(TopicState.IN_PROGRESS, proposed_by=partner)
    topic.sectors.add(
        Sector.objects.create(name="Optik"), Sector.objects.create(name="Maschinenbau")
    )

    approval = submit(topic, office)

    assert approval.snapshot == [
        ["Thema", "Fachkräfte sichern"],
        ["Reihe", "Reihe 2026"],
        ["Vorgeschlagen von", str(partner.person.organisation)],
        ["Worum es geht", "Betriebe suchen Nachwuchs."],
        ["Branchen", "Maschinenbau, Optik"],
    ]
    assert approval.path == topic.get_absolute_url()
    assert mails_written() == [("approval_asked", senator.email)]


@pytest.mark.parametrize(
    ("verdict", "state", "reason"),
    [
        (Verdict.APPROVE, TopicState.APPROVED, ""),
        (Verdict.RETURN, TopicState.RETURNED, "Bitte schärfen."),
        (Verdict.REFUSE, TopicState.REFUSED, "Bitte schärfen."),
    ],
)
def test_decision_is_mailed_to_office_and_proposer(
    office, senator, partner, verdict, state, reason
):
    topic = make_topic(TopicState.FOR_APPROVAL, proposed_by=partner)

    decide(topic, senator, verdict, comment="Bitte schärfen.")

    topic.refresh_from_db()
    assert (topic.state, topic.reason) == (state, reason)
    assert mails_written() == [("approval_decided", office.email), ("topic_decided", partner.email)]
    mail = Mail.objects.get(kind="topic_decided")
    assert mail.subject == f"{str(TopicState(state).label).capitalize()}: Fachkräfte sichern"
    assert ("Bitte schärfen." in mail.text) == bool(reason)


@pytest.mark.parametrize(
    ("conditions", "sentence"),
    [
        (["Ablauf vorlegen"], "Mit der Freigabe ist eine Auflage verbunden."),
        (["Ablauf vorlegen", "Handwerk einladen"], "Mit der Freigabe sind Auflagen verbunden."),
    ],
)
def test_proposer_learns_that_there_are_conditions_but_not_which(
    office, senator, partner, conditions, sentence
):
    topic = make_topic(TopicState.FOR_APPROVAL, proposed_by=partner)

    decide(topic, senator, Verdict.CONDITION, conditions=conditions)

    mail = Mail.objects.get(kind="topic_decided")
    assert mail.subject == "Freigegeben: Fachkräfte sichern"
    assert sentence in mail.text
    assert "Ablauf" not in mail.text


def test_second_decision_changes_nothing(office, senator, partner):
    topic = make_topic(TopicState.FOR_APPROVAL, proposed_by=partner)
    decide(topic, senator)

    with (
        nothing_changes(topic, approval_of(topic)),
        pytest.raises(ChangedMeanwhile, match="bereits entschieden: freigegeben"),
    ):
        decide(topic, senator, Verdict.REFUSE)


@pytest.mark.parametrize("address", ["", "kontakt@example.org"])
def test_proposer_with_an_inactive_account_is_not_mailed(office, senator, partner, address):
    waiting, proposed, approved = (
        make_topic(state, proposed_by=partner)
        for state in (TopicState.FOR_APPROVAL, TopicState.PROPOSED, TopicState.APPROVED)
    )
    User.objects.filter(pk=partner.pk).update(is_active=False)
    Person.objects.filter(pk=partner.person_id).update(email=address)

    decide(waiting, senator)
    decline_topic(topic=proposed, reason="Läuft schon.", by=office, now=NOW)
    withdraw_topic(topic=approved, by=office, now=NOW)

    states = [Topic.objects.get(pk=topic.pk).state for topic in (waiting, proposed, approved)]
    assert states == [TopicState.APPROVED, TopicState.NOT_TAKEN_UP, TopicState.IN_PROGRESS]
    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


@time_machine.travel(NOW)
def test_deputy_decides_and_the_principal_is_mailed(office, senator, partner):
    topic = make_topic(TopicState.FOR_APPROVAL, proposed_by=partner)
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(
        principal=senator.person, deputy=deputy.person, starts_on=TODAY, ends_on=TODAY
    )

    decide(topic, deputy)

    assert Topic.objects.get(pk=topic.pk).state == TopicState.APPROVED
    assert approval_of(topic).by_deputy is True
    assert topic.history.first().history_user == deputy
    assert topic.history.first().history_change_reason == "Freigegeben"
    assert mails_written() == [
        ("approval_decided", office.email),
        ("approval_decided", senator.email),
        ("topic_decided", partner.email),
    ]


def test_topic_goes_through_a_second_round_with_new_mails(office, senator, partner):
    topic = make_topic(TopicState.IN_PROGRESS, proposed_by=partner)
    submit(topic, office)
    decide(topic, senator, Verdict.RETURN)
    rename(topic, office)
    submit(topic, office)
    decide(topic, senator, Verdict.RETURN)

    assert len(mails_written("topic_decided")) == 2
    assert len(mails_written("approval_asked")) == 2


def test_withdrawal_is_mailed_to_the_senators_office(office, senator):
    topic = make_topic(TopicState.FOR_APPROVAL)

    withdraw_topic(topic=topic, by=office, now=NOW)

    assert approval_of(topic).state == ApprovalState.WITHDRAWN
    assert mails_written() == [("approval_withdrawn", senator.email)]


def test_approval_lapses_when_the_topic_is_reopened(office, senator):
    topic = make_topic(TopicState.APPROVED)

    withdraw_topic(topic=topic, by=office, now=NOW)

    topic.refresh_from_db()
    approval = approval_of(topic)
    assert (topic.state, approval.state) == (TopicState.IN_PROGRESS, ApprovalState.LAPSED)
    assert approval.lapse_reason == "wieder in Bearbeitung"
    recipients = sorted([office.email, senator.email, topic.proposed_by.email])
    assert mails_written() == [("approval_lapsed", email) for email in recipients]


def test_topic_of_a_planned_dialogue_stays_approved(office):
    dialogue = make_dialogue(DialogueState.PLANNING)

    with (
        nothing_changes(dialogue.topic, approval_of(dialogue.topic)),
        pytest.raises(Refused, match="schon ein Gespräch geplant"),
    ):
        withdraw_topic(topic=dialogue.topic, by=office, now=NOW)


def test_topic_of_a_cancelled_dialogue_can_be_reopened(office):
    topic = make_dialogue(DialogueState.CANCELLED).topic

    assert withdraw_topic(topic=topic, by=office, now=NOW).state == TopicState.IN_PROGRESS


@pytest.mark.django_db(transaction=True)
def test_only_one_of_decision_and_withdrawal_at_once_succeeds():
    office, senator = make_user(OFFICE), make_user(SENATOR_OFFICE)
    topic = make_topic(TopicState.FOR_APPROVAL)

    outcomes = race(
        partial(decide, topic, senator, Verdict.REFUSE),
        partial(withdraw_topic, topic=topic, by=office, now=NOW),
    )

    topic.refresh_from_db()
    ends = {
        TopicState.REFUSED: ApprovalState.REFUSED,
        TopicState.IN_PROGRESS: ApprovalState.WITHDRAWN,
    }
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 1
    assert approval_of(topic).state == ends[topic.state]
    assert topic.history.count() == 2
