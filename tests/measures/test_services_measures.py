import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import Phase
from measures.models import Measure, Project
from measures.services import (
    change_measure,
    change_project,
    create_measure,
    create_project,
)
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_project,
    make_section,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
OTHERS = (SENATOR_OFFICE, PARTNER, OBSERVER)


def reasons(obj) -> list[str]:
    return [entry.history_change_reason for entry in obj.history.order_by("history_id")]


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_new_measure_is_not_begun_and_has_one_history_line(office):
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
    assert [supporter.organisation for supporter in measure.history.get().supporters.all()] == [
        organisation
    ]


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


def test_second_of_two_changes_is_refused_with_the_name_of_the_first(office):
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


def test_changes_of_different_fields_do_not_conflict(office):
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

    services = (
        lambda: create_measure(values={"plan": measure.plan, "title": "Neu"}, by=user, now=NOW),
        lambda: change_measure(
            measure=measure, values={"title": "Neu"}, version=version, by=user, now=NOW
        ),
        lambda: create_project(measure=measure, values={"title": "Neu"}, by=user, now=NOW),
        lambda: change_project(
            project=project, values={"title": "Neu"}, version=version, by=user, now=NOW
        ),
    )

    with nothing_changes(measure, project):
        for service in services:
            with pytest.raises(NotAllowed, match="Dazu sind Sie nicht berechtigt"):
                service()

    assert (Measure.objects.count(), Project.objects.count()) == (1, 1)
