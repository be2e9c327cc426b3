"""Pages of a report that were loaded before somebody else acted: no text is lost, and nothing
happens on a state that the reader has not seen.
"""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from django.urls import reverse

from core.conflicts import version_of_all
from core.roles import OBSERVER, OFFICE, PARTNER
from measures.enums import ReportState
from measures.models import StatusReport
from measures.services import (
    accept_report,
    close_round,
    open_round,
    record_report,
    return_report,
    save_draft,
    submit_report,
)
from tests.confirming import hidden_fields, press
from tests.measures.builders import (
    NOW,
    make_measure,
    make_milestone,
    make_plan,
    make_report,
    make_round,
    report_values,
)
from tests.partners.builders import make_organisation, make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db

KEPT = "Ihr Text steht noch im Formular; senden Sie es noch einmal ab, wenn er gelten soll."
MINE = "Mein langer Text"


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def lead(client):
    user = make_user(PARTNER, email="lead@example.org")
    client.force_login(user)
    return user


@pytest.fixture
def measure(lead):
    return make_measure(lead_id=lead.organisation_id)


def url_of(measure) -> str:
    return reverse("measures:write_report", args=[measure.pk])


def hidden_in(response) -> dict:
    """Return what the form in `response` remembers of the state it shows."""
    text = response.content.decode()
    found = {
        name: re.search(rf'name="{name}" value="([^"]*)"', text) for name in ("version", "shown")
    }
    return {name: match[1] for name, match in found.items() if match}


def typed(tab: dict, button: str = "submit") -> dict:
    return {
        **tab,
        "as_of_on": "2026-03-01",
        "phase": "running",
        "traffic_light": "green",
        "financing": "secured",
        "summary": MINE,
        button: "1",
    }


@pytest.mark.parametrize("button", ["submit", "draft"])
def test_text_of_a_second_tab_is_kept_when_the_first_was_submitted(client, lead, measure, button):
    tab = hidden_in(client.get(url_of(measure)))
    client.post(url_of(measure), {**typed(tab), "summary": "Aus dem ersten Fenster"})
    report = StatusReport.objects.get()

    with nothing_changes(report):
        response = client.post(url_of(measure), typed(tab, button))

    text = response.content.decode()
    assert "Sie haben diesen Bericht schon eingereicht" in text
    assert "bitten Sie die Geschäftsstelle, ihn zurückzugeben" in text
    # Nothing promises that sending the form again overwrites what was submitted.
    assert "Beide Fassungen" in text
    assert "gilt Ihre Fassung" not in text
    # In the form and beside the submitted text.
    assert (text.count(MINE), text.count("Aus dem ersten Fenster")) == (2, 1)


def test_text_kept_after_a_colleague_submitted_can_follow_once_it_is_returned(
    client, lead, measure, office
):
    colleague = make_user(PARTNER, organisation=lead.person.organisation)
    tab = hidden_in(client.get(url_of(measure)))
    report = submit_report(measure=measure, values=report_values(), by=colleague, now=NOW)

    refused = client.post(url_of(measure), typed(tab))
    return_report(report=report, comment="Bitte Zahlen nennen.", by=office, now=NOW)
    told = client.post(url_of(measure), typed(hidden_in(refused)))
    client.post(url_of(measure), typed(hidden_in(told)))

    assert f"{colleague} hat diesen Bericht inzwischen eingereicht" in refused.content.decode()
    assert "zurückgegeben: „Bitte Zahlen nennen.“" in told.content.decode()
    report.refresh_from_db()
    assert (report.state, report.summary) == (ReportState.SUBMITTED, MINE)


def test_report_returned_meanwhile_is_not_submitted_without_its_comment_being_read(
    client, lead, measure, office
):
    save_draft(measure=measure, values=report_values(), by=lead, now=NOW)
    tab = hidden_in(client.get(url_of(measure)))
    # The same values, so that the fingerprint of the fields stays what the tab has seen.
    report = submit_report(
        measure=measure,
        values=report_values(),
        version=tab["version"].partition("_")[0],
        by=lead,
        now=NOW,
    )
    returned = return_report(report=report, comment="Bitte Zahlen nennen.", by=office, now=NOW)

    with nothing_changes(returned):
        response = client.post(url_of(measure), typed(tab))

    text = response.content.decode()
    assert f"zurückgegeben: „Bitte Zahlen nennen.“ {KEPT}" in text
    assert MINE in text
    client.post(url_of(measure), typed(hidden_in(response)))
    returned.refresh_from_db()
    assert (returned.state, returned.summary) == (ReportState.SUBMITTED, MINE)


def test_report_accepted_meanwhile_gets_no_unseen_successor(client, lead, measure, office):
    tab = hidden_in(client.get(url_of(measure)))
    report = submit_report(measure=measure, values=report_values(), by=lead, now=NOW)
    accept_report(report=report, by=office, now=NOW)

    response = client.post(url_of(measure), typed(tab))

    text = response.content.decode()
    assert (
        f"Inzwischen ist ein Bericht zum 01.03.2026 angenommen; dieser hier wäre ein neuer. {KEPT}"
    ) in text
    assert (text.count(MINE), StatusReport.objects.count()) == (2, 1)
    client.post(url_of(measure), typed(hidden_in(response)))
    assert StatusReport.objects.get(state=ReportState.SUBMITTED).summary == MINE


def test_round_closed_meanwhile_is_told_before_the_report_counts(client, lead, office):
    plan = make_plan()
    running = make_round(plan)
    measure = make_measure(plan, lead_id=lead.organisation_id)
    tab = hidden_in(client.get(url_of(measure)))
    close_round(reporting_round=running, by=office, now=NOW)

    response = client.post(url_of(measure), typed(tab))

    text = response.content.decode()
    assert f"Die Berichtsrunde ist inzwischen abgeschlossen. {KEPT}" in text
    assert MINE in text
    assert not StatusReport.objects.exists()
    client.post(url_of(measure), typed(hidden_in(response)))
    assert StatusReport.objects.get().round is None


def test_round_opened_meanwhile_is_told_before_the_report_counts_for_it(client, lead, office):
    plan = make_plan()
    planned = make_round(plan, state="planned")
    measure = make_measure(plan, lead_id=lead.organisation_id)
    tab = hidden_in(client.get(url_of(measure)))
    open_round(reporting_round=planned, by=office, now=NOW)

    response = client.post(url_of(measure), typed(tab, "draft"))

    assert (
        f"Inzwischen läuft „{planned.title}“ mit dem Stichtag 01.03.2026. {KEPT}"
    ) in response.content.decode()
    assert not StatusReport.objects.exists()


def test_draft_of_a_colleague_stands_beside_the_text(client, lead, measure):
    colleague = make_user(PARTNER, organisation=lead.person.organisation)
    tab = hidden_in(client.get(url_of(measure)))
    values = report_values(summary="Vom Kollegium")
    draft = save_draft(measure=measure, values=values, by=colleague, now=NOW)

    with nothing_changes(draft):
        response = client.post(url_of(measure), typed(tab))

    text = response.content.decode()
    assert f"{colleague} hat diesen Eintrag inzwischen geändert" in text
    assert (text.count(MINE), text.count("Vom Kollegium")) == (2, 1)
    client.post(url_of(measure), typed(hidden_in(response)))
    draft.refresh_from_db()
    assert (draft.state, draft.summary) == (ReportState.SUBMITTED, MINE)


def test_office_does_not_record_over_a_status_it_has_not_seen(client, office):
    client.force_login(office)
    measure = make_measure()
    tab = hidden_in(client.get(url_of(measure)))
    colleague = make_user(OFFICE)
    record_report(measure=measure, values=report_values(phase="preparing"), by=colleague, now=NOW)

    response = client.post(url_of(measure), typed(tab))

    assert "Inzwischen ist ein Bericht zum 01.03.2026 angenommen" in response.content.decode()
    measure.refresh_from_db()
    assert (measure.phase, StatusReport.objects.count()) == ("preparing", 1)


def submitted_again(lead, office) -> tuple[StatusReport, str]:
    """Return a report that was submitted twice, and the mark of its first submission."""
    measure = make_measure(lead_id=lead.organisation_id)
    report = submit_report(measure=measure, values=report_values(), by=lead, now=NOW)
    first = report.submission
    report = return_report(report=report, comment="Bitte Zahlen nennen.", by=office, now=NOW)
    report.state, report.reported_at = ReportState.SUBMITTED, NOW + dt.timedelta(days=1)
    report.summary = "Die zweite Fassung"
    report.save()
    return report, first


def test_office_accepts_no_version_that_it_has_not_read(client, lead, office):
    report, first = submitted_again(lead, office)
    client.force_login(office)
    url = reverse("measures:report_accept", args=[report.pk])

    read = urlencode({"eingereicht": first, "version": version_of_all(report.measure, report)})
    with nothing_changes(report, report.measure):
        response = client.post(f"{url}?{read}", follow=True)

    assert response.redirect_chain == [(report.get_absolute_url(), 302)]
    assert "Bitte lesen Sie zuerst die neue Fassung." in response.content.decode()
    accept = response.context["buttons"][0]
    press(client, client.post(accept.url))
    report.refresh_from_db()
    assert report.state == ReportState.ACCEPTED


def test_office_returns_no_version_that_it_has_not_read_and_keeps_its_comment(client, lead, office):
    report, first = submitted_again(lead, office)
    client.force_login(office)
    url = reverse("measures:report_return", args=[report.pk])

    with nothing_changes(report):
        response = client.post(url, {"comment": "Noch einmal, bitte.", "shown": first})

    text = response.content.decode()
    assert "Bitte lesen Sie zuerst die neue Fassung." in text
    assert "Noch einmal, bitte." in text
    shown = hidden_in(response)["shown"].replace("&#x2B;", "+")
    press(client, client.post(url, {"comment": "Noch einmal, bitte.", "shown": shown}))
    report.refresh_from_db()
    assert report.state == ReportState.RETURNED


def test_page_to_return_a_decided_report_leads_back_with_the_reason(client, office):
    report = make_report(make_measure(), ReportState.ACCEPTED)
    client.force_login(office)

    response = client.get(reverse("measures:report_return", args=[report.pk]), follow=True)

    assert response.redirect_chain == [(report.get_absolute_url(), 302)]
    assert "Das ist im Stand „angenommen“ nicht möglich" in response.content.decode()


@pytest.mark.parametrize("button", [{}, {"draft": "1"}])
def test_text_of_a_former_lead_is_shown_with_the_reason(client, lead, measure, button):
    make_milestone(measure)
    page = client.get(url_of(measure))
    measure.lead = make_organisation("Neue Federführung")
    measure.save()

    with nothing_changes(measure):
        data = hidden_fields(page) | report_values(summary=MINE, outlook="Ausbau") | button
        answer = client.post(url_of(measure), data)

    assert answer.status_code == 403
    text = answer.content.decode()
    assert "Ihre Organisation hat sie nicht (mehr)." in text
    typed = text[text.index("Ihre Eingabe, nicht gespeichert") : text.index("</main>")]
    assert re.findall("<p>(.*?)</p>", typed) == ["2026-03-01", MINE, "Ausbau"]


def test_text_of_all_answers_is_shown_to_an_account_that_reports_no_longer(client, office, lead):
    running = make_round(make_plan())
    measure = make_measure(running.plan, lead_id=lead.organisation_id)
    url = reverse("measures:answer", args=[running.pk])
    data = hidden_fields(client.get(url)) | {f"m{measure.pk}-summary": MINE}
    lead.groups.set(office.groups.all())

    answer = client.post(url, data)

    assert answer.status_code == 403
    assert f"<p>{MINE}</p>" in answer.content.decode()


def test_text_of_the_office_is_shown_to_an_account_that_left_it(client, office, measure):
    client.force_login(office)
    url = reverse("measures:edit", args=[measure.pk])
    data = hidden_fields(client.get(url)) | {"title": "Ankauf", "description": MINE}
    office.groups.set(make_user(OBSERVER).groups.all())

    answer = client.post(url, data)

    assert answer.status_code == 403
    assert "<p>Ankauf</p><p>Mein langer Text</p>" in answer.content.decode()
