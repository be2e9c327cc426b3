import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import Decision
from core.history import save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.queries import dialogue_history, series_history, topic_history
from dialogues.services import (
    change_series,
    decide_series,
    decide_topic,
    postpone_dialogue,
    record_rsvp,
    request_consent,
    submit_topic,
    take_up_topic,
    withdraw_topic,
)
from tests.dialogues.builders import (
    BRIEFING,
    DUE_ON,
    NOW,
    YES,
    make_dialogue,
    make_released,
    make_series,
    make_topic,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)
LATEST = LATER + dt.timedelta(hours=1)


def whats(entries):
    return [entry.what for entry in entries]


def test_submission_of_a_topic_is_one_entry_with_the_vote_inside(office, senator):
    topic = make_topic(TopicState.PROPOSED, series=make_series())
    topic.history.all().delete()
    take_up_topic(topic=topic, by=office, now=NOW)
    submit_topic(topic=topic, briefing=BRIEFING, due_on=DUE_ON, by=office, now=LATER)

    inside = [(entry.what, entry.note) for entry in topic_history(topic, senator)]

    assert inside == [("Freigabe beantragt", BRIEFING.vote), ("Thema aufgegriffen", "")]
    assert whats(topic_history(topic, topic.proposed_by)) == [
        "Zur Freigabe vorgelegt",
        "Thema aufgegriffen",
    ]


@pytest.mark.parametrize(
    ("role", "who"),
    [
        (OFFICE, ["Konto der Geschäftsstelle", "Berg"]),
        (SENATOR_OFFICE, ["Konto der Geschäftsstelle", "Berg"]),
        ("colleague", ["Geschäftsstelle", "IHK (Berg)"]),
        (OBSERVER, ["Geschäftsstelle", "IHK (Referat)"]),
    ],
)
def test_history_of_a_topic_names_people_to_those_who_may_know_them(role, who):
    ihk = make_organisation("IHK")
    proposer = make_user(PARTNER, person=make_person("Berg", organisation=ihk, function="Referat"))
    office = make_user(OFFICE, person=make_person("Konto der Geschäftsstelle"))
    topic = make_topic(TopicState.APPROVED, proposed_by=proposer)
    topic.history.all().delete()
    save_as(topic, by=proposer, now=NOW, reason="Thema vorgeschlagen")
    save_as(topic, by=office, now=LATER, reason="Thema aufgegriffen")
    reader = make_user(PARTNER, organisation=ihk) if role == "colleague" else make_user(role)

    entries = [entry for entry in topic_history(topic, reader) if entry.what.startswith("Thema")]

    assert [entry.who for entry in entries] == who


def test_decision_and_lapse_of_a_topic_are_one_entry_each_inside(office, senator):
    topic = make_topic(TopicState.IN_PROGRESS)
    topic.history.all().delete()
    approval = submit_topic(topic=topic, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    decide_topic(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=LATER)
    withdraw_topic(topic=topic, by=office, now=LATEST)

    assert whats(topic_history(topic, office)) == [
        "Freigabe erloschen",
        "Freigabe: freigegeben, später erloschen",
        "Freigabe beantragt",
    ]
    assert whats(topic_history(topic, topic.proposed_by)) == [
        "Freigabe erloschen",
        "Freigegeben",
        "Zur Freigabe vorgelegt",
    ]


def test_withdrawal_of_a_submitted_topic_is_shown_inside(office):
    topic = make_topic(TopicState.FOR_APPROVAL)

    withdraw_topic(topic=topic, by=office, now=NOW)

    assert "Freigabe zurückgezogen" in whats(topic_history(topic, office))


def test_consent_to_a_series_is_one_entry_for_each_step(office, senator):
    series = make_series(SeriesState.AFFIRMED)
    series.history.all().delete()
    approval = request_consent(series=series, briefing=BRIEFING, due_on=DUE_ON, by=office, now=NOW)
    decide_series(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=LATER)
    change_series(series=series, values={"title": "Neu"}, by=office, now=LATEST)

    assert whats(series_history(series, office)) == [
        "Freigabe erloschen",
        "Freigabe: freigegeben, später erloschen",
        "Freigabe beantragt",
    ]


def test_changes_at_the_moment_of_a_lapse_stay_in_the_history(office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)

    postpone_dialogue(dialogue=dialogue, reason="Streik", by=office, now=NOW)

    entries = whats(dialogue_history(dialogue, office))
    assert {"Verschoben: Streik", "Freigabe erloschen"} <= set(entries)


def test_reply_is_shown_with_the_name_of_the_guest_and_a_release_as_one_entry(office):
    dialogue = make_released(office, 2)
    record_rsvp(invitation=dialogue.invitations.first(), rsvp=YES, now=LATER)

    entries = {entry.what: (entry.who, entry.note) for entry in dialogue_history(dialogue, office)}

    assert entries["Antwort: Zusage"] == ("Gast über den persönlichen Link", "Gast 0, Betrieb 00")
    assert "2 Einladungen versandt" in entries
    assert "Einladung versandt" not in entries
