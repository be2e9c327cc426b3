import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import Phase
from measures.models import Measure, Milestone, Project
from measures.services import (
    add_milestone,
    change_measure,
    change_milestone,
    change_project,
    complete_milestone,
    create_measure,
    create_project,
    delete_milestone,
    reopen_milestone,
)
from tests.measures.builders import (
    NOW,
    TODAY,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_section,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

OTHERS = (SENATOR_OFFICE, PARTNER, OBSERVER)


def reasons(obj) -> list[str]:
    return [row.history_change_reason for row in obj.history.order_by("history_id")]


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_new_measure_is_not_begun_and_tells_so_once(office):
    plan, organisation = make_plan(), make_organisation()

    measure = create_measure(
        values={"plan": plan, "title": "Ankauf", "section": None, "supporters": [organisation]},
        by=office,
        now=NOW,
    )

    assert (measure.phase, measure.traffic_light, measure.origin) == (
        Phase.NOT_STARTED,
        "",
        "entered",
    )
    assert list(measure.supporters.all()) == [organisation]
    assert reasons(measure) == ["Maßnahme angelegt"]
    assert measure.history.get().history_user == office
    assert [row.organisation for row in measure.history.get().supporters.all()] == [organisation]


def test_change_names_the_fields_and_keeps_the_rest(office):
    measure = make_measure(title="Alt", amount="10 €")
    values = {"title": "Neu", "amount": "10 €"}

    changed = change_measure(
        measure=measure,
        values=values,
        version=version_of(measure, values),
        by=office,
        now=NOW,
    )

    assert (changed.title, changed.amount) == ("Neu", "10 €")
    assert reasons(measure)[1:] == ["Geändert: Titel"]


def test_changed_supporters_are_named_and_kept_in_history(office):
    measure, organisation = make_measure(), make_organisation()
    values = {"supporters": [organisation]}

    change_measure(
        measure=measure,
        values=values,
        version=version_of(measure, values),
        by=office,
        now=NOW,
    )

    assert reasons(measure)[1:] == ["Geändert: unterstützende Akteure"]
    assert list(measure.supporters.all()) == [organisation]


def test_unchanged_values_write_nothing(office):
    measure, organisation = make_measure(title="Alt"), make_organisation()
    measure.supporters.add(organisation)
    before = measure.history.count()
    values = {"title": "Alt", "supporters": [organisation]}

    change_measure(
        measure=measure,
        values=values,
        version=version_of(measure, values),
        by=office,
        now=NOW,
    )

    assert measure.history.count() == before


def test_second_of_two_changes_is_outpaced_and_named(office):
    measure = make_measure(title="Alt")
    version = version_of(measure, ["title"])
    change_measure(measure=measure, values={"title": "Zuerst"}, version=version, by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile, match=f"{office} hat diesen Eintrag inzwischen geändert"):
        change_measure(
            measure=measure,
            values={"title": "Danach"},
            version=version,
            by=make_user(OFFICE),
            now=NOW,
        )

    assert Measure.objects.get(pk=measure.pk).title == "Zuerst"


def test_change_of_another_field_does_not_disturb(office):
    measure = make_measure(title="Alt")
    version = version_of(measure, ["title"])
    change_measure(
        measure=measure,
        values={"amount": "5 €"},
        version=version_of(measure, ["amount"]),
        by=office,
        now=NOW,
    )

    change_measure(measure=measure, values={"title": "Neu"}, version=version, by=office, now=NOW)

    measure.refresh_from_db()
    assert (measure.title, measure.amount) == ("Neu", "5 €")


def test_section_of_another_plan_is_refused(office):
    plan, section = make_plan(), make_section(make_plan())

    with pytest.raises(Refused, match="gehört zu einem anderen Plan"):
        create_measure(
            values={"plan": plan, "title": "Ankauf", "section": section},
            by=office,
            now=NOW,
        )
    measure = make_measure(plan)
    with pytest.raises(Refused, match="gehört zu einem anderen Plan"):
        change_measure(
            measure=measure,
            values={"section": section},
            version=version_of(measure, ["section"]),
            by=office,
            now=NOW,
        )

    assert list(Measure.objects.values_list("pk", "section")) == [(measure.pk, None)]


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_writes_measures_and_projects(role):
    user, measure, project = make_user(role), make_measure(title="Alt"), make_project("Alt")
    version = version_of(measure, ["title"])

    for refused in (
        lambda: create_measure(values={"plan": measure.plan, "title": "Neu"}, by=user, now=NOW),
        lambda: change_measure(
            measure=measure, values={"title": "Neu"}, version=version, by=user, now=NOW
        ),
        lambda: create_project(measure=measure, values={"title": "Neu"}, by=user, now=NOW),
        lambda: change_project(
            project=project, values={"title": "Neu"}, version=version, by=user, now=NOW
        ),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert list(Measure.objects.values_list("title", flat=True)) == ["Alt"]
    assert list(Project.objects.values_list("title", flat=True)) == ["Alt"]
    assert measure.history.count() == 1


def test_project_goes_under_a_measure_or_outside(office):
    measure = make_measure()

    under = create_project(measure=measure, values={"title": "Hub"}, by=office, now=NOW)
    outside = create_project(values={"title": "Fonds"}, by=office, now=NOW)

    assert (under.measure, under.is_outside_plans) == (measure, False)
    assert list(Project.objects.outside_plans()) == [outside]


def test_project_changes_with_conflict(office):
    project = make_project("Alt")
    version = version_of(project, ["title"])
    change_project(project=project, values={"title": "Neu"}, version=version, by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile):
        change_project(
            project=project,
            values={"title": "Anders"},
            version=version,
            by=office,
            now=NOW,
        )

    assert reasons(project)[1:] == ["Geändert: Titel"]


# Milestones


def test_milestone_is_reached_once_and_opened_again(office):
    measure = make_measure()
    milestone = add_milestone(
        measure=measure,
        values={"title": "Konzept", "due_on": dt.date(2026, 5, 1)},
        now=NOW,
        by=office,
    )

    complete_milestone(milestone=milestone, now=NOW, by=office)
    with pytest.raises(Refused, match="schon als erreicht"):
        complete_milestone(milestone=milestone, now=NOW, by=office)
    milestone.refresh_from_db()
    assert milestone.done_on == TODAY
    reopen_milestone(milestone=milestone, by=office, now=NOW)
    with pytest.raises(Refused, match="schon wieder offen"):
        reopen_milestone(milestone=milestone, by=office, now=NOW)

    milestone.refresh_from_db()
    assert milestone.done_on is None
    assert reasons(milestone) == [
        "Meilenstein angelegt",
        "Meilenstein erreicht",
        "Meilenstein wieder offen",
    ]


def test_milestone_changes_with_conflict(office):
    milestone = make_milestone(make_measure(), "Alt")
    version = version_of(milestone, ["title"])
    change_milestone(
        milestone=milestone, values={"title": "Neu"}, version=version, now=NOW, by=office
    )

    with pytest.raises(ChangedMeanwhile):
        change_milestone(
            milestone=milestone,
            values={"title": "Anders"},
            version=version,
            now=NOW,
            by=office,
        )

    assert Milestone.objects.get().title == "Neu"


def test_deleted_milestone_leaves_its_history_and_cannot_be_touched_again(office):
    milestone = make_milestone(make_measure())

    delete_milestone(milestone=Milestone.objects.get(), by=office, now=NOW)
    with pytest.raises(ChangedMeanwhile, match="inzwischen gelöscht"):
        complete_milestone(milestone=milestone, now=NOW, by=office)

    assert not Milestone.objects.exists()
    last = Milestone.history.order_by("history_id").last()
    assert (last.history_change_reason, last.history_user) == ("Meilenstein gelöscht", office)


@pytest.mark.parametrize("role", OTHERS)
def test_only_the_office_writes_milestones(role):
    user, milestone = make_user(role), make_milestone(make_measure())

    for refused in (
        lambda: add_milestone(
            measure=milestone.measure,
            values={"title": "Neu", "due_on": TODAY},
            now=NOW,
            by=user,
        ),
        lambda: change_milestone(
            milestone=milestone, values={"title": "Neu"}, version="", now=NOW, by=user
        ),
        lambda: complete_milestone(milestone=milestone, now=NOW, by=user),
        lambda: reopen_milestone(milestone=milestone, by=user, now=NOW),
        lambda: delete_milestone(milestone=milestone, by=user, now=NOW),
    ):
        with pytest.raises(NotAllowed):
            refused()

    assert list(Milestone.objects.values_list("title", "done_on")) == [("Konzept liegt vor", None)]


def test_a_milestone_is_not_reached_on_a_day_to_come(office):
    milestone = make_milestone(make_measure())
    tomorrow = {"title": "Konzept", "due_on": TODAY, "done_on": TODAY + dt.timedelta(days=1)}
    version = version_of(milestone, tomorrow)

    with nothing_changes(milestone):
        with pytest.raises(Refused, match="höchstens den 18.03.2026"):
            change_milestone(
                milestone=milestone, values=tomorrow, version=version, now=NOW, by=office
            )
        with pytest.raises(Refused, match="„erreicht am“ liegt in der Zukunft"):
            add_milestone(measure=milestone.measure, values=tomorrow, now=NOW, by=office)
    assert Milestone.objects.count() == 1


def test_a_milestone_may_be_reached_today(office):
    values = {"title": "Konzept", "due_on": TODAY, "done_on": TODAY}

    assert add_milestone(measure=make_measure(), values=values, now=NOW, by=office).done_on == TODAY
