"""The data step that takes visits back inside which were public without a valid approval."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection

from core.models import Origin
from media_visits.enums import VisitState
from media_visits.models import Visit
from tests.approvals.builders import NOW
from tests.media_visits.builders import STARTS_AT

pytestmark = pytest.mark.django_db
S = VisitState
unpublish = import_module("media_visits.migrations.0003_unpublish_without_consent").unpublish


@pytest.fixture
def without_the_constraint():
    """Lift the constraint of the next migration for the time of a test, which PostgreSQL can undo."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            yield
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
        else:
            cursor.execute(
                "ALTER TABLE media_visits_visit DROP CONSTRAINT visit_published_was_approved"
            )
            yield


def make_published(state, *before, **fields):
    """Return the key of a visit published in `state`; each of `before` is a (state, is_published)
    of its history.
    """
    values = {
        "company_text": "Werk",
        "title": "Rundgang",
        "starts_at": STARTS_AT,
        "reason": "Streik",
    } | fields
    visit = Visit(state=state, is_published=True, **values)
    visit.skip_history_when_saving = True
    visit.save()
    for day, (then, was_published) in enumerate([*before, (state, True)]):
        Visit.history.create(
            id=visit.pk,
            state=then,
            is_published=was_published,
            history_type="~",
            history_date=NOW + dt.timedelta(days=day),
            **values,
        )
    return visit.pk


@pytest.mark.usefixtures("without_the_constraint")
def test_what_was_public_without_a_valid_approval_goes_back_inside():
    back = [
        make_published(S.POSTPONED, (S.ANNOUNCED, True)),
        make_published(S.CANCELLED, (S.SUBMITTED, False), (S.CANCELLED, False)),
        make_published(S.CANCELLED, (S.APPROVED, True), (S.POSTPONED, True)),
        make_published(S.CANCELLED, (S.APPROVED, False), (S.CANCELLED, False)),
    ]
    stay = [
        make_published(S.ANNOUNCED, (S.APPROVED, True)),
        make_published(S.CANCELLED, (S.ANNOUNCED, True)),
        make_published(S.CANCELLED, origin=Origin.TAKEN_OVER),
    ]

    unpublish(apps, None)

    assert (
        list(Visit.objects.filter(is_published=True).order_by("pk").values_list("pk", flat=True))
        == stay
    )
    for pk in back:
        latest = Visit.objects.get(pk=pk).history.latest()
        assert (latest.is_published, latest.history_change_reason, latest.title) == (
            False,
            "Veröffentlichung zurückgenommen: keine gültige Freigabe",
            "Rundgang",
        )
