"""Dates that bind the senator or a host clash with each other, across the apps."""

import datetime as dt

import pytest

from approvals.registry import (
    Commitment,
    clashes_of,
    commitments_of,
    date_concerns,
    require_dates_heeded,
)
from core.errors import Warned
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.enums import DialogueState, OptionState
from media_visits.enums import PressKind, VisitState
from tests.approvals.builders import BERLIN, NOW
from tests.dialogues.builders import make_dialogue, make_option
from tests.media_visits.builders import make_slot, make_visit
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
S, DATE, V = DialogueState, OptionState, VisitState
TWO, THREE, FOUR, FIVE = (dt.datetime(2026, 4, 22, hour, tzinfo=BERLIN) for hour in range(14, 18))
SENATOR, HOST = "auch ein Termin der Senatorin", "auch bei diesem Unternehmen"


def planned(starts_at=TWO, ends_at=FOUR, *, binds_senator=True, host=None, subject="dialogue:0"):
    host_id = host.pk if host else None
    return Commitment(subject, starts_at, ends_at, binds_senator, host_id)


def concerns_about(date, user=None, now=NOW) -> list[str]:
    found = date_concerns([date], user=user or make_user(OFFICE), now=now)
    return [str(concern) for _date, concerns in found for concern in concerns]


@pytest.mark.parametrize(
    ("starts_at", "ends_at", "clashes"),
    [
        (TWO, THREE, False),
        (TWO, FOUR, True),
        (FOUR, FIVE, False),
        (THREE, None, True),
        (TWO, None, False),
        (FOUR - dt.timedelta(minutes=1), None, True),
    ],
)
def test_dates_clash_while_they_overlap(starts_at, ends_at, clashes):
    dialogue = make_dialogue(S.INVITED, starts_at=THREE, ends_at=FOUR)

    expected = (
        f"{dialogue} (eingeladen): Mi, 22.04.2026, 15:00–16:00 Uhr, zur selben Zeit ({SENATOR})"
    )
    assert concerns_about(planned(starts_at, ends_at)) == ([expected] if clashes else [])


@pytest.mark.parametrize(
    ("binds_senator", "attends", "is_same_host", "bound"),
    [
        (True, True, True, f"{SENATOR}, {HOST}"),
        (True, True, False, SENATOR),
        (False, True, True, HOST),
        (True, False, True, HOST),
        (False, True, False, ""),
        (True, False, False, ""),
    ],
)
def test_dates_clash_for_those_whom_both_bind(binds_senator, attends, is_same_host, bound):
    host = make_organisation("Turbinenbau AG")
    make_dialogue(S.SCHEDULED, host=host, senator_attends=attends, starts_at=TWO, ends_at=FOUR)
    other = host if is_same_host else make_organisation("Pumpenwerk")

    found = concerns_about(planned(binds_senator=binds_senator, host=other))

    assert [text.partition("zur selben Zeit")[2] for text in found] == (
        [f" ({bound})"] if bound else []
    )


@pytest.mark.parametrize(
    ("state", "option_state", "label"),
    [
        (S.PLANNING, DATE.PROPOSED, "Terminvorschlag"),
        (S.EXPLORING, DATE.PROPOSED, "Terminvorschlag"),
        (S.EXPLORING, DATE.POSSIBLE, "Terminvorschlag"),
        (S.EXPLORING, DATE.IMPOSSIBLE, ""),
        (S.EXPLORING, DATE.DROPPED, ""),
        (S.SCHEDULED, DATE.FIXED, "terminiert"),
        (S.INVITED, DATE.FIXED, "eingeladen"),
        (S.HELD, DATE.FIXED, "durchgeführt"),
        (S.SCHEDULED, DATE.POSSIBLE, ""),
        (S.CANCELLED, DATE.FIXED, ""),
        (S.CANCELLED, DATE.PROPOSED, ""),
    ],
)
def test_dates_of_a_dialogue_bind_by_their_state(state, option_state, label):
    dialogue = make_dialogue(state)
    dialogue.date_options.all().delete()
    make_option(dialogue, option_state, starts_at=TWO, ends_at=FOUR)

    labels = [text.partition(": ")[0] for text in concerns_about(planned())]

    assert labels == ([f"{dialogue} ({label})"] if label else [])


@pytest.mark.parametrize("state", V)
def test_visit_binds_until_it_is_cancelled_or_without_a_date(state):
    visit = make_visit(state, starts_at=TWO, ends_at=FOUR, approval=False)

    labels = [text.partition(": Mi")[0] for text in concerns_about(planned())]

    assert labels == ([] if state == V.CANCELLED else [f"{visit} ({V(state).label})"])


def test_visit_of_somebody_else_binds_the_company_only():
    visit = make_visit(visitor="Staatssekretariat", starts_at=TWO, ends_at=FOUR)

    assert concerns_about(planned()) == []
    assert [HOST in text for text in concerns_about(planned(host=visit.company))] == [True]


def test_press_slot_binds_beside_its_visit():
    visit = make_visit(starts_at=FIVE, ends_at=None)
    make_slot(visit, starts_at=TWO + dt.timedelta(minutes=30))
    make_slot(visit, starts_at=THREE, kind=PressKind.NOT_PUBLIC)
    # Its slots keep their day until somebody changes them.
    make_slot(make_visit(V.POSTPONED, starts_at=None, ends_at=None), starts_at=THREE)

    assert concerns_about(planned()) == [
        f"{visit} (Pressetermin): Mi, 22.04.2026, 14:30 Uhr, zur selben Zeit ({SENATOR})"
    ]


def test_visit_and_its_slot_are_one_appointment():
    visit = make_visit(V.ANNOUNCED, starts_at=TWO, ends_at=FOUR, approval=False)
    make_slot(visit)

    assert len(concerns_about(planned())) == 1
    assert concerns_about(planned(subject=f"visit:{visit.pk}")) == []


def test_dates_proposed_for_one_dialogue_do_not_clash():
    dialogue = make_dialogue(S.EXPLORING)
    make_option(dialogue, starts_at=TWO, ends_at=FOUR)
    make_option(dialogue, starts_at=THREE, ends_at=FIVE)
    dates = commitments_of(f"dialogue:{dialogue.pk}")

    found = clashes_of(dates, user=make_user(OFFICE), now=NOW)

    assert [(date.starts_at, clashes) for date, clashes in found] == [(TWO, []), (THREE, [])]


def test_what_the_user_may_not_see_is_not_named():
    visit = make_visit(V.IDEA, starts_at=TWO, ends_at=FOUR)
    make_slot(visit, starts_at=FOUR)

    [known] = clashes_of([planned()], user=make_user(OFFICE), now=NOW)[0][1]
    [hidden] = clashes_of([planned()], user=make_user(SENATOR_OFFICE), now=NOW)[0][1]
    [slot] = clashes_of([planned(FOUR, FIVE)], user=make_user(SENATOR_OFFICE), now=NOW)[0][1]

    assert (known.label, known.url) == (f"{visit} (Idee)", visit.get_absolute_url())
    assert (hidden.label, hidden.url) == ("anderer Termin", "")
    assert hidden.text == f"Mi, 22.04.2026, 14:00–16:00 Uhr, zur selben Zeit ({SENATOR})"
    assert (slot.label, slot.url) == ("anderer Termin", "")


def test_past_date_is_worth_no_look():
    make_visit(V.HELD, starts_at=TWO, ends_at=FOUR, approval=False)

    assert concerns_about(planned(), now=TWO) == []
    assert len(concerns_about(planned(), now=TWO - dt.timedelta(hours=24))) == 1


def test_only_concerns_about_this_very_date_are_overruled(office):
    dialogue = make_dialogue(S.INVITED, starts_at=TWO, ends_at=FOUR)
    with pytest.raises(Warned, match="Zu diesem Termin gibt es Hinweise") as warned:
        require_dates_heeded([planned()], (), by=office, now=NOW)
    heeded = {concern.key for concern in warned.value.concerns}

    assert heeded == {f"dialogue:{dialogue.pk}-2026-04-22T14:00-2026-04-22T14:00"}
    require_dates_heeded([planned()], heeded, by=office, now=NOW)
    with pytest.raises(Warned, match="Zu diesem Termin gibt es Hinweise"):
        require_dates_heeded([planned(THREE)], heeded, by=office, now=NOW)


def test_clashes_cost_the_same_queries_for_any_number(office, django_assert_num_queries):
    dates = [planned(TWO + dt.timedelta(days=day), None) for day in range(3)]
    for date in dates:
        make_visit(starts_at=date.starts_at, ends_at=None)
        dialogue = make_dialogue(S.EXPLORING)
        make_option(dialogue, starts_at=date.starts_at, ends_at=date.end)
    office.roles  # noqa: B018  cached

    with django_assert_num_queries(3):
        found = clashes_of(dates, user=office, now=NOW)

    assert [len(clashes) for _date, clashes in found] == [2, 2, 2]
