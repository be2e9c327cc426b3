"""Closing a round keeps the plan as it stands."""

import datetime as dt
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import RoundEntry
from measures.services import accept_report, close_round, record_report
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_round,
    make_section,
    report_values,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def plan():
    return make_plan()


@pytest.fixture
def closed(office, plan):
    """A closed round: one measure with a report, one only with a former status, one taken over."""
    field = make_section(plan, "Flächen")
    cluster = make_section(plan, "Ankauf", parent=field)
    lead = make_organisation("Kammer")
    reported = make_measure(plan, "Ankauf", code="C 1", section=cluster, lead=lead)
    make_measure(
        plan,
        "Bestand",
        lead_text="diverse",
        phase="running",
        traffic_light="yellow",
        traffic_light_reason="Geld",
        is_published=False,
    )
    make_measure(plan, "Früher", origin=Origin.TAKEN_OVER)
    running = make_round(plan)
    values = report_values(
        traffic_light="red",
        traffic_light_reason="Fläche fehlt",
        help_wanted="Bezirk",
        obstacle="land",
        outlook="Suche",
    )
    record_report(measure=reported, values=values, by=office, now=NOW)
    return close_round(reporting_round=running, by=office, now=NOW)


def row(entry: RoundEntry) -> tuple:
    return (
        entry.label,
        entry.place,
        entry.lead_label,
        entry.phase,
        entry.traffic_light,
        entry.traffic_light_reason,
        entry.help_wanted,
        entry.obstacle,
        entry.summary,
        entry.outlook,
        entry.report is not None,
    )


def test_every_measure_of_the_plan_is_kept_as_it_stands(closed):
    make_measure(title="Anderer Plan")

    assert [row(entry) for entry in closed.entries.order_by("pk")] == [
        (
            "C 1 Ankauf",
            "Flächen\nAnkauf",
            "Kammer",
            "running",
            "red",
            "Fläche fehlt",
            "Bezirk",
            "land",
            "Es geht voran.",
            "Suche",
            True,
        ),
        ("Bestand", "", "diverse", "running", "yellow", "Geld", "", "", "", "", False),
        ("Früher", "", "", "", "", "", "", "", "", "", False),
    ]


def test_entry_tells_whether_its_lead_was_asked(office, plan):
    lead = make_organisation()
    running = make_round(plan)
    finished = make_measure(plan, "In dieser Runde fertig", lead=lead)
    for title, fields in {
        "Gefragt": {"lead": lead},
        "Ohne Organisation": {"lead_text": "diverse"},
        "Früher abgeschlossen": {"lead": lead, "phase": "completed"},
        "Übernommen": {"lead": lead, "origin": Origin.TAKEN_OVER},
    }.items():
        make_measure(plan, title, **fields)
    done = report_values(phase="completed")
    record_report(measure=finished, values=done, by=office, now=NOW)

    closed = close_round(reporting_round=running, by=office, now=NOW)

    assert dict(closed.entries.values_list("title", "was_asked")) == {
        "In dieser Runde fertig": True,
        "Gefragt": True,
        "Ohne Organisation": False,
        "Früher abgeschlossen": False,
        "Übernommen": False,
    }


def test_later_reports_and_changes_do_not_touch_what_was_kept(office, closed, plan):
    before = [row(entry) for entry in closed.entries.order_by("pk")]
    measure = plan.measures.get(title="Ankauf")
    measure.title = "Umbenannt"
    measure.save()
    record_report(measure=measure, values=report_values(), by=office, now=NOW)

    assert [row(entry) for entry in closed.entries.order_by("pk")] == before


def test_report_accepted_after_closing_stays_no_report(office, plan):
    running = make_round(plan)
    report = make_report(make_measure(plan, lead=make_organisation()), round=running)
    closed = close_round(reporting_round=running, by=office, now=NOW)

    accept_report(report=report, by=office, now=NOW)

    (entry,) = closed.entries.all()
    assert entry.report is None


def test_closing_needs_the_same_queries_for_1_and_30_measures(office, plan):
    def closing(count):
        for _number in range(count):
            make_measure(plan, lead=make_organisation(), section=make_section(plan))
        running = make_round(plan)
        with CaptureQueriesContext(connection) as queries:
            close_round(reporting_round=running, by=office, now=NOW)
        return len(queries)

    closing(1)
    assert closing(1) == closing(29)


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (OFFICE, ["C 1 Ankauf", "Bestand", "Früher"]),
        (SENATOR_OFFICE, ["C 1 Ankauf", "Bestand", "Früher"]),
        (OBSERVER, ["C 1 Ankauf", "Früher"]),
        (PARTNER, ["C 1 Ankauf", "Früher"]),
    ],
)
def test_page_and_file_show_what_the_reader_may_see(client, closed, role, titles):
    client.force_login(make_user(role))

    page = client.get(closed.get_absolute_url())
    file = client.get(reverse("measures:round_export", args=[closed.pk]))

    assert [line.title for line in page.context["entries"]] == titles
    assert page.context["entries"][-1].report == "nicht gefragt"
    rows = list(load_workbook(BytesIO(file.content))["Stand"].iter_rows(values_only=True))[4:]
    assert [" ".join(filter(None, cells[1:3])) for cells in rows] == titles
    assert rows[0][4] == dt.datetime(2026, 3, 1)
    assert rows[-1][4] == "nicht gefragt"


def test_round_that_kept_nothing_shows_its_reports_and_has_no_file(client, plan, office):
    client.force_login(office)
    old = make_round(plan, state="closed")

    page = client.get(old.get_absolute_url())

    assert "entries" not in page.context
    assert client.get(reverse("measures:round_export", args=[old.pk])).status_code == 404
