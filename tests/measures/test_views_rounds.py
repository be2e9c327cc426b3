import datetime as dt
import re

import pytest
import time_machine
from django.urls import reverse

from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import RoundState
from measures.models import Measure, ReportingRound
from measures.progress.rounds import not_asked_lines
from outbox.models import Mail
from tests.confirming import confirm, fill_in, press
from tests.measures.builders import (
    NOW,
    make_measure,
    make_plan,
    make_report,
    make_round,
)
from tests.outbox.builders import make_wording
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def march():
    """Freeze the clock before the deadlines that the builders use."""
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


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

    page = client.get(start).content.decode()
    assert "Starten und 1 E-Mail versenden" in page
    assert "Bitte bis 31.03.2026 berichten: Berichtsrunde 1/2026" in page
    assert not Mail.objects.exists()
    started = client.post(start, {"shown": shown_on(page)}, follow=True)
    assert "Die Berichtsrunde läuft. 1 Person erhält eine E-Mail." in started.content.decode()
    assert Mail.objects.count() == 1
    edit = reverse("measures:round_edit", args=[reporting_round.pk])
    confirm(client, edit, {**data, "due_on": "2026-04-15"})
    client.post(reverse("measures:round_close", args=[reporting_round.pk]))

    reporting_round.refresh_from_db()
    assert (reporting_round.state, reporting_round.due_on) == (
        RoundState.CLOSED,
        dt.date(2026, 4, 15),
    )


def shown_on(page: str) -> str:
    return re.search(r'name="shown" value="(\w+)"', page)[1]


def test_start_page_names_those_who_are_asked_and_those_out_of_reach(client, office):
    plan, partner = make_plan(), make_user(PARTNER)
    make_measure(plan, "Ankauf", lead_id=partner.organisation_id)
    make_measure(plan, "Campus", lead=make_organisation("Verband"))
    make_measure(plan, "Dach", lead_text="diverse Senatsverwaltungen")
    make_measure(plan, "Ende", lead_id=partner.organisation_id, phase="completed")
    make_measure(plan, "Früher", lead=make_organisation(), origin=Origin.TAKEN_OVER)
    planned = make_round(plan, state=RoundState.PLANNED)
    url = reverse("measures:round_open", args=[planned.pk])

    page = client.get(url).content.decode()

    for line in (
        "2 Maßnahmen warten dann auf einen Bericht.",
        f"E-Mail an {partner.person.organisation.label}: {partner.person}, zu „Ankauf“",
        "Nicht erreichbar, weil dort niemand ein Konto als Partner hat: Verband (Campus)",
        "Nicht erreichbar, weil die Federführung keine Organisation im Portal ist: "
        "Dach (diverse Senatsverwaltungen)",
        "Nicht gefragt, weil aus früheren Unterlagen übernommen: „Früher“",
        "Nicht gefragt, weil abgeschlossen: „Ende“",
    ):
        assert f"<li>{line}</li>" in page
    started = client.post(url, {"shown": shown_on(page)}, follow=True).content.decode()
    assert (
        "Die Berichtsrunde läuft. 1 Person erhält eine E-Mail. Nicht erreichbar: Verband."
    ) in started
    assert "Nicht erreichbar, weil dort niemand ein Konto als Partner hat" in started


@pytest.mark.parametrize(
    ("other", "due_on", "hindrance"),
    [
        (None, dt.date(2026, 3, 18), ""),
        (RoundState.CLOSED, dt.date(2026, 3, 31), ""),
        (RoundState.OPEN, dt.date(2026, 3, 31), "In diesem Plan läuft schon eine Berichtsrunde."),
        (None, dt.date(2026, 3, 17), "Die Frist der Berichtsrunde liegt in der Vergangenheit."),
    ],
)
def test_round_that_cannot_start_says_so_and_has_no_button(
    client, office, other, due_on, hindrance
):
    plan = make_plan()
    if other:
        make_round(plan, state=other)
    planned = make_round(plan, state=RoundState.PLANNED, due_on=due_on)
    start = reverse("measures:round_open", args=[planned.pk])

    page = client.get(planned.get_absolute_url()).content.decode()

    assert (start in page) == (not hindrance)
    assert ("Diese Berichtsrunde kann noch nicht starten:" in page) == bool(hindrance)
    assert hindrance in page
    assert client.get(start).status_code == (302 if hindrance else 200)


@pytest.mark.parametrize("state", [RoundState.PLANNED, RoundState.OPEN])
def test_page_of_the_round_names_whom_it_does_not_ask_and_what_to_do(client, office, state):
    plan, club = make_plan(), make_organisation("Verband")
    make_measure(plan, "Campus", lead=club)
    roof = make_measure(plan, "Dach", lead_text="diverse Senatsverwaltungen")
    ended = make_measure(plan, "Ende", lead=club, phase="completed")
    make_measure(plan, "Früher", lead=club, origin=Origin.TAKEN_OVER)
    shown = make_round(plan, state=state)

    page = client.get(shown.get_absolute_url())

    groups = page.context["unasked"]
    assert [(group.reason, group.count) for group in groups] == [
        ("Nicht erreichbar, weil dort niemand ein Konto als Partner hat", 1),
        ("Nicht erreichbar, weil die Federführung keine Organisation im Portal ist", 1),
        ("Nicht gefragt, weil aus früheren Unterlagen übernommen", 1),
        ("Nicht gefragt, weil abgeschlossen", 1),
    ]
    # What the office can do something about is not folded.
    assert [group.is_open for group in groups] == [True, True, False, False]
    (unreachable,), (leadless,), _taken_over, (completed,) = [group.lines for group in groups]
    assert (unreachable.name, unreachable.note) == ("Verband", "Campus")
    assert (leadless.name, leadless.note) == ("Dach", "diverse Senatsverwaltungen")
    assert leadless.links == (("Federführung eintragen", f"/massnahmen/{roof.pk}/bearbeiten/"),)
    assert completed == ("Ende", ended.get_absolute_url(), "", ())
    # Each link leads to a form with the organisation chosen already.
    for text, url in unreachable.links:
        assert f'<a href="{url}">{text}</a>' in page.content.decode()
        assert client.get(url).context["form"]["organisation"].value() == club.pk


@pytest.mark.parametrize("role", [OBSERVER, PARTNER, SENATOR_OFFICE])
def test_only_the_office_reads_whom_a_round_does_not_ask(client, role):
    plan = make_plan()
    make_measure(plan, phase="completed")
    client.force_login(make_user(role))

    page = client.get(make_round(plan).get_absolute_url())

    assert "unasked" not in page.context
    assert "Wer nicht gefragt wird" not in page.content.decode()


def test_many_whom_a_round_does_not_ask_are_folded_and_cut(client, office):
    plan, lead = make_plan(), make_user(PARTNER).person.organisation
    for _number in range(51):
        make_measure(plan, phase="discontinued", lead=lead)
        make_measure(plan)

    page = client.get(make_round(plan).get_absolute_url())

    without_lead, ended = page.context["unasked"]
    for group, chosen in ((without_lead, "lead=unknown"), (ended, "phase=discontinued")):
        assert (group.count, len(group.lines), group.is_open) == (51, 50, False)
        assert group.rest_url == f"/massnahmen/?plan={plan.pk}&{chosen}"
        assert client.get(group.rest_url).context["page_obj"].paginator.count == 51
    assert "<details open>" not in page.content.decode()


def test_long_list_of_measures_not_asked_about_is_cut():
    measures = [Measure(title=f"M{number}") for number in range(14)]

    (line,) = not_asked_lines({"completed": measures})

    assert line.endswith("„M10“, „M11“ und 2 weitere")


def test_start_without_anybody_in_reach_says_so(client, office):
    plan = make_plan()
    make_measure(plan, lead=make_organisation("Verband ohne Konto"))
    planned = make_round(plan, state=RoundState.PLANNED)
    url = reverse("measures:round_open", args=[planned.pk])

    page = client.get(url).content.decode()
    started = client.post(url, {"shown": shown_on(page)}, follow=True).content.decode()

    assert "Starten, ohne dass jemand eine E-Mail erhält" in page
    assert (
        "Die Berichtsrunde läuft. Niemand erhält eine E-Mail. Nicht erreichbar: Verband ohne Konto."
    ) in started
    assert not Mail.objects.exists()


def test_start_says_when_its_mails_wait_for_release(client, office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER).organisation_id)
    planned = make_round(plan, state=RoundState.PLANNED)
    make_wording("report_requested", subject="", body="", needs_release=True)

    response = client.post(reverse("measures:round_open", args=[planned.pk]), follow=True)

    assert (
        "1 Person erhält eine E-Mail. Diese E-Mails warten als Entwurf im Postausgang"
    ) in response.content.decode()


def test_outdated_start_page_starts_nothing(client, office):
    plan, partner = make_plan(), make_user(PARTNER)
    make_measure(plan, lead_id=partner.organisation_id)
    planned = make_round(plan, state=RoundState.PLANNED)
    url = reverse("measures:round_open", args=[planned.pk])
    shown = shown_on(client.get(url).content.decode())
    make_user(PARTNER, organisation=partner.person.organisation)

    response = client.post(url, {"shown": shown}, follow=True)

    assert "Es ist nichts geschehen" in response.content.decode()
    assert not Mail.objects.exists()


@pytest.mark.parametrize(
    ("name", "state", "message"),
    [
        ("round_open", "open", "Das ist im Stand „läuft“ nicht möglich"),
        ("round_close", "planned", "Das ist im Stand „geplant“ nicht möglich"),
        ("round_close", "closed", "Das ist im Stand „abgeschlossen“ nicht möglich"),
        ("round_edit", "closed", "Diese Berichtsrunde ist abgeschlossen"),
    ],
)
def test_page_of_an_impossible_act_leads_back_with_the_reason(client, office, name, state, message):
    reporting_round = make_round(make_plan(), state=state)

    response = client.get(reverse(f"measures:{name}", args=[reporting_round.pk]), follow=True)

    assert response.redirect_chain == [(reporting_round.get_absolute_url(), 302)]
    assert message in response.content.decode()


def test_end_page_names_missing_returned_and_unchecked_reports(client, office):
    plan = make_plan()
    running = make_round(plan)
    make_measure(plan, "Ankauf", lead=make_organisation())
    make_report(make_measure(plan, "Börse", lead=make_organisation()), "returned", round=running)
    make_report(make_measure(plan, "Bestand", lead=make_organisation()), round=running)
    url = reverse("measures:round_close", args=[running.pk])

    page = client.get(url).content.decode()

    assert (
        "<li>Noch nicht eingegangen, und daran wird nicht mehr erinnert: „Ankauf“.</li>"
    ) in page
    assert (
        "<li>Zurückgegeben und noch nicht überarbeitet: „Börse“. Eine Überarbeitung lässt sich "
        "auch danach einreichen; in dieser Runde gilt sie als „keine Meldung“.</li>"
    ) in page
    assert "<li>Eingereicht, aber noch nicht geprüft: „Bestand“. Prüfen Sie sie vorher:" in page
    client.post(url, {"shown": shown_on(page)})
    running.refresh_from_db()
    assert running.state == RoundState.CLOSED


def test_new_deadline_of_an_open_round_is_announced_and_told(client, office):
    plan = make_plan()
    make_measure(plan, lead_id=make_user(PARTNER).organisation_id)
    running = make_round(plan)
    url = reverse("measures:round_edit", args=[running.pk])
    data = {"title": running.title, "cut_off_on": "2026-03-01", "due_on": "2026-04-15"}

    page = client.get(url).content.decode()
    asked = fill_in(client, url, data)

    assert "erhält 1 Person, deren Bericht noch aussteht, eine E-Mail mit den neuen" in page
    assert "1 Person wird benachrichtigt." in asked.content.decode()
    assert "bis zum 15.04.2026" in asked.content.decode()
    assert not Mail.objects.exists()
    press(client, asked)
    assert [mail.kind for mail in Mail.objects.all()] == ["round_changed"]


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


def test_page_of_a_large_round_shows_fifty_reports_and_counts_the_rest(
    client, office, django_assert_num_queries
):
    plan, silent = make_plan(), make_organisation("Verband")
    running = make_round(plan)
    make_measure(plan, lead=silent)
    with django_assert_num_queries(24):
        client.get(running.get_absolute_url())
    Measure.objects.bulk_create(
        Measure(plan=plan, title=f"Hafen {number}", lead=silent) for number in range(59)
    )

    # A lead that owes many reports is only counted, so there are no measures to load for it.
    with django_assert_num_queries(23):
        page = client.get(running.get_absolute_url())

    assert len(page.context["lines"]) == 50
    assert page.context["page_obj"].paginator.count == page.context["owing"][0].count == 60
    (unreachable,) = page.context["unasked"]
    assert [(line.name, line.note) for line in unreachable.lines] == [("Verband", "60 Maßnahmen")]
