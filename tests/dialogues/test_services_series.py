from functools import partial

import pytest

from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import differences_of
from approvals.registry import Change, Decision
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, PARTNER, SENATOR_OFFICE
from dialogues.enums import SERIES_MOVES, SeriesState
from dialogues.models import DialogueSeries
from dialogues.services import (
    affirm_series,
    change_series,
    create_series,
    decide_series,
    request_consent,
    withdraw_series,
)
from outbox.models import Mail
from tests.approvals.builders import CONDITION, details_of, make_approval, make_subject
from tests.dialogues.builders import BRIEFING, DUE_ON, NOW, make_series
from tests.partners.builders import make_user
from tests.unchanged import mails_written, nothing_changes

pytestmark = pytest.mark.django_db


def approval_of(series) -> ApprovalRequest:
    approvals = ApprovalRequest.objects.filter(kind=ApprovalKind.SERIES, subject_id=series.pk)
    return approvals.order_by("-pk").first() or ApprovalRequest(
        kind=ApprovalKind.SERIES, subject_id=series.pk
    )


def make_open_approval(series) -> None:
    """Give `series` an open approval if it has none, so that only its state can forbid actions."""
    if not ApprovalRequest.objects.open().filter(subject_id=series.pk).exists():
        subject = make_subject(ApprovalKind.SERIES, pk=series.pk, title=series.title)
        make_approval(ApprovalState.OPEN, subject=subject)


def ask(series, by):
    return request_consent(series=series, briefing=BRIEFING, due_on=DUE_ON, by=by, now=NOW)


def decide(series, by, verdict):
    approval, details = approval_of(series), details_of(verdict)
    return decide_series(
        approval=approval, decision=Decision(verdict, "Begründung", **details), by=by, now=NOW
    )


def edit(series, by, *, version=None, **values):
    return change_series(series=series, values=values, version=version, by=by, now=NOW)


def rename(series, by):
    return edit(series, by, title="Etwas anderes")


ACTIONS = {
    "affirm": lambda series, office, senator: affirm_series(series=series, by=office, now=NOW),
    "request": lambda series, office, senator: ask(series, office),
    **{
        str(verdict): lambda series, office, senator, verdict=verdict: decide(
            series, senator, verdict
        )
        for verdict in Verdict
        if verdict != Verdict.NONE_POSSIBLE
    },
    "withdraw": lambda series, office, senator: withdraw_series(series=series, by=office, now=NOW),
}


def test_every_action_of_the_table_is_tested():
    assert {*ACTIONS, "lapse"} == set(SERIES_MOVES)


@pytest.mark.parametrize("state", SeriesState)
@pytest.mark.parametrize("action", ACTIONS)
def test_actions_follow_the_state_table(state, action, office, senator):
    series = make_series(state)
    if action in set(Verdict):
        make_open_approval(series)
    act = partial(ACTIONS[action], series, office, senator)

    if state in SERIES_MOVES[action].sources:
        act()
        series.refresh_from_db()
        assert series.state == SERIES_MOVES[action].target
        assert series.history.count() == 2
    else:
        with nothing_changes(series), pytest.raises(Refused, match="nicht möglich"):
            act()


@pytest.mark.parametrize(
    ("state", "after"),
    [
        (SeriesState.PROPOSED, SeriesState.PROPOSED),
        (SeriesState.AFFIRMED, SeriesState.AFFIRMED),
        (SeriesState.REQUESTED, SeriesState.AFFIRMED),
        (SeriesState.CONSENTED, SeriesState.AFFIRMED),
        (SeriesState.RETURNED, SeriesState.RETURNED),
    ],
)
def test_change_makes_a_requested_or_given_consent_lapse(state, after, office):
    series = make_series(state)

    rename(series, office)

    series.refresh_from_db()
    assert (series.state, series.title) == (after, "Etwas anderes")
    reason = "Angaben geändert" if state == after else "Zustimmung erloschen, geändert: Reihe"
    assert series.history.first().history_change_reason == reason


@pytest.mark.parametrize("action", ["affirm", "request"])
def test_taken_over_series_never_moves(action, office, senator):
    source = SERIES_MOVES[action].sources[0]
    series = make_series(source, origin=Origin.TAKEN_OVER)

    with nothing_changes(series), pytest.raises(Refused, match="außerhalb des Ablaufs"):
        ACTIONS[action](series, office, senator)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize(
    ("state", "act", "words"),
    [
        (SeriesState.PROPOSED, rename, "Reihen bearbeitet die Geschäftsstelle"),
        (
            SeriesState.PROPOSED,
            lambda series, by: affirm_series(series=series, by=by, now=NOW),
            "vermerkt die Geschäftsstelle",
        ),
        (SeriesState.AFFIRMED, ask, "beantragt die Geschäftsstelle"),
        (
            SeriesState.REQUESTED,
            lambda series, by: withdraw_series(series=series, by=by, now=NOW),
            "zieht die Geschäftsstelle zurück",
        ),
    ],
    ids=["update", "affirm", "request", "withdraw"],
)
def test_only_the_office_manages_series(role, state, act, words):
    series = make_series(state)
    by = make_user(role)

    with nothing_changes(series), pytest.raises(NotAllowed, match=words):
        act(series, by)


@pytest.mark.parametrize("role", ["office", PARTNER, OBSERVER])
def test_only_the_senators_office_consents(role):
    series = make_series(SeriesState.REQUESTED)
    by = make_user(role)

    with (
        nothing_changes(series, approval_of(series)),
        pytest.raises(NotAllowed, match="Über Freigaben entscheidet"),
    ):
        decide(series, by, Verdict.APPROVE)


def test_request_shows_the_series_to_the_senators_office(office, senator):
    series = make_series(SeriesState.AFFIRMED, description="Gespräche mit Betrieben")

    approval = ask(series, office)

    assert (approval.title, approval.path) == ("Reihe 2026", series.get_absolute_url())
    assert approval.snapshot == [
        ["Reihe", "Reihe 2026"],
        ["Zeitraum", "2026"],
        ["Worum es geht", "Gespräche mit Betrieben"],
    ]
    assert mails_written() == [("approval_asked", senator.email)]


def test_withdrawn_request_is_mailed_and_can_be_made_again(office, senator):
    series = make_series(SeriesState.REQUESTED)
    approval = approval_of(series)

    withdraw_series(series=series, by=office, now=NOW)

    series.refresh_from_db()
    approval.refresh_from_db()
    assert (series.state, approval.state) == (SeriesState.AFFIRMED, ApprovalState.WITHDRAWN)
    assert series.history.first().history_change_reason == "Antrag auf Zustimmung zurückgezogen"
    assert mails_written() == [("approval_withdrawn", senator.email)]
    with nothing_changes(series, approval), pytest.raises(ChangedMeanwhile, match="zurückgezogen"):
        decide_series(approval=approval, decision=Decision(Verdict.APPROVE), by=senator, now=NOW)
    assert ask(series, office).state == ApprovalState.OPEN


def test_consent_to_a_returned_series_can_be_requested_again(office, senator):
    series = make_series(SeriesState.AFFIRMED)
    ask(series, office)
    decide(series, senator, Verdict.RETURN)

    ask(series, office)
    decide(series, senator, Verdict.APPROVE)

    series.refresh_from_db()
    assert series.state == SeriesState.CONSENTED
    assert [entry.history_change_reason for entry in series.history.all()] == [
        "Zugestimmt",
        "Zustimmung beantragt",
        "Zurückgegeben",
        "Zustimmung beantragt",
        None,
    ]


def test_consent_with_a_condition_is_a_consent(office, senator):
    series = make_series(SeriesState.REQUESTED)

    decide(series, senator, Verdict.CONDITION)

    series.refresh_from_db()
    assert series.state == SeriesState.CONSENTED
    assert series.history.first().history_change_reason == "Mit Auflage zugestimmt"
    assert [condition.text for condition in approval_of(series).conditions.all()] == [CONDITION]


def test_series_has_no_dates_to_decline(office, senator):
    series = make_series(SeriesState.REQUESTED)

    with (
        nothing_changes(series, approval_of(series)),
        pytest.raises(Refused, match="nach Terminen gefragt"),
    ):
        decide(series, senator, Verdict.NONE_POSSIBLE)


def test_new_series_begins_as_proposed(office):
    series = create_series(values={"title": "Reihe 2027"}, by=office, now=NOW)

    series.refresh_from_db()
    assert series.state == SeriesState.PROPOSED
    assert series.history.get().history_change_reason == "Reihe vorgeschlagen"
    assert series.history.get().history_user == office


def test_refused_series_does_not_change(office):
    series = make_series(SeriesState.REFUSED)

    with nothing_changes(series), pytest.raises(Refused, match="abgelehnt und bleibt"):
        rename(series, office)


def test_stale_form_of_a_refused_series_is_not_offered_to_be_saved_again(office):
    series = make_series(SeriesState.REFUSED)

    with nothing_changes(series), pytest.raises(Refused, match="abgelehnt und bleibt") as refused:
        values = {"title": "Neuer Titel"}
        change_series(series=series, values=values, version="alt", by=office, now=NOW)

    assert not isinstance(refused.value, ChangedMeanwhile)


def consented(office, senator) -> DialogueSeries:
    series = make_series(SeriesState.AFFIRMED)
    ask(series, office)
    decide(series, senator, Verdict.APPROVE)
    Mail.objects.all().delete()
    return series


def test_change_of_a_binding_fact_makes_the_consent_lapse(office, senator):
    series = consented(office, senator)

    rename(series, office)

    series.refresh_from_db()
    approval = approval_of(series)
    assert (series.state, series.title) == (SeriesState.AFFIRMED, "Etwas anderes")
    assert series.history.first().history_change_reason == "Zustimmung erloschen, geändert: Reihe"
    assert (approval.state, approval.lapse_reason) == (ApprovalState.LAPSED, "geändert: Reihe")
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


def test_change_makes_an_open_request_lapse(office, senator):
    series = make_series(SeriesState.AFFIRMED)
    ask(series, office)

    rename(series, office)

    series.refresh_from_db()
    assert (series.state, approval_of(series).state) == (SeriesState.AFFIRMED, ApprovalState.LAPSED)
    with nothing_changes(series), pytest.raises(ChangedMeanwhile, match="erloschen"):
        decide(series, senator, Verdict.APPROVE)


def test_next_request_shows_the_difference(office, senator):
    series = consented(office, senator)
    rename(series, office)

    approval = ask(series, office)

    assert differences_of(approval) == [Change("Reihe", "Reihe 2026", "Etwas anderes")]


@pytest.mark.parametrize("field", ["title", "period", "description"])
def test_consent_is_bound_to_all_facts_of_a_series(office, senator, field):
    series = consented(office, senator)

    edit(series, office, **{field: "anders"})

    assert approval_of(series).state == ApprovalState.LAPSED


def test_internal_note_keeps_the_consent(office, senator):
    series = consented(office, senator)

    edit(series, office, internal_notes="Bitte nachfassen")

    series.refresh_from_db()
    assert (series.internal_notes, series.state) == ("Bitte nachfassen", SeriesState.CONSENTED)
    assert approval_of(series).state == ApprovalState.APPROVED
    assert mails_written() == []


def test_state_never_comes_from_a_form(office):
    series = make_series(SeriesState.PROPOSED)
    series.state = SeriesState.CONSENTED

    edit(series, office, title="Reihe 2027")

    series.refresh_from_db()
    assert (series.state, series.title) == (SeriesState.PROPOSED, "Reihe 2027")


def test_second_save_of_an_older_version_is_refused(office):
    series = make_series(SeriesState.PROPOSED)
    shown = version_of(series, ["title"])
    edit(series, office, title="Zuerst gespeichert", version=shown)

    with (
        nothing_changes(series),
        pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"),
    ):
        edit(series, office, title="Zu spät", version=shown)
