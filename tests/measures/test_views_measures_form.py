import re

import pytest
from django.test import Client
from django.urls import reverse

from core.models import Origin
from core.roles import OFFICE
from measures.models import Measure
from tests.measures.builders import (
    make_measure,
    make_plan,
    make_section,
)
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def measure_data(measure_or_plan, **changes) -> dict:
    plan = measure_or_plan.plan if isinstance(measure_or_plan, Measure) else measure_or_plan
    return {"title": "Ankauf", "plan": plan.pk, "is_published": "on", **changes}


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


def test_office_creates_a_measure(client, office):
    plan, organisation = make_plan(), make_organisation()
    section = make_section(plan)

    response = client.post(
        reverse("measures:create"),
        measure_data(plan, section=section.pk, lead=organisation.pk, supporters=[organisation.pk]),
        follow=True,
    )

    measure = Measure.objects.get()
    assert response.redirect_chain == [(measure.get_absolute_url(), 302)]
    assert "Die Maßnahme ist angelegt." in response.content.decode()
    assert (measure.section, measure.lead, measure.origin) == (
        section,
        organisation,
        Origin.ENTERED,
    )


def test_form_sent_twice_makes_one_measure(client, office):
    data = measure_data(make_plan())
    client.post(reverse("measures:create"), data)

    response = client.post(reverse("measures:create"), data)

    assert response.status_code == 200
    assert (
        "In diesem Plan gibt es schon eine Maßnahme mit diesem Titel." in response.content.decode()
    )
    assert Measure.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"title": ""}, "Bitte füllen Sie dieses Feld aus."),
        ({"plan": "999999"}, "Bitte eine gültige Auswahl treffen"),
        ({"starts_on": "2026-02-01", "ends_on": "2026-01-01"}, "Das Ende liegt vor dem Beginn."),
        ({"starts_on": "31.02.2026"}, "Diesen Tag gibt es im Kalender nicht."),
        ({"lead_text": "Bezirk", "lead": "own"}, "Bitte eine Organisation auswählen oder"),
        ({"section": "foreign"}, "Dieser Abschnitt gehört zu einem anderen Plan."),
        ({"title": "x" * 301}, "höchstens 300"),
    ],
)
def test_invalid_input_stays_in_the_form_with_its_reason(client, office, changes, message):
    plan = make_plan()
    places = {"own": make_organisation().pk, "foreign": make_section(make_plan()).pk}
    data = measure_data(
        plan,
        **{name: places.get(value, value) for name, value in changes.items()},
        amount="88.500 €",
    )

    response = client.post(reverse("measures:create"), data)

    assert response.status_code == 200
    assert message in response.content.decode()
    assert "88.500 €" in response.content.decode()
    assert not Measure.objects.exists()


def test_sum_is_saved_in_one_way_unless_nobody_touched_it(client, office):
    measure = make_measure(title="Ankauf", amount="88.500 Euro")
    url = reverse("measures:edit", args=[measure.pk])

    for typed, expected in [("88.500 Euro", "88.500 Euro"), ("90000", "90.000 €")]:
        data = measure_data(measure, amount=typed, version=version_on(client, url))
        assert client.post(url, data).status_code == 302
        measure.refresh_from_db()
        assert measure.amount == expected


def test_sum_is_shown_in_one_way(client, office):
    measure = make_measure(title="Ankauf", amount="88500")

    assert "88.500 €" in client.get(measure.get_absolute_url()).content.decode()


def test_conflict_shows_both_versions_and_the_second_save_wins(client, office):
    measure = make_measure(title="Alt")
    url = reverse("measures:edit", args=[measure.pk])
    version = version_on(client, url)
    client.post(url, measure_data(measure, title="Zuerst gespeichert", version=version))

    response = client.post(url, measure_data(measure, title="Danach getippt", version=version))

    text = response.content.decode()
    assert response.status_code == 200
    assert f"{office} hat diesen Eintrag inzwischen geändert" in text
    assert "Zuerst gespeichert" in text
    assert text.count("Danach getippt") == 2
    assert Measure.objects.get().title == "Zuerst gespeichert"
    new_version = re.search(r'name="version" value="(\w+)"', text)[1]
    assert new_version != version

    client.post(url, measure_data(measure, title="Danach getippt", version=new_version))
    assert Measure.objects.get().title == "Danach getippt"


def test_edit_without_a_version_overwrites_nothing(office):
    client, measure = Client(), make_measure(title="Alt")
    client.force_login(office)

    response = client.post(
        reverse("measures:edit", args=[measure.pk]), measure_data(measure, title="Neu")
    )

    assert response.status_code == 200
    assert Measure.objects.get().title == "Alt"


def test_form_of_a_measure_needs_no_more_than_twelve_queries(client, django_assert_max_num_queries):
    client.force_login(make_user(OFFICE))
    measure = make_measure(make_plan())
    measure.supporters.add(make_organisation("Kammer"), make_organisation("Verband"))

    with django_assert_max_num_queries(12):
        client.get(f"/massnahmen/{measure.pk}/bearbeiten/")
