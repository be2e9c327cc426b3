import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.roles import OFFICE
from measures.models import Milestone
from tests.measures.builders import (
    make_measure,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


def test_milestones_are_added_edited_reached_reopened_and_deleted(client, office):
    measure = make_measure()
    client.post(
        reverse("measures:milestone_add", args=[measure.pk]),
        {"title": "Konzept", "due_on": "2026-06-30", "position": 0},
    )
    milestone = Milestone.objects.get()
    url = reverse("measures:milestone_edit", args=[milestone.pk])
    client.post(
        url,
        {
            "title": "Plan",
            "due_on": "2026-07-01",
            "position": 1,
            "version": version_on(client, url),
        },
    )
    client.post(reverse("measures:milestone_done", args=[milestone.pk]))
    milestone.refresh_from_db()
    assert (milestone.title, milestone.due_on, milestone.done_on) == (
        "Plan",
        dt.date(2026, 7, 1),
        timezone.localdate(),
    )

    twice = client.post(reverse("measures:milestone_done", args=[milestone.pk]), follow=True)
    assert "schon als erreicht" in twice.content.decode()
    client.post(reverse("measures:milestone_reopen", args=[milestone.pk]))
    asked = client.get(reverse("measures:milestone_delete", args=[milestone.pk]))
    assert "Soll der Meilenstein „Plan“ gelöscht werden?" in asked.content.decode()
    assert Milestone.objects.get().done_on is None
    client.post(reverse("measures:milestone_delete", args=[milestone.pk]))

    assert not Milestone.objects.exists()
