"""The real dialogues in the demo: every row, as exactly as its source knows it."""

import datetime as dt

import pytest
from django.utils import timezone

from core.models import Origin, Precision
from demo.dialogues import load_dialogues
from demo.loading import read_records
from demo.organisations import load_organisations
from dialogues.enums import DialogueCategory, DialogueFormat, DialogueState
from dialogues.models import Dialogue
from tests.keeping import kept_for_a_while

pytestmark = [pytest.mark.django_db, pytest.mark.embedded]


@pytest.fixture(scope="module")
def rows(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        load_organisations(read_records("organisations"), now=timezone.now())
        data = read_records("dialogues")
        load_dialogues(data, now=timezone.now())
        yield list(zip(data, Dialogue.objects.order_by("pk"), strict=True))


def test_every_row_is_there_outside_the_workflow(rows):
    assert len(rows) == 44
    for source, row in rows:
        assert (row.origin, row.state, row.starts_at) == (
            Origin.TAKEN_OVER,
            DialogueState.HELD,
            None,
        )
        assert row.sources == source["source"]
        assert row.basis == {"starts_on": source["date_basis"]}
        assert row.outcome == (source["outcome"] or "")
        assert row.press_text == (source["press"] or "")
        assert row.participants_text.splitlines() == source["participants"]
        assert str(row.host or row.host_text)


def test_only_a_branchengespraech_is_one(rows):
    dialogues = [row for _source, row in rows if row.category == DialogueCategory.DIALOGUE]
    events = [(source, row) for source, row in rows if row.category == DialogueCategory.EVENT]

    assert [(row.known_date, row.event_kind) for row in dialogues] == [("23.10.2017", "")]
    assert all(row.event_kind == source["kind"] for source, row in events)


def test_days_are_kept_as_they_are_known(rows):
    known = {source["topic"]: row for source, row in rows}
    seed = known["Wiederaufnahme der Branchengespräche, mediale Präsenz der Industrie"]
    unknown = next(row for source, row in rows if source["date_basis"] == "unknown")
    inferred = known[
        "Wirtschaftspolitik: Investitionen der Landesbetriebe, Messe, Tegel-Nachnutzung"
    ]

    assert (seed.known_date, seed.precision) == ("2019", Precision.YEAR)
    assert known["Pläne für den Siemens-Innovationscampus"].known_date == "August 2018"
    assert (unknown.known_date, unknown.starts_on) == ("Datum nicht belegt", None)
    assert (inferred.starts_on, inferred.basis["starts_on"]) == (dt.date(2017, 3, 1), "inferred")


def test_hosts_are_matched_by_name_else_they_stay_text(rows):
    matched = [source["host"] for source, row in rows if row.host]

    assert "IHK Berlin" in matched
    assert "VDMA Ost mit Senatsverwaltung für Wirtschaft, Energie und Betriebe" not in matched
    assert all(not row.host_text for _source, row in rows if row.host)


def test_doubts_keep_the_time_and_leave_out_remarks_among_gatherers(rows):
    doubts = {source["topic"]: row.doubts for source, row in rows}

    assert doubts["Relaunch Industriekampagne"] == (
        "Sitzungsnummer nicht genannt (rechnerisch 15). Uhrzeit laut Quelle: Pressekonferenz ca. "
        "11:45-12:00."
    )
    assert doubts["Industrie in Berlin"] == ""
    assert not any(
        "masterplan-facts" in text or "Seed" in text or "Demodaten" in text
        for text in doubts.values()
    )


def test_digital_meetings_are_digital(rows):
    digital = [source["kind"] for source, row in rows if row.format == DialogueFormat.DIGITAL]

    assert digital == ["Wirtschaftskonferenz (digital)", "Regionalveranstaltung (digital)"]
