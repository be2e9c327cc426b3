"""Invented visits: approved, awaiting approval, and resubmitted after the approval lapsed."""

import datetime as dt
from dataclasses import replace
from io import BytesIO

from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import Workbook

from approvals.enums import Verdict
from approvals.registry import Briefing, Commitment, Decision, date_concerns
from core.conflicts import version_of
from core.enums import XLSX
from core.models import Origin
from demo.accounts import find_organisation
from demo.scenario import Scenario
from media_visits import services
from media_visits.enums import PressKind
from media_visits.models import Visit
from media_visits.queries import commitment_of
from media_visits.services.visits import VISIT_FIELDS
from partners.models import Sector

# A new time lets the approval lapse.
DELAY = dt.timedelta(hours=2)
COURSE = [["Uhrzeit", "Was"], ["14:00", "Begrüßung"], ["14:15", "Rundgang"], ["15:00", "Gespräch"]]


def load_invented_visits(scenario: Scenario) -> None:
    _load_approved_visit(scenario)
    _load_visit_awaiting_approval(scenario)
    _load_visit_with_lapsed_approval(scenario)


def _load_approved_visit(scenario: Scenario) -> None:
    """Load a visit three weeks ahead with a Wort-Bild-Termin."""
    visit = _make_visit(
        scenario,
        "BAE Batterien",
        days=16,
        sectors=["Elektroindustrie", "Energietechnik"],
        title="Rundgang durch die Fertigung für Energiespeicher",
        message="Energiespeicher aus Berlin halten Betriebe am Netz.",
    )
    slot = {
        "kind": PressKind.WORD_PICTURE,
        "starts_at": visit.starts_at,
        "be_there_by": visit.starts_at - dt.timedelta(minutes=15),
        "meeting_point": "Besuchereingang am Werkstor",
        "expected_pictures": "Blick in die Zellfertigung, Statement am Prüfstand",
        "registration_deadline": scenario.at(13, 14),
        "capacity": 20,
    }
    # Before the submission: the approval covers the press, so a later slot would let it lapse.
    services.create_press_slot(
        visit=visit, values=slot, origin=Origin.DEMO, by=scenario.office, now=scenario.at(-8)
    )
    approval = _submit(
        scenario,
        visit,
        -8,
        due=-3,
        facts="Der Betrieb hat zugesagt; eine Schicht läuft während des Rundgangs.",
    )
    services.decide_visit(
        approval=approval,
        decision=Decision(Verdict.APPROVE),
        by=scenario.senator,
        now=scenario.at(-5, 15),
    )


def _load_visit_awaiting_approval(scenario: Scenario) -> None:
    """Load a visit five weeks ahead."""
    visit = _make_visit(
        scenario,
        "Berliner Seilfabrik",
        days=26,
        sectors=["Metall"],
        title="Ausbildung in der Metallverarbeitung",
        message="Wer in Berlin einen Metallberuf lernt, baut Spielplätze für die ganze Welt.",
    )
    slot = {"kind": PressKind.PICTURE, "starts_at": visit.starts_at, "capacity": 12}
    services.create_press_slot(
        visit=visit, values=slot, origin=Origin.DEMO, by=scenario.office, now=scenario.at(-2)
    )
    _submit(
        scenario, visit, -2, due=4, facts="Der Betrieb schlägt ein Gespräch mit Auszubildenden vor."
    )


def _load_visit_with_lapsed_approval(scenario: Scenario) -> None:
    """Load a visit whose time changed after its approval; it has been resubmitted.

    Its new time clashes with a date that is proposed for a dialogue.
    """
    visit = _make_visit(
        scenario,
        "Stadler",
        days=30,
        sectors=["Fahrzeugbau"],
        title="Schienenfahrzeuge für den Nahverkehr",
        message="Züge aus Pankow fahren auf Berliner Gleisen.",
    )
    approval = _submit(scenario, visit, -7, due=-4, facts="Der Betrieb hat zugesagt.")
    services.decide_visit(
        approval=approval,
        decision=Decision(Verdict.APPROVE),
        by=scenario.senator,
        now=scenario.at(-5, 15),
    )
    # Load it again: the decision changed the record, and the version is a fingerprint of it.
    visit = Visit.objects.get(pk=visit.pk)
    moved = {"starts_at": visit.starts_at + DELAY, "ends_at": visit.ends_at + DELAY}
    now = scenario.at(-1, 9)
    services.change_visit(
        visit=visit,
        values=moved,
        version=version_of(visit, VISIT_FIELDS),
        by=scenario.office,
        now=now,
        heeded=_concerns_of(replace(commitment_of(visit), **moved), scenario.office, now),
    )
    _submit(
        scenario,
        visit,
        -1,
        due=5,
        facts="Der Betrieb hat zugesagt; wegen einer Abnahme beginnt der Besuch später.",
    )


def _concerns_of(date: Commitment, user, now: dt.datetime) -> set[str]:
    """Return the keys of everything that the office would see before it makes the date."""
    found = date_concerns([date], user=user, now=now)
    return {concern.key for _date, concerns in found for concern in concerns}


def _make_visit(
    scenario: Scenario,
    company_name: str,
    *,
    days: int,
    sectors: list[str],
    title: str,
    message: str,
) -> Visit:
    company = find_organisation(company_name)
    starts_at = scenario.at(days, 11)
    values = {
        "company": company,
        "title": title,
        "message": message,
        "address": company.postal_address,
        "visitor": "Senatorin",
        "starts_at": starts_at,
        "ends_at": starts_at + dt.timedelta(hours=1, minutes=30),
        "sectors": [Sector.objects.get_or_create(name=name)[0] for name in sectors],
    }
    return services.create_visit(
        values=values, origin=Origin.DEMO, by=scenario.office, now=scenario.at(-10)
    )


def _submit(scenario: Scenario, visit: Visit, days: int, *, due: int, facts: str):
    vote = (
        "Zustimmung zum Besuch mit Presse"
        if visit.press_slots.exists()
        else "Zustimmung zum Besuch"
    )
    briefing = Briefing(
        "Besuche mit Branchenschwerpunkt nach dem Masterplan",
        facts,
        "Die Branche kam in den letzten Besuchen kaum vor; der Termin passt in die Woche.",
        vote,
        [_make_sheet("Ablauf (Demodaten).xlsx", COURSE)],
    )
    return services.submit_visit(
        visit=visit,
        briefing=briefing,
        due_on=scenario.on(due),
        by=scenario.office,
        now=scenario.at(days),
    )


def _make_sheet(name: str, rows: list[list[str]]) -> SimpleUploadedFile:
    """Return `rows` as an uploaded Excel file."""
    book = Workbook()
    for row in rows:
        book.active.append(row)
    buffer = BytesIO()
    book.save(buffer)
    return SimpleUploadedFile(name, buffer.getvalue(), content_type=XLSX)
