"""Carrying a plan on, and deciding what becomes of its measures."""

import datetime as dt

import pytest

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import Phase
from measures.models import Continuation, Measure, Plan
from measures.queries import plan_history
from measures.services import (
    change_measure,
    change_plan,
    continue_measures,
    continue_plan,
    end_measures,
    merge_measures,
    split_measure,
    undo_continuation,
)
from partners.models import Sector
from tests.measures.builders import (
    NOW,
    make_continuation,
    make_measure,
    make_milestone,
    make_plan,
    make_section,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def old():
    return make_plan("Plan A", levels=["Feld", "Cluster"], position=1)


@pytest.fixture
def new(old):
    return make_plan("Plan B", is_published=False, predecessor=old, position=2)


def plan_values(**changes) -> dict:
    return {
        "title": "Plan B in voller Länge",
        "short_title": "Plan B",
        "first_year": 2027,
        "last_year": 2030,
        "levels": ["Ziel", "Thema"],
        **changes,
    }


def outcome(measure: Measure) -> tuple:
    found = measure.continuations.get()
    return found.kind, [str(successor) for successor in found.successors.order_by("pk")]


def test_next_plan_is_unpublished_and_takes_the_tree_over_with_new_names(office, old):
    below = make_section(old, "Flächen", make_section(old, "Rahmen", code="C"), code="C 1")

    plan = continue_plan(plan=old, values=plan_values(), copy_sections=True, by=office, now=NOW)

    sections = list(plan.sections.order_by("pk"))
    assert (plan.predecessor, plan.is_published, plan.position) == (old, False, 2)
    assert [(s.level, s.code, s.title) for s in sections] == [
        ("Ziel", "C", "Rahmen"),
        ("Thema", "C 1", "Flächen"),
    ]
    assert (sections[1].parent, sections[1].predecessor) == (sections[0], below)


def test_next_plan_may_begin_without_sections(office, old):
    make_section(old)

    plan = continue_plan(
        plan=old, values=plan_values(levels=[]), copy_sections=False, by=office, now=NOW
    )

    assert (plan.levels, plan.sections.count()) == ([], 0)


@pytest.mark.parametrize(
    ("levels", "message"),
    [
        (["Ziel"], "Die Abschnitte reichen bis zur Ebene „Cluster“. Bitte nennen Sie mindestens 2"),
        (["Ziel", "Thema"], "Die Fortschreibung gibt es schon: Plan B."),
    ],
)
def test_plan_is_continued_once_and_with_enough_levels(office, old, levels, message):
    make_section(old, parent=make_section(old))
    if len(levels) == 2:
        make_plan("Plan B", predecessor=old)

    with pytest.raises(Refused, match=message):
        continue_plan(
            plan=old,
            values=plan_values(title="Anders", levels=levels),
            copy_sections=True,
            by=office,
            now=NOW,
        )
    assert Plan.objects.filter(title="Anders").count() == 0


def test_renamed_level_renames_its_sections(office, old):
    section = make_section(old, parent=make_section(old))
    values = {"levels": ["Feld", "Thema"]}

    change_plan(plan=old, values=values, version=version_of(old, values), by=office, now=NOW)

    section.refresh_from_db()
    assert section.level == "Thema"
    (entry,) = plan_history(old, office)
    assert (entry.who, entry.what) == ("Geschäftsstelle", "Geändert: Gliederungsebenen")
    values = {"short_title": "Plan B", "is_published": False}
    change_plan(plan=old, values=values, version=None, by=office, now=NOW + dt.timedelta(hours=1))
    latest, _first = plan_history(old, office)
    assert latest.note == "Kurztitel: Plan A → Plan B\nveröffentlicht: ja → nein"
    assert plan_history(old, office, until=NOW) == []
    with pytest.raises(ChangedMeanwhile):
        change_plan(plan=old, values=values, version="x", by=office, now=NOW)


def test_continued_measure_is_a_copy_of_the_master_data_in_the_same_place(office, old, new):
    lead, supporter = make_organisation(), make_organisation()
    section = make_section(old)
    place = make_section(new, level="Feld", predecessor=section)
    measure = make_measure(
        old,
        title="Ankauf",
        code="C 1",
        section=section,
        lead=lead,
        amount="10 €",
        phase=Phase.RUNNING,
        traffic_light="green",
        internal_notes="GEHEIM",
        sources=["https://example.org"],
    )
    measure.supporters.add(supporter)
    sector = Sector.objects.create(name="Maschinenbau")
    measure.sectors.add(sector)
    make_milestone(measure)

    (continuation,) = continue_measures(measures=[measure], plan=new, by=office, now=NOW)

    copy = continuation.successors.get()
    assert (copy.plan, copy.title, copy.code, copy.section) == (new, "Ankauf", "C 1", place)
    assert (copy.lead, list(copy.supporters.all()), copy.amount) == (lead, [supporter], "10 €")
    assert list(copy.sectors.all()) == [sector]
    assert (copy.phase, copy.traffic_light, copy.internal_notes) == ("not_started", "", "")
    assert (copy.sources, copy.milestones.count(), copy.responsible) == ([], 0, office)
    assert (continuation.decided_by, continuation.decided_at) == (office, NOW)
    assert [line.history_change_reason for line in continuation.history.all()] == [
        "fortgeführt in Plan B"
    ]


def test_measure_of_the_same_title_in_the_new_plan_is_the_successor(office, old, new):
    present = make_measure(new, title="Ankauf")

    continue_measures(measures=[make_measure(old, title="Ankauf")], plan=new, by=office, now=NOW)

    assert list(Continuation.objects.get().successors.all()) == [present]
    assert Measure.objects.count() == 2


def test_measures_are_merged_into_a_new_or_a_present_one(office, old, new):
    first, second, third = (make_measure(old, title=title) for title in "abc")

    merge_measures(measures=[first, second], plan=new, title="Beides", by=office, now=NOW)
    merge_measures(measures=[third], plan=new, successor=new.measures.get(), by=office, now=NOW)

    assert [outcome(measure) for measure in (first, second, third)] == [("merged", ["Beides"])] * 3
    assert new.measures.get().code == ""


def test_measure_is_split_into_new_and_present_ones(office, old, new):
    measure, present = make_measure(old), make_measure(new, title="Teil 1")

    split_measure(
        measure=measure, plan=new, successors=[present], titles=["Teil 2"], by=office, now=NOW
    )

    assert outcome(measure) == ("split", ["Teil 1", "Teil 2"])


def test_measure_ends_with_a_reason(office, old, new):
    measure = make_measure(old)

    end_measures(measures=[measure], plan=new, reason="Ziel erreicht.", by=office, now=NOW)

    assert outcome(measure) == ("ended", [])
    assert measure.continuations.get().reason == "Ziel erreicht."


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m, new, **by: end_measures(measures=[m], plan=new, reason="", **by), "den Grund"),
        (lambda m, new, **by: end_measures(measures=[], plan=new, reason="x", **by), "kreuzen Sie"),
        (
            lambda m, new, **by: end_measures(measures=[m], plan=m.plan, reason="x", **by),
            "in einem anderen Plan fortgeschrieben",
        ),
        (
            lambda m, new, **by: merge_measures(measures=[m], plan=new, title="Allein", **by),
            "mindestens zwei Maßnahmen; eine allein wird fortgeführt",
        ),
        (
            lambda m, new, **by: merge_measures(measures=[m], plan=new, **by),
            "wählen Sie eine Maßnahme des neuen Plans, oder nennen Sie einen neuen Titel",
        ),
        (
            lambda m, new, **by: split_measure(measure=m, plan=new, titles=["Eins"], **by),
            "Zum Aufteilen gehören mindestens zwei",
        ),
        (
            lambda m, new, **by: continue_measures(
                measures=[m], plan=new, successor=make_measure(make_plan(), title="Fremd"), **by
            ),
            "„Fremd“ gehört nicht zu Plan B",
        ),
        (
            lambda m, new, **by: continue_measures(
                measures=[m, make_measure(m.plan)], plan=new, successor=make_measure(new), **by
            ),
            "heißt, sie zusammenzuführen",
        ),
        (
            lambda m, new, **by: split_measure(
                measure=m, plan=new, titles=[make_measure(new, title="Da").title, "Neu"], **by
            ),
            "In Plan B gibt es schon eine Maßnahme „Da“",
        ),
    ],
)
def test_decision_that_does_not_fit_is_refused(office, old, new, call, message):
    measure = make_measure(old)

    with nothing_changes(measure), pytest.raises(Refused, match=message):
        call(measure, new, by=office, now=NOW)
    assert Continuation.objects.count() == 0


def test_no_chain_of_measures_leads_back_to_where_it_began(office, old, new):
    first, second = make_measure(old, title="Erste"), make_measure(new)
    make_continuation(first, second)
    third = make_measure(make_plan())
    make_continuation(second, third)

    with pytest.raises(Refused, match="ist selbst aus der gewählten Maßnahme hervorgegangen"):
        continue_measures(measures=[third], plan=old, successor=first, by=office, now=NOW)
    assert not third.continuations.exists()


def test_second_decision_on_a_measure_names_it_and_changes_nothing(office, old, new):
    measure, other = make_measure(old, title="Ankauf"), make_measure(old)
    end_measures(measures=[measure], plan=new, reason="Weil.", by=office, now=NOW)

    with pytest.raises(ChangedMeanwhile, match="schon entschieden: „Ankauf“"):
        continue_measures(measures=[measure, other], plan=new, by=office, now=NOW)
    assert (outcome(measure), other.continuations.count()) == (("ended", []), 0)


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_continues_plans_and_measures(role, old, new):
    user, measure = make_user(role), make_measure(old)
    found = make_continuation(measure, plan=new)
    calls = (
        lambda: continue_plan(
            plan=new, values=plan_values(), copy_sections=False, by=user, now=NOW
        ),
        lambda: change_plan(plan=old, values={}, version="", by=user, now=NOW),
        lambda: continue_measures(measures=[measure], plan=new, by=user, now=NOW),
        lambda: merge_measures(measures=[measure], plan=new, title="x", by=user, now=NOW),
        lambda: split_measure(measure=measure, plan=new, titles=["x", "y"], by=user, now=NOW),
        lambda: end_measures(measures=[measure], plan=new, reason="x", by=user, now=NOW),
        lambda: undo_continuation(continuation=found, by=user, now=NOW),
    )

    with nothing_changes(found, measure, old, new):
        for call in calls:
            with pytest.raises(NotAllowed):
                call()


def test_undone_decision_takes_its_copies_along_unless_somebody_worked_on_them(office, old, new):
    untouched, worked_on = make_measure(old, title="a"), make_measure(old, title="b")
    first, second = continue_measures(measures=[untouched, worked_on], plan=new, by=office, now=NOW)
    make_milestone(second.successors.get())

    assert undo_continuation(continuation=first, by=office, now=NOW) == []
    kept = undo_continuation(continuation=second, by=office, now=NOW)

    assert [measure.title for measure in kept] == ["b"]
    assert [measure.title for measure in new.measures.all()] == ["b"]
    assert Continuation.history.first().history_change_reason == (
        "Entscheidung zurückgenommen: fortgeführt"
    )
    with pytest.raises(ChangedMeanwhile, match="schon zurückgenommen"):
        undo_continuation(continuation=first, by=office, now=NOW)


def test_last_measure_left_of_merged_ones_is_continued(office, old, new):
    one, two, three = (make_measure(old, title=title) for title in "abc")
    found = merge_measures(measures=[one, two, three], plan=new, title="Alles", by=office, now=NOW)

    undo_continuation(continuation=found[0], by=office, now=NOW)
    still_merged = outcome(two)[0]
    undo_continuation(continuation=found[1], by=office, now=NOW)

    assert (still_merged, outcome(three)[0]) == ("merged", "continued")
    assert three.continuations.get().history.first().history_change_reason == (
        "Fortgeführt, weil die andere Zusammenführung zurückgenommen ist"
    )


def test_decision_stands_once_the_new_plan_is_published(office, old, new):
    found = make_continuation(make_measure(old), plan=new)
    Plan.objects.filter(pk=new.pk).update(is_published=True)

    with nothing_changes(found), pytest.raises(Refused, match="Plan B ist veröffentlicht"):
        undo_continuation(continuation=found, by=office, now=NOW)


def test_measure_with_a_continuation_keeps_its_plan(office, old, new):
    measure, successor = make_measure(old), make_measure(new)
    make_continuation(measure, successor)

    for kept in (measure, successor):
        with nothing_changes(kept), pytest.raises(Refused, match="bleibt deshalb in ihrem Plan"):
            change_measure(
                measure=kept,
                values={"plan": make_plan()},
                version=version_of(kept, ["plan"]),
                by=office,
                now=NOW,
            )
