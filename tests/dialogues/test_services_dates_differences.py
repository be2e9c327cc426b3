"""The changes since the previous decision that an approval of dates shows."""

import datetime as dt

import pytest

from approvals.enums import ApprovalKind, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import differences_of, differences_since
from approvals.registry import Change, Decision, snapshot_of
from dialogues.enums import DialogueState
from dialogues.facts import DATES_FACTS, options_to_tick
from dialogues.services import (
    change_dialogue,
    decide_dates,
    drop_date_option,
    fix_date,
    postpone_dialogue,
    renew_date,
    submit_dates,
)
from tests.dialogues.builders import BRIEFING, DAY, DUE_ON, END, NOW, make_dialogue, make_option
from tests.dialogues.pages import text_of

pytestmark = pytest.mark.django_db
FIRST, SECOND, THIRD = (f"{day}.04.2026, 14:00–16:30 Uhr" for day in ("Mi, 22", "Do, 23", "Fr, 24"))


def option_on(dialogue, days: int):
    shift = dt.timedelta(days=days)
    return make_option(dialogue, starts_at=DAY + shift, ends_at=END + shift)


def ask(dialogue, by, service=submit_dates) -> ApprovalRequest:
    return service(dialogue=dialogue, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW)


def decide(approval, by, *options, verdict=Verdict.APPROVE) -> ApprovalRequest:
    chosen = [option.pk for option in options]
    decide_dates(
        approval=approval, decision=Decision(verdict, "Nein.", chosen=chosen), by=by, now=NOW
    )
    return approval


def edit(dialogue, by, **values) -> None:
    change_dialogue(dialogue=dialogue, values=values, by=by, now=NOW)


@pytest.fixture
def granted(office, senator):
    """A dialogue with two approved dates."""
    dialogue = make_dialogue(DialogueState.EXPLORING, title="Alt")
    options = option_on(dialogue, 0), option_on(dialogue, 1)
    decide(ask(dialogue, office), senator, *options)
    return dialogue


@pytest.fixture
def fixed(office, granted):
    """The same dialogue with the first date fixed."""
    fix_date(option=granted.date_options.order_by("starts_at").first(), by=office, now=NOW)
    return granted


def test_first_request_shows_no_difference(office, granted):
    assert differences_of(ApprovalRequest.objects.get(kind=ApprovalKind.DATES)) == []


def test_renewal_does_not_show_the_approved_date_as_new(office, fixed):
    edit(fixed, office, title="Neu")

    assert differences_of(ask(fixed, office, renew_date)) == [Change("Gespräch", "Alt", "Neu")]


def test_second_renewal_does_not_show_the_date_as_new(office, senator, fixed):
    edit(fixed, office, title="Neu")
    decide(ask(fixed, office, renew_date), senator, verdict=Verdict.RETURN)

    assert differences_of(ask(fixed, office, renew_date)) == []


def test_after_postponing_the_next_request_shows_old_and_new_dates(office, fixed):
    postpone_dialogue(dialogue=fixed, reason="Streik", by=office, now=NOW)
    option_on(fixed, 2)

    assert differences_of(ask(fixed, office)) == [Change("Termine", f"{FIRST}; {SECOND}", THIRD)]


def test_after_postponing_a_renewed_date_only_that_one_is_the_old_one(office, senator, fixed):
    edit(fixed, office, title="Neu")
    decide(
        ask(fixed, office, renew_date), senator, fixed.date_options.order_by("starts_at").first()
    )
    postpone_dialogue(dialogue=fixed, reason="Streik", by=office, now=NOW)
    option_on(fixed, 2)

    assert differences_of(ask(fixed, office)) == [Change("Termine", FIRST, THIRD)]


@pytest.mark.parametrize("verdict", [Verdict.RETURN, Verdict.REFUSE, Verdict.NONE_POSSIBLE])
def test_other_dates_after_a_refusal_are_the_difference(office, senator, verdict):
    dialogue = make_dialogue(DialogueState.EXPLORING)
    option_on(dialogue, 0)
    decide(ask(dialogue, office), senator, verdict=verdict)
    option_on(dialogue, 1)

    assert differences_of(ask(dialogue, office)) == [Change("Termine", FIRST, SECOND)]


def test_resubmitted_dates_differ_by_what_was_added_and_dropped(office, granted):
    edit(granted, office, title="Neu")
    drop_date_option(option=granted.date_options.order_by("starts_at").first(), by=office, now=NOW)
    option_on(granted, 2)

    assert differences_of(ask(granted, office)) == [
        Change("Termine", f"{FIRST}; {SECOND}", f"{SECOND}; {THIRD}"),
        Change("Gespräch", "Alt", "Neu"),
    ]


def test_resubmitting_the_same_dates_shows_no_difference(office, granted):
    edit(granted, office, title="Neu")

    assert differences_of(ask(granted, office)) == [Change("Gespräch", "Alt", "Neu")]


def test_form_shows_the_differences_that_the_request_will_show(client, office, fixed, monday):
    postpone_dialogue(dialogue=fixed, reason="Streik", by=office, now=NOW)
    options = [option_on(fixed, 2)]
    client.force_login(office)
    fixed.refresh_from_db()

    before = differences_since(
        ApprovalKind.DATES, fixed.pk, snapshot_of(DATES_FACTS, fixed), options_to_tick(options)
    )
    text = text_of(client.get(f"{fixed.get_absolute_url()}termine/vorlegen/"))

    assert (
        before
        == differences_of(ask(fixed, office))
        == [Change("Termine", f"{FIRST}; {SECOND}", THIRD)]
    )
    assert f"Termine {FIRST}; {SECOND} {THIRD}" in text
