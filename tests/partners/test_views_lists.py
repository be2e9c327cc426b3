"""Distribution lists and their members."""

import re
from io import BytesIO

import pytest
from django.urls import reverse
from openpyxl import load_workbook

from core.roles import OFFICE
from partners.models import DistributionList
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


def test_members_are_added_and_removed(client, office):
    metal = DistributionList.objects.create(name="Metall")
    first, second = make_person(), make_person()

    client.post(
        reverse("partners:list_members", args=[metal.pk]) + "?q=a",
        {"person": [first.pk, second.pk, "x"]},
    )
    assert set(metal.members.all()) == {first, second}

    client.post(reverse("partners:list_remove", args=[metal.pk]), {"person": first.pk})
    assert set(metal.members.all()) == {second}
    assert (
        metal.history.order_by("-history_date", "-history_id")[0].history_change_reason
        == "1 entfernt"
    )


def test_who_left_is_marked_and_not_counted(client, office):
    metal = DistributionList.objects.create(name="Metall")
    metal.members.add(make_person("Anton"), make_person("Berta", is_active=False))
    url = reverse("partners:distribution_list", args=[metal.pk])

    page = " ".join(client.get(url).content.decode().split())
    listed = client.get(reverse("partners:lists")).content.decode()
    export = client.get(reverse("partners:list_export", args=[metal.pk]))
    sheet = load_workbook(BytesIO(export.content)).active
    header, *rows = sheet.iter_rows(min_row=4, values_only=True)

    assert "1 Person </h2>" in page and "dazu 1 nicht mehr aktiv" in page
    assert '<td class="number" data-label="Personen">1</td>' in listed
    assert header[-1] == "Stand"
    assert [(row[3], row[-1]) for row in rows] == [("Anton", None), ("Berta", "nicht mehr aktiv")]


def test_nothing_ticked_says_so(client, office):
    metal = DistributionList.objects.create(name="Metall")

    answer = client.post(reverse("partners:list_members", args=[metal.pk]), follow=True)

    assert "Bitte kreuzen Sie mindestens eine Person an." in answer.content.decode()


def test_page_that_is_out_of_date_says_who_was_not_added(client, office):
    metal = DistributionList.objects.create(name="Metall")
    member, left = make_person("Drin"), make_person("Ausgeschieden", is_active=False)
    metal.members.add(member)
    url = reverse("partners:list_members", args=[metal.pk])

    answer = client.post(url, {"person": [member.pk, left.pk]}, follow=True).content.decode()

    assert "1 Person stand schon im Verteiler." in answer
    assert "Nicht mehr aktiv und deshalb nicht aufgenommen: Ausgeschieden." in answer
    assert "Bitte kreuzen Sie" not in answer
    assert list(metal.members.all()) == [member]


def test_removing_somebody_twice_says_so(client, office):
    metal = DistributionList.objects.create(name="Metall")
    url = reverse("partners:list_remove", args=[metal.pk])

    answer = client.post(url, {"person": make_person().pk}, follow=True).content.decode()

    assert "1 Person stand nicht mehr im Verteiler." in answer
    assert "Bitte kreuzen Sie" not in answer


def test_members_are_not_offered_again(client, office):
    metal = DistributionList.objects.create(name="Metall")
    inside, outside = make_person("Drin"), make_person("Draußen")
    metal.members.add(inside)

    page = client.get(reverse("partners:list_members", args=[metal.pk])).context["page"]

    assert outside in page
    assert inside not in page


def test_only_active_people_are_offered_whatever_the_query_says(client, office):
    metal = DistributionList.objects.create(name="Metall")
    active, inactive = make_person("Aktiv"), make_person("Weg", is_active=False)

    url = reverse("partners:list_members", args=[metal.pk])
    page = client.get(url, {"state": "inactive"}).context["page"]

    assert active in page
    assert inactive not in page


def test_name_of_another_list_is_refused(client, office):
    DistributionList.objects.create(name="Metall")

    page = client.post(
        reverse("partners:list_add"), {"name": "Metall", "description": "Zweck"}
    ).content.decode()

    assert "Einen Verteiler mit diesem Namen gibt es schon." in page
    assert "Zweck" in page
    assert DistributionList.objects.count() == 1


@pytest.mark.parametrize("key", ["²", "9" * 30, "-1", "x"])
def test_invalid_keys_add_nobody(client, office, key):
    metal = DistributionList.objects.create(name="Metall")

    answer = client.post(reverse("partners:list_members", args=[metal.pk]), {"person": [key]})

    assert answer.status_code == 302
    assert metal.members.count() == 0


@pytest.mark.parametrize("page_name", ["list_members", "list"])
def test_ticks_stay_on_other_pages(client, office, page_name):
    people = [make_person(f"Person {number:02}") for number in range(52)]
    chosen = DistributionList.objects.create(name="Metall")
    if page_name == "list":
        chosen.members.set(people)
    url = chosen.get_absolute_url()
    url = reverse("partners:list_members", args=[chosen.pk]) if page_name != "list" else url
    first, last = people[0].pk, people[-1].pk
    count = chosen.members.count()

    opened = client.get(url).content.decode()
    page = client.post(url, {"person": [first, last], "page": "2"}).content.decode()

    # The answer holds the ticks, so nothing is restored into it.
    assert (" data-filled" in opened, " data-filled" in page) == (False, True)

    assert f'<input type="hidden" name="person" value="{first}">' in page
    assert page.count(" checked") == 1
    assert re.search(rf'name="person" value="{last}"\s+checked', page)
    assert "Angekreuzte, auch 1 auf einer anderen Seite:" in page
    assert re.search(rf'formaction="{url}" name="page"\s+value="1"', page)
    assert chosen.members.count() == count
