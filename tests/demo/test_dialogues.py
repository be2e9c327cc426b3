"""The real dialogues keep the precision of their sources."""

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
def loaded(django_db_setup, django_db_blocker):
    with kept_for_a_while(django_db_blocker):
        load_organisations(read_records("organisations"), now=timezone.now())
        data = read_records("dialogues")
        load_dialogues(data, now=timezone.now())
        yield list(zip(data, Dialogue.objects.order_by("pk"), strict=True))


def test_every_record_is_loaded_as_taken_over(loaded):
    assert len(loaded) == 44
    for source, dialogue in loaded:
        assert (dialogue.origin, dialogue.state, dialogue.starts_at) == (
            Origin.TAKEN_OVER,
            DialogueState.HELD,
            None,
        )
        assert dialogue.sources == source["source"]
        assert dialogue.basis == {"starts_on": source["date_basis"]}
        assert dialogue.outcome == (source["outcome"] or "")
        assert dialogue.press_text == (source["press"] or "")
        assert dialogue.participants_text.splitlines() == source["participants"]
        assert str(dialogue.host or dialogue.host_text)


def test_other_meetings_become_events(loaded):
    dialogues = [
        dialogue for _source, dialogue in loaded if dialogue.category == DialogueCategory.DIALOGUE
    ]
    events = [
        (source, dialogue)
        for source, dialogue in loaded
        if dialogue.category == DialogueCategory.EVENT
    ]

    assert [(dialogue.known_date, dialogue.event_kind) for dialogue in dialogues] == [
        ("23.10.2017", "")
    ]
    assert all(dialogue.event_kind == source["kind"] for source, dialogue in events)


def test_day_is_as_exact_as_its_source(loaded):
    known = {source["topic"]: dialogue for source, dialogue in loaded}
    seed = known["Wiederaufnahme der Branchengespräche, mediale Präsenz der Industrie"]
    unknown = next(dialogue for source, dialogue in loaded if source["date_basis"] == "unknown")
    inferred = known[
        "Wirtschaftspolitik: Investitionen der Landesbetriebe, Messe, Tegel-Nachnutzung"
    ]

    assert (seed.known_date, seed.precision) == ("2019", Precision.YEAR)
    assert known["Pläne für den Siemens-Innovationscampus"].known_date == "August 2018"
    assert (unknown.known_date, unknown.starts_on) == ("Datum nicht belegt", None)
    assert (inferred.starts_on, inferred.basis["starts_on"]) == (dt.date(2017, 3, 1), "inferred")


def test_host_that_matches_no_organisation_stays_text(loaded):
    matched = [source["host"] for source, dialogue in loaded if dialogue.host]

    assert "IHK Berlin" in matched
    assert "VDMA Ost mit Senatsverwaltung für Wirtschaft, Energie und Betriebe" not in matched
    assert all(not dialogue.host_text for _source, dialogue in loaded if dialogue.host)


def test_doubts_keep_the_time_of_day_and_drop_internal_remarks(loaded):
    doubts = {source["topic"]: dialogue.doubts for source, dialogue in loaded}

    assert doubts["Relaunch Industriekampagne"] == (
        "Sitzungsnummer nicht genannt (rechnerisch 15). Uhrzeit laut Quelle: Pressekonferenz ca. "
        "11:45-12:00."
    )
    assert doubts["Industrie in Berlin"] == ""
    assert not any(
        "masterplan-facts" in text or "Seed" in text or "Demodaten" in text
        for text in doubts.values()
    )


def test_digital_meetings_are_digital(loaded):
    digital = [
        source["kind"] for source, dialogue in loaded if dialogue.format == DialogueFormat.DIGITAL
    ]

    assert digital == ["Wirtschaftskonferenz (digital)", "Regionalveranstaltung (digital)"]
