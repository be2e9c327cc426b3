"""Visits, press slots and coverage for tests. A visit takes place three weeks after NOW."""

import datetime as dt
import itertools

from approvals.enums import ApprovalKind, ApprovalState
from approvals.registry import snapshot_of
from core.dates import local_date
from core.models import Precision
from media_visits.enums import PressKind, VisitState
from media_visits.facts import VISIT_FACTS
from media_visits.models import Coverage, PressSlot, Visit
from outbox.enums import MailState
from outbox.models import Mail
from partners.models import Sector
from tests.approvals.builders import NOW, make_approval, make_subject
from tests.partners.builders import make_organisation

STARTS_AT = NOW + dt.timedelta(days=21)
ENDS_AT = STARTS_AT + dt.timedelta(hours=2)
AFTERWARDS = STARTS_AT + dt.timedelta(days=1)
WAS_SUBMITTED = (
    VisitState.SUBMITTED,
    VisitState.RETURNED,
    VisitState.APPROVED,
    VisitState.ANNOUNCED,
    VisitState.HELD,
    VisitState.DOCUMENTED,
    VisitState.POSTPONED,
)
WAS_ANNOUNCED = (VisitState.ANNOUNCED, VisitState.HELD, VisitState.DOCUMENTED)
GRANTED = (VisitState.APPROVED, *WAS_ANNOUNCED)

_numbers = itertools.count(1)


def visit_values(**fields) -> dict:
    """Return the values of a visit as its form passes them to the services."""
    values = {
        "title": f"Rundgang {next(_numbers)}",
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "visitor": "Senatorin",
    }
    if "company" not in fields and "company_text" not in fields:
        values["company"] = make_organisation()
    return values | fields


def new_visit(**fields) -> Visit:
    """Return an unsaved visit."""
    return Visit(**visit_values(**fields))


def make_visit(state: str = VisitState.IDEA, **fields) -> Visit:
    """Return a saved visit in `state` with everything the state implies: approval, dates, reasons.

    `approval=False` leaves out the approval.
    """
    approval = fields.pop("approval", True)
    if state in WAS_SUBMITTED:
        fields.setdefault("submitted_at", NOW)
    if state in WAS_ANNOUNCED:
        fields.setdefault("announced_at", NOW)
    if state in (VisitState.POSTPONED, VisitState.CANCELLED):
        fields.setdefault("reason", "Terminkollision")
    if state == VisitState.DOCUMENTED:
        fields.setdefault("outcome", "Das Werk sucht Fläche.")
    visit = new_visit(state=state, **fields)
    if visit.starts_at:
        visit.starts_on = local_date(visit.starts_at)
    elif visit.starts_on is None:
        visit.precision = Precision.UNKNOWN
    visit._history_date = NOW - dt.timedelta(days=1)
    visit.save()
    if approval and state == VisitState.SUBMITTED:
        make_visit_approval(visit)
    if approval and state in GRANTED:
        make_visit_approval(visit, ApprovalState.APPROVED)
    return visit


def make_visit_approval(visit: Visit, state: str = ApprovalState.OPEN, **fields):
    """Return an approval of `visit` in `state`; `fields` are set on it."""
    subject = make_subject(
        kind=ApprovalKind.VISIT,
        pk=visit.pk,
        title=str(visit),
        path=visit.get_absolute_url(),
        snapshot=snapshot_of(VISIT_FACTS, visit),
    )
    return make_approval(state, subject=subject, **fields)


def make_sector(name: str = "Maschinenbau") -> Sector:
    return Sector.objects.get_or_create(name=name)[0]


def make_slot(visit: Visit, **fields) -> PressSlot:
    """Return a saved Wort-Bild-Termin at the start of `visit`."""
    values = {
        "kind": PressKind.WORD_PICTURE,
        "starts_at": visit.starts_at,
        "meeting_point": "Werkstor",
    }
    return PressSlot.objects.create(visit=visit, **values | fields)


def make_coverage(**fields) -> Coverage:
    """Return a saved press report with a unique link."""
    number = next(_numbers)
    values = {
        "medium": "Stadtblatt",
        "title": f"Bericht {number}",
        "url": f"https://example.org/{number}",
        "starts_on": dt.date(2026, 2, 10),
    }
    return Coverage.objects.create(**values | fields)


def posted_visit(**fields) -> dict:
    """Return the data that the form of a visit posts."""
    values = {
        "company_text": "Turbinenbau AG",
        "title": "Rundgang",
        "starts_at": "2026-03-23T10:00",
        "ends_at": "2026-03-23T12:00",
        "visitor": "Senatorin",
        "address": "",
        "message": "",
        "internal_notes": "",
        "to_be_published": "on",
    }
    return values | fields


def text_of(response) -> str:
    return response.content.decode()


def titles_shown(response) -> list[str]:
    """Return the titles of the visits or press reports on a list page."""
    return [record.title for record in response.context["page"].object_list]


def hidden_version(response) -> str:
    """Return the version fingerprint in the form of a page."""
    return response.context["form"]["version"].value()


def send_mails() -> None:
    """Record every waiting mail as sent."""
    waiting = Mail.objects.filter(state=MailState.WAITING)
    waiting.update(state=MailState.SENT, sent_at=NOW, attempts=1)
