"""Milestones and values of a form that was opened before somebody else changed them: only what was
entered counts, and of what the reader saw.
"""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.urls import reverse

from core.errors import ChangedMeanwhile
from core.periods import parse_period
from core.roles import OFFICE, PARTNER
from measures.enums import ReportState
from measures.forms.answers import CARRIED
from measures.models import StatusReport
from measures.queries import series_version, subject_version
from measures.services import Statement, move_milestone, record_report
from measures.services.values import ValueEntry, record_values
from tests.confirming import hidden_fields, press
from tests.measures.answers import typed
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_report,
    make_round,
    make_value,
    report_values,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

BEFORE, MOVED = dt.date(2026, 2, 20), dt.date(2027, 3, 1)


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead():
    return make_user(PARTNER, email="lead@example.org")


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def measure(lead):
    return make_measure(lead_id=lead.organisation_id)


@pytest.fixture
def milestone(measure):
    return make_milestone(measure, forecast_on=BEFORE)


@pytest.fixture
def indicator(measure):
    indicator = make_indicator(measure, "Plätze", unit="Plätze")
    make_value(indicator, "2024", "120")
    return indicator


def move(milestone, office) -> None:
    move_milestone(milestone=milestone, forecast_on=MOVED, reason="Frost", by=office, now=NOW)


def enter(indicator, period: str, value: str, office) -> None:
    entry = ValueEntry(parse_period(period), Decimal(value))
    shown = series_version(indicator)
    record_values(indicator=indicator, entries=[entry], shown=shown, by=office, now=NOW)


def opened(page) -> dict:
    """Return what a browser sends of the milestones and indicators on `page`."""
    statements = page.context.get("statements") or page.context["cards"][0].statements
    forms = [form for _milestone, form in statements.forecasts]
    forms += [value.form for value in statements.values]
    fields = [form[name] for form in forms for name in form.fields if name not in CARRIED]
    shown = {
        field.html_name: field.field.widget.format_value(field.value()) or "" for field in fields
    }
    return hidden_fields(page) | shown


def said() -> tuple[list, list]:
    report = StatusReport.objects.get()
    forecasts = report.forecasts.values_list("forecast_on", "known_on")
    values = report.reported_values.values_list("value", "known_value")
    return list(forecasts), list(values)


def text(measure, prefix: str = "") -> dict:
    fields = typed(measure, summary="Läuft.")
    return {f"{prefix}{name.partition('-')[2]}": value for name, value in fields.items()}


@pytest.fixture(params=["one report", "all answers", "autosave"])
def form(request, client, lead, measure):
    """The address, the prefix of the report's fields and the button that saves it."""
    client.force_login(lead)
    if request.param == "one report":
        return reverse("measures:write_report", args=[measure.pk]), "", {"draft": "1"}
    running = make_round(measure.plan)
    button = {("save" if request.param == "autosave" else "draft"): str(measure.pk)}
    return reverse("measures:answer", args=[running.pk]), f"m{measure.pk}-", button


def test_untouched_fields_say_nothing_of_what_the_office_changed_meanwhile(
    client, form, office, measure, milestone, indicator
):
    url, prefix, button = form
    shown = opened(client.get(url))
    assert shown[f"i{indicator.pk}-period"] == "2025"
    move(milestone, office)
    enter(indicator, "2025", "130", office)

    response = client.post(url, shown | text(measure, prefix) | button)

    assert "Welcher Wert gilt" not in response.content.decode()
    assert StatusReport.objects.get().summary == "Läuft."
    assert said() == ([], [])


def test_what_was_entered_knows_only_what_the_page_showed(
    client, form, office, measure, milestone, indicator
):
    url, prefix, button = form
    shown = opened(client.get(url))
    move(milestone, office)
    enter(indicator, "2025", "130", office)
    entered = {f"s{milestone.pk}-forecast_on": "31.08.2026", f"i{indicator.pk}-value": "135"}

    client.post(url, shown | text(measure, prefix) | entered | button)

    assert said() == ([(dt.date(2026, 8, 31), BEFORE)], [(Decimal(135), None)])


def test_corrected_latest_value_knows_the_one_that_the_page_showed(
    client, form, office, measure, indicator
):
    url, prefix, button = form
    shown = opened(client.get(url))
    enter(indicator, "2024", "130", office)
    entered = {f"i{indicator.pk}-period": "2024", f"i{indicator.pk}-value": "125"}

    client.post(url, shown | text(measure, prefix) | entered | button)

    assert said() == ([], [(Decimal(125), Decimal(120))])


def test_office_that_enters_a_text_moves_no_milestone_back(
    client, office, measure, milestone, indicator
):
    client.force_login(office)
    url = reverse("measures:write_report", args=[measure.pk])
    shown = opened(client.get(url))
    move(milestone, make_user(OFFICE))

    response = client.post(url, shown | text(measure), follow=True)

    assert "Der Stand ist festgehalten." in response.content.decode()
    milestone.refresh_from_db()
    assert (milestone.forecast_on, milestone.forecast_reason) == (MOVED, "Frost")
    assert StatusReport.objects.get().state == ReportState.ACCEPTED
    assert said() == ([], [])


@pytest.fixture(params=["report of its own", "completed report"])
def office_url(request, client, office, measure):
    """Where the office enters a report, or completes that of the lead."""
    client.force_login(office)
    if request.param == "report of its own":
        return reverse("measures:write_report", args=[measure.pk])
    report = make_report(measure, ReportState.SUBMITTED)
    return reverse("measures:report_complete", args=[report.pk])


def test_office_that_enters_a_day_sees_the_one_of_a_colleague_first(
    client, office_url, measure, milestone
):
    shown = opened(client.get(office_url))
    move(milestone, make_user(OFFICE))
    entered = text(measure) | {f"s{milestone.pk}-forecast_on": "15.02.2026"}

    with nothing_changes(measure, milestone):
        refused = client.post(office_url, shown | entered)

    page = " ".join(refused.content.decode().split())
    assert "Dazu ist inzwischen etwas anderes eingetragen." in page
    assert "gespeichert ist „01.03.2027“, hier steht „15.02.2026“." in page
    assert "gespeichert ist „Frost“, hier steht „–“." in page
    sent_again = client.post(office_url, opened(refused) | entered)
    if sent_again.status_code == 200:
        press(client, sent_again)
    milestone.refresh_from_db()
    assert (milestone.forecast_on, milestone.forecast_reason) == (dt.date(2026, 2, 15), "")


def test_office_that_enters_a_value_sees_the_one_of_a_colleague_first(
    client, office_url, measure, indicator
):
    shown = opened(client.get(office_url))
    enter(indicator, "2025", "7", make_user(OFFICE))
    value = {f"i{indicator.pk}-period": "2025", f"i{indicator.pk}-value": "8"}

    with nothing_changes(measure, indicator):
        refused = client.post(office_url, shown | text(measure) | value)

    page = " ".join(refused.content.decode().split())
    assert "Wert: gespeichert ist „7“, hier steht „8“." in page
    sent_again = client.post(office_url, opened(refused) | text(measure) | value)
    if sent_again.status_code == 200:
        press(client, sent_again)
    assert [str(found) for found in indicator.series.order_by("ends_on")] == [
        "2024: 120 Plätze",
        "2025: 8 Plätze",
    ]


def test_service_refuses_what_its_form_has_not_shown(office, measure, milestone):
    values = {"forecast_on": dt.date(2026, 2, 15), "forecast_reason": ""}
    unseen = [
        Statement(milestone, values, "", seen=seen) for seen in (subject_version(milestone), "")
    ]
    move(milestone, office)

    for statement in unseen:
        with nothing_changes(measure, milestone), pytest.raises(ChangedMeanwhile):
            record_report(
                measure=measure,
                values=report_values(),
                statements=[statement],
                by=office,
                now=NOW,
            )


def test_entry_that_is_taken_back_while_it_is_typed_leaves_the_report(
    client, lead, measure, milestone, indicator
):
    client.force_login(lead)
    url = reverse("measures:answer", args=[make_round(measure.plan).pk])
    button, name = {"save": str(measure.pk)}, f"s{milestone.pk}-forecast_on"
    shown = opened(client.get(url)) | text(measure, f"m{measure.pk}-") | button
    first = client.post(url, shown | {name: "31.08.2026"})
    assert said()[0] == [(dt.date(2026, 8, 31), BEFORE)]
    shown |= first.json()["versions"]
    shown |= client.post(url, shown | {name: "20.02.2026"}).json()["versions"]
    assert said()[0] == []

    client.post(url, shown | {name: "01.09.2026"})

    assert said()[0] == [(dt.date(2026, 9, 1), BEFORE)]


@pytest.mark.parametrize("shown", ["", "[", "[]", '{"value": 1, "known": 7}', '{"known": ["x"]}'])
def test_unreadable_state_of_the_page_counts_as_not_known(
    client, lead, measure, milestone, indicator, shown
):
    client.force_login(lead)
    url = reverse("measures:write_report", args=[measure.pk])
    broken = {f"s{milestone.pk}-shown": shown, f"i{indicator.pk}-shown": shown}
    entered = {f"s{milestone.pk}-forecast_on": "31.08.2026", f"i{indicator.pk}-value": "135"}

    client.post(url, opened(client.get(url)) | text(measure) | broken | entered | {"draft": "1"})

    assert said() == ([(dt.date(2026, 8, 31), BEFORE)], [(Decimal(135), None)])


@pytest.mark.parametrize("day", ["01.03.2026", "bald"])
@pytest.mark.parametrize("role", ["lead", "office", "office that completes"])
def test_text_on_what_was_deleted_meanwhile_is_shown_before_anything_is_saved(
    client, lead, office, measure, milestone, indicator, role, day
):
    client.force_login(lead if role == "lead" else office)
    url = reverse("measures:write_report", args=[measure.pk])
    if role == "office that completes":
        report = make_report(measure, ReportState.SUBMITTED)
        url = reverse("measures:report_complete", args=[report.pk])
    shown = opened(client.get(url))
    entered = {f"s{milestone.pk}-forecast_reason": "Mein Grund", f"i{indicator.pk}-value": "135"}
    milestone.delete()
    indicator.delete()

    response = client.post(url, shown | text(measure) | entered | {"draft": "1", "as_of_on": day})

    page = response.content.decode()
    told = ["Nichts gespeichert: Ein Meilenstein oder Indikator", "„Mein Grund“", "„135“"]
    assert [part in page for part in told] == [True, True, True]
    assert not StatusReport.objects.filter(summary="Läuft.").exists()


def test_untouched_fields_of_what_was_deleted_meanwhile_hinder_nobody(
    client, lead, measure, milestone, indicator
):
    client.force_login(lead)
    url = reverse("measures:write_report", args=[measure.pk])
    shown = opened(client.get(url))
    milestone.delete()

    client.post(url, shown | text(measure) | {"draft": "1"})

    assert StatusReport.objects.get().summary == "Läuft."


def test_autosave_says_that_a_text_on_what_was_deleted_is_not_saved(
    client, lead, measure, milestone
):
    client.force_login(lead)
    url = reverse("measures:answer", args=[make_round(measure.plan).pk])
    shown = opened(client.get(url)) | text(measure, f"m{measure.pk}-")
    entered = {f"s{milestone.pk}-forecast_reason": "Mein Grund", "save": str(measure.pk)}
    milestone.delete()

    saved = client.post(url, shown | entered).json()

    assert saved["is_complete"] is False
