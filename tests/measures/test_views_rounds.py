import datetime as dt
import re

import pytest
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.enums import RoundState
from measures.models import ReportingRound
from outbox.models import Mail
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_round,
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


def test_round_is_planned_started_and_closed(client, office):
    plan = make_plan()
    partner = make_user(PARTNER)
    make_measure(plan, lead_id=partner.organisation_id)
    data = {
        "plan": plan.pk,
        "title": "Berichtsrunde 1/2026",
        "cut_off_on": "2026-03-01",
        "due_on": "2026-03-31",
    }
    client.post(reverse("measures:round_create"), data)
    reporting_round = ReportingRound.objects.get()
    start = reverse("measures:round_open", args=[reporting_round.pk])

    assert "Starten und 1 E-Mails versenden" in client.get(start).content.decode()
    assert not Mail.objects.exists()
    client.post(start)
    assert Mail.objects.count() == 1
    edit = reverse("measures:round_edit", args=[reporting_round.pk])
    client.post(edit, {**data, "due_on": "2026-04-15", "version": version_on(client, edit)})
    client.post(reverse("measures:round_close", args=[reporting_round.pk]))

    reporting_round.refresh_from_db()
    assert (reporting_round.state, reporting_round.due_on) == (
        RoundState.CLOSED,
        dt.date(2026, 4, 15),
    )


def test_second_round_of_a_plan_is_refused_with_a_message(client, office):
    plan = make_plan()
    make_round(plan)
    second = make_round(plan, state=RoundState.PLANNED)

    response = client.post(reverse("measures:round_open", args=[second.pk]), follow=True)

    assert "läuft schon eine Berichtsrunde" in response.content.decode()
    second.refresh_from_db()
    assert second.state == RoundState.PLANNED


def test_round_with_a_deadline_before_its_day_stays_in_the_form(client, office):
    data = {
        "plan": make_plan().pk,
        "title": "Runde",
        "cut_off_on": "2026-03-31",
        "due_on": "2026-03-01",
    }

    response = client.post(reverse("measures:round_create"), data)

    assert "Die Frist liegt vor dem Stichtag." in response.content.decode()
    assert not ReportingRound.objects.exists()
