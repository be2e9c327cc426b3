"""Fixing one of the approved dates."""

import datetime as dt
from functools import partial

import pytest

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from core.errors import ChangedMeanwhile, Refused
from core.roles import OFFICE
from dialogues.enums import DialogueState, HostReply, OptionState
from dialogues.services import (
    fix_date,
)
from outbox.models import Mail
from tests.dialogues.builders import (
    DAY,
    END,
    NOW,
    make_dates_approval,
    make_dialogue,
    make_option,
)
from tests.partners.builders import make_person, make_user
from tests.racing import race
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


HOURS = dt.timedelta(hours=2)


@pytest.fixture
def exploring(office, senator):
    return make_dialogue(
        DialogueState.EXPLORING, host_contact=make_person(email="werk@example.org")
    )


def test_fixed_date_is_mailed_with_a_calendar_entry(office, senator, exploring):
    option, other = (
        make_option(exploring, OptionState.POSSIBLE),
        make_option(exploring, starts_at=DAY + HOURS),
    )
    make_dates_approval(exploring, option, state=ApprovalState.APPROVED)

    fix_date(option=option, by=office, now=NOW)

    for obj in (option, other, exploring):
        obj.refresh_from_db()
    assert (exploring.state, exploring.starts_at, exploring.ends_at) == (
        DialogueState.SCHEDULED,
        DAY,
        END,
    )
    assert (option.state, other.state, exploring.sequence) == (
        OptionState.FIXED,
        OptionState.PROPOSED,
        1,
    )
    assert (
        exploring.history.first().history_change_reason
        == "Termin festgelegt: Mi, 22.04.2026, 14:00–16:30 Uhr"
    )
    assert mails_written() == [("date_fixed", senator.email), ("date_fixed", "werk@example.org")]
    mail = Mail.objects.get(recipient="werk@example.org")
    assert "method=PUBLISH" in mail.mime.replace('"', "")
    # The same place as in the calendar entry, which has the host's name where no place is entered.
    assert f"Ort: {exploring.location}" in mail.text
    assert exploring.host.name in exploring.location


def make_possible(dialogue, **fields):
    option = make_option(dialogue, OptionState.POSSIBLE, **fields)
    make_dates_approval(dialogue, option, state=ApprovalState.APPROVED)
    return option


@pytest.mark.parametrize(
    "state", [OptionState.PROPOSED, OptionState.IMPOSSIBLE, OptionState.DROPPED]
)
def test_date_that_cannot_be_kept_is_not_fixed(office, exploring, state):
    option = make_option(exploring, state)

    with nothing_changes(exploring, option), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=option, by=office, now=NOW)


@pytest.mark.parametrize(
    "state", [state for state in ApprovalState if state not in ("approved", "conditional")]
)
def test_date_is_not_fixed_without_an_approval_in_force(office, exploring, state):
    option = make_possible(exploring)
    ApprovalRequest.objects.filter(kind=ApprovalKind.DATES).update(state=state)

    with nothing_changes(exploring, option), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=option, by=office, now=NOW)


def test_date_is_not_fixed_on_the_approval_of_another_date(office, exploring):
    make_possible(exploring)
    option = make_option(
        exploring, OptionState.POSSIBLE, starts_at=DAY + HOURS, ends_at=END + HOURS
    )

    with nothing_changes(exploring, option), pytest.raises(Refused, match="nicht freigegeben"):
        fix_date(option=option, by=office, now=NOW)


def test_date_that_has_passed_is_not_fixed(office, exploring):
    option = make_possible(exploring)

    with nothing_changes(exploring, option), pytest.raises(Refused, match="inzwischen vergangen"):
        fix_date(option=option, by=office, now=DAY)


def test_date_is_not_fixed_after_the_host_withdrew(office, exploring):
    option = make_possible(exploring)
    type(exploring).objects.filter(pk=exploring.pk).update(host_reply=HostReply.DECLINED)

    with nothing_changes(exploring, option), pytest.raises(Refused, match="nicht zugesagt"):
        fix_date(option=option, by=office, now=NOW)


def test_second_date_is_not_fixed(office, exploring):
    first = make_possible(exploring)
    second = make_possible(exploring, starts_at=DAY + HOURS, ends_at=END + HOURS)
    fix_date(option=first, by=office, now=NOW)

    with (
        nothing_changes(exploring, second),
        pytest.raises(ChangedMeanwhile, match="steht bereits fest"),
    ):
        fix_date(option=second, by=office, now=NOW)


def test_fixing_a_date_withdraws_the_request_about_further_ones(office, senator, exploring):
    option = make_possible(exploring)
    approval = make_dates_approval(
        exploring, make_option(exploring, starts_at=DAY + HOURS, ends_at=END + HOURS)
    )

    fix_date(option=option, by=office, now=NOW)

    approval.refresh_from_db()
    assert approval.state == ApprovalState.WITHDRAWN
    assert mails_written("approval_withdrawn") == [("approval_withdrawn", senator.email)]


@pytest.mark.django_db(transaction=True)
def test_only_one_of_two_dates_fixed_at_once_is_fixed():
    office = make_user(OFFICE)
    dialogue = make_dialogue(DialogueState.EXPLORING)
    first = make_possible(dialogue)
    second = make_possible(dialogue, starts_at=DAY + HOURS, ends_at=END + HOURS)

    outcomes = race(
        *(partial(fix_date, option=option, by=office, now=NOW) for option in (first, second))
    )

    assert sorted(type(outcome).__name__ for outcome in outcomes) == [
        "ChangedMeanwhile",
        "Dialogue",
    ]
    assert dialogue.date_options.filter(state=OptionState.FIXED).count() == 1
