"""Import measures: apply a file as a whole."""

import datetime as dt

import pytest
from django.utils import timezone

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Measure, MeasureImport, Milestone, Plan, PlanSection
from measures.queries.imports import preview_of
from partners.models import Sector
from tests.measures.builders import (
    make_measure,
    make_milestone,
    make_plan,
    make_section,
)
from tests.measures.workbooks import (
    PLAN_SHEET,
    SECTIONS_SHEET,
    apply,
    confirm,
    exported,
    make_csv,
    make_workbook,
    problems_of,
    save,
    today,
    undo,
    upload,
    worked_on,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def test_edited_cells_are_applied_with_one_line_of_history(client, office):
    plan = make_plan()
    section = make_section(plan, "Flächen")
    chamber = make_organisation("Handwerkskammer", short_name="HWK")
    measure = make_measure(plan, "Ankauf", lead_text="N. N.", runtime="laufend")

    def edit(_book, cell):
        cell("Abschnitt").value = "flächen"
        cell("Federführung").value = "hwk"
        cell("Unterstützende Akteure").value = "HWK; Bezirke"
        cell("Beginn").value = "1. März 2026"
        cell("Ende").value = dt.datetime(2026, 12, 31)
        cell("Mittel").value = 88500
        cell("Leuchtturmprojekt").value = "ja"
        cell("veröffentlicht").value = "nein"
        cell("interner Vermerk").value = "Prüfen"

    record = upload(exported(client, edit), office)
    (change,) = preview_of(record.content).changed
    shown = {field.label: (field.before, field.after) for field in change.changes}
    record = apply(record, office)

    measure.refresh_from_db()
    assert shown == {
        "Abschnitt": ("", "Flächen"),
        "Federführung": ("N. N.", "HWK"),
        "Unterstützende Akteure": ("", "HWK\nBezirke"),
        "Beginn": ("", "01.03.2026"),
        "Ende": ("", "31.12.2026"),
        "Mittel": ("", "88.500 €"),
        "Leuchtturmprojekt": ("nein", "ja"),
        "veröffentlicht": ("ja", "nein"),
        "interner Vermerk": ("", "Prüfen"),
    }
    assert (measure.section, measure.lead, measure.lead_text) == (section, chamber, "")
    assert list(measure.supporters.all()) == [chamber]
    assert (measure.supporters_text, measure.starts_on, measure.ends_on) == (
        "Bezirke",
        dt.date(2026, 3, 1),
        dt.date(2026, 12, 31),
    )
    assert (measure.amount, measure.runtime) == ("88.500 €", "laufend")
    assert (measure.is_lighthouse, measure.is_published) == (True, False)
    assert record.state == "applied"
    assert record.content == {}
    latest = measure.history.first()
    assert latest.history_user == office
    assert latest.history_change_reason.startswith(
        f"Import vom {today()}: interner Vermerk, Abschnitt,"
    )
    assert [row.organisation for row in latest.supporters.all()] == [chamber]


def test_change_of_others_stays_and_only_the_same_field_conflicts(client, office):
    measure = make_measure(title="Ankauf", runtime="laufend", amount="1 €", code="A")
    save(measure, office, runtime="laufend", amount="1 €", code="B")

    def edit(_book, cell):
        cell("Laufzeit").value = "bis 2030"
        cell("Kennung").value = "C"

    file = exported(client, edit)
    measure.refresh_from_db()
    save(measure, office, runtime="laufend", amount="2 €", code="D")
    record = upload(file, office)
    (change,) = preview_of(record.content).changed

    assert [(field.name, field.before, field.after) for field in change.changes] == [
        ("runtime", "laufend", "bis 2030")
    ]
    assert [(field.name, field.before, field.after) for field in change.conflicts] == [
        ("code", "D", "C")
    ]
    with pytest.raises(Refused, match="Bitte entscheiden Sie bei jedem Konflikt"):
        apply(record, office)
    apply(record, office, {f"{measure.pk}-code": "file"})
    measure.refresh_from_db()
    assert (measure.runtime, measure.amount, measure.code) == ("bis 2030", "2 €", "C")


def test_conflict_won_by_the_portal_changes_nothing(client, office):
    measure = make_measure(title="Ankauf", code="A")
    save(measure, office, code="B")
    file = exported(client, lambda _book, cell: setattr(cell("Kennung"), "value", "C"))
    measure.refresh_from_db()
    save(measure, office, code="D")
    record = upload(file, office)
    entries = measure.history.count()

    apply(record, office, {f"{measure.pk}-code": "portal"})

    measure.refresh_from_db()
    assert (measure.code, measure.history.count()) == ("D", entries)


def test_changed_between_preview_and_confirmation_is_shown_again(client, office):
    measure = make_measure(title="Ankauf", code="A")
    record = upload(
        exported(client, lambda _b, cell: setattr(cell("Kennung"), "value", "C")), office
    )
    save(measure, office, code="B")
    shown = record.version

    with pytest.raises(ChangedMeanwhile):
        apply(record, office)
    record = worked_on(record)

    measure.refresh_from_db()
    assert (measure.code, record.state) == ("B", "prepared")
    assert record.note.startswith("Inzwischen hat jemand etwas geändert")
    assert [line["before"] for line in record.shown["conflicts"]] == ["B"]
    with pytest.raises(ChangedMeanwhile):
        confirm(record, office, version=shown)


def test_second_confirmation_is_refused(client, office):
    make_measure(title="Ankauf")
    record = upload(
        exported(client, lambda _b, cell: setattr(cell("Kennung"), "value", "C")), office
    )
    apply(record, office)
    entries = Measure.history.count()

    with pytest.raises(Refused, match="übernommen"):
        apply(record, office)

    assert Measure.history.count() == entries


@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_only_the_office_imports(role):
    user = make_user(role)
    record = MeasureImport.objects.create(
        file_name="x",
        uploaded_at=timezone.now(),
        touched_at=timezone.now(),
        uploaded_by=user,
        state="prepared",
    )
    rows = [["Maßnahme"], ["Ankauf"]]

    with pytest.raises(NotAllowed):
        upload(make_workbook(Maßnahmen=rows), user)
    with pytest.raises(NotAllowed):
        confirm(record, user)
    with pytest.raises(NotAllowed):
        undo(record, user)

    assert list(MeasureImport.objects.values_list("state", flat=True)) == ["prepared"]


def test_milestones_are_added_but_not_changed(client, office):
    measure = make_measure(make_plan("Plan"), "Ankauf")
    make_milestone(measure, "Konzept", due_on=dt.date(2026, 6, 30))

    def add(book, _cell):
        book["Meilensteine"].append(
            ["Plan", None, "Ankauf", "Kauf", None, "31.12.2026", None, None, None, None, 2]
        )

    def change(_book, cell):
        cell("Gewicht", sheet="Meilensteine").value = 5

    refused = problems_of(upload(exported(client, change), office))
    apply(upload(exported(client, add), office), office)

    assert refused == [
        (
            "Meilensteine",
            5,
            "K (Gewicht)",
            "Diesen Meilenstein ändern Sie auf der Seite seiner Maßnahme.",
        )
    ]
    added = Milestone.objects.get(title="Kauf")
    assert (added.measure, added.due_on, added.baseline_on, added.weight) == (
        measure,
        dt.date(2026, 12, 31),
        dt.date(2026, 12, 31),
        2,
    )
    assert added.history.get().history_change_reason == f"Import vom {today()}"


def test_whole_plan_is_imported_in_one_step(office):
    chamber = make_organisation("Handwerkskammer", short_name="HWK")
    file = make_workbook(
        Plan=PLAN_SHEET,
        Gliederung=SECTIONS_SHEET,
        Maßnahmen=[
            ["Maßnahme", "Abschnitt", "Federführung", "Unterstützende", "Beginn"],
            ["Ankauf", 2, "HWK", "Bezirke", "1.3.27"],
            [None, None, None, None, None],
            ["Tausch", "Flächen", "Bezirke", "Handwerkskammer", None],
        ],
        Meilensteine=[
            ["Maßnahme", "Meilenstein", "geplant bis", "verantwortlich"],
            ["Ankauf", "Konzept", "30.6.2027", "HWK"],
        ],
    )

    record = apply(upload(file, office), office)

    plan = Plan.objects.get()
    assert (plan.title, plan.short_title, plan.levels) == (
        "Masterplan Musterstadt",
        "MPM",
        ["Feld", "Cluster"],
    )
    assert (plan.first_year, plan.last_year, plan.adopted_on, plan.is_published) == (
        2027,
        2031,
        dt.date(2026, 11, 3),
        False,
    )
    cluster = PlanSection.objects.get(code="A 1")
    assert (cluster.parent.title, cluster.level, cluster.plan) == ("Flächen", "Cluster", plan)
    bought, traded = Measure.objects.order_by("title")
    assert (bought.section, bought.lead, bought.starts_on, bought.supporters_text) == (
        cluster,
        chamber,
        dt.date(2027, 3, 1),
        "Bezirke",
    )
    assert (traded.lead, traded.lead_text, list(traded.supporters.all())) == (
        None,
        "Bezirke",
        [chamber],
    )
    assert (bought.phase, bought.search) == ("not_started", "ankauf bezirke")
    assert [entry.history_change_reason for entry in bought.history.all()] == [
        f"Import vom {today()}"
    ]
    assert [row.organisation for row in traded.history.get().supporters.all()] == [chamber]
    milestone = bought.milestones.get()
    assert (milestone.title, milestone.owner) == ("Konzept", chamber)
    assert record.counts == {
        "plans": 1,
        "sections": 2,
        "created": 2,
        "changed": 0,
        "unchanged": 0,
        "milestones": 1,
        "indicators": 0,
        "unchanged_indicators": 0,
        "values": 0,
        "unchanged_values": 0,
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_csv_is_read_in_the_encodings_of_offices(office, encoding):
    make_plan("MPI")
    file = make_csv([["Maßnahme", "Plan"], ["Ökostrom für Betriebe", "MPI"]], encoding=encoding)

    apply(upload(file, office, "liste.csv"), office)

    assert Measure.objects.get().title == "Ökostrom für Betriebe"


def test_sectors_are_named_one_by_one_and_go_into_the_history(client, office):
    optics, food = (Sector.objects.create(name=name) for name in ("Optik, Laser", "Ernährung"))
    measure = make_measure(title="Ankauf")
    measure.sectors.add(food)

    def edit(text):
        return exported(client, lambda _book, cell: setattr(cell("Branchen"), "value", text))

    refused = problems_of(upload(edit("Optik, Laser; Unbekannt"), office))
    record = apply(upload(edit("optik, laser; Ernährung"), office), office)

    assert [problem[3] for problem in refused] == ["Die Branche „Unbekannt“ gibt es nicht."]
    assert set(measure.sectors.all()) == {food, optics}
    assert {row.sector for row in measure.history.first().sectors.all()} == {food, optics}

    # The export writes a comma between them, which one of the names also contains.
    again = preview_of(upload(exported(client), office).content)
    assert (again.problems, again.changed) == ([], [])

    undo(record, office)
    assert list(measure.sectors.all()) == [food]
