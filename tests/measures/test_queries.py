import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.history import save_as
from core.models import Origin
from core.progress import Segment
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState
from measures.queries import (
    current_plan,
    descendants_of,
    measure_history,
    measures_awaiting_report,
    open_report_of,
    open_rounds,
    plan_tree,
    progress_figures,
    reporters_of,
    reports_due_for,
    reports_in_round,
    reports_to_check,
    round_awaiting_report,
    section_choices,
    section_path,
    sections_of,
    timeline_bars,
    top_sections,
    waiting_for_reports,
)
from measures.services import accept_report, record_report, return_report, submit_report
from tests.measures.builders import (
    NOW,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_round,
    make_section,
    report_values,
)
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


# Reports


@pytest.mark.parametrize(
    ("fields", "state", "owes"),
    [
        ({}, None, True),
        ({}, ReportState.DRAFT, True),
        ({}, ReportState.RETURNED, True),
        ({}, ReportState.SUBMITTED, False),
        ({}, ReportState.ACCEPTED, False),
        ({"phase": "completed"}, None, False),
        ({"phase": "discontinued"}, None, False),
        ({"origin": Origin.TAKEN_OVER}, None, False),
        ({"origin": Origin.DEMO}, None, True),
    ],
)
def test_who_owes_a_report(fields, state, owes):
    plan = make_plan()
    running = make_round(plan)
    measure = make_measure(plan, lead=make_organisation(), **fields)
    if state:
        make_report(measure, state, round=running)

    assert list(measures_awaiting_report(running)) == ([measure] if owes else [])
    assert round_awaiting_report(measure) == (running if owes else None)


def test_measure_without_an_organisation_in_the_lead_owes_nothing():
    plan = make_plan()
    make_measure(plan, lead_text="diverse Senatsverwaltungen")
    make_measure(lead=make_organisation())

    assert not measures_awaiting_report(make_round(plan)).exists()


def test_report_of_an_earlier_round_does_not_answer_this_one():
    plan = make_plan()
    measure = make_measure(plan, lead=make_organisation())
    make_report(measure, ReportState.ACCEPTED, round=make_round(plan, state="closed"))

    assert list(measures_awaiting_report(make_round(plan))) == [measure]


def test_due_reports_of_a_partner_with_what_is_written_so_far():
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan)
    begun = make_measure(plan, "Begonnen", lead_id=partner.organisation_id)
    draft = make_report(begun, ReportState.DRAFT, round=running)
    fresh = make_measure(plan, "Frisch", lead_id=partner.organisation_id)
    make_measure(plan, "Fremd", lead=make_organisation())

    due = reports_due_for(partner)

    assert [(row.measure, row.round, row.report, row.due_on) for row in due] == [
        (begun, running, draft, dt.date(2026, 3, 31)),
        (fresh, running, None, dt.date(2026, 3, 31)),
    ]
    assert due[0].url == f"/massnahmen/{begun.pk}/bericht/"


@pytest.mark.parametrize("state", ["planned", "closed"])
def test_nothing_is_due_outside_a_running_round(state):
    plan, partner = make_plan(), make_user(PARTNER)
    make_measure(plan, lead_id=partner.organisation_id)
    make_round(plan, state=state)

    assert reports_due_for(partner) == []
    assert waiting_for_reports(open_rounds()) == []


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, OBSERVER])
def test_due_reports_are_for_partners(role):
    organisation = make_organisation()
    plan = make_plan()
    make_round(plan)
    make_measure(plan, lead=organisation)

    assert reports_due_for(make_user(role, organisation=organisation)) == []


def test_waiting_names_each_organisation_once():
    plan = make_plan()
    running = make_round(plan)
    one, many = make_organisation("Kammer"), make_organisation("Verband")
    make_measure(plan, "A", lead=one)
    make_measure(plan, "B", lead=many)
    make_measure(plan, "C", lead=many)

    assert waiting_for_reports(open_rounds()) == [
        (
            "Kammer",
            "Statusbericht zum Stichtag 01.03.2026",
            f"/massnahmen/berichtsrunden/{running.pk}/",
            running.due_on,
        ),
        (
            "Verband",
            "2 Statusberichte zum Stichtag 01.03.2026",
            f"/massnahmen/berichtsrunden/{running.pk}/",
            running.due_on,
        ),
    ]


def test_reports_to_check_oldest_first():
    second = make_report(make_measure(), reported_at=NOW + dt.timedelta(hours=1))
    first = make_report(make_measure(), reported_at=NOW)
    make_report(make_measure(), ReportState.ACCEPTED)

    assert list(reports_to_check()) == [first, second]


def test_reporters_are_people_with_a_partners_account():
    organisation = make_organisation()
    partner = make_user(PARTNER, organisation=organisation)
    make_person(organisation=organisation)
    make_user(OBSERVER, organisation=organisation)
    make_user(PARTNER, organisation=organisation, is_active=False)

    assert reporters_of([organisation.pk]) == {organisation.pk: [partner.person]}


def test_open_report_is_hidden_from_whom_it_does_not_concern(office):
    partner = make_user(PARTNER)
    measure = make_measure(lead_id=partner.organisation_id)
    draft = make_report(measure, ReportState.DRAFT)

    assert open_report_of(measure, partner) == draft
    assert open_report_of(measure, office) == draft
    assert open_report_of(measure, make_user(SENATOR_OFFICE)) is None
    assert open_report_of(measure, make_user(PARTNER)) is None


def test_answers_of_a_round_by_reader(office):
    plan, partner = make_plan(), make_user(PARTNER)
    running = make_round(plan)
    own = make_measure(plan, "Eigene", lead_id=partner.organisation_id)
    draft = make_report(own, ReportState.DRAFT, round=running)
    other = make_measure(plan, "Fremde", lead=make_organisation())
    accepted = make_report(other, ReportState.ACCEPTED, round=running)
    waiting = make_measure(plan, "Offene", lead=make_organisation())

    assert reports_in_round(running, office) == [(own, draft), (other, accepted), (waiting, None)]
    assert reports_in_round(running, make_user(SENATOR_OFFICE)) == [
        (own, None),
        (other, accepted),
        (waiting, None),
    ]
    assert reports_in_round(running, partner) == [(own, draft)]


# Trees


@pytest.fixture
def tree():
    plan = make_plan(levels=["Handlungsfeld", "Themencluster"])
    field = make_section(plan, "Rahmenbedingungen", position=1)
    other = make_section(plan, "Marketing", position=2)
    cluster = make_section(plan, "Flächen", field, position=1)
    return {"plan": plan, "field": field, "other": other, "cluster": cluster}


def test_tree_counts_what_lies_below(office, tree):
    plan = tree["plan"]
    deep = make_measure(plan, "Ankauf", section=tree["cluster"])
    make_measure(plan, "Rahmen", section=tree["field"])
    loose = make_measure(plan, "Ohne Platz")

    root = plan_tree(plan, office)

    assert (root.count, root.measures) == (3, [loose])
    assert [(node.section.title, node.count) for node in root.children] == [
        ("Rahmenbedingungen", 2),
        ("Marketing", 0),
    ]
    assert root.children[0].children[0].measures == [deep]


def test_tree_holds_only_what_the_reader_may_see(tree):
    make_measure(tree["plan"], section=tree["cluster"], is_published=False)

    assert plan_tree(tree["plan"], make_user(OBSERVER)).count == 0


def test_sections_know_top_chain_and_descendants(tree):
    sections = sections_of([tree["plan"]])

    assert top_sections(sections)[tree["cluster"].pk] == tree["field"]
    assert descendants_of(tree["field"].pk, sections) == {tree["field"].pk, tree["cluster"].pk}
    measure = make_measure(tree["plan"], section=tree["cluster"])
    assert section_path(measure) == [tree["field"], tree["cluster"]]
    assert section_path(make_measure(tree["plan"])) == []


def test_section_choices_are_indented_and_cut_to_one_plan(tree):
    other = make_plan("Älterer Plan")
    make_section(other, "Aktionsfeld")
    sections = sections_of([tree["plan"], other])

    groups = dict(section_choices(sections))
    only = section_choices(sections, only_plan=str(tree["plan"].pk))

    assert groups.keys() == {str(tree["plan"]), "Älterer Plan"}
    assert only == [
        (
            str(tree["plan"]),
            [
                (str(tree["field"].pk), "Rahmenbedingungen"),
                (str(tree["cluster"].pk), "– Flächen"),
                (str(tree["other"].pk), "Marketing"),
            ],
        )
    ]
    assert section_choices(sections, only_plan="unsinn") == section_choices(sections)


def test_current_plan_is_the_newest_the_reader_may_see(office):
    published = make_plan(position=1)
    coming = make_plan(position=2, is_published=False)

    assert current_plan(office) == coming
    assert current_plan(make_user(PARTNER)) == published
    assert current_plan(make_user()) is None


# Figures


def test_figures_by_field_and_as_a_whole(office, tree):
    plan = tree["plan"]
    explained = {"traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}
    first = make_measure(plan, section=tree["cluster"], phase="running", traffic_light="green")
    make_measure(plan, section=tree["field"], phase="completed", traffic_light="red", **explained)
    make_measure(plan)
    make_milestone(first, done_on=dt.date(2026, 1, 5))
    make_milestone(first)
    make_measure(section=None, phase="running")

    figures = progress_figures(office, plan)

    assert (figures.whole.total, figures.whole.milestones_done, figures.whole.milestones_total) == (
        3,
        1,
        2,
    )
    assert [field.label for field in figures.fields] == [
        "Rahmenbedingungen",
        "Marketing",
        "Keinem Feld zugeordnet",
    ]
    frame, marketing, nowhere = figures.fields
    assert frame.phase_segments == [
        Segment("abgeschlossen", 1, "strong"),
        Segment("in Umsetzung", 1, "medium"),
    ]
    assert frame.traffic_light_counts == [("green", 1), ("yellow", 0), ("red", 1), ("", 0)]
    assert (frame.milestones_done, frame.milestones_total) == (1, 2)
    assert (marketing.total, marketing.phase_segments) == (0, [])
    assert nowhere.phase_segments == [Segment("nicht belegt", 1, "neutral")]


def test_figures_leave_out_what_the_reader_may_not_see(tree):
    hidden = make_measure(tree["plan"], section=tree["field"], is_published=False)
    make_milestone(hidden)

    figures = progress_figures(make_user(PARTNER), tree["plan"])

    assert (figures.whole.total, figures.whole.milestones_total) == (0, 0)


def test_figures_cost_two_queries_whatever_the_size(office, tree, django_assert_num_queries):
    office.roles  # noqa: B018  read once a request
    make_measure(tree["plan"], section=tree["cluster"])
    with django_assert_num_queries(2):
        progress_figures(office, tree["plan"])
    for number in range(30):
        make_milestone(make_measure(tree["plan"], section=tree["field"]), f"Schritt {number}")
    with django_assert_num_queries(2):
        progress_figures(office, tree["plan"])


def test_timeline_takes_own_days_or_those_of_the_milestones(office, django_assert_num_queries):
    office.roles  # noqa: B018
    plan = make_plan()
    own = make_measure(plan, starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 12, 31))
    milestones = make_measure(plan)
    first = make_milestone(milestones, due_on=dt.date(2026, 2, 1))
    last = make_milestone(milestones, due_on=dt.date(2026, 9, 1))
    make_measure(plan)

    with django_assert_num_queries(2):
        rows = timeline_bars(office, plan, 8)

    assert [(row.measure, row.starts_on, row.ends_on, row.milestones) for row in rows] == [
        (own, dt.date(2026, 1, 1), dt.date(2026, 12, 31), []),
        (milestones, dt.date(2026, 2, 1), dt.date(2026, 9, 1), [first, last]),
    ]
    assert len(timeline_bars(office, plan, 1)) == 1


# Verlauf


def test_history_tells_who_said_what_when(office):
    partner = make_user(PARTNER)
    partner.person.organisation.short_name = "VDMA Ost"
    partner.person.organisation.save()
    measure = make_measure(lead_id=partner.organisation_id)
    report = submit_report(measure=measure, values=report_values(), by=partner, now=NOW)
    return_report(
        report=report, comment="Bitte ergänzen.", by=office, now=NOW + dt.timedelta(hours=1)
    )

    entries = measure_history(measure, measure.reports.all(), office)

    told = [(entry.at, entry.who, entry.what, entry.note) for entry in entries]
    assert told == [
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


def test_history_does_not_tell_the_adopted_status_twice(office):
    measure = make_measure()

    record_report(measure=measure, values=report_values(traffic_light=""), by=office, now=NOW)

    entries = measure_history(measure, measure.reports.all(), office)
    assert [(entry.who, entry.what) for entry in entries] == [
        ("Geschäftsstelle", "Statusbericht zum 01.03.2026: in Umsetzung, Finanzierung gesichert")
    ]


def test_history_leaves_out_drafts_and_tells_acceptance(office):
    measure = make_measure()
    report = make_report(measure, reported_by=make_user(PARTNER))
    accept_report(report=report, by=office, now=NOW)
    make_report(measure, ReportState.DRAFT)

    entries = measure_history(measure, measure.reports.all(), office)

    assert {entry.what.partition(":")[0] for entry in entries} == {
        "Bericht angenommen",
        "Statusbericht zum 01.03.2026",
    }


@pytest.mark.parametrize("role", [PARTNER, OBSERVER, SENATOR_OFFICE])
def test_history_tells_of_internal_notes_to_the_office_alone(office, role):
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


def test_history_costs_the_same_for_1_and_30_reports(office, django_assert_num_queries):
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
