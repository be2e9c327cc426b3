import pytest

from core.roles import OFFICE
from measures.models import Measure
from measures.queries import StoredMeasures, exports
from tests.measures.builders import make_indicator, make_measure, make_milestone, make_plan
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


def test_measures_are_read_in_parts_in_their_order(monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(exports, "PART", 2)
    plan, partner = make_plan(), make_organisation()
    measures = [make_measure(plan, title) for title in ("C", "A", "E", "B", "D")]
    measures[2].supporters.add(partner)
    for measure in (measures[3], measures[0]):
        make_milestone(measure, f"Schritt {measure}")
        make_indicator(measure, f"Fläche {measure}")
    stored = StoredMeasures(Measure.objects.order_by("title"), make_user(OFFICE))

    # Each of the three parts: the measures, their supporters, their sectors.
    with django_assert_num_queries(9):
        found = [(str(measure), links["supporters"]) for measure, links in stored.measures()]

    assert found == [("A", ()), ("B", ()), ("C", ()), ("D", ()), ("E", [partner.pk])]
    milestones = [(str(measure), str(milestone)) for measure, milestone in stored.milestones()]
    assert milestones == [("B", "Schritt B"), ("C", "Schritt C")]
    indicators = [(str(measure), indicator.title) for measure, indicator in stored.indicators()]
    assert indicators == [("B", "Fläche B"), ("C", "Fläche C")]


def test_measure_deleted_while_the_file_is_written_is_left_out():
    measure, other = make_measure(title="A"), make_measure(title="B")
    make_milestone(measure)
    stored = StoredMeasures(Measure.objects.order_by("title"), make_user(OFFICE))
    measure.milestones.all().delete()
    measure.delete()

    assert [found.pk for found, _links in stored.measures()] == [other.pk]
    assert list(stored.milestones()) == []
