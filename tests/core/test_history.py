import pytest

from partners.models import Person
from tests.partners.builders import make_organisation, make_person


def test_the_class_of_histories_is_built_once():
    assert type(Person.history) is type(Person.history)


@pytest.mark.django_db
def test_each_row_has_a_history_of_its_own():
    first, second = make_person("Erste"), make_person("Zweite")
    first.function = "Leitung"
    first.save()

    assert [row.name for row in first.history.order_by("history_id")] == ["Erste", "Erste"]
    assert [row.name for row in second.history.all()] == ["Zweite"]
    assert make_organisation("Haus").history.get().name == "Haus"
