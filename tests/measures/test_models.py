import datetime as dt
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, transaction

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState, RoundState
from measures.models import (
    Continuation,
    Measure,
    Plan,
    PlanSection,
    Project,
    ReportingRound,
    StatusReport,
)
from tests.measures.builders import (
    make_continuation,
    make_measure,
    make_plan,
    make_project,
    make_report,
    make_round,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@contextmanager
def violates(constraint: str):
    """Assert that the block violates the database constraint `name`."""
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        yield


@pytest.mark.parametrize(
    ("traffic_light", "missing"),
    [("yellow", "traffic_light_reason"), ("red", "traffic_light_reason"), ("red", "help_wanted")],
)
def test_yellow_needs_a_reason_and_red_the_help_wanted_too(traffic_light, missing):
    fields = {"traffic_light_reason": "Es fehlt Geld.", "help_wanted": "Ein Beschluss."} | {
        missing: ""
    }

    with violates("measure_traffic_light_is_explained"):
        make_measure(traffic_light=traffic_light, **fields)


@pytest.mark.parametrize("traffic_light", ["", "green"])
def test_green_and_unknown_need_no_reason(traffic_light):
    assert make_measure(traffic_light=traffic_light).pk


def test_submitted_report_needs_an_explanation_but_a_draft_does_not():
    measure = make_measure()

    assert make_report(measure, ReportState.DRAFT, traffic_light="red").pk
    other = make_measure()
    with violates("statusreport_traffic_light_is_explained"):
        make_report(other, traffic_light="red")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("measure_phase_is_known", {"phase": "paused"}),
        ("measure_traffic_light_is_known", {"traffic_light": "blue"}),
        ("measure_financing_is_known", {"financing": "rich"}),
        (
            "measure_ends_after_start",
            {"starts_on": dt.date(2026, 2, 1), "ends_on": dt.date(2026, 1, 1)},
        ),
    ],
)
def test_measure_with_invalid_values_is_refused(name, fields):
    with violates(name):
        make_measure(**fields)


def test_measure_has_at_most_one_lead():
    organisation = make_organisation()

    with violates("measure_has_one_lead"):
        make_measure(lead=organisation, lead_text="Bezirk")
    with violates("project_has_one_lead"):
        make_project(lead=organisation, lead_text="Bezirk")


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("continuation_kind_is_known", {"kind": "postponed"}),
        ("continuation_only_the_end_has_a_reason", {"kind": "ended", "reason": ""}),
        ("continuation_only_the_end_has_a_reason", {"kind": "merged", "reason": "Weil."}),
    ],
)
def test_invalid_continuations_are_refused(name, fields):
    with violates(name):
        make_continuation(make_measure(), plan=make_plan(), **fields)


def test_measure_has_one_continuation_in_each_plan():
    measure, plan = make_measure(), make_plan()
    make_continuation(measure, plan=plan)

    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        make_continuation(measure, make_measure(plan))
    assert make_continuation(measure, plan=make_plan()).pk


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (OFFICE, {"published", "draft", "hidden"}),
        (SENATOR_OFFICE, {"published", "draft", "hidden"}),
        (OBSERVER, {"published"}),
        (PARTNER, {"published"}),
    ],
)
def test_continuations_are_seen_once_the_new_plan_is_published(role, expected):
    plan, draft = make_plan(), make_plan(is_published=False)
    found = {
        "published": make_continuation(make_measure(), plan=plan),
        "draft": make_continuation(make_measure(), plan=draft),
        "hidden": make_continuation(make_measure(is_published=False), plan=plan),
    }

    visible = set(Continuation.objects.visible_to(make_user(role)))

    assert {name for name, continuation in found.items() if continuation in visible} == expected


def test_invalid_plans_and_sections_are_refused():
    plan = make_plan()
    section = make_section(plan)

    with violates("plan_is_not_its_own_predecessor"):
        Plan.objects.filter(pk=plan.pk).update(predecessor=plan)
    with violates("plansection_is_not_its_own_parent"):
        PlanSection.objects.filter(pk=section.pk).update(parent=section)
    with violates("plan_ends_after_start"):
        make_plan(first_year=2021, last_year=2018)
    with violates("plansection_has_code_or_title"):
        PlanSection.objects.create(plan=plan, level="Handlungsfeld")


def test_project_belongs_to_a_measure_or_a_plan_but_not_to_both():
    measure = make_measure()

    with violates("project_has_measure_or_plan"):
        make_project(measure=measure, plan=measure.plan)
    with violates("project_ends_after_start"):
        make_project(starts_on=dt.date(2026, 2, 1), ends_on=dt.date(2026, 1, 1))


@pytest.mark.parametrize(
    ("name", "state", "fields"),
    [
        ("statusreport_state_is_known", "lost", {}),
        ("statusreport_names_phase", ReportState.SUBMITTED, {"phase": ""}),
        ("statusreport_traffic_light_is_known", ReportState.SUBMITTED, {"traffic_light": "blue"}),
        ("statusreport_financing_is_known", ReportState.SUBMITTED, {"financing": "rich"}),
        ("statusreport_submitted_has_moment", ReportState.SUBMITTED, {"reported_at": None}),
        ("statusreport_accepted_has_moment", ReportState.ACCEPTED, {"decided_at": None}),
        ("statusreport_returned_has_comment", ReportState.RETURNED, {"comment": ""}),
    ],
)
def test_report_with_invalid_values_is_refused(name, state, fields):
    measure = make_measure()

    with violates(name):
        make_report(measure, state, **fields)


def test_measure_has_one_open_report_at_a_time():
    measure = make_measure()
    make_report(measure, ReportState.ACCEPTED)
    make_report(measure, ReportState.RETURNED)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_report(measure, ReportState.DRAFT)


def test_plan_has_one_open_round_at_a_time():
    plan = make_plan()
    make_round(plan)
    make_round(plan, state=RoundState.CLOSED)

    with pytest.raises(IntegrityError), transaction.atomic():
        make_round(plan)


def test_round_refuses_deadline_before_cut_off_and_unknown_state():
    plan = make_plan()

    with violates("reportinground_due_after_cut_off"):
        make_round(plan, cut_off_on=dt.date(2026, 3, 2), due_on=dt.date(2026, 3, 1))
    with violates("reportinground_state_is_known"):
        make_round(plan, state="lost")


@pytest.mark.parametrize(
    ("code", "title", "label"),
    [
        ("", "Flächen", "Flächen"),
        ("3", "Rahmenbedingungen", "Rahmenbedingungen"),
        ("G", "Kompetenzen", "G: Kompetenzen"),
        ("D-F", "", "Handlungsfeld D-F"),
    ],
)
def test_section_label_is_as_the_plan_prints_it(code, title, label):
    assert PlanSection(level="Handlungsfeld", code=code, title=title).label == label


def test_search_holds_title_code_and_lead_text_folded():
    measure = make_measure(title="Öffentliche Straße", code="C 1", lead_text="Bezirk Neukölln")

    assert measure.search == "oeffentliche strasse c 1 bezirk neukoelln"


# Source of the visibility rules: docs/domain.md
@pytest.fixture
def measures():
    """Measures by description: published, unpublished, in an unpublished plan."""
    published = make_plan()
    return {
        "published": make_measure(published, "published"),
        "unpublished": make_measure(published, "unpublished", is_published=False),
        "in_unpublished_plan": make_measure(make_plan(is_published=False), "in_unpublished_plan"),
    }


@pytest.mark.parametrize(
    ("role", "seen"),
    [
        (OFFICE, {"published", "unpublished", "in_unpublished_plan"}),
        (SENATOR_OFFICE, {"published", "unpublished", "in_unpublished_plan"}),
        (OBSERVER, {"published"}),
        (PARTNER, {"published"}),
        (None, set()),
    ],
)
def test_measures_and_their_projects_are_visible_by_role(measures, role, seen):
    user = make_user(*([role] if role else []))
    for title, measure in measures.items():
        make_project(f"{title}", measure=measure)
    make_project("outside")
    make_project("unpublished project", is_published=False)

    assert {measure.title for measure in Measure.objects.visible_to(user)} == seen
    projects = {project.title for project in Project.objects.visible_to(user)}
    inside_only = {"unpublished project"} if role in (OFFICE, SENATOR_OFFICE) else set()
    assert projects == (seen | {"outside"} | inside_only if role else set())


def test_partner_sees_what_its_organisation_leads(measures):
    user = make_user(PARTNER)
    own = make_measure(is_published=False, lead_id=user.organisation_id)
    project = make_project(measure=own, is_published=False)
    # Also what it leads itself in a Fortschreibung stays hidden until that is published.
    draft = make_plan(is_published=False, predecessor=own.plan)
    carried_on = make_measure(draft, lead_id=user.organisation_id)
    make_project(measure=carried_on, lead_id=user.organisation_id)
    make_project(plan=draft, lead_id=user.organisation_id)
    make_report(carried_on, ReportState.SUBMITTED)

    assert set(Measure.objects.visible_to(user)) == {measures["published"], own}
    assert set(Project.objects.visible_to(user)) == {project}
    assert not StatusReport.objects.visible_to(user).exists()


def test_organisation_of_an_observer_makes_nothing_visible():
    organisation = make_organisation()
    make_measure(is_published=False, lead=organisation)
    user = make_user(OBSERVER, organisation=organisation)

    assert not Measure.objects.visible_to(user).exists()


def test_inactive_account_sees_nothing():
    user = make_user(OFFICE, is_active=False)
    make_measure()

    assert not Measure.objects.visible_to(user).exists()
    assert not Plan.objects.visible_to(user).exists()


@pytest.mark.parametrize(
    ("role", "states"),
    [
        (OFFICE, {"draft", "submitted", "returned", "accepted"}),
        (SENATOR_OFFICE, {"submitted", "returned", "accepted"}),
        (OBSERVER, {"accepted"}),
        (PARTNER, {"accepted"}),
        (None, set()),
    ],
)
def test_reports_are_visible_by_role(role, states):
    user = make_user(*([role] if role else []))
    for state in ReportState:
        make_report(make_measure(), state)

    assert {report.state for report in StatusReport.objects.visible_to(user)} == states


def test_partner_sees_every_report_on_what_it_leads():
    user = make_user(PARTNER)
    own = make_measure(lead_id=user.organisation_id)
    report = make_report(own, ReportState.DRAFT)

    assert list(StatusReport.objects.visible_to(user)) == [report]


def test_accepted_report_on_unpublished_measure_stays_hidden():
    make_report(make_measure(is_published=False), ReportState.ACCEPTED)

    assert not StatusReport.objects.visible_to(make_user(OBSERVER)).exists()


@pytest.mark.parametrize(
    ("role", "states"),
    [
        (OFFICE, {"planned", "open", "closed"}),
        (SENATOR_OFFICE, {"open", "closed"}),
        (OBSERVER, {"open", "closed"}),
        (PARTNER, {"open", "closed"}),
        (None, set()),
    ],
)
def test_rounds_are_visible_by_role(role, states):
    user = make_user(*([role] if role else []))
    plan = make_plan()
    for state in RoundState:
        make_round(plan, state=state)

    assert {
        reporting_round.state for reporting_round in ReportingRound.objects.visible_to(user)
    } == states


def test_unpublished_plan_is_visible_internally_only():
    plan = make_plan(is_published=False)

    assert list(Plan.objects.visible_to(make_user(SENATOR_OFFICE))) == [plan]
    assert not Plan.objects.visible_to(make_user(PARTNER)).exists()


@pytest.mark.parametrize(
    ("phase", "finished"),
    [
        ("", False),
        ("not_started", False),
        ("preparing", False),
        ("running", False),
        ("completed", True),
        ("discontinued", True),
    ],
)
def test_completed_and_discontinued_measures_are_finished(phase, finished):
    assert Measure(phase=phase).is_finished is finished


@pytest.mark.parametrize(
    ("runtime", "starts_on", "ends_on", "label"),
    [
        ("", None, None, ""),
        ("laufend", None, None, "laufend"),
        ("", dt.date(2019, 3, 1), dt.date(2021, 12, 31), "01.03.2019 – 31.12.2021"),
        ("", dt.date(2019, 3, 1), None, "ab 01.03.2019"),
        ("", None, dt.date(2021, 12, 31), "bis 31.12.2021"),
        ("laufend", dt.date(2019, 3, 1), None, "laufend (ab 01.03.2019)"),
        (
            "in drei Stufen",
            dt.date(2019, 3, 1),
            dt.date(2021, 12, 31),
            "in drei Stufen (01.03.2019 – 31.12.2021)",
        ),
    ],
)
def test_runtime_names_the_wording_and_the_days(runtime, starts_on, ends_on, label):
    measure = Measure(runtime=runtime, starts_on=starts_on, ends_on=ends_on)

    assert measure.runtime_label == label


def test_history_of_a_new_measure_is_written_without_a_search_for_its_supporters(
    django_assert_num_queries,
):
    plan, supporter = make_plan(), make_organisation()

    with django_assert_num_queries(2):  # the measure, and its line of history
        measure = make_measure(plan)

    measure.supporters.add(supporter)
    noted = [[row.organisation for row in line.supporters.all()] for line in measure.history.all()]
    assert noted == [[supporter], []]
