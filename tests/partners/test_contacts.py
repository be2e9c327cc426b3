"""Organisations, people and lists: services, forms, filters, exports."""

from io import BytesIO

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from core.conflicts import version_of
from core.errors import NotAllowed, Refused
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import DistributionList, Organisation, Person
from partners.services import (
    add_members,
    add_organisation,
    add_person,
    change_person,
    remove_members,
)
from partners.services.people import FIELDS
from tests.partners.builders import make_organisation, make_person, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


def organisation_data(**fields) -> dict:
    return {"name": "Müller Präzision GmbH", "kind": "company", "is_active": "on", **fields}


def rows_of(answer) -> list[tuple]:
    return list(load_workbook(BytesIO(answer.content)).active.iter_rows(values_only=True))


def test_organisation_is_added_with_history(client, office):
    answer = client.post(reverse("partners:organisation_add"), organisation_data())

    organisation = Organisation.objects.get(name="Müller Präzision GmbH")
    assert answer.url == organisation.get_absolute_url()
    assert organisation.history.get().history_change_reason == "Organisation angelegt"
    assert organisation.history.get().history_user == office


def test_form_sent_twice_writes_one_organisation(client, office):
    client.post(reverse("partners:organisation_add"), organisation_data())

    page = client.post(
        reverse("partners:organisation_add"), organisation_data(city="Berlin")
    ).content.decode()

    assert "Eine Organisation mit diesem Namen gibt es schon." in page
    assert 'value="Berlin"' in page
    assert Organisation.objects.filter(name="Müller Präzision GmbH").count() == 1


def test_name_is_compared_folded(office):
    make_organisation("Müller Präzision GmbH")

    with pytest.raises(Refused, match="gibt es schon"):
        add_organisation(values={"name": "MUELLER PRÄZISION GMBH"}, by=office, now=timezone.now())

    assert Organisation.objects.filter(search__contains="mueller").count() == 1


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_adds(role):
    with pytest.raises(NotAllowed):
        add_organisation(values={"name": "Neu"}, by=make_user(role), now=timezone.now())

    assert not Organisation.objects.filter(name="Neu").exists()


def test_second_editor_sees_both_versions(client, office):
    organisation = make_organisation("Alt GmbH", kind="company")
    url = reverse("partners:organisation_edit", args=[organisation.pk])
    version = client.get(url).context["form"].initial["version"]
    client.post(url, organisation_data(name="Erste GmbH", version=version))

    page = client.post(url, organisation_data(name="Zweite GmbH", version=version)).content.decode()

    organisation.refresh_from_db()
    assert organisation.name == "Erste GmbH"
    assert "hat diesen Eintrag inzwischen geändert" in page
    assert "Erste GmbH" in page
    assert 'value="Zweite GmbH"' in page


def test_same_person_is_not_added_twice(office):
    values = {
        "name": "Leitung Einkauf",
        "organisation": make_organisation(),
        "email": "einkauf@example.org",
    }
    add_person(values=values, by=office, now=timezone.now())

    with pytest.raises(Refused, match="schon eingetragen"):
        add_person(values=values, by=office, now=timezone.now())

    assert Person.objects.filter(name="Leitung Einkauf").count() == 1


def test_person_with_an_open_account_stays_active(office):
    person = make_user(PARTNER).person
    values = {"name": person.name, "organisation": person.organisation, "is_active": False}
    with pytest.raises(Refused, match="zuerst das Konto"):
        change_person(
            person=person,
            values=values,
            version=version_of(person, FIELDS),
            by=office,
            now=timezone.now(),
        )


def test_partner_keeps_the_organisation(client, office):
    person = make_user(PARTNER).person
    url = reverse("partners:person_edit", args=[person.pk])
    version = client.get(url).context["form"].initial["version"]

    page = client.post(
        url, {"name": person.name, "is_active": "on", "version": version}
    ).content.decode()

    person.refresh_from_db()
    assert "braucht deshalb eine Organisation" in page
    assert person.organisation_id is not None


@pytest.mark.parametrize("words", ("muell", "MÜLLER", "zision", "gmbh müller"))
def test_search_knows_umlauts_and_parts(client, office, words):
    make_organisation("Müller Präzision GmbH")
    make_organisation("Andere AG")

    page = client.get(reverse("partners:list"), {"q": words}).context["page"]

    assert [row.name for row in page] == ["Müller Präzision GmbH"]


def test_people_are_found_by_their_organisation(client, office):
    make_person("Leitung Werk", organisation=make_organisation("Müller Präzision GmbH"))
    make_person("Leitung Einkauf", organisation=make_organisation("Andere AG"))

    page = client.get(reverse("partners:people"), {"q": "leitung mueller"}).context["page"]

    assert [row.name for row in page] == ["Leitung Werk"]


@pytest.mark.parametrize(
    ("state", "name"), [("active", "Aktiv"), ("invited", "Neu"), ("closed", "Zu"), ("none", "Ohne")]
)
def test_people_are_filtered_by_account(client, office, state, name):
    for key, fields in {
        "Aktiv": {"password": "Havelbrücke 27"},
        "Neu": {},
        "Zu": {"is_active": False},
    }.items():
        make_user(OBSERVER, person=make_person(key), **fields)
    make_person("Ohne")
    office.set_password("Havelbrücke 27")
    office.save()
    client.force_login(office)

    page = client.get(reverse("partners:people"), {"account": state}).context["page"]

    assert name in [row.name for row in page]
    assert {"Aktiv", "Neu", "Zu", "Ohne"} & {row.name for row in page} == {name}


def test_nonsense_in_the_address_is_no_error(client, office):
    query = {"q": "'", "sort": "password", "page": "x", "kind": "nope", "sector": "abc"}

    assert client.get(reverse("partners:list"), query).status_code == 200


def test_sorting_both_ways(client, office):
    make_organisation("Bertha AG")
    make_organisation("Anton AG")

    def names(sort):
        return [
            row.name for row in client.get(reverse("partners:list"), {"sort": sort}).context["page"]
        ]

    assert names("name") == ["Anton AG", "Bertha AG"]
    assert names("-name") == ["Bertha AG", "Anton AG"]


def test_export_holds_what_is_shown(client, office):
    make_organisation("Müller Präzision GmbH", short_name="=1+1", city="Berlin")
    make_organisation("Andere AG")

    rows = rows_of(client.get(reverse("partners:organisation_export"), {"q": "müller"}))

    assert [row[0] for row in rows] == ["Name", "Müller Präzision GmbH"]
    assert rows[1][1] == "=1+1"


def test_export_of_people_has_the_note_for_the_office_only(client, office):
    make_person(notes="Bitte nur vormittags.")
    assert rows_of(client.get(reverse("partners:people_export")))[0][-1] == "interner Vermerk"

    client.force_login(make_user(SENATOR_OFFICE))
    assert rows_of(client.get(reverse("partners:people_export")))[0][-1] == "Telefon"


def test_members_are_picked_and_taken_off(client, office):
    row = DistributionList.objects.create(name="Metall")
    first, second = make_person(), make_person()

    client.post(
        reverse("partners:list_members", args=[row.pk]) + "?q=a",
        {"person": [first.pk, second.pk, "x"]},
    )
    assert set(row.members.all()) == {first, second}

    client.post(reverse("partners:list_remove", args=[row.pk]), {"person": first.pk})
    assert set(row.members.all()) == {second}
    assert (
        row.history.order_by("-history_date", "-history_id")[0].history_change_reason
        == "1 entfernt"
    )


def test_nothing_ticked_is_told(client, office):
    row = DistributionList.objects.create(name="Metall")

    answer = client.post(reverse("partners:list_members", args=[row.pk]), follow=True)

    assert "Bitte kreuzen Sie mindestens eine Person an." in answer.content.decode()


def test_picker_leaves_out_who_is_on_the_list(client, office):
    row = DistributionList.objects.create(name="Metall")
    inside, outside = make_person("Drin"), make_person("Draußen")
    row.members.add(inside)

    page = client.get(reverse("partners:list_members", args=[row.pk])).context["page"]

    assert outside in page
    assert inside not in page


def test_members_are_for_the_office(office):
    row = DistributionList.objects.create(name="Metall")
    stranger = make_user(SENATOR_OFFICE)

    with pytest.raises(NotAllowed):
        add_members(distribution_list=row, people=[make_person()], by=stranger, now=timezone.now())
    with pytest.raises(NotAllowed):
        remove_members(distribution_list=row, people=[], by=stranger, now=timezone.now())

    assert row.members.count() == 0


def test_list_name_is_taken_once(client, office):
    DistributionList.objects.create(name="Metall")

    page = client.post(
        reverse("partners:list_add"), {"name": "Metall", "description": "Zweck"}
    ).content.decode()

    assert "Einen Verteiler mit diesem Namen gibt es schon." in page
    assert "Zweck" in page
    assert DistributionList.objects.count() == 1


@pytest.mark.parametrize("key", ["²", "9" * 30, "-1", "x"])
def test_keys_that_are_none_tick_nobody(client, office, key):
    row = DistributionList.objects.create(name="Verbände")

    answer = client.post(reverse("partners:list_members", args=[row.pk]), {"person": [key]})

    assert answer.status_code == 302
    assert row.members.count() == 0


def test_address_that_no_mail_can_go_to_is_refused(client, office):
    answer = client.post(
        reverse("partners:person_add"), {"name": "Leitung", "email": '"leitung"@example.org'}
    )

    assert "An diese Adresse kann das Portal nicht schreiben" in answer.content.decode()
    assert not Person.objects.filter(name="Leitung").exists()
