"""Who is in charge: one record, a handover, and taking it back."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from dialogues.enums import DialogueState, TopicState
from measures.enums import Phase
from measures.models import Measure
from media_visits.enums import VisitState
from partners.queries import Handover, open_records_in_charge, received_since
from partners.registry import assignable_kinds
from partners.services import change_responsible, hand_over, take_back
from tests.dialogues.builders import make_dialogue, make_need, make_series, make_topic
from tests.measures.builders import make_measure
from tests.media_visits.builders import make_visit
from tests.partners.builders import make_deputyship, make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
NOW = dt.datetime(2026, 3, 18, 9, 0, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(hours=1)
KINDS = ["massnahme", "reihe", "thema", "gespraech", "bedarf", "besuch"]


def named_user(name: str, *roles: str, **fields):
    return make_user(*roles, person=make_person(name), **fields)


@pytest.fixture
def office():
    return named_user("Leitung", OFFICE)


@pytest.fixture
def colleague(office):
    return named_user("Referat", OFFICE)


def last_reason(record) -> str:
    return record.history.latest().history_change_reason


def test_change_is_written_into_the_history_and_mails_nobody(office, colleague):
    measure = make_measure(responsible=office)

    with nothing_changes():
        change_responsible(record=measure, responsible=colleague, by=office, now=NOW)

    line = measure.history.latest()
    assert Measure.objects.get().responsible == colleague
    assert line.history_change_reason == "Zuständig: Referat (bisher Leitung)"
    assert (line.history_user, line.history_date) == (office, NOW)


def test_nobody_may_be_in_charge(office):
    measure = make_measure(responsible=office)

    change_responsible(record=measure, responsible=None, by=office, now=NOW)

    assert Measure.objects.get().responsible is None
    assert last_reason(measure) == "Zuständig: nicht vergeben (bisher Leitung)"


def test_same_person_again_writes_no_history(office):
    measure = make_measure(responsible=office)

    with nothing_changes(measure):
        change_responsible(record=measure, responsible=office, by=office, now=NOW)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_changes_who_is_in_charge(office, role):
    measure = make_measure()

    with (
        nothing_changes(measure),
        pytest.raises(NotAllowed, match="legt die Geschäftsstelle fest"),
    ):
        change_responsible(record=measure, responsible=office, by=make_user(role), now=NOW)


def closed(office):
    return make_user(OFFICE, is_active=False)


def senator(office):
    return make_user(SENATOR_OFFICE)


def deputy(office):
    account = make_user()
    make_deputyship(office, account)
    return account


@pytest.mark.parametrize("make_account", [closed, senator, deputy])
def test_only_active_accounts_of_the_office_can_be_in_charge(office, make_account):
    measure = make_measure(responsible=office)

    with nothing_changes(measure), pytest.raises(Refused, match="aktives Konto"):
        change_responsible(record=measure, responsible=make_account(office), by=office, now=NOW)


def test_present_account_may_stay_although_it_is_closed(office):
    former = make_user(OFFICE, is_active=False)
    measure = make_measure(responsible=former)

    with nothing_changes(measure):
        change_responsible(record=measure, responsible=former, by=office, now=NOW)


def test_stale_form_names_who_was_entered_meanwhile(office, colleague):
    measure = make_measure(responsible=office)
    shown = version_of(measure, ["responsible"])
    Measure.objects.update(responsible=colleague)

    with (
        nothing_changes(measure),
        pytest.raises(ChangedMeanwhile, match="Inzwischen ist „Referat“ eingetragen"),
    ):
        change_responsible(record=measure, responsible=None, version=shown, by=office, now=NOW)


def make_one_of_each(responsible):
    series = make_series(responsible=responsible)
    return [
        make_measure(responsible=responsible),
        make_topic(responsible=responsible, series=series),
        series,
        make_dialogue(responsible=responsible, topic=None),
        make_need(responsible=responsible),
        make_visit(responsible=responsible),
    ]


def test_kinds_are_in_the_order_of_the_navigation():
    assert [(kind.key, str(kind.label)) for kind in assignable_kinds()] == [
        ("massnahme", "Maßnahmen"),
        ("reihe", "Reihen"),
        ("thema", "Themen"),
        ("gespraech", "Branchengespräche"),
        ("bedarf", "Bedarfe"),
        ("besuch", "Unternehmensbesuche"),
    ]


def test_handover_moves_everything_open_at_once(office, colleague):
    records = make_one_of_each(office)
    other = make_measure()

    with nothing_changes(other):
        count = hand_over(
            handover=Handover(KINDS, office), responsible=colleague, expected=6, by=office, now=NOW
        )

    assert count == 6
    for record in records:
        record.refresh_from_db()
        assert record.responsible == colleague
        assert last_reason(record) == "Zuständig: Referat (bisher Leitung)"


def test_handover_keeps_the_supporters_in_the_history_of_a_measure(office, colleague):
    measure, supporter = make_measure(responsible=office), make_organisation()
    measure.supporters.add(supporter)

    hand_over(
        handover=Handover(KINDS, office), responsible=colleague, expected=1, by=office, now=NOW
    )

    [kept] = measure.history.latest().supporters.all()
    assert kept.organisation == supporter


def test_handover_leaves_what_is_finished(office, colleague):
    finished = [
        make_measure(responsible=office, phase=Phase.COMPLETED),
        make_topic(TopicState.REFUSED, responsible=office),
        make_dialogue(DialogueState.CANCELLED, responsible=office, topic=None),
        make_visit(VisitState.CANCELLED, responsible=office, reason="Krankheit"),
    ]

    assert open_records_in_charge(office) == {}
    with nothing_changes(*finished), pytest.raises(Refused, match="nichts mehr zu übergeben"):
        hand_over(
            handover=Handover(KINDS, office), responsible=colleague, expected=0, by=office, now=NOW
        )


def test_topic_is_finished_with_its_dialogue(office):
    topic = make_topic(responsible=office)
    dialogue = make_dialogue(DialogueState.DOCUMENTED, topic=topic)
    before = open_records_in_charge(office)
    dialogue.state = DialogueState.CLOSED
    dialogue.save()

    assert (before, open_records_in_charge(office)) == ({"Themen": 1}, {})


def test_handover_is_limited_to_kinds(office, colleague):
    measure, topic, *_rest = make_one_of_each(office)

    with nothing_changes(topic):
        hand_over(
            handover=Handover(["massnahme"], office),
            responsible=colleague,
            expected=1,
            by=office,
            now=NOW,
        )

    measure.refresh_from_db()
    assert measure.responsible == colleague


def test_ticked_records_move_whoever_had_them(office, colleague):
    mine, free = make_measure(responsible=office), make_measure()
    kept = make_measure(responsible=office)
    ticked = {"massnahme": [mine.pk, free.pk]}

    with nothing_changes(kept):
        hand_over(
            handover=Handover(["massnahme"], ticked=ticked),
            responsible=colleague,
            expected=2,
            by=office,
            now=NOW,
        )

    assert last_reason(mine) == "Zuständig: Referat (bisher Leitung)"
    assert last_reason(free) == "Zuständig: Referat (bisher nicht vergeben)"


def test_handover_of_another_number_than_shown_moves_nothing(office, colleague):
    records = make_one_of_each(office)

    with (
        nothing_changes(*records),
        pytest.raises(ChangedMeanwhile, match="Inzwischen sind 6 Einträge"),
    ):
        hand_over(
            handover=Handover(KINDS, office), responsible=colleague, expected=3, by=office, now=NOW
        )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_hands_over(office, colleague, role):
    measure = make_measure(responsible=office)

    with nothing_changes(measure), pytest.raises(NotAllowed, match="übergibt die Geschäftsstelle"):
        hand_over(
            handover=Handover(KINDS, office),
            responsible=colleague,
            expected=1,
            by=make_user(role),
            now=NOW,
        )


def test_taking_back_restores_who_had_each_record(office, colleague):
    mine, free = make_measure(responsible=office), make_measure()
    own = make_measure(responsible=colleague)
    ticked = {"massnahme": [mine.pk, free.pk]}
    handover = Handover(["massnahme"], ticked=ticked)
    hand_over(handover=handover, responsible=colleague, expected=2, by=office, now=NOW)

    with nothing_changes(own):
        count = take_back(moment=NOW, by=office, now=LATER)

    mine.refresh_from_db()
    free.refresh_from_db()
    assert (count, mine.responsible, free.responsible) == (2, office, None)
    assert last_reason(mine) == "Zuständig: Leitung (bisher Referat)"


def test_taking_back_leaves_what_changed_hands_since(office, colleague):
    third = make_user(OFFICE)
    first, second = make_measure(responsible=office), make_measure(responsible=office)
    handover = Handover(["massnahme"], office)
    hand_over(handover=handover, responsible=colleague, expected=2, by=office, now=NOW)
    change_responsible(record=second, responsible=third, by=office, now=NOW + dt.timedelta(0, 9))

    assert take_back(moment=NOW, by=office, now=LATER) == 1

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.responsible, second.responsible) == (office, third)


def test_handover_is_taken_back_only_once(office, colleague):
    make_measure(responsible=office)
    handover = Handover(["massnahme"], office)
    hand_over(handover=handover, responsible=colleague, expected=1, by=office, now=NOW)
    take_back(moment=NOW, by=office, now=LATER)

    with pytest.raises(Refused, match="schon zurückgenommen"):
        take_back(moment=NOW, by=office, now=LATER)


def test_start_page_learns_what_others_handed_over(office, colleague):
    make_measure(responsible=office)
    own = make_measure()
    handover = Handover(["massnahme"], office)
    hand_over(handover=handover, responsible=colleague, expected=1, by=office, now=NOW)
    change_responsible(record=own, responsible=colleague, by=colleague, now=NOW)

    received = received_since(colleague, NOW - dt.timedelta(days=1))

    assert {kind.key: count for kind, count in received.items()} == {"massnahme": 1}
    assert received_since(colleague, LATER) == {}
    # Nobody has to watch a measure that is finished.
    Measure.objects.filter(responsible=colleague).update(phase=Phase.COMPLETED)
    assert received_since(colleague, NOW - dt.timedelta(days=1)) == {}
    assert received_since(office, NOW - dt.timedelta(days=1)) == {}


@pytest.mark.parametrize("count", [1, 3])
def test_handover_needs_the_same_queries_for_any_number(
    office, colleague, count, django_assert_num_queries
):
    for _ in range(count):
        make_topic(responsible=office)
    handover = Handover(["thema"], office)
    assert office.roles

    # A savepoint around the account, the topics, the update and the history.
    with django_assert_num_queries(6):
        hand_over(handover=handover, responsible=colleague, expected=count, by=office, now=NOW)
