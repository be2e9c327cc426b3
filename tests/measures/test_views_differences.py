import datetime as dt
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE
from measures.services import close_round, create_measure, record_report
from tests.measures.builders import make_measure, make_plan, make_round, report_values
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db

URL = reverse("measures:differences")
MAY = dt.datetime(2026, 5, 13, 8, tzinfo=dt.UTC)
JUNE = dt.datetime(2026, 6, 3, 8, tzinfo=dt.UTC)
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel(JUNE + dt.timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def plan(office):
    """A plan of which one measure turned red and one joined."""
    plan = make_plan("MPI 2022–2026", first_year=2022, last_year=2026)
    values = {"plan": plan, "title": "Ankauf", "is_published": True}
    measure = create_measure(values=values, by=office, now=MAY)
    record_report(measure=measure, values=report_values(), by=office, now=MAY)
    record_report(measure=measure, values=report_values(**RED), by=office, now=JUNE)
    create_measure(values=values | {"title": "Intern", "is_published": False}, by=office, now=JUNE)
    return plan


def page(client, **query) -> str:
    return client.get(URL, query).content.decode()


def test_days_are_compared_as_people_type_them(client, office, plan):
    # Without „bis“ it is today, without a plan the running one.
    shown = page(client, von="13. Mai 2026", bis="")

    assert "MPI 2022–2026: Mi, 13.05.2026 – Mi, 03.06.2026" in shown
    assert "2 Unterschiede (Auf Rot: 1, Neu im Plan: 1)" in shown
    assert "Auf Rot (1)" in shown
    assert "Geld fehlt.<br>Gewünscht: Beschluss" in shown
    assert "Neu im Plan (1)" in shown
    assert "zeichnet diesen Plan" not in shown
    assert "seit dem 13.05.2026 auf" in page(client, plan=plan.pk, von="2026-05-12")
    assert "Nichts hat sich geändert" in page(client, plan=plan.pk, von="13.5.26", bis="14.5.26")

    client.force_login(make_user(OBSERVER))
    observed = page(client, plan=plan.pk, von="13.05.2026")
    assert "1 Unterschied (Auf Rot: 1)<" in observed
    assert "Intern" not in observed


def test_bad_days_are_refused_in_a_sentence(client, office, plan):
    future = page(client, von="13.05.2026", bis="04.06.2026")
    assert "Dieser Tag liegt in der Zukunft." in future
    assert 'value="04.06.2026"' in future
    assert "Bitte geben Sie das Datum so ein" in page(client, von="gestern")
    assert "liegt nicht vor „bis“" in page(client, von="03.06.2026")
    assert client.get(reverse("measures:differences_export"), {"von": "x"}).url == f"{URL}?von=x"
    assert "Auf Rot" not in page(client, plan="x")


def test_same_number_of_queries_at_every_size(client, office, plan, django_assert_num_queries):
    query = {"plan": plan.pk, "von": "12.05.2026"}
    client.get(URL, query)
    with django_assert_num_queries(18):
        client.get(URL, query)
    for _number in range(60):
        make_measure(plan)

    with django_assert_num_queries(18):
        shown = page(client, **query)

    assert "2 Unterschiede" in shown


def test_rounds_are_compared_from_the_page_of_the_later_one(client, office, plan):
    measure = plan.measures.get(title="Ankauf")
    first = close_round(
        reporting_round=make_round(plan, cut_off_on=dt.date(2026, 2, 1)), by=office, now=JUNE
    )
    record_report(measure=measure, values=report_values(), by=office, now=JUNE)
    second = close_round(reporting_round=make_round(plan), by=office, now=JUNE)
    url = f"{URL}?runde_von={first.pk}&amp;runde_bis={second.pk}"

    assert url in client.get(second.get_absolute_url()).content.decode()
    assert (
        "Unterschied zur Runde davor" not in client.get(first.get_absolute_url()).content.decode()
    )
    query = {"runde_von": first.pk, "runde_bis": second.pk}
    shown = page(client, **query)
    assert "Ampel verbessert (1)" in shown
    assert "Bitte wählen Sie zuerst die frühere" in page(
        client, runde_von=second.pk, runde_bis=first.pk
    )

    answer = client.get(reverse("measures:differences_export"), query)
    rows = list(load_workbook(BytesIO(answer.content)).active.values)
    part = "Meilenstein oder Indikator"
    assert rows[3] == ("Was", "Maßnahme", part, first.title, second.title, "Grund", "Ziel")
    assert rows[4] == ("Ampel verbessert", "Ankauf", None, "rot", "grün", None, None)
