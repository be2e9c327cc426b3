import pytest
from django.db import transaction

from core.errors import ChangedMeanwhile, violation_as
from partners.models import Sector


@pytest.mark.django_db
def test_violated_constraint_becomes_a_sentence_and_leaves_the_transaction_usable():
    Sector.objects.create(name="Chemie")

    with transaction.atomic():
        with pytest.raises(ChangedMeanwhile, match=r"^Zu spät\.$"):
            with violation_as(ChangedMeanwhile("Zu spät.")):
                Sector.objects.create(name="Chemie")
        Sector.objects.create(name="Metall")

    assert set(Sector.objects.values_list("name", flat=True)) == {"Chemie", "Metall"}


def test_other_errors_pass(db):
    with pytest.raises(ZeroDivisionError):
        with violation_as(ChangedMeanwhile("Zu spät.")):
            raise ZeroDivisionError
