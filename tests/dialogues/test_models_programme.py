"""What the database refuses of a programme."""

import pytest
from django.db import IntegrityError, transaction

from dialogues.models import ProgrammeItem
from tests.dialogues.builders import make_dialogue

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"kind": "other"}, "programmeitem_says_what_it_is"),
        ({"kind": "break", "title": "Pause"}, "programmeitem_says_what_it_is"),
        ({"lasts_minutes": 0}, "programmeitem_lasts"),
        ({"starts_after_minutes": -721}, "programmeitem_within_half_a_day"),
        ({"starts_after_minutes": 720}, "programmeitem_within_half_a_day"),
    ],
)
def test_database_refuses_items_that_say_nothing(fields, name):
    values = {"dialogue": make_dialogue(), "starts_after_minutes": 0, "kind": "welcome"}

    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        ProgrammeItem.objects.create(**values | fields)


@pytest.mark.parametrize(
    ("kind", "title", "label"),
    [
        ("welcome", "", "Begrüßung"),
        ("tour", "Halle 2", "Werksrundgang: Halle 2"),
        ("other", "Ankommen", "Ankommen"),
    ],
)
def test_item_is_called_by_its_kind_and_title(kind, title, label):
    assert str(ProgrammeItem(kind=kind, title=title)) == label
