"""Invented for the demo and marked so: a visit approved with its press slot, one awaiting approval,
one whose approval lapsed.

Both go through the services and are dated relative to the day of loading.
"""

import datetime as dt

from approvals.enums import Verdict
from approvals.registry import Briefing, Decision
from core.conflicts import version_of
from core.models import Origin
from demo.accounts import find_organisation
from demo.attachments import invented_sheet
from demo.stage import Stage
from media_visits import services
from media_visits.enums import PressKind
from media_visits.models import Visit
from media_visits.services.visits import VISIT_FIELDS
from partners.models import Sector

LATER = dt.timedelta(hours=2)
COURSE = [["Uhrzeit", "Was"], ["14:00", "Begrüßung"], ["14:15", "Rundgang"], ["15:00", "Gespräch"]]


def load_invented_visits(users, *, today: dt.date, now: dt.datetime) -> None:
    """Load the visits of the demo's present."""
    stage = Stage(users, today, now)
    load_approved_visit(stage)
    load_visit_awaiting_approval(stage)
    load_visit_that_lapsed(stage)


def load_approved_visit(stage: Stage) -> None:
    """Load a visit three weeks ahead that the senator's office has approved, with a
    Wort-Bild-Termin.
    """
    visit = _visit(
        stage,
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
        "registration_deadline": stage.at(13, 14),
        "capacity": 20,
    }
    services.add_press_slot(
        visit=visit, values=slot, origin=Origin.DEMO, by=stage.office, now=stage.at(-8)
    )
    approval = _submit(
        stage,
        visit,
        -8,
        due=-3,
        facts="Der Betrieb hat zugesagt; eine Schicht läuft während des Rundgangs.",
    )
    services.decide_visit(
        approval=approval,
        decision=Decision(Verdict.APPROVE),
        by=stage.senator,
        now=stage.at(-5, 15),
    )


def load_visit_awaiting_approval(stage: Stage) -> None:
    """Load a visit five weeks ahead that lies before the senator's office."""
    visit = _visit(
        stage,
        "Berliner Seilfabrik",
        days=26,
        sectors=["Metall"],
        title="Ausbildung in der Metallverarbeitung",
        message="Wer in Berlin einen Metallberuf lernt, baut Spielplätze für die ganze Welt.",
    )
    slot = {"kind": PressKind.PICTURE, "starts_at": visit.starts_at, "capacity": 12}
    services.add_press_slot(
        visit=visit, values=slot, origin=Origin.DEMO, by=stage.office, now=stage.at(-2)
    )
    _submit(
        stage, visit, -2, due=4, facts="Der Betrieb schlägt ein Gespräch mit Auszubildenden vor."
    )


def load_visit_that_lapsed(stage: Stage) -> None:
    """Load a visit whose time changed after it was approved; put before the senator's office again
    it shows that.
    """
    visit = _visit(
        stage,
        "Stadler",
        days=30,
        sectors=["Fahrzeugbau"],
        title="Schienenfahrzeuge für den Nahverkehr",
        message="Züge aus Pankow fahren auf Berliner Gleisen.",
    )
    approval = _submit(stage, visit, -7, due=-4, facts="Der Betrieb hat zugesagt.")
    services.decide_visit(
        approval=approval,
        decision=Decision(Verdict.APPROVE),
        by=stage.senator,
        now=stage.at(-5, 15),
    )
    visit = Visit.objects.get(pk=visit.pk)
    services.update_visit(
        visit=visit,
        values={"starts_at": visit.starts_at + LATER, "ends_at": visit.ends_at + LATER},
        version=version_of(visit, VISIT_FIELDS),
        by=stage.office,
        now=stage.at(-1, 9),
    )
    _submit(
        stage,
        visit,
        -1,
        due=5,
        facts="Der Betrieb hat zugesagt; wegen einer Abnahme beginnt der Besuch später.",
    )


def _visit(
    stage: Stage, part: str, *, days: int, sectors: list[str], title: str, message: str
) -> Visit:
    company = find_organisation(part)
    starts_at = stage.at(days, 11)
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
        values=values, origin=Origin.DEMO, by=stage.office, now=stage.at(-10)
    )


def _submit(stage: Stage, visit: Visit, days: int, *, due: int, facts: str):
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
        [invented_sheet("Ablauf (Demodaten).xlsx", COURSE)],
    )
    return services.submit_visit(
        visit=visit, briefing=briefing, due_on=stage.on(due), by=stage.office, now=stage.at(days)
    )
