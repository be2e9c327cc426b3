import datetime as dt

import pytest

from approvals.enums import Verdict
from approvals.registry import Decision
from core.history import save_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, SeriesState, TopicState
from dialogues.queries import dialogue_history, series_history, topic_history
from dialogues.services import (
    change_dialogue,
    change_series,
    change_topic,
    correct_outcome,
    decide_series,
    decide_topic,
    postpone_dialogue,
    propose_topic,
    record_rsvp,
    request_consent,
    submit_topic,
    take_up_topic,
    withdraw_topic,
)
from partners.models import Sector
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

WISH = ("Was soll am Ende stehen?", "–", "Ein Netz")
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


CORRECTED = "Ergebnis berichtigt"


def correct_twice(office):
    dialogue = make_dialogue(DialogueState.DOCUMENTED, outcome="Zwei Bedarfe")
    # The entry that the next one is compared with.
    save_as(dialogue, by=office, now=NOW, reason="Ergebnis festgehalten")
    correct_outcome(dialogue=dialogue, outcome="Drei Bedarfe", by=office, now=LATER)
    correct_outcome(dialogue=dialogue, outcome="Vier Bedarfe", by=office, now=LATEST)
    return dialogue


def test_each_correction_of_an_outcome_shows_what_it_replaced(office, senator):
    dialogue = correct_twice(office)

    for reader in (office, senator):
        entries = [e for e in dialogue_history(dialogue, reader) if e.what == CORRECTED]
        assert [entry.note for entry in entries] == [
            "bisher: Drei Bedarfe",
            "bisher: Zwei Bedarfe",
        ]


def test_guests_do_not_read_a_former_outcome(office):
    dialogue = correct_twice(office)
    guest = make_user(PARTNER)

    entries = [e for e in dialogue_history(dialogue, guest) if e.what == CORRECTED]

    assert [entry.note for entry in entries] == ["", ""]


@pytest.mark.parametrize(
    ("reader", "note", "texts"),
    [
        ("office", "Titel: Wärme → Prozesswärme", (WISH,)),
        ("proposer", "Titel: Wärme → Prozesswärme", (WISH,)),
        ("observer", "", ()),
    ],
)
def test_correction_of_a_proposal_says_what_changed(office, reader, note, texts):
    proposer = make_user(PARTNER)
    fields = {"title": "Entwurf", "description": "Erster Text"}
    topic = make_topic(TopicState.DRAFT, proposed_by=proposer, **fields)
    # What the proposer wrote before proposing stays theirs.
    save_as(topic, by=proposer, now=NOW, reason="Entwurf angelegt")
    values = {"title": "Wärme", "description": "Zweiter Text"}
    change_topic(topic=topic, values=values, by=proposer, now=NOW)
    topic.refresh_from_db()
    propose_topic(topic=topic, by=proposer, now=LATER)
    sector = Sector.objects.create(name="Energie")
    values = {"title": "Prozesswärme", "wish": "Ein Netz", "sectors": [sector]}
    change_topic(topic=topic, values=values, by=proposer, now=LATEST)
    topic.refresh_from_db()
    user = {"office": office, "proposer": proposer, "observer": make_user(OBSERVER)}[reader]

    entries = topic_history(topic, user)

    corrected = ("Vorschlag berichtigt: Branchen", note, texts)
    assert (entries[0].what, entries[0].note, entries[0].texts) == corrected
    draft = next(entry for entry in entries if entry.what == "Angaben geändert")
    own = (
        "Titel: Entwurf → Wärme",
        (("Worum geht es, und warum jetzt?", "Erster Text", "Zweiter Text"),),
    )
    assert (draft.note, draft.texts) == (own if reader == "proposer" else ("", ()))


def test_change_of_a_dialogue_says_inside_what_changed(office, senator):
    dialogue = make_dialogue(seats=20)
    save_as(dialogue, by=office, now=NOW, reason="Gespräch geplant")
    values = {"seats": 30, "place": "Halle 3", "internal_notes": "vertraulich"}
    change_dialogue(dialogue=dialogue, values=values, by=office, now=LATER)

    for reader, note in [
        (office, "Ort: Werkstraße 1, 12681 Berlin → Halle 3\nPlätze: 20 → 30"),
        (senator, "Ort: Werkstraße 1, 12681 Berlin → Halle 3\nPlätze: 20 → 30"),
        (make_user(PARTNER), ""),
    ]:
        entry = dialogue_history(dialogue, reader)[0]
        assert (entry.what, entry.note) == ("Angaben geändert", note)
