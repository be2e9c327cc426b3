import datetime as dt

import pytest

from approvals.models import ApprovalRequest
from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Warned
from core.models import Origin
from media_visits.enums import PressKind, VisitState
from media_visits.models import PressSlot, Visit
from media_visits.progress.visits import visit_history
from media_visits.services import (
    change_press_slot,
    change_visit,
    create_press_slot,
    delete_press_slot,
)
from media_visits.services.press import SLOT_FIELDS
from media_visits.services.visits import VISIT_FIELDS
from tests.approvals.builders import NOW
from tests.media_visits.builders import ENDS_AT, STARTS_AT, make_slot, make_visit
from tests.unchanged import CHANGED_MEANWHILE, OFFICE_ONLY, mails_written, nothing_changes

pytestmark = pytest.mark.django_db
S = VisitState
CLOSED = [S.HELD, S.DOCUMENTED, S.CANCELLED]
LATE = STARTS_AT + dt.timedelta(minutes=1)


def add(visit, by, **fields):
    values = {"kind": PressKind.PICTURE, "starts_at": STARTS_AT} | fields
    return create_press_slot(visit=visit, values=values, by=by, now=NOW)


def change(slot, by, *, version=None, **values):
    version = version or version_of(PressSlot.objects.get(pk=slot.pk), SLOT_FIELDS)
    return change_press_slot(slot=slot, values=values, version=version, by=by, now=NOW)


def test_slot_is_added_and_noted_at_the_visit(office):
    visit = make_visit()

    add(visit, office)

    slot = visit.press_slots.get()
    assert (slot.kind, slot.starts_at) == (PressKind.PICTURE, STARTS_AT)
    assert (
        visit.history.latest().history_change_reason
        == "Pressetermin ergänzt: Bildtermin 23.03.2026, 10:00 Uhr"
    )


def test_visit_that_is_not_public_needs_no_time(office):
    add(make_visit(), office, kind=PressKind.NOT_PUBLIC, starts_at=None)

    assert PressSlot.objects.get().kind == PressKind.NOT_PUBLIC


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"starts_at": None}, "wann der Pressetermin beginnt"),
        ({"be_there_by": LATE}, "^„Da sein bis“ muss vor dem Beginn liegen.$"),
        ({"registration_deadline": LATE}, "^Der Anmeldeschluss muss vor dem Beginn liegen.$"),
        (
            {"kind": PressKind.NOT_PUBLIC, "starts_at": None, "be_there_by": LATE},
            "^„Da sein bis“ muss vor dem Beginn liegen.$",
        ),
    ],
)
def test_impossible_slots_are_refused_in_words(office, fields, message):
    visit = make_visit()

    with nothing_changes(visit), pytest.raises(Refused, match=message):
        add(visit, office, **fields)

    assert not PressSlot.objects.exists()


OTHER_DAY = STARTS_AT + dt.timedelta(days=1)
WRONG_DAY = r"^Der Besuch ist an einem anderen Tag: Mo, 23\.03\.2026, 10:00–12:00 Uhr\.$"


def test_slot_on_another_day_than_the_visit_is_refused(office):
    visit = make_visit()
    slot = make_slot(visit)

    with nothing_changes(visit, slot):
        with pytest.raises(Refused, match=WRONG_DAY):
            add(visit, office, starts_at=OTHER_DAY)
        with pytest.raises(Refused, match=WRONG_DAY):
            change(slot, office, starts_at=OTHER_DAY)


def test_slot_may_begin_on_each_day_of_a_long_visit_and_before_its_date_is_known(office):
    add(make_visit(ends_at=OTHER_DAY), office, starts_at=OTHER_DAY)
    later = OTHER_DAY + dt.timedelta(hours=1)
    add(make_visit(starts_at=None, ends_at=None), office, starts_at=later)

    assert PressSlot.objects.count() == 2


def test_slot_of_a_visit_that_moved_can_still_be_changed(office):
    slot = make_slot(make_visit(), starts_at=OTHER_DAY)

    change(slot, office, meeting_point="Empfang")

    slot.refresh_from_db()
    assert slot.meeting_point == "Empfang"


def test_same_slot_twice_is_refused(office):
    visit = make_visit()
    add(visit, office)

    with nothing_changes(visit), pytest.raises(Refused, match="gibt es schon"):
        add(visit, office)

    assert visit.press_slots.count() == 1


@pytest.mark.parametrize("state", CLOSED)
def test_slots_cannot_change_once_a_visit_is_over(office, state):
    visit = make_visit(state)
    slot = make_slot(visit)

    with nothing_changes(visit, slot):
        with pytest.raises(Refused, match="nichts mehr zu ändern"):
            add(visit, office)
        with pytest.raises(Refused, match="nichts mehr zu ändern"):
            change(slot, office, meeting_point="Empfang")
        with pytest.raises(Refused, match="nichts mehr zu ändern"):
            delete_press_slot(slot=slot, by=office, now=NOW)


@pytest.mark.parametrize("act", ["add", "change", "remove"])
@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED])
def test_changing_the_press_lets_the_approval_lapse(office, senator, state, act):
    visit = make_visit(state)
    slot = make_slot(visit)

    if act == "add":
        add(visit, office)
    elif act == "change":
        change(slot, office, kind=PressKind.POOL)
    else:
        delete_press_slot(slot=slot, by=office, now=NOW)

    assert Visit.objects.get(pk=visit.pk).state == S.IDEA
    approval = ApprovalRequest.objects.get()
    assert (approval.state, approval.lapse_reason) == ("lapsed", "geändert: Presse")
    assert mails_written() == [
        ("approval_lapsed", office.email),
        ("approval_lapsed", senator.email),
    ]


@pytest.mark.parametrize("state", [S.SUBMITTED, S.APPROVED, S.ANNOUNCED])
def test_meeting_point_and_seats_may_change_until_the_visit(office, state):
    visit = make_visit(state)
    slot = make_slot(visit)

    change(slot, office, meeting_point="Empfang", capacity=12)

    slot.refresh_from_db()
    assert (slot.meeting_point, slot.capacity) == ("Empfang", 12)
    assert Visit.objects.get(pk=visit.pk).state == state


def test_announced_time_of_a_slot_is_fixed(office):
    visit = make_visit(S.ANNOUNCED)
    slot = make_slot(visit)

    with nothing_changes(visit, slot), pytest.raises(Refused, match="verschieben Sie den Besuch"):
        change(slot, office, starts_at=STARTS_AT + dt.timedelta(hours=1))


def test_second_change_of_the_same_slot_version_is_refused(office):
    visit = make_visit()
    slot = make_slot(visit)
    shown = version_of(slot, SLOT_FIELDS)
    change(slot, office, capacity=5)

    with nothing_changes(visit, slot), pytest.raises(ChangedMeanwhile, match=CHANGED_MEANWHILE):
        change(slot, office, version=shown, capacity=9)


def test_stale_form_of_a_slot_is_refused_for_the_state_of_its_visit(office):
    visit = make_visit()
    slot = make_slot(visit)
    shown = version_of(slot, SLOT_FIELDS)
    change(slot, office, capacity=5)
    Visit.objects.update(state=S.CANCELLED, reason="Terminkollision")

    with nothing_changes(visit, slot), pytest.raises(Refused, match="nichts mehr zu ä") as refused:
        change(slot, office, version=shown, capacity=9)

    assert not isinstance(refused.value, ChangedMeanwhile)


def test_verlauf_says_what_changed_of_a_slot_and_of_the_visit(office):
    visit = make_visit(message="Alte Botschaft")
    add(visit, office, meeting_point="Tor 1")
    slot = visit.press_slots.get()
    change(slot, office, meeting_point="Tor 2", starts_at=LATE, capacity=12)
    version = version_of(Visit.objects.get(), VISIT_FIELDS)
    values = {"message": "Neue Botschaft", "address": "Werkstraße 1"}
    change_visit(visit=visit, values=values, version=version, by=office, now=NOW + dt.timedelta(1))
    visit.refresh_from_db()
    before = make_visit().address

    changed, slot_changed, *_rest = visit_history(visit, [])

    assert changed.note == f"Adresse: {before or '–'} → Werkstraße 1"
    assert changed.texts == (("Botschaft", "Alte Botschaft", "Neue Botschaft"),)
    assert slot_changed.what.startswith("Pressetermin geändert: ")
    assert slot_changed.note.splitlines() == [
        "Beginn: 23.03.2026, 10:00 Uhr → 23.03.2026, 10:01 Uhr",
        "Treffpunkt: Tor 1 → Tor 2",
        "Plätze: – → 12",
    ]


def test_saving_a_slot_unchanged_writes_nothing(office):
    visit = make_visit()
    slot = make_slot(visit)

    with nothing_changes(visit, slot):
        change(slot, office, kind=slot.kind, meeting_point=slot.meeting_point)


def test_removed_slot_stays_in_the_history(office):
    visit = make_visit()
    slot = make_slot(visit)
    number = slot.pk

    delete_press_slot(slot=slot, by=office, now=NOW)

    assert not PressSlot.objects.exists()
    last = PressSlot.history.filter(id=number).latest()
    assert (last.history_type, last.history_user) == ("-", office)


def test_slots_of_a_visit_taken_over_may_be_corrected(office):
    visit = make_visit(S.HELD, origin=Origin.TAKEN_OVER)

    add(visit, office, starts_at=None)

    assert [(slot.starts_at, slot.origin) for slot in visit.press_slots.all()] == [
        (None, Origin.TAKEN_OVER)
    ]


def test_slot_of_a_visit_taken_over_may_lose_a_time_that_no_source_names(office):
    slot = make_slot(make_visit(S.HELD, origin=Origin.TAKEN_OVER))

    change(slot, office, starts_at=None)

    slot.refresh_from_db()
    assert (slot.starts_at, slot.origin) == (None, Origin.TAKEN_OVER)


def test_only_the_office_keeps_slots(senator):
    visit = make_visit()
    slot = make_slot(visit)

    with nothing_changes(visit, slot):
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            add(visit, senator)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            change(slot, senator, capacity=1)
        with pytest.raises(NotAllowed, match=OFFICE_ONLY):
            delete_press_slot(slot=slot, by=senator, now=NOW)


def test_deadline_that_has_passed_is_refused(office):
    visit, before = make_visit(), NOW - dt.timedelta(minutes=1)

    with pytest.raises(Refused, match="Der Anmeldeschluss liegt in der Vergangenheit."):
        add(visit, office, registration_deadline=before)

    assert not visit.press_slots.exists()
    add(visit, office, registration_deadline=NOW)


def test_deadline_that_passed_meanwhile_does_not_block_other_changes(office):
    slot = make_slot(make_visit(), registration_deadline=NOW - dt.timedelta(days=1))

    assert change(slot, office, capacity=5).capacity == 5
    with pytest.raises(Refused, match="Der Anmeldeschluss liegt in der Vergangenheit."):
        change(slot, office, registration_deadline=NOW - dt.timedelta(hours=1))


def test_visit_from_earlier_records_keeps_its_deadline(office):
    visit = make_visit(S.HELD, origin=Origin.TAKEN_OVER, starts_at=NOW - dt.timedelta(days=9))
    times = {"starts_at": visit.starts_at, "registration_deadline": NOW - dt.timedelta(days=10)}

    add(visit, office, **times)

    assert visit.press_slots.get().registration_deadline == times["registration_deadline"]


def test_start_that_clashes_warns_and_can_be_overruled(office):
    other = make_visit(starts_at=STARTS_AT - dt.timedelta(minutes=30), ends_at=ENDS_AT)
    visit = make_visit()
    key = f"visit:{other.pk}-2026-03-23T09:30-2026-03-23T10:01"
    values = {"kind": PressKind.PICTURE, "starts_at": LATE}

    with nothing_changes(visit), pytest.raises(Warned, match="Zu diesem Termin gibt es Hinweise"):
        create_press_slot(visit=visit, values=values, by=office, now=NOW, heeded=["other"])
    slot = create_press_slot(visit=visit, values=values, by=office, now=NOW, heeded=[key])

    # Only another start or kind is looked at again.
    change(slot, office, meeting_point="Tor 2")
    with pytest.raises(Warned, match="Zu diesem Termin gibt es Hinweise"):
        change(slot, office, starts_at=LATE + dt.timedelta(minutes=1))


def test_slot_without_the_press_warns_of_nothing(office):
    make_visit()

    slot = add(make_visit(), office, kind=PressKind.NOT_PUBLIC)

    assert slot.starts_at == STARTS_AT


def test_arrival_on_another_day_is_refused_also_when_only_the_start_moves(office):
    visit = make_visit()
    day_before = STARTS_AT - dt.timedelta(days=1)
    message = "^„Da sein bis“ liegt an einem anderen Tag als der Beginn.$"

    for early in (day_before, dt.datetime(2000, 1, 1, 9, tzinfo=dt.UTC)):
        with pytest.raises(Refused, match=message):
            add(visit, office, be_there_by=early)
    assert not visit.press_slots.exists()
    slot = make_slot(make_visit(starts_at=STARTS_AT), be_there_by=day_before)
    with pytest.raises(Refused, match=message):
        change(slot, office, starts_at=STARTS_AT + dt.timedelta(minutes=30))
    # What is stored does not block other changes.
    assert change(slot, office, capacity=5).capacity == 5


def test_arrival_hours_before_the_start_is_a_concern(office):
    visit = make_visit()
    early = STARTS_AT - dt.timedelta(hours=3, minutes=1)
    values = {"kind": PressKind.PICTURE, "starts_at": STARTS_AT, "be_there_by": early}

    with pytest.raises(Warned) as warned:
        create_press_slot(visit=visit, values=values, by=office, now=NOW)

    [concern] = warned.value.concerns
    assert str(concern) == (
        "Da sein bis: 23.03.2026, 06:59 Uhr, mehr als drei Stunden vor dem Beginn"
    )
    create_press_slot(visit=visit, values=values, by=office, now=NOW, heeded=[concern.key])
    add(visit, office, kind=PressKind.POOL, be_there_by=early + dt.timedelta(minutes=1))
    assert visit.press_slots.count() == 2
