"""Releasing 500 invitations takes as many statements as releasing 50."""

from math import ceil

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from core.roles import OFFICE
from dialogues.enums import DialogueState
from dialogues.models import Invitation
from dialogues.services import release_invitations
from outbox.models import Mail
from partners.models import Person
from tests.dialogues.builders import NOW, RSVP_BY, make_dialogue
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def statements_to_release(count, office):
    dialogue = make_dialogue(DialogueState.SCHEDULED)
    people = Person.objects.bulk_create(
        [
            Person(family_name=f"Leitung Werk {n}", email=f"werk-{n}-{count}@example.org")
            for n in range(count)
        ]
    )
    Invitation.objects.bulk_create(
        [Invitation(dialogue=dialogue, person=person) for person in people]
    )
    with CaptureQueriesContext(connection) as queries:
        release_invitations(dialogue=dialogue, rsvp_by=RSVP_BY, expected=count, by=office, now=NOW)
    assert Mail.objects.filter(path=dialogue.get_absolute_url()).count() == count
    assert (
        Invitation.history.filter(
            dialogue=dialogue, history_change_reason="Einladung versandt"
        ).count()
        == count
    )
    return len(queries)


def batches(model, count):
    """Return how many statements one bulk insert of `count` rows takes."""
    fields = [field for field in model._meta.concrete_fields if not field.primary_key]
    return ceil(count / connection.ops.bulk_batch_size(fields, [None] * count))


def test_500_invitations_cost_as_many_statements_as_50_apart_from_the_batches_of_sqlite():
    office = make_user(OFFICE)
    statements_to_release(1, office)

    few, many = statements_to_release(50, office), statements_to_release(500, office)

    inserted = (Mail, Invitation.history.model)
    extra = sum(batches(model, 500) - batches(model, 50) for model in inserted)
    assert many - few == (0 if connection.vendor == "postgresql" else extra)
