"""The figures of a Monitoring-Bericht count each measure once."""

import pytest

from core.roles import OFFICE
from measures.enums import Audience
from measures.models import RoundEntry
from measures.progress import proposed_chapters
from measures.progress.monitoring.chapters import chapter_blocks
from measures.progress.monitoring.counts import key_figures
from measures.queries import fields_in_order, monitoring_state
from measures.services import begin_report, close_round, record_report
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_round,
    make_section,
    report_values,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
STATUS = (
    {"phase": "running", "traffic_light": "green", "financing": "secured"},
    {
        "phase": "preparing",
        "traffic_light": "red",
        "traffic_light_reason": "Geld",
        "help_wanted": "Geld",
        "financing": "open",
    },
    {"phase": "completed", "financing": "not_needed"},
    {"phase": "not_started"},
    {},
)


@pytest.fixture
def report():
    """A report on measures of every kind: reported, silent and not asked, in two fields."""
    office, plan, lead = make_user(OFFICE), make_plan(), make_organisation()
    fields = [make_section(plan, title) for title in ("Flächen", "Fachkräfte")]
    running = make_round(plan)
    for number, status in enumerate(STATUS):
        make_measure(plan, section=fields[number % 2], lead=lead, **status)
        make_measure(plan, section=fields[0], **status)
    reported = make_measure(plan, section=fields[1], lead=lead)
    record_report(measure=reported, values=report_values(), by=office, now=NOW)
    closed = close_round(reporting_round=running, by=office, now=NOW)
    chapters = proposed_chapters(monitoring_state(closed, Audience.INSIDE), fields_in_order(closed))
    return begin_report(reporting_round=closed, chapters=chapters, by=office, now=NOW)


def test_every_line_of_every_table_of_numbers_adds_up(report):
    state = monitoring_state(report.round, Audience.INSIDE)
    fields = fields_in_order(report.round)
    tables = [
        block
        for chapter in report.chapters.filter(kind__in=("overview", "funding"))
        for block in chapter_blocks(chapter, state, fields)
        if block["kind"] == "table" and block["numbers"]
    ]

    assert [block["caption"] for block in tables] == [
        "Phasen nach Handlungsfeld",
        "Ampeln nach Handlungsfeld",
        "Meldungen nach Handlungsfeld",
        "Finanzierung nach Handlungsfeld",
    ]
    for block in tables:
        lines = [[int(cell) for cell in cells[1:]] for cells in block["rows"]]
        assert lines[-1][0] == RoundEntry.objects.count() == 11
        assert [sum(numbers[1:]) for numbers in lines] == [numbers[0] for numbers in lines]
        assert [sum(column) for column in zip(*lines[:-1], strict=True)] == lines[-1]


def test_key_figures_of_reports_phases_and_lights_add_up(report):
    figures = {
        label: number
        for label, number, _former in key_figures(monitoring_state(report.round, Audience.INSIDE))
    }

    assert figures == {
        "Maßnahmen": 11,
        "mit Meldung": 1,
        "gefragt, keine Meldung": 4,
        "nicht gefragt": 6,
        "nicht begonnen": 2,
        "in Vorbereitung": 2,
        "in Umsetzung": 3,
        "abgeschlossen": 2,
        "eingestellt": 0,
        "Phase nicht belegt": 2,
        "Ampel ✓ grün": 3,
        "Ampel ! gelb": 0,
        "Ampel ✗ rot": 2,
        "Ampel ? nicht belegt": 6,
    }
    numbers = list(figures.values())
    assert [sum(numbers[1:4]), sum(numbers[4:10]), sum(numbers[10:])] == [11, 11, 11]


def test_report_says_why_some_were_not_asked(report):
    state = monitoring_state(report.round, Audience.INSIDE)
    overview = report.chapters.get(kind="overview")

    blocks = chapter_blocks(overview, state, fields_in_order(report.round))

    notes = [block["text"] for block in blocks if block["kind"] == "note"]
    assert notes == [
        "Nicht gefragt wird, was abgeschlossen, eingestellt oder aus früheren Unterlagen "
        "übernommen ist, und wo keine Organisation des Portals die Federführung hat."
    ]
