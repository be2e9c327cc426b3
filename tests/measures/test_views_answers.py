"""A lead answers for all its measures on one page, signed in or by personal link."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import OFFICE, PARTNER
from measures.enums import ReportState
from measures.models import ReportedForecast, StatusReport
from measures.services import accept_report, save_draft
from tests.confirming import hidden_fields
from tests.measures.answers import sent, shown_by, typed
from tests.measures.builders import (
    NOW,
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_request,
    make_round,
    make_value,
    report_values,
)
from tests.partners.builders import make_organisation, make_user
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
    return [
        make_measure(running.plan, title, lead_id=lead.organisation_id)
        for title in ("Ankauf", "Bestand")
    ]


@pytest.fixture
def asked(running, lead):
    return make_request(running, lead.person.organisation)


@pytest.fixture(params=["account", "link"])
def url(request, client, lead, running, asked):
    """The page in both ways: everything below holds for each."""
    if request.param == "link":
        return asked.personal_link
    client.force_login(lead)
    return reverse("measures:answer", args=[running.pk])


def states() -> dict:
    return dict(StatusReport.objects.values_list("measure__title", "state"))


def test_one_report_is_submitted_and_what_else_was_typed_is_kept_as_a_draft(client, url, measures):
    first, second = measures
    page = client.get(url).content.decode()
    assert "Von 2 Berichten stehen noch 2 aus." in page

    response = sent(
        client,
        url,
        typed(first),
        typed(second, summary="Halb fertig", phase=""),
        submit=str(first.pk),
    )

    assert states() == {"Ankauf": ReportState.SUBMITTED, "Bestand": ReportState.DRAFT}
    text = response.content.decode()
    assert "1 Bericht ist eingereicht." in text
    assert "1 Entwurf ist gespeichert." in text
    assert "Von 2 Berichten steht noch 1 aus." in text
    assert "Halb fertig" in text


def test_all_that_was_begun_is_submitted_at_once(client, url, measures):
    response = sent(client, url, typed(measures[0]), typed(measures[1]), submit="all")

    assert set(states().values()) == {ReportState.SUBMITTED}
    assert "Vielen Dank, es steht kein Bericht mehr aus." in response.content.decode()


def test_incomplete_report_is_not_submitted_and_nothing_typed_is_lost(client, url, measures):
    first, second = measures

    response = sent(
        client,
        url,
        typed(first, traffic_light="yellow", summary="Es hakt."),
        typed(second, summary="Läuft."),
        submit="all",
    )

    # What cannot be submitted yet is kept, too, and can be completed on this page.
    assert states() == {"Ankauf": ReportState.DRAFT, "Bestand": ReportState.SUBMITTED}
    text = response.content.decode()
    assert (
        f'<a href="#id_m{first.pk}-traffic_light_reason">Ankauf: Grund: '
        "Bei Gelb und Rot gehört der Grund dazu.</a>"
    ) in text
    assert "Noch nicht eingereicht. Als Entwurf ist gespeichert, was sich lesen ließ." in text
    assert text.count("kern-btn--primary") == 1
    assert "Es hakt." in text
    complete = typed(
        first, traffic_light="yellow", traffic_light_reason="Bezirk", summary="Es hakt."
    )
    client.post(url, hidden_fields(response) | complete | {"submit": str(first.pk)})
    assert set(states().values()) == {ReportState.SUBMITTED}


def test_what_cannot_be_read_stays_in_the_form_and_the_rest_is_saved(client, url, measures):
    measure = measures[0]
    milestone = make_milestone(measure)
    wrong = {f"s{milestone.pk}-forecast_on": "32.13.2026", f"m{measure.pk}-as_of_on": "bald"}

    response = sent(client, url, typed(measure, summary="Läuft.") | wrong, draft=str(measure.pk))

    draft = StatusReport.objects.get()
    assert (draft.summary, draft.as_of_on) == ("Läuft.", dt.date(2026, 3, 1))
    text = response.content.decode()
    assert "Gespeichert ist alles bis auf die markierten Angaben." in text
    assert f'<a href="#id_s{milestone.pk}-forecast_on">Ankauf: {milestone}, ' in text
    assert ('<details class="answer__milestones" open>' in text, "32.13.2026" in text) == (
        True,
        True,
    )


def test_unchanged_repeats_the_last_accepted_answer_beside_which_it_stands(client, url, measures):
    measure = measures[0]
    make_report(
        measure,
        ReportState.ACCEPTED,
        as_of_on=dt.date(2025, 9, 1),
        traffic_light="red",
        traffic_light_reason="Fläche fehlt",
        help_wanted="Entscheidung des Bezirks",
        obstacle="land",
        summary="Suche läuft",
    )
    page = client.get(url).content.decode()
    assert "Unverändert seit 01.09.2025" in page
    assert "<p>Entscheidung des Bezirks</p>" in page

    response = sent(client, url, unchanged=str(measure.pk))

    # One press reports it, and the measure says so where the button was.
    report = StatusReport.objects.get(state=ReportState.SUBMITTED)
    assert (report.measure, report.as_of_on) == (measure, dt.date(2026, 3, 1))
    assert (report.traffic_light, report.help_wanted) == ("red", "Entscheidung des Bezirks")
    assert (report.obstacle, report.summary) == ("land", "Suche läuft")
    card = response.content.decode().partition(f'id="m{measure.pk}"')[2].partition("</section>")[0]
    assert "Dieser Bericht ist eingereicht. Die Geschäftsstelle prüft ihn." in card
    assert "Unverändert" not in card


def test_unchanged_keeps_the_light_that_the_office_corrected(client, url, measures):
    official = {"official_light": "yellow", "official_reason": "Bezirk zögert"}
    make_report(measures[0], ReportState.ACCEPTED, traffic_light="green", summary="X", **official)

    page = client.get(url)
    sent(client, url, unchanged=str(measures[0].pk))

    report = StatusReport.objects.get(state=ReportState.SUBMITTED)
    assert (report.traffic_light, report.traffic_light_reason) == ("yellow", "Bezirk zögert")
    assert "Bezirk zögert" in page.content.decode()


def test_unchanged_never_replaces_an_answer(client, url, measures, running):
    typing, returned = measures
    for measure in measures:
        make_report(measure, ReportState.ACCEPTED, as_of_on=dt.date(2025, 9, 1), summary="Alt")
    make_report(returned, ReportState.RETURNED, round=running, comment="Bitte Zahlen nennen.")
    assert client.get(url).content.decode().count("Unverändert seit") == 1

    response = sent(client, url, typed(typing, summary="Neu"), unchanged=str(typing.pk))

    draft = StatusReport.objects.get(measure=typing, state=ReportState.DRAFT)
    assert draft.summary == "Neu"
    assert "„Unverändert“ gilt nur ohne eigene Angaben." in response.content.decode()


def test_untouched_form_begins_no_draft(client, url, measures):
    measure = measures[0]
    page = client.get(url)
    data = hidden_fields(page) | shown_by(page)

    saved = client.post(url, data | {"save": str(measure.pk)})

    assert (saved.status_code, saved.json()) == (200, {"note": "", "is_complete": True})
    assert not StatusReport.objects.exists()


def test_draft_is_saved_while_it_is_typed(client, url, measures):
    measure = measures[0]
    data = hidden_fields(client.get(url)) | typed(measure, summary="Erster Satz")

    saved = client.post(url, data | {"save": str(measure.pk)})

    assert saved.status_code == 200
    assert saved.json()["note"] == "Entwurf gespeichert, 18.03.2026, 10:00 Uhr"
    assert StatusReport.objects.get().summary == "Erster Satz"
    # The version that came back continues the draft; the former one is outdated.
    again = data | typed(measure, summary="Zweiter Satz") | {"save": str(measure.pk)}
    refused = client.post(url, again)
    assert refused.status_code == 409
    note = refused.json()["note"]
    assert note.endswith("inzwischen geändert. „Entwurf speichern“ zeigt beide Fassungen.") or (
        note.endswith("Uhr). „Entwurf speichern“ zeigt beide Fassungen.")
    )
    assert client.post(url, again | saved.json()["versions"]).status_code == 200
    assert StatusReport.objects.get().summary == "Zweiter Satz"


def test_colleague_continues_a_draft_and_a_conflict_shows_both_texts(client, url, measures, lead):
    measure = measures[0]
    stale = hidden_fields(client.get(url))
    colleague = make_user(PARTNER, organisation=lead.person.organisation)
    save_draft(measure=measure, values=report_values(summary="Vorher"), by=colleague, now=NOW)

    refused = client.post(
        url, stale | typed(measure, summary="Nachher") | {"draft": str(measure.pk)}
    )

    text = refused.content.decode()
    assert f"{colleague} hat diesen Eintrag inzwischen geändert" in text
    assert ("<p>Vorher</p>" in text or "Vorher" in text, "Nachher" in text) == (True, True)
    assert StatusReport.objects.get().summary == "Vorher"
    client.post(
        url,
        hidden_fields(refused) | typed(measure, summary="Nachher") | {"draft": str(measure.pk)},
    )
    assert StatusReport.objects.get().summary == "Nachher"
    page = client.get(url).content.decode()
    assert "Zuletzt gespeichert von" in page


def test_forecast_and_value_wait_in_the_report_until_it_is_accepted(client, url, measures):
    measure = measures[0]
    milestone, indicator = make_milestone(measure), make_indicator(measure)
    make_value(indicator, "2024", "120")
    moved = {f"s{milestone.pk}-forecast_on": "31.08.2026", f"i{indicator.pk}-period": "2025"}
    said = typed(measure) | moved | {f"i{indicator.pk}-value": "135,5"}
    page = client.get(url)
    (row,) = page.context["cards"][0].statements.values
    assert (row.before, row.form["period"].value()) == ("2024: 120 Plätze", "2025")

    # A draft may lack the reason; a report may not.
    sent(client, url, said, draft=str(measure.pk))
    kept = ReportedForecast.objects.get()
    assert (kept.forecast_on, kept.forecast_reason) == (dt.date(2026, 8, 31), "")
    refused = sent(client, url, said, submit=str(measure.pk)).content.decode()
    assert 'value="135,5"' in client.get(url).content.decode()
    assert "Wird es später als geplant, gehört der Grund dazu." in refused
    assert '<details class="answer__milestones" open>' in refused
    said |= {f"s{milestone.pk}-forecast_reason": "Vergabe dauert länger"}
    sent(client, url, said, submit=str(measure.pk))

    report = StatusReport.objects.get()
    assert report.state == ReportState.SUBMITTED
    submitted = client.get(url).content.decode()
    assert f"{milestone}: 31.08.2026 (Vergabe dauert länger)" in submitted
    assert f"{indicator}, 2025: {indicator.format(Decimal('135.5'))}" in submitted
    milestone.refresh_from_db()
    assert (milestone.forecast_on, indicator.series.count()) == (None, 1)
    accept_report(report=report, by=make_user(OFFICE), now=NOW)
    milestone.refresh_from_db()
    assert milestone.forecast_on == dt.date(2026, 8, 31)
    assert milestone.forecast_reason == "Vergabe dauert länger"
    latest = indicator.series.last()
    assert (str(latest.period), latest.value) == ("2025", Decimal("135.5"))


def test_returned_report_is_revised_with_the_comment_in_view(client, url, measures, running):
    make_report(measures[0], ReportState.RETURNED, round=running, comment="Bitte Zahlen nennen.")

    page = client.get(url).content.decode()
    sent(client, url, typed(measures[0], summary="Drei."), submit=str(measures[0].pk))

    assert "Bitte Zahlen nennen." in page
    assert states() == {"Ankauf": ReportState.SUBMITTED}


def test_opening_the_page_changes_nothing(client, url, measures, running, asked):
    draft = make_report(measures[0], ReportState.DRAFT, round=running)

    with nothing_changes(running, asked, draft, *measures):
        assert client.get(url).status_code == 200
        assert client.head(url).status_code == 200


def test_only_own_measures_of_the_round_are_listed(client, url, measures, running, lead):
    make_measure(running.plan, "Fremd", lead=make_organisation())
    make_measure(make_plan(), "Anderer Plan", lead_id=lead.organisation_id)
    make_measure(running.plan, "Fertig", lead_id=lead.organisation_id, phase="completed")

    page = client.get(url).content.decode()

    assert [title in page for title in ("Ankauf", "Bestand")] == [True, True]
    assert [title in page for title in ("Fremd", "Anderer Plan", "Fertig")] == [False] * 3


def test_page_needs_the_same_queries_for_1_and_50_measures(client, url, running, lead):
    def grow(count):
        for _number in range(count):
            measure = make_measure(running.plan, lead_id=lead.organisation_id)
            make_milestone(measure)
            indicator = make_indicator(measure)
            make_value(indicator, "2024", "120")
            make_report(measure, ReportState.ACCEPTED)
            draft = make_report(measure, ReportState.DRAFT, reported_by=lead)
            draft.reported_values.create(
                indicator=indicator,
                value=130,
                starts_on=dt.date(2025, 1, 1),
                ends_on=dt.date(2025, 12, 31),
            )

    grow(1)
    client.get(url)
    with CaptureQueriesContext(connection) as once:
        client.get(url)
    grow(49)
    with CaptureQueriesContext(connection) as many:
        response = client.get(url)

    assert len(response.context["cards"]) == 20
    assert len(many) == len(once) <= 20


def test_pages_keep_a_form_below_the_limit_of_fields_and_turning_saves(client, url, running, lead):
    first, *_rest, last = [
        make_measure(running.plan, f"Maßnahme {number:02}", lead_id=lead.organisation_id)
        for number in range(21)
    ]

    turned = sent(client, url, typed(first, summary="Halb"), turn="2")

    assert turned.redirect_chain[0][0].endswith("?page=2")
    assert [card.key for card in turned.context["cards"]] == [last.pk]
    assert states() == {"Maßnahme 00": ReportState.DRAFT}
    sent(client, f"{url}?page=2", typed(last), submit="all")
    assert states() == {"Maßnahme 00": ReportState.DRAFT, "Maßnahme 20": ReportState.SUBMITTED}
