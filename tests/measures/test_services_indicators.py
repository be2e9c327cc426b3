"""Ending an indicator: it keeps its series, and is neither asked for nor judged any more."""

import datetime as dt
import re
from decimal import Decimal

import pytest
from django.db import IntegrityError

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.periods import parse_period
from core.roles import OBSERVER, OFFICE
from measures.enums import PathState
from measures.models import Indicator, ReportedValue, RoundIndicator
from measures.progress import difference_groups, proposed_light
from measures.progress.indicators import value_then
from measures.progress.monitoring.annex import indicator_lines
from measures.queries import (
    answer_on,
    compare_entries,
    indicators_with_series,
    snapshot_of_day,
    snapshot_of_round,
    value_conflict,
)
from measures.services import (
    change_value,
    close_round,
    continue_measures,
    create_value,
    end_indicator,
    reopen_indicator,
)
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_plan,
    make_report,
    make_round,
    make_target,
    make_value,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 3, 18)
FIELDS = ("ended_on", "ended_reason")
END = {"ended_on": dt.date(2025, 12, 31), "ended_reason": "Erhebung eingestellt"}
NOT_ALLOWED = r"^Dazu sind Sie nicht berechtigt\.$"
SENTENCE = "beendet am 31.12.2025 (Erhebung eingestellt)"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def indicator():
    """An indicator that is off its path."""
    indicator = make_indicator(make_measure(lead=make_organisation("Kammer")), "Plätze")
    make_target(indicator, "2025-12-31", "100")
    make_value(indicator, "2025", "80")
    return indicator


def end(indicator, by, **changes) -> Indicator:
    version = changes.pop("version", version_of(indicator, FIELDS))
    return end_indicator(indicator=indicator, values=END | changes, version=version, by=by, now=NOW)


def lines_of(indicator) -> list[str]:
    return [record.history_change_reason for record in indicator.history.order_by("history_id")]


def test_indicator_ends_and_goes_on_again_with_its_history(office, indicator):
    end(indicator, office)
    ended = end(Indicator.objects.get(), office, ended_reason="Zu teuer")

    assert (ended.ended_on, ended.ended_reason) == (dt.date(2025, 12, 31), "Zu teuer")
    assert lines_of(indicator)[1:] == ["Indikator beendet", "Ende geändert"]

    resumed = reopen_indicator(indicator=ended, by=office, now=NOW)

    assert (resumed.ended_on, resumed.ended_reason) == (None, "")
    assert lines_of(indicator)[3:] == ["Indikator wieder aufgenommen"]


def test_ending_again_as_it_is_leaves_no_line(office, indicator):
    end(indicator, office)
    with nothing_changes(indicator):
        end(Indicator.objects.get(), office)


@pytest.mark.parametrize(
    ("changes", "error", "sentence"),
    [
        ({"ended_on": TODAY + dt.timedelta(days=1)}, Refused, "liegt in der Zukunft"),
        ({"ended_on": None}, Refused, "Zum Ende gehört sein Grund"),
        ({"ended_reason": ""}, Refused, "Zum Ende gehört sein Grund"),
        ({"version": "0" * 20}, ChangedMeanwhile, "inzwischen geändert"),
        ({"version": ""}, ChangedMeanwhile, "nicht mitgekommen"),
    ],
)
def test_end_that_cannot_be_is_refused(office, indicator, changes, error, sentence):
    with nothing_changes(indicator), pytest.raises(error, match=sentence):
        end(indicator, office, **changes)


def test_only_the_office_ends_and_resumes(office, indicator):
    observer = make_user(OBSERVER)
    with nothing_changes(indicator), pytest.raises(NotAllowed, match=NOT_ALLOWED):
        end(indicator, observer)
    end(indicator, office)
    with nothing_changes(indicator), pytest.raises(NotAllowed, match=NOT_ALLOWED):
        reopen_indicator(indicator=indicator, by=observer, now=NOW)


def test_indicator_that_goes_on_is_not_resumed(office, indicator):
    with nothing_changes(indicator), pytest.raises(Refused, match="ist nicht beendet"):
        reopen_indicator(indicator=indicator, by=office, now=NOW)


@pytest.mark.parametrize("fields", [{"ended_on": TODAY}, {"ended_reason": "Zu teuer"}])
def test_database_keeps_day_and_reason_together(indicator, fields):
    with pytest.raises(IntegrityError, match="indicator_end_has_reason"):
        Indicator.objects.update(**fields)


def test_ended_indicator_is_not_asked_for(office, indicator):
    measure, other = indicator.measure, make_indicator(indicator.measure, "Stellen")
    assert answer_on(measure).indicators == [indicator, other]

    end(indicator, office)

    assert answer_on(type(measure).objects.get(pk=measure.pk)).indicators == [other]


def test_ended_indicator_gives_no_reason_for_a_light(office, indicator):
    def light() -> tuple:
        return proposed_light([], [], TODAY, indicators_with_series())

    assert light().light == "yellow"

    end(indicator, office)

    assert light()[:2] == ("", [])


def test_values_end_with_the_indicator(office, indicator):
    later = dict(zip(("starts_on", "ends_on"), parse_period("1. Quartal 2026"), strict=True))
    earlier = dict(zip(("starts_on", "ends_on"), parse_period("2024"), strict=True))
    value = indicator.series.get()
    end(indicator, office)
    sentence = "Der Indikator ist am 31.12.2025 beendet, dieser Zeitraum beginnt danach."

    with nothing_changes(indicator), pytest.raises(Refused, match=f"^{re.escape(sentence)}$"):
        create_value(indicator=indicator, values={"value": 1, **later}, by=office, now=NOW)
    version = version_of(value, ("value", "starts_on", "ends_on"))
    with nothing_changes(value), pytest.raises(Refused, match=f"^{re.escape(sentence)}$"):
        change_value(
            indicator_value=value,
            values={"value": 1, **later},
            version=version,
            by=office,
            now=NOW,
        )
    create_value(indicator=indicator, values={"value": 70, **earlier}, by=office, now=NOW)

    assert [str(one) for one in indicator.series.all()] == ["2024: 70 Plätze", "2025: 80 Plätze"]


@pytest.mark.parametrize(
    ("period", "conflict"),
    [
        (
            "1. Quartal 2026",
            "Der Indikator ist am 31.12.2025 beendet, dieser Zeitraum beginnt danach.",
        ),
        ("2024", ""),
    ],
)
def test_value_reported_before_the_end_counts_up_to_it(office, indicator, period, conflict):
    starts_on, ends_on = parse_period(period)
    reported = ReportedValue.objects.create(
        report=make_report(indicator.measure),
        indicator=indicator,
        starts_on=starts_on,
        ends_on=ends_on,
        value=Decimal(90),
    )
    reported.indicator = end(indicator, office)

    assert value_conflict(reported, indicator.series.all()) == conflict


def test_closed_round_keeps_the_end(office, indicator):
    end(indicator, office)

    closed = close_round(reporting_round=make_round(indicator.measure.plan), by=office, now=NOW)

    kept = RoundIndicator.objects.get()
    assert (kept.path_state, kept.ended_on) == (PathState.ENDED, dt.date(2025, 12, 31))
    assert (kept.ended_reason, kept.target_on, kept.expected) == (END["ended_reason"], None, None)
    assert indicator_lines([kept]) == f"Plätze: 2025: 80 Plätze, {SENTENCE}"
    (entry,) = snapshot_of_round(closed, office).entries
    assert value_then(entry.indicators.all()[0]) == f"2025: 80 Plätze, {SENTENCE}"


def test_end_is_a_difference_between_two_days(office):
    before, after = NOW - dt.timedelta(days=2), NOW + dt.timedelta(days=1)
    measure = make_measure()
    measure.history.update(history_date=before)
    indicator = make_indicator(measure, "Plätze")
    indicator.history.update(history_date=before)
    end(indicator, office)

    (group,) = difference_groups(
        snapshot_of_day(measure.plan, (NOW - dt.timedelta(days=1)).date(), office),
        snapshot_of_day(measure.plan, after.date(), office),
    )

    (line,) = group.differences
    assert (line.part, line.old, line.new) == ("Plätze", "noch kein Wert", f"kein Wert, {SENTENCE}")


def test_other_day_of_the_end_is_a_difference(office, indicator):
    end(indicator, office)
    (was,) = _rounded(indicator, office)
    end(Indicator.objects.get(), office, ended_on=dt.date(2025, 6, 30))
    (now,) = _rounded(indicator, office)

    ((_entry, before, after),) = compare_entries([was], [now]).indicators

    assert [before.ended_on, after.ended_on] == [dt.date(2025, 12, 31), dt.date(2025, 6, 30)]


def _rounded(indicator, office):
    """Return what a round that is closed now keeps."""
    closed = close_round(reporting_round=make_round(indicator.measure.plan), by=office, now=NOW)
    return snapshot_of_round(closed, office).entries


def test_ended_indicator_stays_with_its_measure_when_the_plan_is_carried_on(office, indicator):
    end(indicator, office)

    plan = make_plan(predecessor=indicator.measure.plan)
    (continuation,) = continue_measures(measures=[indicator.measure], plan=plan, by=office, now=NOW)

    assert not continuation.successors.get().indicators.exists()
    assert Indicator.objects.get().ended_on == dt.date(2025, 12, 31)
