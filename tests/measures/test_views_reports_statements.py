"""The form of one report asks for milestones and values, as the page of all answers does."""

import datetime as dt
from decimal import Decimal
from urllib.parse import urlencode

import pytest
import time_machine
from django.urls import reverse

from core.periods import parse_period
from core.roles import OBSERVER, OFFICE, PARTNER
from measures.enums import ReportState
from measures.models import StatusReport
from measures.services import Statement, save_draft
from outbox.models import Mail
from tests.confirming import fill_in, hidden_fields, press
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_round,
    make_value,
    report_values,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


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
    return make_milestone(measure)


@pytest.fixture
def indicator(measure):
    indicator = make_indicator(measure, "Plätze", unit="Plätze")
    make_value(indicator, "2024", "120")
    return indicator


@pytest.fixture
def url(client, lead, measure):
    client.force_login(lead)
    return reverse("measures:write_report", args=[measure.pk])


def typed(milestone, indicator, **changes) -> dict:
    """Return what is typed: a later day with its reason, and the value of a year."""
    statements = {
        f"s{milestone.pk}-forecast_on": "31.08.2026",
        f"s{milestone.pk}-forecast_reason": "Vergabe dauert länger",
        f"i{indicator.pk}-period": "2025",
        f"i{indicator.pk}-value": "135,5",
        f"i{indicator.pk}-note": "Ohne Teilzeit",
        f"i{indicator.pk}-source": "Statistik Berlin-Brandenburg",
    }
    return report_values() | {"as_of_on": "01.03.2026"} | statements | changes


def said_of(report: StatusReport) -> tuple:
    forecasts = report.forecasts.values_list("forecast_on", "forecast_reason")
    values = report.reported_values.values_list("value", "note", "source")
    return list(forecasts), list(values)


SAID = (
    [(dt.date(2026, 8, 31), "Vergabe dauert länger")],
    [(Decimal("135.5"), "Ohne Teilzeit", "Statistik Berlin-Brandenburg")],
)


def test_lead_reports_milestones_and_values_which_hold_once_accepted(
    client, url, office, milestone, indicator
):
    page = client.get(url).content.decode()
    assert "<p>2024: 120 Plätze</p>" in page
    assert 'value="2025"' in page
    fill_in(client, url, typed(milestone, indicator, draft="1"))
    drafted = StatusReport.objects.get()
    assert (drafted.state, said_of(drafted)) == (ReportState.DRAFT, SAID)
    assert "Ohne Teilzeit" in client.get(url).content.decode()

    fill_in(client, url, typed(milestone, indicator, submit="1"))
    drafted.refresh_from_db()
    assert (drafted.state, said_of(drafted)) == (ReportState.SUBMITTED, SAID)
    client.force_login(office)
    review = client.get(drafted.get_absolute_url()).content.decode()
    assert "Ohne Teilzeit; Quelle: Statistik Berlin-Brandenburg" in review
    drafted.refresh_from_db()
    read = urlencode({"eingereicht": drafted.submission})
    fill_in(client, f"{reverse('measures:report_accept', args=[drafted.pk])}?{read}")

    milestone.refresh_from_db()
    latest = indicator.series.last()
    assert milestone.forecast_on == dt.date(2026, 8, 31)
    assert (str(latest.period), latest.value) == ("2025", Decimal("135.5"))
    assert (latest.note, latest.source) == ("Ohne Teilzeit", "Statistik Berlin-Brandenburg")
    history = client.get(indicator.measure.get_absolute_url()).content.decode()
    assert "2025: 136 Plätze (Ohne Teilzeit; Quelle: Statistik Berlin-Brandenburg)" in history


def test_report_with_wrong_statements_stays_in_the_form_and_names_each(
    client, url, milestone, indicator
):
    wrong = {
        f"s{milestone.pk}-forecast_reason": "",
        f"i{indicator.pk}-value": "",
        f"i{indicator.pk}-note": "Noch nicht gezählt",
    }

    page = fill_in(client, url, typed(milestone, indicator, submit="1", **wrong)).content.decode()

    assert "Wird es später als geplant, gehört der Grund dazu." in page
    assert "Plätze, Wert: Welcher Wert gilt für diesen Zeitraum?" in page
    assert f'<a href="#id_i{indicator.pk}-value">' in page
    assert "Noch nicht gezählt" in page
    assert not StatusReport.objects.exists()


def test_value_of_a_running_period_is_called_so_beside_the_field(client, url, indicator):
    answers = reverse("measures:answer", args=[make_round(indicator.measure.plan).pk])
    make_value(indicator, "2026", "9")

    beside = "<span>bisher</span><p>2026 (läuft noch): 9 Plätze</p>"
    assert [beside in client.get(page).content.decode() for page in (url, answers)] == [True, True]


def test_emptied_value_is_taken_back_with_its_period(client, url, milestone, indicator):
    fill_in(client, url, typed(milestone, indicator, draft="1"))
    names = ("period", "value", "note", "source")
    emptied = {f"i{indicator.pk}-{name}": "" for name in names}

    fill_in(client, url, typed(milestone, indicator, draft="1", **emptied))

    assert said_of(StatusReport.objects.get()) == (SAID[0], [])


def test_milestone_added_since_the_form_was_opened_keeps_its_forecast(
    client, url, measure, milestone, indicator
):
    opened = hidden_fields(client.get(url))
    added = make_milestone(measure, "Bau", forecast_on=dt.date(2026, 5, 31))

    client.post(url, opened | typed(milestone, indicator, submit="1"))

    report = StatusReport.objects.get()
    assert (report.state, said_of(report)) == (ReportState.SUBMITTED, SAID)
    added.refresh_from_db()
    assert added.forecast_on == dt.date(2026, 5, 31)


def counted(indicator, period: str, value: str, note: str = "") -> Statement:
    starts_on, ends_on = parse_period(period)
    values = {"value": Decimal(value), "note": note, "source": ""}
    return Statement(indicator, values | {"starts_on": starts_on, "ends_on": ends_on}, "")


@pytest.mark.parametrize("form", ["one report", "all answers"])
def test_value_of_a_colleague_stands_beside_the_own_and_can_be_overwritten(
    client, lead, measure, milestone, indicator, form
):
    client.force_login(lead)
    prefix, url = "", reverse("measures:write_report", args=[measure.pk])
    if form == "all answers":
        running = make_round(measure.plan)
        prefix, url = f"m{measure.pk}-", reverse("measures:answer", args=[running.pk])
    colleague = make_user(PARTNER, organisation=lead.person.organisation)
    values = report_values()
    fill_in(client, url, own(prefix, typed(milestone, indicator), measure))
    report = StatusReport.objects.get()
    opened = hidden_fields(client.get(url))
    report.reported_values.all().delete()
    # The same report, so that only the value differs.
    save_draft(
        measure=measure,
        values=values,
        version=opened[f"{prefix}version"][0].partition("_")[0],
        statements=[counted(indicator, "2025-Q1", "30", "Nur das erste Quartal")],
        by=colleague,
        now=NOW,
    )

    refused = client.post(url, opened | own(prefix, typed(milestone, indicator), measure))

    shown = refused.content.decode()
    for sentence in (
        "Dazu steht inzwischen etwas anderes im Bericht.",
        "Zeitraum: gespeichert ist „1. Quartal 2025“, hier steht „2025“.",
        "Wert: gespeichert ist „30“, hier steht „135,5“.",
        "Bemerkung: gespeichert ist „Nur das erste Quartal“, hier steht „Ohne Teilzeit“.",
    ):
        assert sentence in shown
    assert said_of(report)[1] == [(Decimal(30), "Nur das erste Quartal", "")]
    again = hidden_fields(refused) | own(prefix, typed(milestone, indicator), measure)
    client.post(url, again)
    assert said_of(report) == SAID


def own(prefix: str, data: dict, measure) -> dict:
    """Return `data` as the page names its fields, with its button for a draft."""
    fields = {f"{prefix}{name}" if name in report_values() else name: data[name] for name in data}
    return fields | {"draft": str(measure.pk)}


def test_office_completes_milestones_and_values(client, lead, office, milestone, indicator):
    client.force_login(lead)
    measure = indicator.measure
    url = reverse("measures:write_report", args=[measure.pk])
    fill_in(client, url, typed(milestone, indicator, submit="1"))
    report = StatusReport.objects.get()
    client.force_login(office)
    url = reverse("measures:report_complete", args=[report.pk])
    corrected = {f"i{indicator.pk}-value": "140", f"s{milestone.pk}-forecast_on": "30.09.2026"}

    press(
        client,
        fill_in(client, url, typed(milestone, indicator, **corrected) | {"summary": "Ergänzt."}),
    )

    changes = [
        ("Sachstand", "Es geht voran.", "Ergänzt."),
        (
            "Konzept liegt vor",
            "31.08.2026 (Vergabe dauert länger)",
            "30.09.2026 (Vergabe dauert länger)",
        ),
        (
            "Plätze",
            "2025: 136 Plätze (Ohne Teilzeit; Quelle: Statistik Berlin-Brandenburg)",
            "2025: 140 Plätze (Ohne Teilzeit; Quelle: Statistik Berlin-Brandenburg)",
        ),
    ]
    *_tables, table = client.get(report.get_absolute_url()).context["tables"]
    assert table.titles == ["Angabe", "gemeldet", "von der Geschäftsstelle ergänzt"]
    assert [(line.subject, *(text for _title, text in line.cells)) for line in table.lines] == (
        changes
    )
    mail = Mail.objects.get(kind="report_completed", recipient=lead.email)
    lines = [f"{subject}: {before} → {after}" for subject, before, after in changes]
    assert all(line in mail.text for line in lines)
    client.force_login(make_user(OBSERVER))
    shown = client.get(report.get_absolute_url())
    assert [table.heading for table in shown.context["tables"]] == [
        "Gemeldete Termine",
        "Gemeldete Werte",
    ]
    report.refresh_from_db()
    milestone.refresh_from_db()
    assert (report.state, report.is_completed) == (ReportState.ACCEPTED, True)
    assert milestone.forecast_on == dt.date(2026, 9, 30)
    assert indicator.series.last().value == Decimal(140)
    reported = report.reported_values.get()
    values = [str(past.value.normalize()) for past in reported.history.order_by("history_id")]
    assert values == ["135.5", "1.4E+2", "1.4E+2"]
    assert [past.history_user for past in reported.history.order_by("history_id")] == [
        lead,
        office,
        office,
    ]


def test_office_records_milestones_and_values_at_once_beside_the_draft_of_the_lead(
    client, lead, office, measure, milestone, indicator
):
    save_draft(
        measure=measure,
        values=report_values(),
        statements=[counted(indicator, "2025-Q1", "30", "Nur das erste Quartal")],
        by=lead,
        now=NOW,
    )
    client.force_login(office)
    url = reverse("measures:write_report", args=[measure.pk])
    assert "Nur das erste Quartal" not in client.get(url).content.decode()

    fill_in(client, url, typed(milestone, indicator))

    recorded = StatusReport.objects.get(state=ReportState.ACCEPTED)
    assert said_of(recorded) == SAID
    milestone.refresh_from_db()
    assert milestone.forecast_on == dt.date(2026, 8, 31)
    assert [str(value) for value in indicator.series.all()] == [
        "2024: 120 Plätze",
        "2025: 136 Plätze",
    ]
    draft = StatusReport.objects.get(state=ReportState.DRAFT)
    assert [str(value) for value in draft.reported_values.all()] == ["1. Quartal 2025: 30 Plätze"]
