"""What a worker does with an import, and what others can do meanwhile."""

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OFFICE
from measures.models import Measure, MeasureImport
from measures.progress import work_on_abandoned_imports
from measures.services import (
    apply_import,
    compare_import,
    confirm_import,
    create_import,
    discard_import,
    request_undo,
    resume_import,
    start_import,
    undo_import,
)
from tests.measures.builders import make_measure, make_plan
from tests.measures.workbooks import (
    apply,
    confirm,
    exported,
    make_workbook,
    save,
    upload,
    worked_on,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
LATER = dt.timedelta(minutes=3)


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def new_measures(*titles: str):
    return make_workbook(Maßnahmen=[["Maßnahme", "Plan"], *([title, "MPI"] for title in titles)])


def abandon(record: MeasureImport, attempts: int = 1) -> None:
    """Let the worker have died some time ago."""
    MeasureImport.objects.filter(pk=record.pk).update(
        attempts=attempts, touched_at=timezone.now() - LATER
    )


def test_uploading_only_keeps_the_file_until_it_is_read(office):
    make_plan("MPI")
    file = new_measures("Ankauf")
    record = create_import(file=file, name="liste.xlsx", by=office, now=timezone.now())

    assert (record.state, record.content, record.attempts) == ("reading", {}, 0)
    assert bytes(MeasureImport.objects.get().upload) == file.getvalue()

    record = worked_on(record)
    assert (record.state, bytes(record.upload), record.attempts) == ("prepared", b"", 1)
    assert record.counts["created"] == 1
    assert record.shown["measures"][0]["title"] == "Ankauf"


def test_file_that_cannot_be_read_says_why_and_is_forgotten(office):
    record = upload(make_workbook(Sonstiges=[["x"]], Anderes=[["y"]]), office)

    assert (record.state, bytes(record.upload), record.content) == ("unreadable", b"", {})
    assert record.note == (
        "In der Datei fehlt das Blatt „Maßnahmen“. Sie hat: „Sonstiges“, „Anderes“."
    )


def test_confirmed_import_is_applied_in_the_name_of_who_confirmed_it(office):
    make_plan("MPI")
    record = upload(new_measures("Ankauf"), office)
    other = make_user(OFFICE)

    confirmed = confirm(record, other)
    assert (confirmed.state, Measure.objects.count()) == ("applying", 0)
    record = worked_on(record)

    assert (record.state, record.confirmed_by, record.uploaded_by) == ("applied", other, office)
    assert Measure.objects.get().history.get().history_user == other
    assert (record.content, record.shown, record.choices, record.version) == ({}, {}, {}, "")


def test_change_before_the_worker_came_puts_the_import_back_with_its_conflicts(client, office):
    measure = make_measure(title="Ankauf", code="A", runtime="laufend")
    save(measure, office, code="B", runtime="laufend")

    def edit(_book, cell):
        cell("Kennung").value = "C"
        cell("Laufzeit").value = "bis 2030"

    record = upload(exported(client, edit), office)
    shown = record.version
    confirm(record, office)
    measure.refresh_from_db()
    save(measure, office, code="D")

    record = worked_on(record)

    assert (record.state, record.confirmed_by) == ("prepared", office)
    assert record.note == (
        "Inzwischen hat jemand etwas geändert, das der Import betrifft. Bitte sehen Sie sich die "
        "Vorschau noch einmal an."
    )
    conflicts = record.shown["conflicts"]
    assert [(line["before"], line["after"]) for line in conflicts] == [("D", "C")]
    assert record.version != shown
    measure.refresh_from_db()
    assert (measure.code, measure.runtime) == ("D", "laufend")
    with pytest.raises(ChangedMeanwhile):
        confirm(record, office, version=shown)
    confirm(record, office, {f"{measure.pk}-code": "file"})
    record = worked_on(record)
    measure.refresh_from_db()
    assert (record.state, record.note, measure.code) == ("applied", "", "C")


def test_choices_made_already_are_kept_when_something_else_changed(client, office):
    measure = make_measure(title="Ankauf", code="A", amount="1 €")
    save(measure, office, code="B", amount="1 €")

    def edit(_book, cell):
        cell("Kennung").value = "C"
        cell("Mittel").value = "2 €"

    file = exported(client, edit)
    measure.refresh_from_db()
    save(measure, office, code="D", amount="1 €")
    record = upload(file, office)
    key = f"{measure.pk}-code"
    confirm(record, office, {key: "file"})
    measure.refresh_from_db()
    save(measure, office, amount="3 €")

    record = worked_on(record)

    assert record.choices == {key: "file", f"{measure.pk}-amount": ""}


def test_who_lost_the_right_meanwhile_changes_nothing(office):
    make_plan("MPI")
    record = upload(new_measures("Ankauf"), office)
    confirm(record, office)
    office.groups.clear()

    record = worked_on(record)

    assert (record.state, Measure.objects.count()) == ("prepared", 0)
    assert record.note


def test_unexpected_error_ends_the_wait(office, monkeypatch):
    make_plan("MPI")

    def fail(*args, **kwargs):
        raise ValueError("broken")

    with monkeypatch.context() as patched:
        patched.setattr("measures.progress.importing.read_content", fail)
        unread = upload(new_measures("Ankauf"), office)
    record = upload(new_measures("Ankauf"), office)
    confirm(record, office)
    with monkeypatch.context() as patched:
        patched.setattr("measures.services.importing.create_all_as", fail)
        record = worked_on(record)

    note = "Es ist ein Fehler aufgetreten, der im Protokoll steht. Geändert wurde nichts."
    assert (unread.state, unread.note) == ("unreadable", note)
    assert (record.state, record.note, Measure.objects.count()) == ("prepared", note, 0)


def test_message_that_comes_twice_is_ignored(office):
    make_plan("MPI")
    record = create_import(file=new_measures("A"), name="a.xlsx", by=office, now=timezone.now())
    now = timezone.now()

    assert start_import(pk=record.pk, now=now).attempts == 1
    assert start_import(pk=record.pk, now=now) is None
    # Its worker said lately, outside the database, that it lives.
    assert start_import(pk=record.pk, seen_at=now + LATER, now=now + LATER) is None
    assert start_import(pk=record.pk, now=now + LATER).attempts == 2
    worked_on(record)
    assert MeasureImport.objects.get().state == "reading"


@pytest.mark.parametrize("wanted", ["prepared", "applied", "undone"])
def test_sweep_goes_on_with_what_a_killed_worker_left(office, wanted):
    make_plan("MPI")
    record = create_import(file=new_measures("A"), name="a.xlsx", by=office, now=timezone.now())
    if wanted != "prepared":
        record = worked_on(record)
        confirm(record, office)
    if wanted == "undone":
        record = worked_on(record)
        request_undo(measure_import=record, by=office, now=timezone.now())
    abandon(record)

    work_on_abandoned_imports(clock=timezone.now)

    record.refresh_from_db()
    assert record.state == wanted
    assert Measure.objects.count() == (1 if wanted == "applied" else 0)


def test_sweep_finds_what_no_message_told_of_and_leaves_others_alone(office):
    make_plan("MPI")
    waiting, running = (
        create_import(file=new_measures("A"), name="a.xlsx", by=office, now=timezone.now())
        for _time in range(2)
    )
    start_import(pk=running.pk, now=timezone.now())

    work_on_abandoned_imports(clock=timezone.now)

    states = MeasureImport.objects.order_by("pk").values_list("state", flat=True)
    assert list(states) == ["prepared", "reading"]
    assert waiting.pk < running.pk


@pytest.mark.parametrize("state", ["reading", "applying", "undoing"])
def test_file_that_ends_three_workers_is_given_up(office, state):
    make_plan("MPI")
    record = create_import(file=new_measures("A"), name="a.xlsx", by=office, now=timezone.now())
    if state != "reading":
        record = worked_on(record)
        confirm(record, office)
    if state == "undoing":
        record = worked_on(record)
        request_undo(measure_import=record, by=office, now=timezone.now())
    abandon(record, attempts=3)

    work_on_abandoned_imports(clock=timezone.now)

    record.refresh_from_db()
    outcome = {"reading": "unreadable", "applying": "prepared", "undoing": "applied"}[state]
    assert (record.state, record.note) == (outcome, "Es ist dreimal mittendrin abgebrochen.")
    assert Measure.objects.count() == (1 if state == "undoing" else 0)


def test_second_import_and_undoing_wait_for_the_one_that_is_applied(office):
    make_plan("MPI")
    done = worked_on(confirm(upload(new_measures("Alt"), office, "alt.xlsx"), office))
    first = upload(new_measures("A"), office, "erste.xlsx")
    second = upload(new_measures("B"), office, "zweite.xlsx")
    confirm(first, office)
    sentence = "Gerade wird der Import „erste.xlsx“ übernommen. Bitte warten Sie, bis er fertig ist"

    with nothing_changes(second):
        with pytest.raises(Refused, match=sentence):
            confirm(second, office)
    with nothing_changes(done):
        with pytest.raises(Refused, match=sentence):
            request_undo(measure_import=done, by=office, now=timezone.now())

    first = worked_on(first)
    request_undo(measure_import=first, by=office, now=timezone.now())
    with nothing_changes(second):
        with pytest.raises(Refused, match="Gerade wird der Import „erste.xlsx“ rückgängig"):
            confirm(second, office)


@pytest.mark.parametrize("state", ["reading", "applying", "undoing"])
def test_nothing_else_can_be_done_while_a_worker_is_at_it(office, state):
    make_plan("MPI")
    record = create_import(file=new_measures("A"), name="a.xlsx", by=office, now=timezone.now())
    if state != "reading":
        record = confirm(worked_on(record), office)
    if state == "undoing":
        record = request_undo(measure_import=worked_on(record), by=office, now=timezone.now())
    record.refresh_from_db()
    given = {"measure_import": record, "by": office, "now": timezone.now()}
    acts = [
        partial(confirm_import, version=record.version, choices={}, **given),
        partial(compare_import, **given),
        partial(discard_import, **given),
        partial(request_undo, **given),
    ]

    for act in acts:
        with nothing_changes(record):
            with pytest.raises(Refused, match="Das ist im Stand „wird .*“ nicht möglich"):
                act()


def test_only_the_office_asks_a_worker(office):
    make_plan("MPI")
    record = upload(new_measures("A"), office)
    guest = make_user("partner")
    given = {"measure_import": record, "by": guest, "now": timezone.now()}

    for act in (compare_import, discard_import, request_undo, resume_import):
        with nothing_changes(record):
            with pytest.raises(NotAllowed):
                act(**given)


def test_undoing_that_became_impossible_leaves_the_import_applied(office):
    make_plan("MPI")
    record = apply(upload(new_measures("A"), office), office)
    request_undo(measure_import=record, by=office, now=timezone.now())
    save(Measure.objects.get(), office, code="X")

    record = worked_on(record)

    assert record.state == "applied"
    assert record.note == (
        "„A“ wurde seit dem Import geändert. Deshalb lässt er sich nicht mehr rückgängig machen."
    )
    assert Measure.objects.get().code == "X"


def test_comparing_again_shows_what_is_new_in_the_portal(office):
    plan = make_plan("MPI")
    record = upload(new_measures("A"), office)
    make_measure(plan, "A")

    compare_import(measure_import=record, by=office, now=timezone.now())
    record = worked_on(record)

    assert record.state == "prepared"
    assert record.shown["can_be_applied"] is False
    assert "gibt es schon" in record.shown["problems"][0]["reason"]
    with pytest.raises(Refused, match="Solange Zeilen zurückgewiesen sind"):
        confirm(record, office)


def test_reports_count_every_row_and_every_record(office):
    make_plan("MPI")
    record = confirm(upload(new_measures(*"ABC"), office), office)
    heard = []

    apply_import(measure_import=record, report=lambda *step: heard.append(step), now=timezone.now())
    record.refresh_from_db()
    asked = request_undo(measure_import=record, by=office, now=timezone.now())
    undo_import(measure_import=asked, report=lambda *step: heard.append(step), now=timezone.now())

    assert heard == [
        ("comparing", 1, 3),
        ("comparing", 2, 3),
        ("comparing", 3, 3),
        ("writing", 0, 3),
        ("writing", 3, 3),
        ("undoing", 0, 3),
        ("undoing", 3, 3),
    ]
