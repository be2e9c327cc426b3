"""The pages on which the office merges two entries of the same person."""

import datetime as dt

import pytest
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import DistributionList, FormerPerson, Person
from tests.approvals.builders import NOW
from tests.confirming import hidden_fields
from tests.partners.builders import make_organisation, make_person, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    account = make_user(OFFICE)
    client.force_login(account)
    return account


@pytest.fixture
def pair():
    """The entry that stays and the one that goes."""
    target = make_person("Nachname", given_name="Vorname", email="neu@example.org", phone="")
    source = make_person("Nachname", email="alt@example.org", phone="030 1", notes="Vormittags.")
    return target, source


def merge_url(target, source) -> str:
    return reverse("partners:merge", args=[target.pk, source.pk])


def test_page_offers_a_choice_for_each_field_that_differs(client, office, pair):
    form = client.get(merge_url(*pair)).context["form"]

    del form.fields["version"]
    choices = {name: (field.choices, field.initial) for name, field in form.fields.items()}
    assert choices == {
        "given_name": ([("target", "Vorname"), ("source", "nichts")], "target"),
        "email": ([("target", "neu@example.org"), ("source", "alt@example.org")], "target"),
        "phone": ([("target", "nichts"), ("source", "030 1")], "source"),
    }


def test_swapping_the_entries_keeps_what_was_ticked_and_merges_nothing(client, office, pair):
    target, source = pair
    shown = client.get(merge_url(target, source))
    ticked = {"given_name": "source", "email": "target", "phone": "target"}
    sent = ticked | {"version": shown.context["form"].initial["version"], "swap": "1"}

    with nothing_changes(target, source):
        page = client.post(merge_url(source, target), sent)

    form = page.context["form"]
    assert not form.errors
    assert {name: form[name].value() for name in ticked} == {
        "given_name": "target",
        "email": "source",
        "phone": "source",
    }
    client.post(
        merge_url(source, target), hidden_fields(page) | {n: form[n].value() for n in ticked}
    )
    merged = Person.objects.get(pk=source.pk)
    assert (merged.given_name, merged.email, merged.phone) == ("", "neu@example.org", "")


def test_page_sends_the_ticks_when_the_entries_are_swapped(client, office, pair):
    page = client.get(merge_url(*pair)).content.decode()

    assert f'formaction="{merge_url(*reversed(pair))}"' in page


def test_page_tells_two_entries_with_the_same_name_apart(client, office):
    werk = make_organisation("Werk AG")
    stays, goes = (
        make_person(
            "Leitung", function=function, organisation=werk, email=f"{function}@example.org"
        )
        for function in ("einkauf", "vertrieb")
    )
    Person.history.update(history_date=dt.datetime(2026, 3, 2, 9, tzinfo=dt.UTC))

    page = client.get(merge_url(stays, goes)).content.decode()

    assert (
        "Es bleibt „Leitung, einkauf, Werk AG, einkauf@example.org, angelegt am 02.03.2026“; "
        "„Leitung, vertrieb, Werk AG, vertrieb@example.org, angelegt am 02.03.2026“ geht darin auf."
    ) in page


def test_page_says_what_moves_and_merges_as_chosen(client, office, pair):
    target, source = pair
    DistributionList.objects.create(name="Partner").members.add(source)
    url = merge_url(*pair)

    answer = client.get(url)
    page = answer.content.decode()

    assert "Es bleibt „Vorname Nachname“; „Nachname“ geht darin auf." in page
    assert "<li>Verteiler „Partner“</li>" in page
    assert "wird gelöscht" in page
    typed = {"given_name": "target", "email": "source", "phone": "source"}
    version = answer.context["form"]["version"].value()
    answer = client.post(url, typed | {"version": version}, follow=True)

    assert answer.redirect_chain == [(target.get_absolute_url(), 302)]
    page = answer.content.decode()
    assert "Die beiden Einträge sind zusammengeführt." in page
    entries = [entry.what for entry in answer.context["history"]]
    assert [what for what in entries if "zusammengeführt" in what] == [
        "Mit „Nachname“ zusammengeführt"
    ]
    assert "Früherer Eintrag „Nachname“: angelegt" in entries
    target.refresh_from_db()
    assert (target.name, target.email, target.phone) == (
        "Vorname Nachname",
        "alt@example.org",
        "030 1",
    )


def test_stale_page_merges_nothing_and_shows_what_moves_now(client, office, pair):
    target, source = pair
    url = merge_url(*pair)
    version = client.get(url).context["form"]["version"].value()
    DistributionList.objects.create(name="Partner").members.add(source)
    typed = {"given_name": "source", "email": "target", "phone": "target"}

    with nothing_changes(target, source):
        answer = client.post(url, typed | {"version": version})

    page = answer.content.decode()
    assert "Bitte prüfen Sie noch einmal, was umzieht." in page
    assert "Verteiler „Partner“" in page
    form = answer.context["form"]
    assert (form["given_name"].value(), form["phone"].value()) == ("source", "target")
    assert client.post(url, typed | {"version": form["version"].value()}).status_code == 302


def test_two_accounts_in_use_are_refused_with_a_way_out(client, office, pair):
    target, source = pair
    for person in pair:
        make_user(OBSERVER, person=person)

    page = client.get(merge_url(*pair)).content.decode()

    assert "Beide Einträge haben ein aktives Konto." in page
    assert "Das zieht um" not in page
    assert f'href="{source.get_absolute_url()}"' in page
    assert f'href="{merge_url(source, target)}"' in page


def test_entry_kept_with_its_closed_account_leads_to_the_other(client, office, pair):
    target, source = pair
    make_user(OBSERVER, person=target)
    make_user(OBSERVER, person=source, is_active=False)
    url = merge_url(*pair)
    answer = client.get(url)
    assert "bleibt mit seinem deaktivierten Konto stehen" in answer.content.decode()
    form = answer.context["form"]
    typed = dict.fromkeys(form.fields, "target") | {"version": form["version"].value()}
    client.post(url, typed)

    page = client.get(source.get_absolute_url()).content.decode()

    assert "Dieser Eintrag ist zusammengeführt mit:" in page
    assert f'<a href="{target.get_absolute_url()}">Vorname Nachname</a>' in page
    assert reverse("partners:merge_choose", args=[source.pk]) not in page


def test_page_of_a_former_entry_leads_to_the_one_that_stays(client, office, pair):
    target, source = pair
    url, former = merge_url(*pair), source.get_absolute_url()
    form = client.get(url).context["form"]
    typed = dict.fromkeys(form.fields, "target") | {"version": form["version"].value()}
    client.post(url, typed)

    assert client.get(former).url == target.get_absolute_url()
    client.force_login(make_user(PARTNER))
    assert client.get(former).status_code == 404


def test_person_page_points_to_doubles(client, office, pair):
    target, source = pair
    Person.objects.filter(pk=source.pk).update(email="NEU@example.org")

    page = client.get(target.get_absolute_url()).content.decode()

    assert "Vielleicht doppelt eingetragen" in page
    assert merge_url(target, source) in page
    client.force_login(make_user(SENATOR_OFFICE))
    page = client.get(target.get_absolute_url()).content.decode()
    assert "Vielleicht doppelt eingetragen" not in page


def test_other_entry_is_proposed_or_searched(client, office, pair):
    target, source = pair
    Person.objects.filter(pk=source.pk).update(email="neu@example.org")
    url = reverse("partners:merge_choose", args=[target.pk])
    third = make_person("Dritte", organisation=make_organisation())

    assert list(client.get(url).context["page"]) == [source]
    assert list(client.get(url, {"q": "dritte"}).context["page"]) == [third]
    assert list(client.get(url, {"q": "Vorname"}).context["page"]) == []


@pytest.mark.parametrize("role", (SENATOR_OFFICE, PARTNER, OBSERVER))
def test_only_the_office_opens_the_pages(client, pair, role):
    client.force_login(make_user(role))

    for url in (merge_url(*pair), reverse("partners:merge_choose", args=[pair[0].pk])):
        assert client.get(url).status_code == 403
        assert client.post(url).status_code == 403
    assert Person.objects.filter(pk__in=[person.pk for person in pair]).count() == 2


@pytest.mark.parametrize(
    "page",
    ["bearbeiten", "behalten", "anonymisieren", "daten", "zusammenfuehren", "vertretung/neu"],
)
def test_every_page_of_a_former_entry_leads_to_that_page_of_the_one_that_stays(
    client, office, pair, page
):
    client.force_login(office)
    target, source = pair
    number = source.pk
    FormerPerson.objects.create(number=number, name="Früher", person=target, merged_at=NOW)
    source.delete()

    answer = client.get(f"/partner/personen/{number}/{page}/")

    assert answer.url == f"/partner/personen/{target.pk}/{page}/"
    assert client.get(f"/partner/personen/{number + 1000}/{page}/").status_code == 404
