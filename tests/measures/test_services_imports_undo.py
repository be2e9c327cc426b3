"""Undo an import, unless others have built on it."""

import datetime as dt

import pytest
from django.utils.html import escape

from core.errors import Refused
from core.roles import OFFICE
from measures.models import IndicatorValue, Measure, Milestone, Plan, PlanSection
from measures.queries.imports import undo_hindrance
from tests.measures.builders import (
    make_measure,
    make_milestone,
    make_plan,
    make_report,
)
from tests.measures.workbooks import (
    PLAN_SHEET,
    SECTIONS_SHEET,
    apply,
    exported,
    make_workbook,
    save,
    today,
    undo,
    upload,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def test_undoing_deletes_what_is_new_and_restores_what_was_changed(client, office):
    chamber = make_organisation("Kammer")
    measure = make_measure(make_plan("Alt"), "Ankauf", starts_on=dt.date(2026, 1, 1), lead=chamber)
    measure.supporters.add(chamber)

    def edit(book, cell):
        cell("Beginn").value = None
        cell("Federführung").value = "Bezirk"
        cell("Unterstützende Akteure").value = None
        sheet = book["Maßnahmen"]
        sheet.append(["Alt", None, None, None, "Neu"])
        book["Meilensteine"].append(["Alt", None, "Neu", "Start", None, "1.1.2027"])

    record = apply(upload(exported(client, edit), office), office)
    assert (Measure.objects.count(), Milestone.objects.count()) == (2, 1)
    assert undo_hindrance(record) == ""

    record = undo(record, office)

    measure = Measure.objects.get()
    assert (measure.starts_on, measure.lead, measure.lead_text) == (
        dt.date(2026, 1, 1),
        chamber,
        "",
    )
    assert list(measure.supporters.all()) == [chamber]
    assert not Milestone.objects.exists()
    assert (record.state, record.effects) == ("undone", {})
    assert Measure.history.filter(title="Neu").first().history_type == "-"
    assert measure.history.first().history_change_reason == (
        f"Import vom {today()} rückgängig gemacht"
    )


def test_undoing_a_whole_plan_leaves_nothing(office):
    file = make_workbook(
        Plan=PLAN_SHEET,
        Gliederung=SECTIONS_SHEET,
        Maßnahmen=[["Maßnahme", "Abschnitt"], ["Ankauf", 2]],
        Indikatoren=[
            ["Maßnahme", "Indikator", "Einheit", "Ziele"],
            ["Ankauf", "Fläche", "ha", "31.12.2030: 12"],
        ],
        Werte=[["Maßnahme", "Indikator", "Zeitraum", "Wert"], ["Ankauf", "Fläche", "2025", "2"]],
    )

    record = apply(upload(file, office), office)
    assert (undo_hindrance(record), IndicatorValue.objects.count()) == ("", 1)
    undo(record, office)

    assert not Plan.objects.exists()
    assert not PlanSection.objects.exists()
    assert not Measure.objects.exists()


@pytest.mark.parametrize("changed", ["measure", "report", "milestone", "later", "deleted"])
def test_undoing_is_refused_once_others_build_on_it(client, office, changed):
    plan = make_plan("MPI")
    rows = [["Maßnahme", "Plan"], ["Ankauf", "MPI"]]
    record = apply(upload(make_workbook(Maßnahmen=rows), office), office)
    measure = Measure.objects.get()
    if changed == "measure":
        save(measure, office, code="X")
    elif changed == "report":
        make_report(measure, "draft")
    elif changed == "milestone":
        make_milestone(measure)
    elif changed == "later":
        again = [["Maßnahme", "Plan"], ["Tausch", "MPI"]]
        apply(upload(make_workbook(Maßnahmen=again), office), office)
    else:
        measure.delete()
    before = (Measure.objects.count(), Measure.history.count())
    page = client.get(record.get_absolute_url())
    confirmation = client.get(f"{record.get_absolute_url()}rueckgaengig/")

    with pytest.raises(Refused) as error:
        undo(record, office)

    assert page.context["hindrance"] == str(error.value)
    assert escape(str(error.value)) in page.content.decode()
    assert "Import rückgängig machen" not in page.content.decode()
    assert confirmation["Location"] == record.get_absolute_url()

    assert str(error.value).endswith("lässt sich rückgängig machen.") or str(error.value).endswith(
        "nicht mehr rückgängig machen."
    )
    assert (Measure.objects.count(), Measure.history.count()) == before
    assert plan.measures.count() == before[0]
