"""By when the office has to take the next step of a dialogue, on its page and in lists of tasks."""

import datetime as dt

import pytest
import time_machine

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from dialogues.enums import (
    INVITE_RULE,
    DialogueState,
    OptionState,
    RsvpState,
    SeriesState,
    TopicState,
)
from dialogues.progress import (
    deadlines,
    dialogue_next_step,
    dialogue_tasks,
    preparation_of,
    series_tasks,
    topic_tasks,
)
from dialogues.queries import dialogues_awaiting_office, series_awaiting, topics_awaiting_office
from reminders.models import ReminderRule
from tests.dialogues.builders import (
    DAY,
    NOW,
    RSVP_BY,
    make_dates_approval,
    make_dialogue,
    make_invitation,
    make_option,
    make_series,
    make_topic,
)

pytestmark = pytest.mark.django_db
S = DialogueState
HOUR = dt.timedelta(hours=1)
LATER = DAY + dt.timedelta(days=7)
AFTERWARDS = DAY + dt.timedelta(days=1)
THAT_MORNING = DAY - HOUR
THE_DAY = DAY.date()
DAY_BEFORE = dt.date(2026, 4, 21)
# Easter lies between the two.
INVITE_BY = dt.date(2026, 3, 30)


def exploring(state: str):
    dialogue = make_dialogue(S.EXPLORING)
    options = [make_option(dialogue, state, starts_at=LATER, ends_at=LATER + HOUR)]
    options.append(make_option(dialogue, state))
    if state == OptionState.POSSIBLE:
        make_dates_approval(dialogue, *options, state=ApprovalState.APPROVED)
    return dialogue


def lapsed():
    dialogue = make_dialogue(S.SCHEDULED)
    ApprovalRequest.objects.filter(kind="dates").update(state=ApprovalState.LAPSED)
    return dialogue


def invited(rsvp: str):
    dialogue = make_dialogue(S.INVITED)
    make_invitation(dialogue, rsvp)
    return dialogue


CASES = {
    "no date yet": (lambda: make_dialogue(S.PLANNING), NOW, None),
    "dates to submit": (lambda: exploring(OptionState.PROPOSED), NOW, DAY_BEFORE),
    "a date to fix": (lambda: exploring(OptionState.POSSIBLE), NOW, DAY_BEFORE),
    "approval to renew": (lapsed, NOW, DAY_BEFORE),
    "approval of the topic is missing": (
        lambda: make_dialogue(S.SCHEDULED, topic=make_topic(TopicState.IN_PROGRESS)),
        NOW,
        DAY_BEFORE,
    ),
    "dates to submit for today": (lambda: exploring(OptionState.PROPOSED), THAT_MORNING, THE_DAY),
    "a date today to fix": (lambda: exploring(OptionState.POSSIBLE), THAT_MORNING, THE_DAY),
    "approval of today to renew": (lapsed, THAT_MORNING, THE_DAY),
    "approval of the topic is missing today": (
        lambda: make_dialogue(S.SCHEDULED, topic=make_topic(TopicState.IN_PROGRESS)),
        THAT_MORNING,
        THE_DAY,
    ),
    "guests to list": (lambda: make_dialogue(S.SCHEDULED), NOW, INVITE_BY),
    "nobody was invited": (lambda: make_dialogue(S.SCHEDULED), AFTERWARDS, THE_DAY),
    "replies to wait for": (lambda: invited(RsvpState.OPEN), NOW, RSVP_BY),
    "day to wait for": (lambda: invited(RsvpState.ACCEPTED), NOW, THE_DAY),
    "to record": (lambda: invited(RsvpState.ACCEPTED), AFTERWARDS, THE_DAY),
    "to document": (lambda: make_dialogue(S.HELD), AFTERWARDS, dt.date(2026, 4, 29)),
    "to close": (lambda: make_dialogue(S.DOCUMENTED), AFTERWARDS, dt.date(2026, 5, 22)),
}


@pytest.mark.parametrize("case", CASES)
def test_next_step_says_by_when(office, case):
    make, now, due_on = CASES[case]
    dialogue = make()

    step = dialogue_next_step(dialogue, office, preparation_of(dialogue, now), now)

    assert step.due_on == due_on


@pytest.mark.parametrize("case", CASES)
def test_list_sorts_by_about_that_day(office, case):
    make, now, due_on = CASES[case]
    dialogue = make()
    # The guests and the day itself are waited for; the office has nothing to do.
    if "wait for" in case:
        assert not dialogues_awaiting_office(now).exists()
        return

    [found] = dialogues_awaiting_office(now)

    assert dialogue_tasks([dialogue.pk], now)[dialogue.pk].due_on == due_on
    if due_on is None:
        assert found.due_day is None
    else:
        # Holidays, and the day before that a decision needs.
        assert abs(found.due_day - due_on).days <= 6


def test_day_to_invite_follows_the_rule(office):
    dialogue = make_dialogue(S.SCHEDULED)
    rule = ReminderRule.objects.create(key=INVITE_RULE, options={"invite_by": 5})

    preparation = preparation_of(dialogue, NOW)
    assert preparation.invite_by == dt.date(2026, 4, 15)
    assert ("Einladen", dt.date(2026, 4, 15)) in deadlines(dialogue, office, preparation)

    rule.options = {"invite_by": None}
    rule.save()
    preparation = preparation_of(dialogue, NOW)
    assert preparation.invite_by is None
    assert "Einladen" not in dict(deadlines(dialogue, office, preparation))


def test_guests_of_a_date_fixed_on_short_notice_are_invited_at_once(office):
    dialogue = make_dialogue(S.SCHEDULED)
    fixed_at = dt.datetime(2026, 4, 10, 9, tzinfo=dt.UTC)
    dialogue.history.update(history_date=fixed_at)

    for days, due_on in ((0, dt.date(2026, 4, 10)), (3, dt.date(2026, 4, 10))):
        preparation = preparation_of(dialogue, fixed_at + dt.timedelta(days=days))
        assert preparation.invite_by == due_on

    # Fixed in time, the day stays although it is over.
    dialogue.history.update(history_date=NOW)
    assert preparation_of(dialogue, fixed_at).invite_by == INVITE_BY


@pytest.mark.parametrize("state", [TopicState.IN_PROGRESS, TopicState.RETURNED])
def test_topic_is_submitted_again_before_its_dialogue(signed_in, state):
    topic = make_topic(state, reason="Bitte kürzen")
    make_dialogue(S.SCHEDULED, topic=topic, starts_at=LATER, ends_at=LATER + HOUR)
    make_dialogue(S.INVITED, topic=topic)
    make_dialogue(S.CANCELLED, topic=topic, starts_at=NOW + HOUR, ends_at=NOW + 2 * HOUR)

    with time_machine.travel(NOW, tick=False):
        box = signed_in.get(topic.get_absolute_url()).context["box"]

    assert box.due_on == DAY_BEFORE
    assert topic_tasks([topic.pk], NOW)[topic.pk].due_on == DAY_BEFORE
    assert topics_awaiting_office(NOW.date()).get().due_day == DAY_BEFORE


def test_consent_is_requested_again_before_a_dialogue_in_the_series(signed_in):
    series = make_series(SeriesState.AFFIRMED)
    make_dialogue(S.INVITED, topic=make_topic(series=series))

    with time_machine.travel(NOW, tick=False):
        box = signed_in.get(series.get_absolute_url()).context["box"]

    assert box.due_on == DAY_BEFORE
    assert series_tasks([series.pk], NOW)[series.pk].due_on == DAY_BEFORE
    waiting = series_awaiting(SeriesState.AFFIRMED, today=NOW.date())
    assert waiting.get().due_day == DAY_BEFORE


def test_topic_without_a_dated_dialogue_has_no_day():
    topic = make_topic(TopicState.IN_PROGRESS)

    assert topic_tasks([topic.pk], NOW)[topic.pk].due_on is None
    assert topics_awaiting_office(NOW.date()).get().due_day is None


def test_further_guests_are_invited_until_the_replies_are_due(office):
    dialogue = invited(RsvpState.OPEN)
    make_invitation(dialogue, released=False)

    step = dialogue_next_step(dialogue, office, preparation_of(dialogue, NOW), NOW)

    assert (step.action, step.due_on) == ("1 Einladung versenden", RSVP_BY)
