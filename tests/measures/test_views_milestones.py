import datetime as dt
import re

import pytest
from django.urls import reverse
from django.utils import timezone

from core.conflicts import version_of
from core.roles import OFFICE
from measures.models import Milestone, ReportedForecast
from measures.services import change_milestone, create_milestone
from tests.confirming import as_shown, fill_in, press, press_button
from tests.measures.builders import NOW, make_measure, make_milestone, make_report
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
LATER = NOW + dt.timedelta(hours=1)


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def version_on(client, url) -> str:
    return re.search(r'name="version" value="(\w+)"', client.get(url).content.decode())[1]


def test_milestones_are_added_edited_reached_reopened_and_deleted(client, office):
    measure = make_measure()
    client.post(
        reverse("measures:milestone_add", args=[measure.pk]),
        {"title": "Konzept", "due_on": "2026-06-30", "weight": "1", "position": 0},
    )
    milestone = Milestone.objects.get()
    url = reverse("measures:milestone_edit", args=[milestone.pk])
    client.post(
        url,
        {
            "title": "Plan",
            "due_on": "2026-07-01",
            "weight": "2",
            "position": 1,
        },
    )
    done, page = reverse("measures:milestone_done", args=[milestone.pk]), measure.get_absolute_url()
    press_button(client, page, done)
    milestone.refresh_from_db()
    assert (milestone.title, milestone.due_on, milestone.done_on) == (
        "Plan",
        dt.date(2026, 7, 1),
        timezone.localdate(),
    )

    twice = client.post(as_shown(done, milestone), follow=True)
    assert "schon als erreicht" in twice.content.decode()
    press_button(client, page, reverse("measures:milestone_reopen", args=[milestone.pk]))
    asked = client.get(reverse("measures:milestone_delete", args=[milestone.pk]))
    assert "Soll der Meilenstein „Plan“ gelöscht werden?" in asked.content.decode()
    assert Milestone.objects.get().done_on is None
    client.post(reverse("measures:milestone_delete", args=[milestone.pk]))

    assert not Milestone.objects.exists()


def test_form_asks_for_the_reason_of_a_delay_and_for_a_weight_from_1_to_100(client, office):
    milestone = make_milestone(make_measure())
    url = reverse("measures:milestone_edit", args=[milestone.pk])
    sent = {
        "title": "Konzept",
        "due_on": "30.06.2026",
        "forecast_on": "1.9.26",
        "weight": "0",
        "position": "0",
        "version": version_on(client, url),
    }

    response = client.post(url, sent)

    assert response.context["form"].errors == {
        "forecast_reason": ["Wird es später als geplant, gehört der Grund dazu."],
        "weight": ["Dieser Wert muss größer oder gleich 1 sein."],
    }
    assert 'value="1.9.26"' in response.content.decode()
    sent |= {"forecast_reason": "Gutachten fehlt.", "weight": "3"}
    assert client.post(url, sent).status_code == 302
    milestone.refresh_from_db()
    assert (milestone.forecast_on, milestone.baseline_on, milestone.weight) == (
        dt.date(2026, 9, 1),
        dt.date(2026, 6, 30),
        3,
    )


def test_page_shows_the_baseline_beside_the_forecast(client, office):
    measure = make_measure()
    make_milestone(measure, "Idee", weight=3, done_on=dt.date(2026, 6, 20))
    make_milestone(
        measure,
        "Konzept",
        owner_text="Bezirk Mitte",
        baseline_on=dt.date(2026, 6, 1),
        forecast_on=dt.date(2026, 9, 1),
        forecast_reason="Gutachten fehlt.",
    )

    text = client.get(measure.get_absolute_url()).content.decode()

    for shown in (
        "01.06.2026",
        "13 Wochen später",
        "Gutachten fehlt.",
        "verantwortlich: Bezirk Mitte",
        "10 Tage früher",
        "75 % der Meilensteine erreicht, nach Gewicht gerechnet.",
    ):
        assert shown in text


def test_history_says_what_was_moved_from_when_to_when_and_why(client, office):
    planned = {"title": "Konzept", "due_on": dt.date(2026, 6, 30)}
    milestone = create_milestone(measure=make_measure(), values=planned, by=office, now=NOW)
    values = {"forecast_on": dt.date(2026, 9, 1), "forecast_reason": "Gutachten fehlt."}
    version = version_of(milestone, values)
    change_milestone(milestone=milestone, values=values, version=version, by=office, now=LATER)

    entries = client.get(milestone.measure.get_absolute_url()).context["entries"]

    assert (entries[0].what, entries[0].note) == (
        "Geändert: voraussichtlich, Grund der Verschiebung: Konzept",
        "voraussichtlich: – → 01.09.2026\nGrund der Verschiebung: – → Gutachten fehlt.",
    )


def report_delay(milestone, state: str = "draft") -> ReportedForecast:
    """Return what a report in `state` says of `milestone`."""
    return ReportedForecast.objects.create(
        report=make_report(milestone.measure, state),
        milestone=milestone,
        forecast_on=dt.date(2026, 8, 31),
        forecast_reason="Vergabe dauert länger",
    )


def test_milestone_of_an_accepted_report_is_not_deleted(client, office):
    milestone = make_milestone(make_measure())
    said = report_delay(milestone, "accepted")
    url = reverse("measures:milestone_delete", args=[milestone.pk])
    refusal = (
        "Dieser Meilenstein steht in einem angenommenen Bericht, der bleibt, wie er ist. Deshalb "
        "lässt er sich nicht löschen. Ist er erreicht, tragen Sie das ein; gilt er nicht mehr, "
        "schreiben Sie das bitte in seinen Titel."
    )

    asked = client.get(url, follow=True)
    pressed = client.post(as_shown(url, milestone, said), follow=True)

    for answer in (asked, pressed):
        assert answer.redirect_chain == [(milestone.measure.get_absolute_url(), 302)]
        assert refusal in answer.content.decode()
    assert list(ReportedForecast.objects.values_list("milestone")) == [(milestone.pk,)]


def test_page_names_what_leads_reported_before_it_is_lost(client, office):
    milestone = make_milestone(make_measure())
    url = reverse("measures:milestone_delete", args=[milestone.pk])
    opened_before = client.get(url)
    report_delay(milestone)
    line = (
        "Damit geht verloren, was ein Bericht (Entwurf) vom 01.03.2026 dazu sagt: 31.08.2026 "
        "(Vergabe dauert länger)"
    )

    late = press(client, opened_before)

    assert "Damit geht verloren" not in opened_before.content.decode()
    assert (late.status_code, Milestone.objects.count()) == (302, 1)
    assert line in client.get(url).content.decode()
    fill_in(client, url)
    assert not Milestone.objects.exists()
