from functools import partial

import pytest
from django.db import IntegrityError

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Milestone, MilestoneDependency
from measures.services import add_requirement, delete_milestone, remove_requirement
from tests.measures.builders import NOW, make_measure, make_milestone
from tests.partners.builders import make_user
from tests.racing import race
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def milestones():
    """Return three milestones of one measure and one of another."""
    measure, other = make_measure(title="Ankauf"), make_measure(title="Flächen")
    return [
        *(make_milestone(measure, title) for title in ("Idee", "Konzept", "Beschluss")),
        make_milestone(other, "Gutachten"),
    ]


def require_each(milestones, office) -> None:
    """Let each of `milestones` require the next."""
    for milestone, requirement in zip(milestones, milestones[1:], strict=False):
        add_requirement(milestone=milestone, requirement=requirement, by=office, now=NOW)


def edges() -> set[tuple[str, str]]:
    return set(MilestoneDependency.objects.values_list("milestone__title", "requirement__title"))


def test_requirement_of_another_measure_is_added_and_removed_with_history(office, milestones):
    konzept, gutachten = milestones[1], milestones[3]

    add_requirement(milestone=konzept, requirement=gutachten, by=office, now=NOW)
    assert edges() == {("Konzept", "Gutachten")}
    with pytest.raises(Refused, match="schon eingetragen"):
        add_requirement(milestone=konzept, requirement=gutachten, by=office, now=NOW)
    remove_requirement(milestone=konzept, requirement=gutachten, by=office, now=NOW)
    with pytest.raises(Refused, match="nicht mehr eingetragen"):
        remove_requirement(milestone=konzept, requirement=gutachten, by=office, now=NOW)

    assert edges() == set()
    reasons = konzept.history.order_by("history_id").values_list("history_change_reason", flat=True)
    assert list(reasons)[1:] == [
        "Voraussetzung eingetragen („Gutachten“)",
        "Voraussetzung entfernt („Gutachten“)",
    ]


@pytest.mark.parametrize(
    ("chain", "milestone", "requirement", "cycle"),
    [
        ([], 0, 0, "„Idee“ → „Idee“"),
        ([0, 1], 1, 0, "„Konzept“ → „Idee“ → „Konzept“"),
        (
            [0, 1, 3, 2],
            2,
            0,
            "„Beschluss“ → „Idee“ → „Konzept“ → „Gutachten“ (Flächen) → „Beschluss“",
        ),
    ],
)
def test_cycle_is_refused_and_named(office, milestones, chain, milestone, requirement, cycle):
    require_each([milestones[number] for number in chain], office)
    before = edges()

    with nothing_changes(milestones[milestone]), pytest.raises(Refused) as refused:
        add_requirement(
            milestone=milestones[milestone],
            requirement=milestones[requirement],
            by=office,
            now=NOW,
        )

    assert str(refused.value) == (
        f"Damit würde ein Meilenstein sich selbst voraussetzen: {cycle}. Bitte entfernen Sie "
        "zuerst eine dieser Voraussetzungen."
    )
    assert edges() == before


def test_two_ways_to_the_same_requirement_are_no_cycle(office, milestones):
    idee, konzept, beschluss, gutachten = milestones
    require_each([idee, konzept, gutachten], office)

    require_each([idee, beschluss, gutachten], office)

    assert len(edges()) == 4


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_changes_requirements(role, milestones):
    given = {"milestone": milestones[0], "requirement": milestones[1], "by": make_user(role)}

    with nothing_changes(milestones[0]):
        for service in (add_requirement, remove_requirement):
            with pytest.raises(NotAllowed, match="nicht berechtigt"):
                service(**given, now=NOW)

    assert edges() == set()


def test_deleted_milestone_is_no_requirement_any_more(office, milestones):
    idee, konzept = milestones[:2]
    require_each([idee, konzept], office)

    delete_milestone(milestone=Milestone.objects.get(pk=konzept.pk), by=office, now=NOW)

    assert edges() == set()
    with pytest.raises(ChangedMeanwhile, match="inzwischen gelöscht"):
        add_requirement(milestone=idee, requirement=konzept, by=office, now=NOW)


def test_database_refuses_a_milestone_that_requires_itself(milestones):
    with pytest.raises(IntegrityError, match="milestonedependency_not_on_itself"):
        MilestoneDependency.objects.create(milestone=milestones[0], requirement=milestones[0])


@pytest.mark.django_db(transaction=True)
def test_two_at_once_cannot_close_a_cycle_together():
    office, measure = make_user(OFFICE), make_measure()
    idee, konzept, beschluss, gutachten = (make_milestone(measure, title) for title in "ABCD")
    require_each([konzept, beschluss], office)
    require_each([gutachten, idee], office)

    # Each alone is fine and they have no milestone in common: A → B → C → D → A.
    results = race(
        partial(add_requirement, milestone=idee, requirement=konzept, by=office, now=NOW),
        partial(add_requirement, milestone=beschluss, requirement=gutachten, by=office, now=NOW),
    )

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "Refused"]
    assert len(edges()) == 3
