"""The pages that confirm an action on many mails, and their effect."""

import re
from uuid import UUID

import pytest
from django.test import Client

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail, MailLog
from partners.models import Person
from tests.journeys.visitor import Page
from tests.outbox.builders import NOW, make_batch, make_draft, make_mail, make_recipient
from tests.partners.builders import make_person, make_user

pytestmark = pytest.mark.django_db
BASE = "/postausgang/"
BATCH = UUID(int=7)
ACTS = {
    "versenden": "draft",
    "erneut-senden": "failed",
    "zurueckziehen": "waiting",
    "erledigen": "failed",
}
TARGETS = {
    "versenden": "waiting",
    "erneut-senden": "waiting",
    "zurueckziehen": "withdrawn",
    "erledigen": "failed",
}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def text_of(response) -> str:
    return Page(response.content.decode()).text


def expected_in(response) -> str:
    return re.search(r'name="expected" value="(\d+)"', response.content.decode())[1]


def states():
    return list(Mail.objects.order_by("pk").values_list("state", flat=True))


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("act", ACTS)
def test_only_the_office_may_open_or_act(client, act, method, role):
    make_batch(2, state=ACTS[act])
    client.force_login(make_user(role))

    assert getattr(client, method)(f"{BASE}{act}/", {"expected": "2"}).status_code == 403
    assert (states(), MailLog.objects.count()) == ([ACTS[act]] * 2, 0)


@pytest.mark.parametrize("act", ACTS)
def test_confirmation_page_changes_nothing(client, office, act):
    make_batch(2, state=ACTS[act])
    before = list(Mail.objects.order_by("pk").values())

    assert client.get(f"{BASE}{act}/").status_code == 200
    client.head(f"{BASE}{act}/")

    assert list(Mail.objects.order_by("pk").values()) == before


def test_page_names_number_kind_and_the_first_ten(client, office):
    make_batch(24, state="draft")

    response = client.get(f"{BASE}versenden/")

    text = text_of(response)
    assert "24 Entwürfe versenden" in text
    assert [name for name in ("Gast 023", "Gast 014", "Gast 013") if name in text] == [
        "Gast 023",
        "Gast 014",
    ]
    assert "und 14 weitere" in text
    assert expected_in(response) == "24"


@pytest.mark.parametrize("act", ACTS)
def test_confirmed_action_changes_the_mails_and_names_their_number(client, office, act):
    make_batch(3, state=ACTS[act])

    response = client.post(f"{BASE}{act}/", {"expected": "3"}, follow=True)

    assert states() == [TARGETS[act]] * 3
    assert response.redirect_chain == [(BASE, 302)]
    assert text_of(response).count("3 E-Mails ") >= 1
    assert list(MailLog.objects.values_list("by", flat=True)) == [office.pk] * 3


@pytest.mark.parametrize("expected", ["2", "4", "0", "-3", "drei", "", "9" * 6000])
def test_outdated_number_changes_nothing_and_shows_the_new_one(client, office, expected):
    make_batch(3, state="failed")

    response = client.post(f"{BASE}erneut-senden/", {"expected": expected})

    assert states() == ["failed"] * 3
    assert "Die Auswahl hat sich inzwischen geändert: Es wären 3 E-Mails." in text_of(response)
    assert expected_in(response) == "3"


def test_second_click_reports_that_no_mail_is_left(client, office):
    make_batch(2, state="failed")
    client.post(f"{BASE}erneut-senden/", {"expected": "2"})

    response = client.post(f"{BASE}erneut-senden/", {"expected": "2"}, follow=True)

    assert "gibt es keine E-Mail (mehr), für die das möglich ist." in text_of(response)
    assert MailLog.objects.count() == 2


def test_filters_limit_the_action_and_are_named(client, office):
    make_batch(2, state="failed")
    make_mail(make_draft(values={"topic": "Ölwerk", "comment": ""}), state="failed")
    address = f"{BASE}erneut-senden/?q=oelw&state=failed&start=2026-03-01"

    text = text_of(client.get(address))
    client.post(address, {"expected": "1"})

    assert "1 fehlgeschlagene E-Mail erneut senden" in text
    for words in (
        "Suche in Betreff, Name und Adresse oelw",
        "Stand fehlgeschlagen",
        "geschrieben ab 01.03.2026",
    ):
        assert words in text
    assert states() == ["failed", "failed", "waiting"]


@pytest.mark.parametrize("query", ["state=faild", "start=gestern", "batch=x", "kind=nothing"])
def test_invalid_filter_reaches_no_mail(client, office, query):
    make_batch(2, state="failed")

    response = client.post(f"{BASE}erneut-senden/?{query}", {"expected": "2"}, follow=True)

    assert states() == ["failed"] * 2
    assert "Bitte prüfen Sie die Filter der Liste" in text_of(response)


def test_action_on_a_batch_leads_back_to_it(client, office):
    batch = make_batch(2, state="failed")[0].batch
    make_batch(1, state="failed")

    response = client.post(f"{BASE}erneut-senden/?batch={batch}", {"expected": "2"}, follow=True)

    assert response.redirect_chain == [(f"{BASE}versand/{batch}/", 302)]
    assert states() == ["waiting", "waiting", "failed"]


def test_ticked_mails_are_reached_or_explained(client, office):
    fit, sent, _other = make_batch(3, state="failed")
    Mail.objects.filter(pk=sent.pk).update(state="sent", sent_at=NOW)
    address = (
        f"{BASE}erneut-senden/?auswahl=1&mail={fit.pk}&mail={sent.pk}&mail=x&mail=&state=failed"
    )

    page = client.get(address)
    client.post(address, {"expected": "1"})

    assert "1 fehlgeschlagene E-Mail erneut senden" in text_of(page)
    assert "Ausgelassen Der Stand lässt es nicht mehr zu 1 Gast 001" in text_of(page)
    assert states() == ["waiting", "sent", "failed"]


def test_nothing_ticked_does_nothing(client, office):
    make_batch(2, state="failed")

    response = client.post(
        f"{BASE}erneut-senden/?auswahl=1&state=failed", {"expected": "2"}, follow=True
    )

    assert response.redirect_chain == [(f"{BASE}?state=failed", 302)]
    assert "kreuzen Sie E-Mails an" in text_of(response)
    assert states() == ["failed"] * 2


def test_selection_without_any_fitting_mail_has_no_button(client, office):
    make_batch(2, state="failed", mime="")

    page = client.get(f"{BASE}erneut-senden/")

    assert "Nicht möglich Keine dieser E-Mails lässt das zu." in text_of(page)
    assert "Der Inhalt wurde bereits entfernt 2" in text_of(page)
    assert 'name="expected"' not in page.content.decode()


def test_empty_selection_leads_back(client, office):
    response = client.get(f"{BASE}versenden/?q=x", follow=True)

    assert response.redirect_chain == [(f"{BASE}?q=x", 302)]


@pytest.mark.parametrize(
    ("query", "url"),
    [
        (f"batch={BATCH}&state=failed", f"/postausgang/versand/{BATCH}/"),
        ("q=a&state=failed&mail=3&auswahl=1", "/postausgang/?q=a"),
    ],
)
def test_refused_action_leads_to_the_batch_or_the_list_in_all_states(client, office, query, url):
    response = client.post(f"{BASE}erneut-senden/?{query}", {"expected": "1"})

    assert (response.status_code, response.url) == (302, url)


def test_foreign_form_is_refused(office):
    make_batch(2, state="failed")
    client = Client(enforce_csrf_checks=True)
    client.force_login(office)

    assert client.post(f"{BASE}erneut-senden/", {"expected": "2"}).status_code == 403
    assert states() == ["failed"] * 2


def test_resent_mails_go_to_the_present_addresses(client, office):
    person = make_person("Leitung Werk", email="gast@example.org")
    Person.objects.filter(pk=person.pk).update(email="neu@example.org")
    make_mail(state="failed")
    make_mail(make_draft(to=make_recipient(name="Jemand anderes")), state="failed")

    page = client.get(f"{BASE}erneut-senden/")
    client.post(f"{BASE}erneut-senden/", {"expected": "2"})

    assert "Leitung Werk: neu@example.org (bisher gast@example.org)" in text_of(page)
    assert text_of(page).count("(bisher ") == 1
    assert list(Mail.objects.order_by("pk").values_list("recipient", "state")) == [
        ("neu@example.org", "waiting"),
        ("gast@example.org", "waiting"),
    ]
    assert list(MailLog.objects.order_by("mail").values_list("note", flat=True)) == [
        "Erneut zum Versand gegeben, an neu@example.org statt an gast@example.org",
        "Erneut zum Versand gegeben",
    ]


@pytest.mark.parametrize("count", [1, 40])
def test_confirmation_needs_the_same_queries_for_any_number(
    client, office, count, django_assert_num_queries
):
    make_batch(count, state="failed")
    client.get(f"{BASE}erneut-senden/")

    # Session, account, roles, approvals in the navigation, counts, first ten, present addresses.
    with django_assert_num_queries(8):
        client.get(f"{BASE}erneut-senden/")
