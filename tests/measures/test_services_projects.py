import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile
from core.roles import OFFICE
from measures.models import Project
from measures.services import (
    change_project,
    create_project,
)
from tests.measures.builders import (
    NOW,
    make_measure,
    make_project,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def reasons(obj) -> list[str]:
    return [entry.history_change_reason for entry in obj.history.order_by("history_id")]


@pytest.fixture
def office():
    return make_user(OFFICE)


def test_project_belongs_to_a_measure_or_is_outside_the_plans(office):
    measure = make_measure()

    under = create_project(measure=measure, values={"title": "Hub"}, by=office, now=NOW)
    outside = create_project(values={"title": "Fonds"}, by=office, now=NOW)

    assert (under.measure, under.is_outside_plans) == (measure, False)
    assert list(Project.objects.outside_plans()) == [outside]


def test_second_of_two_changes_is_refused(office):
    project = make_project("Alt")
    version = version_of(project, ["title"])
    change_project(project=project, values={"title": "Neu"}, version=version, by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile, match="inzwischen geändert"):
        change_project(
            project=project,
            values={"title": "Anders"},
            version=version,
            by=office,
            now=NOW,
        )

    assert reasons(project)[1:] == ["Geändert: Titel"]
