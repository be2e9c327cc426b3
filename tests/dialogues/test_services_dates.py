import datetime as dt

import pytest

from approvals.enums import ApprovalState, Verdict
from approvals.registry import Decision
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import DATED, DialogueState, HostReply, OptionState
from dialogues.services import (
    create_date_option,
    decide_dates,
    drop_date_option,
    fix_date,
    submit_dates,
    withdraw_dates,
)
from tests.approvals.builders import details_of
from tests.dialogues.builders import (
    BERLIN,
    BRIEFING,
    DAY,
    DUE_ON,
    END,
    NOW,
    make_dates_approval,
    make_dialogue,
    make_option,
)
from tests.partners.builders import make_person, make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


HOURS = dt.timedelta(hours=2)


@pytest.fixture
def exploring(office, senator):
    return make_dialogue(
        DialogueState.EXPLORING, host_contact=make_person(email="werk@example.org")
    )


def add(dialogue, by, starts_at=DAY, ends_at=None, now=NOW, heeded=()):
    return create_date_option(
        dialogue=dialogue,
        starts_at=starts_at,
        ends_at=ends_at or starts_at + HOURS,
        host_preference="preferred",
        by=by,
        now=now,
        heeded=heeded,
    )


def submit(dialogue, by, now=NOW, due_on=DUE_ON):
    return submit_dates(dialogue=dialogue, briefing=BRIEFING, due_on=due_on, by=by, now=now)


def decide(approval, by, *options, verdict=Verdict.APPROVE, now=NOW):
    details = details_of(verdict, [option.pk for option in options])
    return decide_dates(
        approval=approval, decision=Decision(verdict, "Begründung", **details), by=by, now=now
    )


@pytest.mark.parametrize("state", DialogueState)
def test_dates_are_proposed_before_one_is_fixed(office, state):
    dialogue = make_dialogue(state)

    if state in (DialogueState.PLANNING, DialogueState.EXPLORING):
        option = add(dialogue, office)
        assert (option.state, option.starts_at, option.host_preference) == (
            OptionState.PROPOSED,
            DAY,
            "preferred",
        )
        assert option.history.get().history_change_reason == "Termin vorgeschlagen"
    else:
        with nothing_changes(dialogue), pytest.raises(Refused, match="nicht möglich"):
            add(dialogue, office, starts_at=DAY + dt.timedelta(days=1))


@pytest.mark.parametrize("host_reply", [HostReply.OPEN, HostReply.DECLINED])
def test_date_is_not_proposed_or_submitted_before_the_host_accepts(office, host_reply):
    dialogue = make_dialogue(host_reply=host_reply)
    make_option(dialogue)

    with nothing_changes(dialogue), pytest.raises(Refused, match="Gastgeber zugesagt"):
        add(dialogue, office, starts_at=DAY + HOURS)
    with nothing_changes(dialogue), pytest.raises(Refused, match="Gastgeber zugesagt"):
        submit(dialogue, office)
    assert dialogue.date_options.count() == 1


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "words"),
    [
        (NOW, NOW + HOURS, "liegt in der Vergangenheit"),
        (NOW - HOURS, NOW + HOURS, "liegt in der Vergangenheit"),
        (DAY, DAY, "Ende muss nach dem Beginn liegen"),
        (DAY, DAY - HOURS, "Ende muss nach dem Beginn liegen"),
    ],
    ids=["now", "in the past", "without length", "backwards"],
)
def test_impossible_date_is_refused(office, exploring, starts_at, ends_at, words):
    with nothing_changes(exploring), pytest.raises(Refused, match=words):
        add(exploring, office, starts_at=starts_at, ends_at=ends_at)

    assert not exploring.date_options.exists()


def test_date_across_the_end_of_summer_time_has_its_real_length(office, exploring):
    begin = dt.datetime(2026, 10, 25, 1, 30, tzinfo=BERLIN)
    end, odd = begin.replace(hour=3), {"weekend-2026-10-25", "hours-2026-10-25T01:30"}
    option = add(exploring, office, starts_at=begin, ends_at=end, heeded=odd)

    option.refresh_from_db()
    assert option.ends_at - option.starts_at == dt.timedelta(hours=3)
    assert str(option) == "So, 25.10.2026, 01:30–03:30 Uhr"


def test_date_can_be_proposed_again_only_after_it_was_dropped(office, exploring):
    option = add(exploring, office)
    with nothing_changes(exploring), pytest.raises(Refused, match="schon vorgeschlagen"):
        add(exploring, office)

    drop_date_option(option=option, by=office, now=NOW)

    assert add(exploring, office).state == OptionState.PROPOSED


def test_dates_cannot_change_while_the_senators_office_decides(office, exploring):
    option = make_option(exploring)
    make_dates_approval(exploring, option)

    with nothing_changes(exploring, option), pytest.raises(Refused, match="gerade zur Freigabe"):
        add(exploring, office, starts_at=DAY + HOURS)
    with nothing_changes(exploring, option), pytest.raises(Refused, match="gerade zur Freigabe"):
        drop_date_option(option=option, by=office, now=NOW)


def test_withdrawn_dates_can_change_and_be_submitted_again(office, senator, exploring):
    option = make_option(exploring)
    approval = make_dates_approval(exploring, option)

    withdraw_dates(dialogue=exploring, by=office, now=NOW)

    for obj in (exploring, option, approval):
        obj.refresh_from_db()
    assert (exploring.state, option.state, approval.state) == (
        DialogueState.EXPLORING,
        OptionState.PROPOSED,
        ApprovalState.WITHDRAWN,
    )
    assert exploring.history.first().history_change_reason == "Vorlage der Termine zurückgezogen"
    assert mails_written() == [("approval_withdrawn", senator.email)]
    other = add(exploring, office, starts_at=DAY + HOURS)
    drop_date_option(option=option, by=office, now=NOW)
    assert [entry["id"] for entry in submit(exploring, office).options] == [other.pk]


def test_decision_on_withdrawn_dates_is_refused(office, senator, exploring):
    option = make_option(exploring)
    approval = make_dates_approval(exploring, option)
    withdraw_dates(dialogue=exploring, by=office, now=NOW)
    exploring.refresh_from_db()
    approval.refresh_from_db()

    with (
        nothing_changes(exploring, option, approval),
        pytest.raises(ChangedMeanwhile, match="zurückgezogen"),
    ):
        decide(approval, senator, option)


@pytest.mark.parametrize("state", DATED)
def test_withdrawn_renewal_leaves_the_date_fixed(office, senator, state):
    dialogue = make_dialogue(state)
    option = dialogue.date_options.get()
    approval = make_dates_approval(dialogue, option)

    withdraw_dates(dialogue=dialogue, by=office, now=NOW)

    for obj in (dialogue, option, approval):
        obj.refresh_from_db()
    assert (dialogue.state, dialogue.starts_at, option.state) == (state, DAY, OptionState.FIXED)
    assert approval.state == ApprovalState.WITHDRAWN


@pytest.mark.parametrize("state", [state for state in ApprovalState if state != ApprovalState.OPEN])
def test_dates_without_an_open_request_are_not_withdrawn(office, exploring, state):
    approval = make_dates_approval(exploring, make_option(exploring), state=state)

    with (
        nothing_changes(exploring, approval),
        pytest.raises(Refused, match="kein Termin zur Freigabe"),
    ):
        withdraw_dates(dialogue=exploring, by=office, now=NOW)


def test_fixed_date_is_not_dropped(office):
    option = make_dialogue(DialogueState.SCHEDULED).date_options.get()

    with nothing_changes(option), pytest.raises(Refused, match="steht fest"):
        drop_date_option(option=option, by=office, now=NOW)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_proposes_and_submits_dates(exploring, role):
    by, option = make_user(role), make_option(exploring, OptionState.POSSIBLE)
    make_dates_approval(exploring, option, state=ApprovalState.APPROVED)

    for act in (
        lambda: add(exploring, by, starts_at=DAY + HOURS),
        lambda: drop_date_option(option=option, by=by, now=NOW),
        lambda: submit(exploring, by),
        lambda: fix_date(option=option, by=by, now=NOW),
    ):
        with (
            nothing_changes(exploring, option),
            pytest.raises(NotAllowed, match="Geschäftsstelle vorbehalten"),
        ):
            act()


def test_submission_shows_the_dates_to_tick(office, senator):
    dialogue = make_dialogue(DialogueState.PLANNING)
    second = make_option(
        dialogue, starts_at=DAY + HOURS, ends_at=END + HOURS, host_preference="preferred"
    )
    first = make_option(dialogue)
    make_option(dialogue, OptionState.IMPOSSIBLE, starts_at=DAY - HOURS)
    make_option(dialogue, starts_at=NOW - HOURS, ends_at=NOW)

    approval = submit(dialogue, office)

    dialogue.refresh_from_db()
    assert dialogue.state == DialogueState.EXPLORING
    assert approval.options == [
        {
            "id": first.pk,
            "label": "Mi, 22.04.2026, 14:00–16:30 Uhr",
            "hint": "für den Gastgeber möglich",
        },
        {
            "id": second.pk,
            "label": "Mi, 22.04.2026, 16:00–18:30 Uhr",
            "hint": "vom Gastgeber bevorzugt",
        },
    ]
    assert approval.snapshot == [
        ["Gespräch", "Fachkräfte im Maschinenbau"],
        ["Thema", "Fachkräfte sichern"],
        ["Gastgeber", str(dialogue.host)],
        ["Ort", "Werkstraße 1, 12681 Berlin"],
        ["Format", "vor Ort"],
        ["Teilnahme der Senatorin", "ja"],
    ]
    assert mails_written() == [("approval_asked", senator.email)]


def test_nothing_is_submitted_without_a_date_in_the_future(office, exploring):
    make_option(exploring, starts_at=NOW - HOURS, ends_at=NOW)

    with nothing_changes(exploring), pytest.raises(Refused, match="mindestens einen Termin"):
        submit(exploring, office)


def test_deadline_is_before_the_day_of_the_first_date(office, exploring):
    make_option(exploring, starts_at=DAY + dt.timedelta(days=9), ends_at=END + dt.timedelta(days=9))
    option = make_option(exploring)
    words = "vor dem Tag selbst fallen .Mi, 22.04.2026."

    with nothing_changes(exploring, option), pytest.raises(Refused, match=words):
        submit(exploring, office, due_on=DAY.date())
    assert (
        submit(exploring, office, due_on=DAY.date() - dt.timedelta(days=1)).state
        == ApprovalState.OPEN
    )


def test_dates_are_not_submitted_twice(office, exploring):
    make_option(exploring)
    submit(exploring, office)

    with (
        nothing_changes(exploring),
        pytest.raises(ChangedMeanwhile, match="bereits eine Freigabe beantragt"),
    ):
        submit(exploring, office)
