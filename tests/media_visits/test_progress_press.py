import datetime as dt

import pytest

from core.models import Origin
from core.roles import OBSERVER, OFFICE
from media_visits.enums import CoverageKind, PressKind
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.progress.press import listed_coverage, listed_slots
from tests.approvals.builders import NOW
from tests.media_visits.builders import STARTS_AT
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def listed(user=None, **fields):
    coverage = Coverage(medium="Stadtblatt", title="Werk öffnet", kind="radio", **fields)
    return listed_coverage([coverage], user or make_user(OFFICE))[0]


def test_slot_names_arrival_registration_and_seats():
    hour = dt.timedelta(hours=1)
    slot = PressSlot(
        kind=PressKind.POOL,
        starts_at=STARTS_AT,
        be_there_by=STARTS_AT - hour,
        registration_deadline=STARTS_AT - 2 * hour,
        capacity=1,
    )

    assert listed_slots(Visit(), [slot], NOW) == [
        (
            slot,
            "Mo, 23.03.2026, 10:00 Uhr",
            "da sein bis Mo, 23.03.2026, 09:00 Uhr",
            "bis Mo, 23.03.2026, 08:00 Uhr",
            "1 Platz",
            "",
            False,
            False,
        )
    ]


def test_slot_without_details_has_empty_texts():
    slot = PressSlot(kind=PressKind.NOT_PUBLIC)

    assert listed_slots(Visit(), [slot], NOW) == [(slot, "", "", "", "", "", False, False)]


def test_slot_that_kept_its_day_says_so():
    visit = Visit(starts_at=STARTS_AT, ends_at=STARTS_AT + dt.timedelta(hours=2))
    slot = PressSlot(kind=PressKind.POOL, starts_at=STARTS_AT - dt.timedelta(days=7))

    assert listed_slots(visit, [slot], NOW)[0].day_note == (
        "Liegt noch an einem anderen Tag als der Besuch (Mo, 23.03.2026, 10:00–12:00 Uhr)."
    )


@pytest.mark.parametrize(
    ("role", "medium"),
    [(OFFICE, "Stadtblatt · Hörfunk · kritisch"), (OBSERVER, "Stadtblatt · Hörfunk")],
)
def test_coverage_shows_its_tone_to_internal_readers_only(role, medium):
    assert listed(make_user(role), tone="critical").medium == medium


def test_unknown_kind_of_coverage_is_left_out():
    coverage = Coverage(medium="Stadtblatt", title="Werk öffnet", kind=CoverageKind.UNKNOWN)

    assert listed_coverage([coverage], make_user(OFFICE))[0].publisher == "Presse"


@pytest.mark.parametrize(
    ("fields", "origin"),
    [
        ({"doubts": "unklar"}, ""),
        ({"origin": Origin.TAKEN_OVER, "basis": {"medium": "sourced"}}, "übernommen"),
        (
            {"origin": Origin.TAKEN_OVER, "basis": {"starts_on": "inferred"}, "doubts": "unklar"},
            "übernommen · Datum: erschlossen · unklar",
        ),
    ],
)
def test_coverage_names_its_origin_and_what_is_doubtful(fields, origin):
    assert listed(**fields).origin == origin
