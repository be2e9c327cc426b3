from io import BytesIO

import pytest
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Measure
from outbox.models import Mail
from tests.measures.builders import make_measure, make_plan
from tests.partners.builders import make_user

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
