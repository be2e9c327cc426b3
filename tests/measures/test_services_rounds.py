import datetime as dt
from functools import partial

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ROUND_MOVES, RoundState
from measures.models import ReportingRound
from measures.services import change_round, close_round, create_round, open_round
from outbox.models import Mail
from tests.measures.builders import NOW, make_measure, make_plan, make_round
from tests.partners.builders import make_organisation, make_user
from tests.racing import race

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


def values(plan) -> dict:
    return {
        "plan": plan,
        "title": "Berichtsrunde 1/2026",
        "cut_off_on": dt.date(2026, 3, 1),
        "due_on": dt.date(2026, 3, 31),
    }


def test_new_round_is_planned_and_writes_no_mail(office):
    make_measure(lead=make_organisation())

    reporting_round = create_round(values=values(make_plan()), by=office, now=NOW)

    assert reporting_round.state == RoundState.PLANNED
    assert not Mail.objects.exists()


def test_start_asks_each_reporter_once_for_all_its_measures(office):
    plan = make_plan()
    first, second = (
        make_user(PARTNER, email="a@example.org"),
        make_user(PARTNER, email="b@example.org"),
    )
    make_measure(plan, "Ankauf [A]", lead_id=first.organisation_id)
    make_measure(plan, "Bestand", lead_id=first.organisation_id)
    make_measure(plan, "Campus", lead_id=second.organisation_id)
    make_measure(plan, "Übernommen", lead_id=second.organisation_id, origin=Origin.TAKEN_OVER)
    make_measure(plan, "Fertig", lead_id=second.organisation_id, phase="completed")
    reporting_round = make_round(plan, state=RoundState.PLANNED)

    opened = open_round(reporting_round=reporting_round, by=office, now=NOW)

    assert opened.state == RoundState.OPEN
    texts = {mail.recipient: mail.text for mail in Mail.objects.all()}
    assert texts.keys() == {"a@example.org", "b@example.org"}
    assert "Ankauf [A]" in texts["a@example.org"]
    assert "Bestand" in texts["a@example.org"]
    assert "31.03.2026" in texts["a@example.org"]
    assert "Campus" in texts["b@example.org"]
    assert "Übernommen" not in texts["b@example.org"]
    assert "Fertig" not in texts["b@example.org"]


def test_only_one_round_runs_in_a_plan(office):
    plan = make_plan()
    make_round(plan)
    second = make_round(plan, state=RoundState.PLANNED)

    with pytest.raises(Refused, match="läuft schon eine Berichtsrunde"):
        open_round(reporting_round=second, by=office, now=NOW)

    second.refresh_from_db()
    assert second.state == RoundState.PLANNED


@pytest.mark.django_db(transaction=True)
def test_of_two_rounds_started_at_once_one_runs(office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER, email="a@example.org").organisation_id)
    rounds = [make_round(plan, state=RoundState.PLANNED) for _number in range(4)]

    results = race(
        *(partial(open_round, reporting_round=row, by=office, now=NOW) for row in rounds)
    )

    refused = [str(result) for result in results if isinstance(result, Refused)]
    assert (
        refused
        == ["In diesem Plan läuft schon eine Berichtsrunde. Bitte schließen Sie diese zuerst ab."]
        * 3
    )
    assert ReportingRound.objects.filter(state=RoundState.OPEN).count() == 1
    assert ReportingRound.history.filter(state=RoundState.OPEN).count() == 1
    assert Mail.objects.count() == 1


@pytest.mark.parametrize("action", ROUND_MOVES)
@pytest.mark.parametrize("state", RoundState)
def test_every_state_and_action(state, action, office):
    reporting_round = make_round(make_plan(), state=state)
    act = {
        "open": lambda: open_round(reporting_round=reporting_round, by=office, now=NOW),
        "close": lambda: close_round(reporting_round=reporting_round, by=office, now=NOW),
    }[action]

    if state in ROUND_MOVES[action].sources:
        assert act().state == ROUND_MOVES[action].target
    else:
        with pytest.raises(Refused):
            act()
        reporting_round.refresh_from_db()
        assert reporting_round.state == state


def test_round_changes_until_it_is_closed(office):
    reporting_round = make_round(make_plan())
    due = {"due_on": dt.date(2026, 4, 15)}
    version = version_of(reporting_round, due)

    change_round(reporting_round=reporting_round, values=due, version=version, by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile):
        change_round(
            reporting_round=reporting_round, values=due, version=version, by=office, now=NOW
        )
    close_round(reporting_round=reporting_round, by=office, now=NOW)
    reporting_round.refresh_from_db()
    with pytest.raises(Refused, match="abgeschlossen"):
        change_round(
            reporting_round=reporting_round,
            values={"due_on": dt.date(2026, 5, 1)},
            version=version_of(reporting_round, due),
            by=office,
            now=NOW,
        )

    assert ReportingRound.objects.get().due_on == dt.date(2026, 4, 15)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_runs_rounds(role):
    user, reporting_round = make_user(role), make_round(make_plan(), state=RoundState.PLANNED)

    for refused in (
        lambda: create_round(values=values(make_plan()), by=user, now=NOW),
        lambda: change_round(
            reporting_round=reporting_round, values={"title": "Neu"}, version="", by=user, now=NOW
        ),
        lambda: open_round(reporting_round=reporting_round, by=user, now=NOW),
        lambda: close_round(reporting_round=reporting_round, by=user, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert ReportingRound.objects.get().state == RoundState.PLANNED
    assert not Mail.objects.exists()


def test_running_round_does_not_move_into_a_plan_with_another(office):
    running, other = make_round(make_plan()), make_round(make_plan())
    moved = {"plan": running.plan}

    with pytest.raises(Refused, match="steht dem entgegen"):
        change_round(
            reporting_round=other,
            values=moved,
            version=version_of(other, moved),
            by=office,
            now=NOW,
        )

    assert ReportingRound.objects.get(pk=other.pk).plan_id != running.plan_id


def test_round_sent_twice_is_refused(office):
    plan = make_plan()
    create_round(values=values(plan), by=office, now=NOW)

    with pytest.raises(Refused, match="eben schon gespeichert"):
        create_round(values=values(plan), by=office, now=NOW)

    assert ReportingRound.objects.count() == 1
