"""Who reaches the page on which a lead answers, and where it leads others."""

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import StatusReport
from measures.services import close_round, revoke_report_request
from tests.confirming import hidden_fields
from tests.measures.answers import sent, typed
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_request,
    make_round,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def lead():
    return make_user(PARTNER, email="lead@example.org")


@pytest.fixture
def running():
    return make_round(make_plan())


@pytest.fixture
def measures(running, lead):
    return [make_measure(running.plan, "Ankauf", lead_id=lead.organisation_id)]


@pytest.fixture
def asked(running, lead):
    return make_request(running, lead.person.organisation)


@pytest.mark.parametrize(
    ("role", "status"), [(OFFICE, 302), (SENATOR_OFFICE, 403), (OBSERVER, 403)]
)
def test_others_do_not_report_for_a_lead(client, running, role, status):
    client.force_login(make_user(role))

    response = client.get(reverse("measures:answer", args=[running.pk]))

    assert response.status_code == status
    # The office finds there who answers.
    assert response.headers.get("Location", "") in ("", running.get_absolute_url())


def test_page_behind_a_link_is_private_and_closed_with_advice_once_revoked(client, asked, measures):
    opened = client.get(asked.personal_link)
    assert (opened["Referrer-Policy"], opened["Cache-Control"]) == ("no-referrer", "no-store")
    assert str(asked.person) in opened.content.decode()

    revoke_report_request(request=asked, by=make_user(OFFICE), now=NOW)
    closed = client.post(asked.personal_link, {f"m{measures[0].pk}-summary": "Mein Text"})

    assert (closed.status_code, closed["Cache-Control"]) == (404, "no-store")
    assert "Dieser Link gilt nicht mehr." in closed.content.decode()
    assert "Mein Text" in closed.content.decode()
    assert not StatusReport.objects.exists()


def test_round_leads_to_the_page_while_a_report_is_owed(client, running, measures, lead):
    client.force_login(lead)
    url = reverse("measures:answer", args=[running.pk])
    assert url in client.get(running.get_absolute_url()).content.decode()

    for measure in measures:
        make_report(measure, round=running)

    assert url not in client.get(running.get_absolute_url()).content.decode()


def test_closed_round_leads_to_the_one_that_is_due_now(client, running, measures, lead):
    closed = make_round(running.plan, state="closed")
    client.force_login(lead)

    response = client.get(reverse("measures:answer", args=[closed.pk]))

    assert response.url == reverse("measures:answer", args=[running.pk])


@pytest.mark.parametrize("by_link", [True, False])
@pytest.mark.parametrize("name", ["m{other}-summary", "i{other}-value", "m{own}-official_light"])
def test_page_with_what_is_not_asked_for_stores_nothing_and_says_so(
    client, running, measures, lead, asked, name, by_link
):
    client.force_login(lead)
    url = asked.personal_link if by_link else reverse("measures:answer", args=[running.pk])
    other, own = make_measure(running.plan, "Fremd"), measures[0]
    foreign = {name.format(other=other.pk, own=own.pk): "Nicht meins"}

    with nothing_changes(own, other):
        page = sent(client, url, typed(own, summary="Meiner"), foreign, submit=str(own.pk))

    text = page.content.decode()
    assert StatusReport.objects.count() == 0
    assert "gehört zu keinem Ihrer Berichte in dieser Runde" in text
    assert ("<li>Nicht meins</li>" in text, "Meiner" in text) == (True, True)


@pytest.mark.parametrize("button", ["submit", "draft", "unchanged"])
def test_button_for_a_measure_of_somebody_else_stores_nothing(
    client, running, asked, measures, button
):
    other = make_measure(running.plan, "Fremd")

    page = sent(client, asked.personal_link, typed(measures[0]), **{button: str(other.pk)})

    assert StatusReport.objects.count() == 0
    assert "gehört zu keinem Ihrer Berichte in dieser Runde" in page.content.decode()


def test_answer_that_does_not_say_what_it_was_written_on_is_not_stored(client, asked, measures):
    page = Client().post(
        asked.personal_link, typed(measures[0], summary="Meiner") | {"draft": "all"}
    )

    text = page.content.decode()
    assert StatusReport.objects.count() == 0
    assert ("welchen Stand Ihre Seite gezeigt hat" in text, "Meiner" in text) == (True, True)


@pytest.fixture
def closed(running, asked):
    return close_round(reporting_round=running, by=make_user(OFFICE), now=NOW)


def test_link_of_a_closed_round_finishes_what_an_account_of_the_lead_began(
    client, running, asked, measures, lead
):
    report = make_report(measures[0], "returned", round=running, reported_by=lead)
    close_round(reporting_round=running, by=make_user(OFFICE), now=NOW)

    page = client.get(asked.personal_link).content.decode()
    sent(client, asked.personal_link, typed(measures[0], summary="Drei."), submit="all")

    assert "Diese Berichtsrunde ist abgeschlossen. Der begonnene Bericht lässt sich noch" in page
    report.refresh_from_db()
    assert (report.state, report.summary) == ("submitted", "Drei.")
    assert (report.reported_by, report.reported_via) == (None, asked)


def test_link_of_a_closed_round_neither_shows_nor_takes_what_belongs_to_another(
    client, closed, asked, measures
):
    measure = measures[0]
    other = make_round(measure.plan)
    report = make_report(measure, "draft", round=other, summary="Neue Runde")
    text = {f"m{measure.pk}-summary": "Zu spät"}

    page = client.get(asked.personal_link).content.decode()
    with nothing_changes(measure, report):
        refused = client.post(asked.personal_link, text | {"draft": "all"})

    assert "Diese Berichtsrunde ist abgeschlossen." in page
    assert ("Bericht einreichen" in page, "mailto:" in page) == (False, True)
    assert (refused.status_code, "Zu spät" in refused.content.decode()) == (200, True)


def test_closed_round_is_called_closed_and_awaits_nothing(client, running, asked, measures, lead):
    make_report(measures[0], "submitted", round=running, reported_by=lead)
    make_measure(running.plan, "Bestand", lead_id=lead.organisation_id)
    close_round(reporting_round=running, by=make_user(OFFICE), now=NOW)
    client.force_login(lead)

    for url in (asked.personal_link, reverse("measures:answer", args=[running.pk])):
        page = client.get(url)

        assert page.context["note"] == "Diese Berichtsrunde ist abgeschlossen."
        states = [card.state for card in page.context["cards"]]
        assert states == ["eingereicht", "nicht eingegangen"]


@pytest.mark.parametrize("state", ["", "submitted"])
@pytest.mark.parametrize("button", ["submit", "draft"])
def test_text_sent_by_link_after_the_round_was_closed_stays_on_the_page(
    client, running, asked, measures, button, state
):
    measure = measures[0]
    form = hidden_fields(client.get(asked.personal_link)) | typed(measure, summary="Mein Text")
    if state:
        make_report(measure, state, round=running)
    close_round(reporting_round=running, by=make_user(OFFICE), now=NOW)

    with nothing_changes(measure, *measure.reports.all()):
        page = client.post(asked.personal_link, form | {button: str(measure.pk)})

    text = page.content.decode()
    assert (page.status_code, "Mein Text" in text, "mailto:" in text) == (200, True, True)
    assert "Über diesen Link lässt sich dazu nicht mehr berichten" in text


def test_draft_typed_on_after_the_round_was_closed_is_not_stored_and_says_so(
    client, running, asked, measures
):
    measure = measures[0]
    form = hidden_fields(client.get(asked.personal_link)) | typed(measure, summary="Mein Text")
    close_round(reporting_round=running, by=make_user(OFFICE), now=NOW)

    saved = client.post(asked.personal_link, form | {"save": str(measure.pk)})

    assert saved.status_code == 409
    assert "Über diesen Link lässt sich dazu nicht mehr berichten" in saved.json()["note"]
    assert StatusReport.objects.count() == 0
