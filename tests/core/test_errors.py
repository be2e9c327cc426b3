import pytest
from django.db import transaction

from core.errors import ChangedMeanwhile, Concern, Warned, require_heeded, violation_as
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


def test_going_on_needs_every_concern_to_be_seen():
    concerns = [Concern(key, "Leitung", "/1/", "a@b.example") for key in ("one", "two")]

    require_heeded([], [], "Bitte zuerst ansehen.")
    require_heeded(concerns, ["two", "one", "former"], "Bitte zuerst ansehen.")
    with pytest.raises(Warned, match=r"^Bitte zuerst ansehen\.$") as warned:
        require_heeded(concerns, ["one"], "Bitte zuerst ansehen.")
    assert warned.value.concerns == concerns
