from io import BytesIO

import pytest
import time_machine
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Measure
from measures.services import open_round
from outbox.models import Mail
from tests.confirming import hidden_fields
from tests.measures.builders import NOW, make_measure, make_plan, make_report, make_round
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db
URL = "/massnahmen/veroeffentlichen/"


@pytest.fixture
def stock(client):
    client.force_login(make_user(OFFICE))
    plan, draft = make_plan("MPI 2018–2021"), make_plan("Entwurf", is_published=False)
    return {
        "hidden": make_measure(plan, "Ankauf", is_published=False),
        "shown": make_measure(plan, "Brachen", is_published=True),
        "drafted": make_measure(draft, "Zubehör", is_published=False),
    }


def fields_of(response) -> dict:
    fields: dict = {}
    for name, value in response.context["hidden"]:
        fields.setdefault(name, []).append(value)
    return fields


def test_ticked_measures_are_published_after_a_question(client, stock):
    ticks = "&".join(f"massnahme={measure.pk}" for measure in stock.values())

    page = client.get(f"{URL}?{ticks}")
    done = client.post(URL, fields_of(page), follow=True)

    assert page.context["question"].startswith("Sollen 2 Maßnahmen für Partner")
    assert page.context["details"] == [
        "Ankauf",
        "Zubehör",
        "1 angekreuzte Maßnahme ist schon veröffentlicht.",
        "Entwurf ist noch nicht veröffentlicht; so lange bleibt die Maßnahme verborgen.",
        "Niemand erhält eine E-Mail.",
    ]
    assert "2 Maßnahmen sind veröffentlicht." in done.content.decode()
    assert not Measure.objects.filter(is_published=False).exists()
    assert stock["hidden"].history.latest().history_change_reason == "Veröffentlicht"
    assert stock["shown"].history.count() == 1
    assert not Mail.objects.exists()


def test_measure_changed_since_the_question_is_not_published(client, stock):
    fields = fields_of(client.get(f"{URL}?massnahme={stock['hidden'].pk}"))
    stock["hidden"].title = "Ankauf vertraulich"
    stock["hidden"].save()

    done = client.post(URL, fields)

    assert "Inzwischen wurde etwas geändert." in done.content.decode()
    assert not Measure.objects.get(pk=stock["hidden"].pk).is_published


@pytest.mark.parametrize(
    ("ticks", "message"),
    [
        ("", "Bitte kreuzen Sie mindestens eine Maßnahme an."),
        ("massnahme=999999", "Bitte kreuzen Sie mindestens eine Maßnahme an."),
        ("massnahme={shown}", "Die angekreuzten Maßnahmen sind schon veröffentlicht."),
    ],
)
def test_nothing_to_publish_is_said(client, stock, ticks, message):
    ticks = ticks.format(shown=stock["shown"].pk)

    assert message in client.get(f"{URL}?{ticks}", follow=True).content.decode()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_may_not_publish(client, stock, role):
    client.force_login(make_user(role))
    fields = {"massnahme": stock["hidden"].pk, "shown": ""}

    assert client.get(URL, fields).status_code == client.post(URL, fields).status_code == 403
    assert not Measure.objects.get(pk=stock["hidden"].pk).is_published


def test_ticked_measures_of_any_plan_are_exported(client, stock):
    ticks = f"auswahl=1&massnahme={stock['drafted'].pk}&massnahme={stock['shown'].pk}"

    response = client.get(f"/massnahmen/massnahmen.xlsx?{ticks}")
    nothing = client.get("/massnahmen/massnahmen.xlsx?auswahl=1", follow=True)

    sheet = load_workbook(BytesIO(response.content))["Maßnahmen"]
    texts = [cell for row in sheet.iter_rows(values_only=True) for cell in row]
    assert ("Zubehör" in texts, "Brachen" in texts, "Ankauf" in texts) == (True, True, False)
    assert "Bitte kreuzen Sie mindestens eine Maßnahme an." in nothing.content.decode()


def ask_url(*measures) -> str:
    ticks = "&".join(f"massnahme={measure.pk}" for measure in measures)
    return f"/massnahmen/bericht-erbitten/?{ticks}"


def test_leads_of_ticked_measures_are_asked_once_with_one_mail_a_person(client):
    client.force_login(make_user(OFFICE))
    chamber, club = make_organisation("Kammer"), make_organisation("Verein")
    make_user(PARTNER, organisation=chamber, email="kammer@example.org")
    plan = make_plan()
    asked = [make_measure(plan, title, lead=chamber) for title in ("Ankauf", "Brachen")]
    finished = make_measure(plan, "Zu Ende", lead=chamber, phase="completed")
    submitted = make_measure(plan, "Gemeldet", lead=chamber)
    make_report(submitted, state="submitted")
    silent = make_measure(plan, "Stumm", lead=club)
    url = ask_url(*asked, finished, submitted, silent, make_measure(plan, "Ohne"))

    page, other_tab = client.get(url), client.get(url)
    client.post("/massnahmen/bericht-erbitten/", hidden_fields(page))
    again = client.post("/massnahmen/bericht-erbitten/", hidden_fields(other_tab), follow=True)

    assert page.context["details"] == [
        "Nicht gefragt, weil schon ein Bericht zur Prüfung vorliegt: „Gemeldet“",
        "Nicht gefragt, weil abgeschlossen: „Zu Ende“",
        "Nicht erreichbar, weil dort niemand ein Konto als Partner hat: Verein (Stumm)",
        "Nicht erreichbar, weil die Federführung keine Organisation im Portal ist: Ohne",
    ]
    (mail,) = Mail.objects.all()
    assert (mail.kind, mail.recipient) == ("report_asked", "kammer@example.org")
    assert "Ankauf" in mail.text and "Brachen" in mail.text and "Gemeldet" not in mail.text
    assert f"/massnahmen/?plan=&lead={chamber.pk}" in mail.text
    assert "Inzwischen wurde etwas geändert" in again.content.decode()
    reasons = [measure.history.latest().history_change_reason for measure in (*asked, finished)]
    assert reasons[:2] == ["Federführung um einen Bericht gebeten"] * 2
    assert reasons[2] != reasons[0]


def test_running_round_that_asks_already_is_said_before_asking_again(client):
    client.force_login(make_user(OFFICE))
    chamber = make_organisation("Kammer")
    make_user(PARTNER, organisation=chamber)
    plan, other = make_plan(), make_plan()
    asked, given = (make_measure(plan, title, lead=chamber) for title in ("Ankauf", "Brachen"))
    make_measure(plan, "Nicht angekreuzt", lead=chamber)
    elsewhere = make_measure(other, "Anderer Plan", lead=chamber)
    silent = make_measure(plan, "Stumm", lead=make_organisation("Verein"))
    planned = make_round(plan, state="planned")
    with time_machine.travel(NOW, tick=False):
        open_round(reporting_round=planned, by=make_user(OFFICE), now=NOW)
        make_report(given, state="accepted", round=planned)
        page = client.get(ask_url(asked, given, elsewhere, silent))

    asking = (
        f'Danach fragt schon die Berichtsrunde <a href="{planned.get_absolute_url()}">'
        f"{planned.title}</a>, bis zum 31.03.2026: "
    )
    assert page.context["details"][:2] == [
        f"{asking}Kammer, angeschrieben am 18.03.2026 (wartet) („Ankauf“)",
        f"{asking}Verein, nicht erreichbar: dort hat niemand ein Konto als Partner („Stumm“)",
    ]
    assert asking in page.content.decode()


def test_nobody_to_ask_is_said_and_nothing_is_written(client):
    client.force_login(make_user(OFFICE))
    measure = make_measure(make_plan(), "Ohne")

    page = client.get(ask_url(measure), follow=True)

    assert "lässt sich niemand um einen Bericht bitten" in page.content.decode()
    assert not Mail.objects.exists()


@pytest.mark.parametrize("role", [OBSERVER, PARTNER, SENATOR_OFFICE])
def test_only_the_office_asks_for_reports(client, role):
    client.force_login(make_user(role))

    assert client.get(ask_url(make_measure(make_plan()))).status_code == 403
