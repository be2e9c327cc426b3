"""Sections: entering, changing, moving and deleting them."""

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import PlanSection
from measures.queries import measure_history, plan_history, section_history
from measures.services import (
    change_measure,
    change_plan,
    change_section,
    continue_plan,
    create_section,
    delete_section,
)
from tests.measures.builders import NOW, make_measure, make_plan, make_section
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
FIELDS = ("parent", "level", "code", "title", "page", "position")


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def plan():
    return make_plan("Plan A", levels=["Feld", "Cluster", "Ziel"])


def values(title: str = "Flächen", **changes) -> dict:
    given = {"parent": None, "level": "Feld", "code": "", "title": title, "page": None}
    return {**given, **changes}


def change(section: PlanSection, by, **changes) -> PlanSection:
    given = {name: getattr(section, name) for name in FIELDS} | changes
    version = version_of(section, FIELDS)
    return change_section(section=section, values=given, version=version, by=by, now=NOW)


def test_new_section_is_the_last_below_its_parent(office, plan):
    field = make_section(plan, position=3)
    make_section(plan, parent=field, position=7)

    beside = create_section(plan=plan, values=values(), by=office, now=NOW)
    below = create_section(
        plan=plan, values=values("Ankauf", parent=field, level="Ziel"), by=office, now=NOW
    )

    assert (beside.position, below.position) == (4, 8)
    assert below.history.get().history_change_reason == "Abschnitt angelegt"


def test_changes_are_told_with_old_and_new_values(office, plan):
    first, second = make_section(plan, "Rahmen"), make_section(plan, "Innovation")
    section = make_section(plan, "Flächen", first, page=34)

    change(section, office, title="Flächen und Netze", parent=second, page=35)

    (entry,) = section_history(section, office)
    assert (entry.who, entry.what) == (
        "Geschäftsstelle",
        "Geändert: übergeordneter Abschnitt, Titel, Seite im Plan",
    )
    assert entry.note == (
        "Titel: Flächen → Flächen und Netze\nübergeordneter Abschnitt: Rahmen → Innovation\n"
        "Seite im Plan: 34 → 35"
    )
    assert [entry.what for entry in plan_history(plan, office)] == [
        "Geändert: übergeordneter Abschnitt, Titel, Seite im Plan: Flächen und Netze"
    ]


def test_renamed_level_is_told_by_the_plan_once_and_by_each_section(office, plan):
    section = make_section(plan, "Flächen", make_section(plan))
    levels = {"levels": ["Feld", "Thema", "Ziel"]}
    version = version_of(plan, levels)

    change_plan(plan=plan, values=levels, version=version, by=office, now=NOW)

    (entry,) = section_history(section, office)
    assert (entry.what, entry.note) == ("Ebene umbenannt", "Ebene: Cluster → Thema")
    assert [entry.what for entry in plan_history(plan, office)] == ["Geändert: Gliederungsebenen"]


def test_two_levels_may_swap_their_names(office, plan):
    field = make_section(plan)
    cluster = make_section(plan, parent=field)

    levels = {"levels": ["Cluster", "Feld", "Ziel"]}
    version = version_of(plan, levels)

    change_plan(plan=plan, values=levels, version=version, by=office, now=NOW)

    levels = list(plan.sections.order_by("pk").values_list("pk", "level"))
    assert levels == [(field.pk, "Cluster"), (cluster.pk, "Feld")]


def test_sections_taken_over_begin_their_history_below_their_new_parent(office, plan):
    make_section(plan, "Flächen", make_section(plan, "Rahmen", position=2), position=1)
    given = {"title": "B", "short_title": "B", "levels": plan.levels, "last_year": None}

    continued = continue_plan(plan=plan, values=given, copy_sections=True, by=office, now=NOW)

    lines = PlanSection.history.filter(plan=continued).order_by("history_id")
    assert [(one.title, str(one.parent), one.history_change_reason) for one in lines] == [
        ("Rahmen", "None", "Übernommen aus Plan A"),
        ("Flächen", "Rahmen", "Übernommen aus Plan A"),
    ]
    assert {line.history_date for line in lines} == {NOW}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "braucht eine Kennung oder einen Titel"),
        ({"level": "Feld"}, "„Feld“ steht in diesem Plan nicht unter „Feld“"),
        ({"level": "Ziel"}, "„Ziel“ steht in diesem Plan nicht unter „Ziel“"),
        ({"parent": "below"}, "nicht unter sich selbst"),
        ({"parent": "foreign"}, "gehört zu einem anderen Plan"),
    ],
)
def test_section_that_does_not_fit_is_refused(office, plan, changes, message):
    section = make_section(plan, parent=make_section(plan))
    others = {
        "below": make_section(plan, parent=section, level="Ziel"),
        "foreign": make_section(make_plan()),
    }
    changes = {name: others.get(value, value) for name, value in changes.items()}

    with nothing_changes(section), pytest.raises(Refused, match=message):
        change(section, office, **changes)


def test_empty_section_is_deleted_and_told_by_the_plan(office, plan):
    field = make_section(plan, "Rahmen")
    section = make_section(plan, "Flächen", field)

    with nothing_changes(field), pytest.raises(Refused, match="gehören noch Maßnahmen oder Absch"):
        delete_section(section=field, by=office, now=NOW)
    delete_section(section=section, by=office, now=NOW)
    make_measure(plan, section=field)

    with nothing_changes(field), pytest.raises(Refused, match="gehören noch Maßnahmen oder Absch"):
        delete_section(section=field, by=office, now=NOW)
    assert [entry.what for entry in plan_history(plan, office)] == ["Abschnitt gelöscht: Flächen"]
    with pytest.raises(ChangedMeanwhile, match="inzwischen gelöscht"):
        delete_section(section=section, by=office, now=NOW)


def test_history_of_a_measure_outlives_a_section_it_was_in(office, plan):
    section = make_section(plan, "Flächen")
    measure = make_measure(plan, section=section)
    change_measure(
        measure=measure,
        values={"section": None},
        version=version_of(measure, ["section"]),
        by=office,
        now=NOW,
    )
    delete_section(section=section, by=office, now=NOW)

    (entry,) = measure_history(measure, measure.reports.none(), office)

    assert entry.what == "Geändert: Abschnitt des Plans"


def test_colleague_who_saved_first_is_named(office, plan):
    section = make_section(plan)
    version = version_of(section, FIELDS)
    change(section, office, title="Anders")

    with pytest.raises(ChangedMeanwhile, match="hat diesen Eintrag inzwischen geändert"):
        change_section(
            section=section,
            values=values(position=0),
            version=version,
            by=office,
            now=NOW,
        )


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_changes_the_tree(role, plan):
    user, section = make_user(role), make_section(plan)
    calls = (
        lambda: create_section(plan=plan, values=values(), by=user, now=NOW),
        lambda: change(section, user, title="x"),
        lambda: delete_section(section=section, by=user, now=NOW),
    )

    with nothing_changes(section):
        for call in calls:
            with pytest.raises(NotAllowed):
                call()
    assert plan.sections.count() == 1
