"""Deciding on dates: ticked dates become possible, past dates cannot be ticked."""

import datetime as dt

import pytest
import time_machine

from approvals.enums import Verdict
from approvals.registry import Decision
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER
from dialogues.enums import DialogueState, OptionState
from dialogues.services import (
    decide_dates,
)
from partners.models import Deputy
from tests.approvals.builders import details_of
from tests.dialogues.builders import (
    DAY,
    END,
    NOW,
    TODAY,
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


def decide(approval, by, *options, verdict=Verdict.APPROVE, now=NOW):
    details = details_of(verdict, [option.pk for option in options])
    return decide_dates(
        approval=approval, decision=Decision(verdict, "Begründung", **details), by=by, now=now
    )


@pytest.mark.parametrize("verdict", [Verdict.APPROVE, Verdict.CONDITION])
def test_date_that_has_passed_is_not_ticked(senator, exploring, verdict):
    passed, ahead = (
        make_option(exploring),
        make_option(exploring, starts_at=DAY + HOURS, ends_at=END + HOURS),
    )
    approval = make_dates_approval(exploring, passed, ahead)

    with (
        nothing_changes(exploring, passed, ahead, approval),
        pytest.raises(
            Refused, match="^Inzwischen vergangen: Mi, 22.04.2026, 14:00–16:30 Uhr. Bitte"
        ),
    ):
        decide(approval, senator, passed, ahead, verdict=verdict, now=DAY)

    decide(approval, senator, ahead, verdict=verdict, now=DAY)
    ahead.refresh_from_db()
    assert ahead.state == OptionState.POSSIBLE


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE, Verdict.NONE_POSSIBLE])
def test_date_that_has_passed_can_be_declined(senator, exploring, verdict):
    option = make_option(exploring)

    decide(make_dates_approval(exploring, option), senator, option, verdict=verdict, now=DAY)

    option.refresh_from_db()
    assert option.state == OptionState.IMPOSSIBLE


def test_ticked_dates_are_possible_and_the_others_not(office, senator, exploring):
    kept, other = (
        make_option(exploring),
        make_option(exploring, starts_at=DAY + HOURS, ends_at=END + HOURS),
    )
    approval = make_dates_approval(exploring, kept, other)

    decide(approval, senator, kept)

    for obj in (kept, other, exploring):
        obj.refresh_from_db()
    assert (kept.state, other.state) == (OptionState.POSSIBLE, OptionState.IMPOSSIBLE)
    assert exploring.state == DialogueState.EXPLORING
    assert exploring.history.first().history_change_reason == "Termine: freigegeben"
    assert mails_written() == [("approval_decided", office.email)]


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE])
def test_returned_dates_are_not_possible(senator, exploring, verdict):
    option = make_option(exploring)

    decide(make_dates_approval(exploring, option), senator, verdict=verdict)

    option.refresh_from_db()
    assert option.state == OptionState.IMPOSSIBLE


def test_approving_without_a_date_is_refused(senator, exploring):
    option = make_option(exploring)
    approval = make_dates_approval(exploring, option)

    with (
        nothing_changes(exploring, option, approval),
        pytest.raises(Refused, match="mindestens einen Termin"),
    ):
        decide(approval, senator)


@pytest.mark.parametrize("role", [OFFICE, PARTNER, OBSERVER])
def test_only_the_senators_office_ticks_dates(exploring, role):
    option, by = make_option(exploring), make_user(role)
    approval = make_dates_approval(exploring, option)

    with (
        nothing_changes(exploring, option, approval),
        pytest.raises(NotAllowed, match="Über Freigaben entscheidet"),
    ):
        decide(approval, by, option)


@time_machine.travel(NOW)
def test_deputy_ticks_dates_on_behalf_of_the_principal(senator, exploring):
    deputy = make_user(email="vertretung@example.org")
    Deputy.objects.create(
        principal=senator.person, deputy=deputy.person, starts_on=TODAY, ends_on=TODAY
    )
    option = make_option(exploring)
    approval = make_dates_approval(exploring, option)

    decide(approval, deputy, option)

    approval.refresh_from_db()
    option.refresh_from_db()
    assert (approval.by_deputy, option.state) == (True, OptionState.POSSIBLE)
