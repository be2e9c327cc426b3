import datetime as dt
from decimal import Decimal
from io import BytesIO

import pytest
import time_machine
from django.urls import reverse
from openpyxl import load_workbook

from core.conflicts import version_of
from core.history import delete_as, save_values_as
from core.roles import OBSERVER, OFFICE
from measures.models import Measure
from measures.services import (
    change_section,
    complete_milestone,
    create_indicator,
    create_measure,
    create_milestone,
    create_section,
    create_value,
    record_report,
)
from partners.models import Sector
from tests.measures.builders import make_plan, make_section, report_values
from tests.partners.builders import make_organisation, make_user

pytestmark = pytest.mark.django_db

LIST, TREE = reverse("measures:list"), reverse("measures:tree")
MAY = dt.datetime(2026, 5, 13, 8, tzinfo=dt.UTC)
JUNE = dt.datetime(2026, 6, 3, 8, tzinfo=dt.UTC)
RED = {"traffic_light": "red", "traffic_light_reason": "Geld fehlt.", "help_wanted": "Beschluss"}
BANNER = "Stand vom Mi, 13.05.2026 – nicht der heutige."


@pytest.fixture(autouse=True)
def june():
    with time_machine.travel(JUNE + dt.timedelta(hours=1), tick=False):
        yield


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def plan(office):
    return make_plan("MPI 2022–2026", first_year=2022, last_year=2026)


@pytest.fixture
def measure(office, plan) -> Measure:
    """A measure of May of which everything was different in June."""
    ihk, vdma = make_organisation("IHK"), make_organisation("VDMA Ost")
    metal, media = (Sector.objects.create(name=name) for name in ("Metall", "Medien"))
    first, second = make_section(plan, "Flächen"), make_section(plan, "Energie")
    values = {
        "plan": plan,
        "section": first,
        "title": "Grundstücke sichern",
        "lead": ihk,
        "supporters": [vdma],
        "sectors": [metal],
        "internal_notes": "Nur intern",
        "is_published": True,
    }
    measure = create_measure(values=values, by=office, now=MAY)
    milestone = create_milestone(
        measure=measure,
        values={"title": "Konzept", "due_on": dt.date(2026, 5, 1)},
        by=office,
        now=MAY,
    )
    indicator = create_indicator(
        measure=measure,
        values={"title": "Verträge", "unit": "Stück", "direction": "rising", "decimals": 0},
        by=office,
        now=MAY,
    )
    record_report(measure=measure, values=report_values(), by=office, now=MAY)
    year = {"starts_on": dt.date(2025, 1, 1), "ends_on": dt.date(2025, 12, 31)}
    create_value(indicator=indicator, values={**year, "value": Decimal(7)}, by=office, now=JUNE)
    complete_milestone(milestone=milestone, by=office, now=JUNE)
    record_report(measure=measure, values=report_values(**RED), by=office, now=JUNE)
    measure.refresh_from_db()
    changed = {
        "title": "Ankauf",
        "lead": vdma,
        "section": second,
        "supporters": [ihk],
        "sectors": [media],
        "internal_notes": "Anderes",
    }
    save_values_as(measure, changed, by=office, now=JUNE, reason="Geändert")
    return measure


def page(client, url=LIST, **query) -> str:
    return client.get(url, {"stand": "13.05.2026"} | query).content.decode()


def test_list_shows_the_day_with_its_filters_and_its_file(client, office, plan, measure):
    create_measure(values={"plan": plan, "title": "Später"}, by=office, now=JUNE)
    shown = page(client)

    assert BANNER in shown
    assert f'href="/massnahmen/{measure.pk}/?stand=2026-05-13">Grundstücke sichern' in shown
    assert "Später" not in shown
    assert "Neue Maßnahme" not in shown
    assert 'name="massnahme"' not in shown
    for query, is_found in (
        ({"q": "grundstuecke ihk"}, True),
        ({"q": "Ankauf"}, False),
        ({"traffic_light": "green"}, True),
        ({"traffic_light": "red"}, False),
        ({"sector": measure.sectors.get().pk}, False),
        ({"sector": "unknown"}, False),
        ({"milestones": "overdue"}, True),
        ({"status": "never"}, False),
        ({"sort": "-lead", "lead": measure.supporters.get().pk}, True),
        ({"page": "7"}, True),
    ):
        found = page(client, **query)
        assert ("Grundstücke sichern" in found) is is_found, query
        assert 'name="stand" value="2026-05-13"' in found, query

    answer = client.get(reverse("measures:export"), {"stand": "2026-05-13"})
    assert "2026-05-13.xlsx" in answer["Content-Disposition"]
    book = load_workbook(BytesIO(answer.content))
    assert "Stand: 13.05.2026" in book.worksheets[0]["A2"].value
    (row,) = book.worksheets[0].iter_rows(min_row=5, values_only=True)
    assert row[1:7] == ("Flächen", "Flächen", None, "Grundstücke sichern", None, "in Umsetzung")
    assert row[13:16] == ("IHK", "VDMA Ost", "Metall")
    assert "Nur intern" not in row
    (milestone,) = book.worksheets[1].iter_rows(min_row=5, values_only=True)
    assert (milestone[3], milestone[7], milestone[13]) == ("Konzept", None, "überfällig")


def test_measure_and_tree_show_the_day_and_offer_nothing_to_do(client, office, plan, measure):
    url = measure.get_absolute_url()
    shown = page(client, url)

    assert BANNER in shown
    assert "<h1" in shown and "Grundstücke sichern" in shown
    assert "Stand, 13.05.2026" in shown and "heute," not in shown  # the line in the pictures
    for then in ("Flächen", "IHK", "VDMA Ost", "Metall", "läuft", "Nur intern", "überfällig"):
        assert then in shown, then
    for later in ("Ankauf", "Energie", "Medien", "Geld fehlt", "Anderes", "7 Stück", "Geändert"):
        assert later not in shown, later
    for act in ("Bearbeiten", "Nächster Schritt", "hinzufügen", "Stand festhalten", "ändern</a>"):
        assert act not in shown, act
    assert "Noch kein Wert eingetragen." in shown

    tree = page(client, TREE, plan=plan.pk)
    assert BANNER in tree
    assert f'href="/massnahmen/{measure.pk}/?stand=2026-05-13">Grundstücke sichern' in tree
    assert "zeichnet diesen Plan erst seit dem 13.05.2026" in page(client, TREE, stand="2026-05-12")
    assert 'name="stand" value="12.05.2026"' in page(client, TREE, stand="2026-05-12")
    assert "zeichnet diesen Plan erst seit dem 13.05.2026" in page(client, stand="2026-05-12")
    early = page(client, url, stand="12.05.2026")
    assert "gab es am Di, 12.05.2026 im Portal noch nicht" in early
    assert "Aufgezeichnet ist sie seit dem 13.05.2026." in early


def test_tree_of_the_day_has_its_sections_under_the_names_of_then(client, office, plan, measure):
    flaechen, energie = plan.sections.order_by("pk")
    values = {"title": "Netze", "parent": energie, "level": "Themencluster"}
    values = {name: getattr(flaechen, name) for name in ("code", "page", "position")} | values
    version = version_of(flaechen, values)
    change_section(section=flaechen, values=values, version=version, by=office, now=JUNE)
    new = {"parent": None, "level": "Handlungsfeld", "code": "", "title": "Neues Feld"}
    create_section(plan=plan, values=new, by=office, now=JUNE)

    tree = page(client, TREE, plan=plan.pk)
    shown = page(client, measure.get_absolute_url())
    listed = page(client, plan=plan.pk, section=flaechen.pk)
    file = client.get(reverse("measures:export"), {"stand": "2026-05-13", "plan": plan.pk})
    today = client.get(TREE, {"plan": plan.pk}).content.decode()

    for then in (tree, shown, listed):
        assert "Flächen" in then
        assert "Netze" not in then and "Neues Feld" not in then
    assert "Grundstücke sichern" in listed
    row = [cell.value for cell in load_workbook(BytesIO(file.content)).worksheets[0][5]]
    assert row[1:3] == ["Flächen", "Flächen"]
    assert "Netze" in today and "Neues Feld" in today


def test_rights_are_those_of_today(client, office, plan, measure):
    hidden = create_measure(
        values={"plan": plan, "title": "Zurückgezogen", "is_published": True}, by=office, now=MAY
    )
    save_values_as(hidden, {"is_published": False}, by=office, now=JUNE, reason="Verborgen")
    gone = create_measure(
        values={"plan": plan, "title": "Irrtum", "is_published": True}, by=office, now=MAY
    )
    delete_as(gone, by=office, now=JUNE, reason="Import rückgängig gemacht")
    # Only the office learns of it, without a link: it has no page.
    assert "Irrtum" in page(client)
    assert f"/{gone.pk}/?stand" not in page(client) + page(client, TREE, plan=plan.pk)

    client.force_login(make_user(OBSERVER))
    shown = page(client) + page(client, TREE, plan=plan.pk)

    assert "Grundstücke sichern" in shown
    assert "Zurückgezogen" not in shown
    assert "Irrtum" not in shown
    assert "Nur intern" not in page(client, measure.get_absolute_url())
    answer = client.get(hidden.get_absolute_url(), {"stand": "2026-05-13"})
    assert answer.status_code == 404


def test_day_that_cannot_be_shown_is_said_and_today_is_shown(client, office, measure):
    for typed, sentence in (
        ("04.06.2026", "Dieser Tag liegt in der Zukunft."),
        ("neulich", "Bitte geben Sie das Datum so ein: 18.06.2019."),
        ("31.02.2026", "Diesen Tag gibt es im Kalender nicht."),
    ):
        for url in (LIST, TREE, measure.get_absolute_url()):
            shown = page(client, url, stand=typed)
            assert f"Gezeigt wird der heutige Stand. {sentence}" in shown, (typed, url)
            assert f'value="{typed}"' in shown
            assert "Ankauf" in shown
        file = client.get(reverse("measures:export"), {"stand": typed})
        assert file.status_code == 302, "a file of today would pass for that day"
    today = page(client, stand="03.06.2026")
    assert "nicht der heutige" not in today
    assert "Neue Maßnahme" in today


def test_same_number_of_queries_at_every_size(
    client, office, plan, measure, django_assert_max_num_queries
):
    def count(url: str) -> int:
        with django_assert_max_num_queries(28) as counted:
            client.get(url, {"stand": "2026-05-13", "plan": plan.pk})
        return len(counted.captured_queries)

    urls = (LIST, TREE, measure.get_absolute_url(), reverse("measures:export"))
    few = [count(url) for url in urls]
    for number in range(20):
        values = {"plan": plan, "title": f"M {number}", "section": measure.section}
        other = create_measure(values=values, by=office, now=MAY)
        create_milestone(
            measure=other, values={"title": "M", "due_on": MAY.date()}, by=office, now=MAY
        )

    assert [count(url) for url in urls] == few
