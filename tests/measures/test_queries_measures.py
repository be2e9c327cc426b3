import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.conflicts import version_of
from core.history import save_as, save_changes_as
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.models import Measure, Plan, StatusReport
from measures.models.reports import OfficialLight
from measures.queries import measure_history
from measures.services import (
    accept_report,
    create_measure,
    merge_measures,
    record_report,
    return_report,
    save_draft,
    submit_report,
    undo_continuation,
)
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_section,
    report_values,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_history_shows_reports_and_decisions_with_their_authors(office):
    partner = make_user(PARTNER)
    partner.person.organisation.short_name = "VDMA Ost"
    partner.person.organisation.save()
    measure = make_measure(lead_id=partner.organisation_id)
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)
    return_report(
        report=report, comment="Bitte ergänzen.", by=office, now=NOW + dt.timedelta(hours=1)
    )

    entries = measure_history(measure, measure.reports.all(), office)

    shown = [(entry.at, entry.who, entry.what, entry.note) for entry in entries]
    assert shown == [
        (
            NOW + dt.timedelta(hours=1),
            "Geschäftsstelle",
            "Bericht zurückgegeben",
            "Bitte ergänzen.",
        ),
        (
            NOW,
            f"VDMA Ost ({partner})",
            "Statusbericht zum 01.03.2026: in Umsetzung, Ampel grün, Finanzierung gesichert",
            "Es geht voran.",
        ),
    ]


def test_history_leaves_out_the_adopted_status(office):
    measure = make_measure()

    record_report(measure=measure, values=report_values(traffic_light=""), by=office, now=NOW)

    entries = measure_history(measure, measure.reports.all(), office)
    assert [(entry.who, entry.what) for entry in entries] == [
        ("Geschäftsstelle", "Statusbericht zum 01.03.2026: in Umsetzung, Finanzierung gesichert")
    ]


def test_history_shows_acceptance_but_no_drafts(office):
    measure = make_measure()
    report = make_report(measure, reported_by=make_user(PARTNER))
    accept_report(report=report, by=office, now=NOW)
    make_report(measure, ReportState.DRAFT)

    entries = measure_history(measure, measure.reports.all(), office)

    assert {entry.what.partition(":")[0] for entry in entries} == {
        "Bericht angenommen",
        "Statusbericht zum 01.03.2026",
    }


ADOPTED = "Phase: – → in Umsetzung\nAmpel: – → grün\nFinanzierung: – → gesichert"


def returned_and_accepted(lead, office) -> Measure:
    """Return a measure whose report was returned, revised, submitted again and accepted."""
    measure = make_measure(lead_id=lead.organisation_id)
    hours = [NOW + dt.timedelta(hours=number) for number in range(5)]
    report = submit_report(measure=measure, values=report_values(), by=lead, now=hours[0])
    report = return_report(report=report, comment="Bitte Zahlen.", by=office, now=hours[1])
    version, revised = version_of(report, report_values()), report_values(summary="Drei Betriebe.")
    report = save_draft(measure=measure, values=revised, version=version, by=lead, now=hours[2])
    version = version_of(report, report_values())
    report = submit_report(measure=measure, values=revised, version=version, by=lead, now=hours[3])
    accept_report(report=report, by=office, now=hours[4])
    return measure


def history_of(measure, user) -> list[tuple]:
    reports = StatusReport.objects.visible_to(user).filter(measure=measure)
    return [
        (entry.what.partition(":")[0], entry.note, (entry.at - NOW).seconds // 3600)
        for entry in measure_history(measure, reports, user)
    ]


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, "lead"])
def test_history_keeps_a_return_and_its_reason_after_the_report_was_revised(office, role):
    lead = make_user(PARTNER)
    measure = returned_and_accepted(lead, office)

    assert history_of(measure, lead if role == "lead" else make_user(role)) == [
        ("Bericht angenommen", ADOPTED, 4),
        ("Statusbericht zum 01.03.2026", "Drei Betriebe.", 3),
        ("Bericht zurückgegeben", "Bitte Zahlen.", 1),
        ("Statusbericht zum 01.03.2026", "Es geht voran.", 0),
    ]


@pytest.mark.parametrize("role", [OBSERVER, PARTNER])
def test_history_shows_others_only_what_was_accepted(office, role):
    measure = returned_and_accepted(make_user(PARTNER), office)

    assert history_of(measure, make_user(role)) == [
        ("Bericht angenommen", ADOPTED, 4),
        ("Statusbericht zum 01.03.2026", "Drei Betriebe.", 3),
    ]


@pytest.mark.parametrize("role", [PARTNER, OBSERVER, SENATOR_OFFICE])
def test_history_mentions_internal_notes_to_the_office_only(office, role):
    measure = make_measure()
    for fields in (
        "interner Vermerk",
        "Titel, interner Vermerk",
        "Titel, Beginn",
        "Titel, interner Ver",
        "Titel, ",
    ):
        save_as(measure, by=office, now=NOW, reason=f"Geändert: {fields}")
    save_as(measure, by=office, now=NOW, reason="Maßnahme angelegt")

    to_office, to_others = (
        [entry.what for entry in measure_history(measure, measure.reports.all(), reader)]
        for reader in (office, make_user(role))
    )

    assert (len(to_office), to_office[-1]) == (6, "Geändert: interner Vermerk")
    assert to_others == ["Maßnahme angelegt"] + ["Geändert: Titel"] * 2 + [
        "Geändert: Titel, Beginn",
        "Geändert: Titel",
    ]


def test_history_names_the_senators_office_by_its_role(office):
    measure = make_measure()
    save_as(measure, by=make_user(SENATOR_OFFICE), now=NOW, reason="Geändert: Titel")

    assert [entry.who for entry in measure_history(measure, measure.reports.all(), office)] == [
        "Büro der Senatorin"
    ]


def test_history_needs_the_same_queries_for_1_and_30_reports(office, django_assert_num_queries):
    measure = make_measure()
    record_report(measure=measure, values=report_values(), by=office, now=NOW)
    with CaptureQueriesContext(connection) as once:
        measure_history(measure, measure.reports.all(), office)
    for day in range(2, 30):
        record_report(
            measure=measure,
            values=report_values(as_of_on=dt.date(2025, 1, day)),
            by=make_user(OFFICE),
            now=NOW,
        )
    with django_assert_num_queries(len(once)):
        measure_history(measure, measure.reports.all(), office)


def test_history_tells_old_and_new_values_of_master_data_and_status(office):
    ihk, vdma = make_organisation("IHK"), make_organisation("VDMA Ost")
    plan = make_plan()
    values = {"plan": plan, "title": "Grundstücke", "lead": ihk, "supporters": [vdma]}
    measure = create_measure(values=values, by=office, now=NOW)
    hours = [NOW + dt.timedelta(hours=number) for number in range(1, 4)]
    changed = {
        "title": "Ankauf",
        "section": make_section(plan, "Flächen"),
        "lead": vdma,
        "supporters": [ihk],
        "internal_notes": "Nur intern",
    }
    save_changes_as(measure, changed, by=office, now=hours[0])
    record_report(measure=measure, values=report_values(), by=office, now=hours[1])
    partner = make_user(PARTNER)
    report = make_report(measure, reported_by=partner, traffic_light="green")
    light = OfficialLight("yellow", "Das Geld reicht nicht.")
    accept_report(report=report, by=office, now=hours[2], official=light)

    entries = measure_history(measure, measure.reports.all(), make_user(OBSERVER))

    told = {entry.at: (entry.what, entry.note) for entry in entries if entry.at in hours}
    assert told[hours[0]] == (
        "Geändert: Titel, Abschnitt des Plans, Federführung, unterstützende Akteure",
        "Titel: Grundstücke → Ankauf\nAbschnitt des Plans: – → Flächen\n"
        "Federführung: IHK → VDMA Ost\nunterstützende Akteure: VDMA Ost → IHK",
    )
    assert told[hours[1]][1] == (
        "Phase: nicht begonnen → in Umsetzung\nAmpel: – → grün\n"
        "Finanzierung: – → gesichert\nEs geht voran."
    )
    assert told[hours[2]] == (
        "Bericht angenommen, Ampel gelb statt grün",
        "Ampel: grün → gelb\nFinanzierung: gesichert → –\nDas Geld reicht nicht.",
    )


def test_history_tells_what_became_of_a_measure_on_both_sides(office):
    old, new = make_plan("MPI alt"), make_plan("MPI neu", is_published=False, position=2)
    first, second = (make_measure(old, title) for title in ("Dialog", "Beratung"))
    *_others, merged = merge_measures(
        measures=[first, second], plan=new, title="Austausch", by=office, now=NOW
    )
    successor = merged.successors.get()
    undo_continuation(continuation=merged, by=office, now=NOW + dt.timedelta(hours=1))
    Measure.objects.update(is_published=True)

    def told(measure, user) -> list[tuple[str, str]]:
        entries = measure_history(measure, measure.reports.none(), user)
        return [(entry.what, entry.note) for entry in entries]

    line = "zusammengeführt in MPI neu"
    undone = "Entscheidung zurückgenommen: zusammengeführt"
    gone, stays = sorted((first, second), key=lambda one: one.pk != merged.measure_id)
    assert told(gone, office) == [
        (f"Verbleib: {undone}", ""),
        (f"Verbleib: {line}", "„Austausch“"),
    ]
    assert (f"Hervorgegangen aus „{gone}“: {undone}", "") in told(successor, office)
    assert (f"Hervorgegangen aus „{stays}“: {line}", "") in told(successor, office)
    # Outsiders learn of it once the later plan is published, and of nothing that was taken back.
    observer = make_user(OBSERVER)
    assert told(stays, observer) == []
    Plan.objects.update(is_published=True)
    assert (f"Verbleib: {line}", "„Austausch“") in told(stays, observer)
    assert told(gone, observer) == []
