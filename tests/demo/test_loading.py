"""The history of invented records carries the dates on which their story says things happened."""

import pytest
from django.test import override_settings

from approvals.models import ApprovalRequest
from core.dates import format_moment
from core.models import Origin
from demo.loading import load_demo
from dialogues.models import Dialogue, DialogueSeries, SeatOffer, Topic
from dialogues.queries import (
    count_seats_taken,
    dialogue_history,
    open_topics,
    series_history,
    topic_history,
    waiting_list,
)
from media_visits.models import Visit
from partners.models import User
from partners.queries import open_records_in_charge
from tests.approvals.builders import NOW, TODAY
from tests.keeping import kept_for_a_while

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture(scope="module", autouse=True)
def demo(django_db_setup, django_db_blocker):
    with override_settings(DEMO=True), kept_for_a_while(django_db_blocker):
        load_demo(today=TODAY, now=NOW)
        yield


def what_happened(entries) -> list[tuple[str, str]]:
    return [
        (f"{entry.at.astimezone(NOW.tzinfo):%d.%m. %H:%M}", entry.what)
        for entry in reversed(entries)
    ]


@pytest.fixture
def office():
    return User.objects.get(email="geschaeftsstelle@example.org")


def test_series_was_affirmed_before_consent_was_requested(office):
    series = DialogueSeries.objects.get(title="Branchengespräche Bezirke 2027")

    assert what_happened(series_history(series, office)) == [
        ("12.02. 10:00", "Reihe vorgeschlagen"),
        ("18.02. 10:00", "Von Verwaltung und Partnern bekräftigt"),
        ("20.02. 10:00", "Freigabe beantragt"),
    ]


def test_topic_has_each_step_in_its_history_once(office):
    topic = Topic.objects.get(title="Wasserstoff in der Prozesswärme")

    assert what_happened(topic_history(topic, office)) == [
        ("10.02. 10:00", "Entwurf angelegt"),
        ("10.02. 10:00", "Thema vorgeschlagen"),
        ("11.02. 10:00", "Thema aufgegriffen"),
        ("11.02. 10:00", "Angaben geändert"),
        ("16.02. 10:00", "Freigabe beantragt"),
        ("20.02. 15:00", "Freigabe: zurückgegeben"),
        ("25.02. 10:00", "Zuständig: Referat Branchengespräche (bisher Geschäftsstelle)"),
    ]


def test_dialogue_has_each_step_in_its_history_once(office):
    dialogue = Dialogue.objects.get(title="Digitale Infrastruktur für Betriebe")

    entries = what_happened(dialogue_history(dialogue, office))
    assert entries[:7] == [
        ("28.01. 10:00", "Planung begonnen"),
        ("28.01. 10:00", "Programm eingetragen"),
        ("29.01. 10:00", "Gastgeber: zugesagt"),
        ("30.01. 10:00", "Freigabe beantragt"),
        ("04.02. 15:00", "Freigabe: freigegeben"),
        ("05.02. 10:00", "Termin festgelegt: Mo, 23.03.2026, 14:00–16:30 Uhr"),
        ("18.02. 10:00", "24 Einladungen versandt"),
    ]
    assert {day for day, _what in entries[7:-1]} == {"23.02. 10:00"}
    assert entries[-1] == (
        "25.02. 10:00",
        "Zuständig: Referat Branchengespräche (bisher Geschäftsstelle)",
    )


def test_a_seat_given_back_is_offered_to_the_first_who_waits():
    dialogue = Dialogue.objects.get(title="Abwärme der Industrie nutzen")

    assert count_seats_taken(dialogue) == dialogue.seats == 6
    assert waiting_list(dialogue).count() == 2
    offer = SeatOffer.objects.get()
    assert (offer.state, format_moment(offer.expires_at)) == ("offered", "03.03.2026, 18:00 Uhr")


def test_work_is_shared_by_two_accounts_and_some_of_it_unassigned(office):
    colleague = User.objects.get(email="referat@example.org")

    assert open_records_in_charge(office) == {
        "Maßnahmen": 9,
        "Reihen": 3,
        "Themen": 8,
        "Bedarfe": 6,
        "Unternehmensbesuche": 3,
    }
    assert open_records_in_charge(colleague) == {"Themen": 1, "Branchengespräche": 5}
    assert open_topics().filter(responsible=None).count() == 1


@pytest.mark.parametrize("model", [DialogueSeries, Topic, Dialogue, Visit, ApprovalRequest])
def test_nothing_happened_after_loading_nor_all_on_one_day(model):
    history = model.history.filter(id__in=model.objects.filter(origin=Origin.DEMO).values("pk"))

    assert history.latest("history_date").history_date <= NOW
    assert len(set(history.dates("history_date", "day"))) > 3
