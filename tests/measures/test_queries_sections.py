import pytest

from measures.queries import (
    descendants_of,
    section_choices,
    section_path,
    sections_of,
    top_sections,
)
from tests.measures.builders import make_measure, make_plan, make_section

pytestmark = pytest.mark.django_db


@pytest.fixture
def tree():
    plan = make_plan(levels=["Handlungsfeld", "Themencluster"])
    field = make_section(plan, "Rahmenbedingungen", position=1)
    other = make_section(plan, "Marketing", position=2)
    cluster = make_section(plan, "Flächen", field, position=1)
    return {"plan": plan, "field": field, "other": other, "cluster": cluster}


def test_top_path_and_descendants_of_a_section(tree):
    sections = sections_of([tree["plan"]])

    assert top_sections(sections)[tree["cluster"].pk] == tree["field"]
    assert descendants_of(tree["field"].pk, sections) == {tree["field"].pk, tree["cluster"].pk}
    measure = make_measure(tree["plan"], section=tree["cluster"])
    assert section_path(measure) == [tree["field"], tree["cluster"]]
    assert section_path(make_measure(tree["plan"])) == []


def test_section_choices_are_indented_and_limited_to_one_plan(tree):
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


def test_sections_of_the_same_name_are_told_apart():
    plan, older = make_plan("MPI 2018"), make_plan("MPI 2010")
    field, other = make_section(plan, "Rahmenbedingungen"), make_section(older, "Rahmenbedingungen")
    below = make_section(plan, "Rahmenbedingungen", field)
    marketing = make_section(plan, "Marketing")

    groups = section_choices(sections_of([plan, older]))

    assert dict(choice for _plan, choices in groups for choice in choices) == {
        str(field.pk): "Rahmenbedingungen (Handlungsfeld, MPI 2018)",
        str(below.pk): "– Rahmenbedingungen (Themencluster, MPI 2018)",
        str(marketing.pk): "Marketing",
        str(other.pk): "Rahmenbedingungen (Handlungsfeld, MPI 2010)",
    }
