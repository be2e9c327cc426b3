"""Visits, press slots and clippings for tests; the visit lies three weeks after the Monday of the
test.
"""

import datetime as dt
import itertools

from approvals.enums import ApprovalKind, ApprovalState
from core.dates import local_date
from core.models import Precision
from media_visits.enums import PressKind, VisitState
from media_visits.models import Coverage, PressSlot, Visit
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


def new_visit(**fields) -> Visit:
    """Return an unsaved visit as a form would hand it over."""
    values = {
        "title": f"Rundgang {next(_numbers)}",
        "starts_at": STARTS_AT,
        "ends_at": ENDS_AT,
        "visitor": "Senatorin",
    }
    if "company" not in fields and "company_text" not in fields:
        values["company"] = make_organisation()
    return Visit(**values | fields)


def make_visit(state: str = VisitState.IDEA, **fields) -> Visit:
    """Return a saved visit in `state` with what a visit in this state has: its request, its dates,
    its reasons.
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
    """Return a request for approval of `visit`."""
    subject = make_subject(
        kind=ApprovalKind.VISIT, pk=visit.pk, title=str(visit), path=visit.get_absolute_url()
    )
    return make_approval(state, subject=subject, **fields)


def make_sector(name: str = "Maschinenbau") -> Sector:
    """Return the sector `name`."""
    return Sector.objects.get_or_create(name=name)[0]


def make_slot(visit: Visit, **fields) -> PressSlot:
    """Return a saved Wort-Bild-Termin at the beginning of `visit`."""
    values = {
        "kind": PressKind.WORD_PICTURE,
        "starts_at": visit.starts_at,
        "meeting_point": "Werkstor",
    }
    return PressSlot.objects.create(visit=visit, **values | fields)


def make_coverage(**fields) -> Coverage:
    """Return a saved clipping with a link of its own."""
    number = next(_numbers)
    values = {
        "medium": "Stadtblatt",
        "title": f"Bericht {number}",
        "url": f"https://example.org/{number}",
        "starts_on": dt.date(2026, 2, 10),
    }
    return Coverage.objects.create(**values | fields)


def facts(**fields) -> dict:
    """Return what the form of a visit posts."""
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
    """Return the page as text."""
    return response.content.decode()


def shown(response) -> list[str]:
    """Return the titles of the rows on a page of a list."""
    return [row.title for row in response.context["page"].object_list]


def hidden_version(response) -> str:
    """Return the fingerprint that a form carries."""
    return response.context["form"]["version"].value()
