"""Plans side by side, what became of their measures, and the pages of the Fortschreibung."""

import re
from io import BytesIO

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from openpyxl import load_workbook

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import Continuation, Measure, Plan
from tests.measures.builders import (
    make_continuation,
    make_measure,
    make_plan,
    make_project,
    make_section,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


@pytest.fixture
def old():
    return make_plan("Plan A", levels=["Feld", "Cluster"], position=1, first_year=2018)


@pytest.fixture
def new(old):
    return make_plan("Plan B", is_published=False, predecessor=old, position=2)


def text_of(response) -> str:
    return response.content.decode()


def shown(client, name: str, plan: Plan, query: str = "") -> str:
    return text_of(client.get(reverse(f"measures:{name}", args=[plan.pk]) + query))


def decide_url(plan: Plan, action: str, *measures: Measure, more: str = "") -> str:
    ticks = "&".join(f"massnahme={measure.pk}" for measure in measures)
    return reverse("measures:decide", args=[plan.pk, action]) + f"?{ticks}{more}"


def version_on(client, url: str) -> str:
    return re.search(r'name="version" value="([\w-]+)"', text_of(client.get(url)))[1]


def post(client, url: str, **data):
    return client.post(url, {"version": version_on(client, url), **data}, follow=True)


@pytest.mark.parametrize(
    ("role", "statuses"),
    [
        (OFFICE, (200, 200, 200, 200, 200, 200)),
        (SENATOR_OFFICE, (200, 200, 200, 403, 403, 403)),
        (OBSERVER, (200, 200, 404, 404, 403, 404)),
        (PARTNER, (200, 200, 404, 404, 403, 404)),
    ],
)
def test_pages_answer_each_role_as_listed(client, old, new, role, statuses):
    client.force_login(make_user(role))
    measure = make_measure(old)
    addresses = (
        reverse("measures:plans"),
        reverse("measures:outcomes", args=[old.pk]),
        reverse("measures:outcomes", args=[new.pk]),
        reverse("measures:continuation", args=[new.pk]),
        reverse("measures:plan_edit", args=[old.pk]),
        decide_url(new, "beenden", measure),
    )

    assert tuple(client.get(address).status_code for address in addresses) == statuses


def test_plans_stand_side_by_side_with_their_own_levels(client, office, old):
    Plan.objects.filter(pk=old.pk).update(sources=["https://example.org/plan.pdf"])
    section = make_section(old)
    make_project(measure=make_measure(old, section=section, phase="running"))
    make_project(plan=old)

    text = text_of(client.get(reverse("measures:plans")))

    assert "Feld → Cluster" in text
    assert "ab 2018" in text
    cells = re.findall(r'<td class="number" data-label="(\w+)">(\d+)</td>', text)
    assert cells == [("Abschnitte", "1"), ("Maßnahmen", "1"), ("Projekte", "2")]
    assert '<a href="https://example.org/plan.pdf"' in text


def test_what_became_of_each_measure_stands_on_one_page(client, office, old, new):
    ended, split, still_open = (make_measure(old, title=title) for title in ("A", "B", "C"))
    make_continuation(ended, plan=new, reason="Ziel erreicht.")
    make_continuation(split, make_measure(new, title="B 1"), make_measure(new, title="B 2"))

    text = shown(client, "outcomes", old)

    assert "Was wurde aus Plan A" in text
    assert "2 von 3 Maßnahmen" in text
    assert "beendet (Plan B): Ziel erreicht." in text
    assert re.search(r"aufgeteilt in <a [^>]*>B 1</a>, <a [^>]*>B 2</a> \(Plan B\)", text)
    assert f'<a href="{still_open.get_absolute_url()}">C</a>' in text
    only_open = shown(client, "outcomes", old, "?verbleib=offen")
    assert (">C</a>" in only_open, ">A</a>" in only_open) == (True, False)
    assert ">A</a>" in shown(client, "outcomes", old, "?verbleib=ended")
    origins = shown(client, "outcomes", new)
    assert re.search(r"<a [^>]*>B</a> \(Plan A, aufgeteilt\)", origins)


@pytest.mark.parametrize("role", [OBSERVER, PARTNER])
def test_decisions_are_hidden_until_the_new_plan_is_published(client, old, new, role):
    client.force_login(make_user(role))
    make_continuation(make_measure(old), plan=new, reason="Noch geheim.")
    make_continuation(make_measure(old), make_measure(new, title="Auch geheim"))

    before = (
        shown(client, "outcomes", old),
        client.get(f"/massnahmen/plaene/{old.pk}/verbleib.xlsx"),
    )
    Plan.objects.update(is_published=True)

    assert "geheim" not in before[0]
    assert "geheim" not in str(
        list(load_workbook(BytesIO(before[1].content)).active.iter_rows(values_only=True))
    )
    assert "Noch geheim." in shown(client, "outcomes", old)


def test_unpublished_successor_is_not_named_to_partners(client, old, new):
    client.force_login(make_user(PARTNER))
    Plan.objects.update(is_published=True)
    make_continuation(make_measure(old), make_measure(new, title="Intern", is_published=False))

    text = shown(client, "outcomes", old)

    assert "fortgeführt (Plan B)" in text
    assert "Intern" not in text


def test_export_has_a_row_for_each_outcome(client, office, old, new):
    section = make_section(old, "Flächen")
    measure = make_measure(old, title="Ankauf", code="C 1", section=section, lead_text="Bezirk")
    make_continuation(measure, make_measure(new, title="Teil 1"), make_measure(new, title="Teil 2"))

    response = client.get(reverse("measures:outcomes_export", args=[old.pk]))

    rows = list(load_workbook(BytesIO(response.content)).active.iter_rows(values_only=True))
    # Excel stores an empty text as an empty cell.
    assert dict(zip(rows[3], rows[4], strict=True)) == {
        "Plan": "Plan A",
        "Kennung": "C 1",
        "Maßnahme": "Ankauf",
        "Abschnitt": "Flächen",
        "Federführung": "Bezirk",
        "Phase": None,
        "Stand vom": None,
        "Hervorgegangen aus": None,
        "Verbleib": "aufgeteilt",
        "in Plan": "Plan B",
        "Maßnahmen dort": "Teil 1\nTeil 2",
        "Grund": None,
        "entschieden am": None,
        "Herkunft": "im Portal erfasst",
    }


def test_office_starts_the_next_plan(client, office, old):
    make_section(old, "Flächen")
    url = reverse("measures:plan_continue", args=[old.pk])
    data = {"title": "Der nächste", "short_title": "Plan B", "first_year": "2022"}

    wrong = client.post(url, data | {"last_year": "2020", "levels": "Feld\n\nCluster"})
    slip = client.post(url, data | {"last_year": "20260", "levels": "Feld"})
    response = client.post(url, data | {"levels": " Ziel \nZiel\nThema", "copy_sections": "on"})

    assert "Das Ende liegt vor dem Beginn." in text_of(wrong)
    assert "Bitte prüfen Sie das Jahr." in text_of(slip)
    plan = Plan.objects.get(title="Der nächste")
    assert response["Location"] == reverse("measures:continuation", args=[plan.pk])
    assert (plan.levels, plan.predecessor) == (["Ziel", "Thema"], old)
    assert [section.level for section in plan.sections.all()] == ["Ziel"]
    assert client.get(url)["Location"] == reverse("measures:plans")


def test_office_changes_a_plan(client, office, old):
    url = reverse("measures:plan_edit", args=[old.pk])
    data = {"title": "Neuer Titel", "short_title": "Plan A", "levels": "Feld\nCluster"}

    response = post(client, url, **data, is_published="on")
    stale = client.post(url, data | {"version": "x", "title": "Zu spät"})

    assert "Der Plan ist gespeichert." in text_of(response)
    assert Plan.objects.get().title == "Neuer Titel"
    assert "Zu spät" in text_of(stale)


def test_ticked_measures_are_continued_and_the_filters_stay(client, office, old, new):
    first, second = make_measure(old, title="A"), make_measure(old, title="B")
    url = decide_url(new, "fortfuehren", first, second, more="&phase=unknown&auswahl=1")

    response = post(client, url)

    back = reverse("measures:continuation", args=[new.pk]) + "?phase=unknown"
    assert response.redirect_chain == [(back, 302)]
    assert "2 Maßnahmen fortgeführt." in text_of(response)
    assert "Noch offen: 0 von 2 Maßnahmen aus Plan A." in text_of(response)
    assert sorted(new.measures.values_list("title", flat=True)) == ["A", "B"]


def test_form_of_a_decision_keeps_what_was_typed(client, office, old, new):
    measure = make_measure(old, title="A")
    url = decide_url(new, "aufteilen", measure)

    assert "Kontakte kommen mit, außer denen, die nicht mehr aktiv sind." in text_of(
        client.get(url)
    )
    assert "Kontakte kommen mit" not in text_of(client.get(decide_url(new, "beenden", measure)))
    refused = post(client, url, titles="Nur ein Teil")
    response = post(client, url, titles="Teil 1\nTeil 2")

    assert "Nur ein Teil" in text_of(refused)
    assert "Zum Aufteilen gehören mindestens zwei Maßnahmen" in text_of(refused)
    assert "1 Maßnahme aufgeteilt." in text_of(response)
    assert new.measures.count() == 2


def test_stale_page_decides_nothing(client, office, old, new):
    measure = make_measure(old, title="A")
    url = decide_url(new, "beenden", measure)
    version = version_on(client, url)
    Measure.objects.filter(pk=measure.pk).update(title="Umbenannt")

    response = client.post(url, {"version": version, "reason": "Getippter Grund"})

    assert "inzwischen geändert" in text_of(response)
    assert "Getippter Grund" in text_of(response)
    assert not Continuation.objects.exists()


def test_nothing_ticked_and_several_to_split_are_sent_back(client, office, old, new):
    first, second = make_measure(old), make_measure(old)
    back = reverse("measures:continuation", args=[new.pk])

    nothing = client.get(decide_url(new, "beenden"), follow=True)
    several = client.get(decide_url(new, "aufteilen", first, second), follow=True)

    assert nothing.redirect_chain == several.redirect_chain == [(back, 302)]
    assert "Bitte kreuzen Sie an" in text_of(nothing)
    assert "eine Maßnahme nach der anderen" in text_of(several)
    assert client.get(decide_url(new, "vergessen", first)).status_code == 404


def test_decision_is_undone_from_its_row(client, office, old, new):
    measure = make_measure(old, title="A")
    post(client, decide_url(new, "fortfuehren", measure))
    page = shown(client, "continuation", new)
    button = re.search(r'action="(/massnahmen/verbleib/[^"]+)"', page)[1]

    response = client.post(button, follow=True)

    assert "Die Entscheidung ist zurückgenommen." in text_of(response)
    assert not Continuation.objects.exists()
    assert not new.measures.exists()
    Plan.objects.update(is_published=True)
    make_continuation(measure, plan=new)
    assert "/massnahmen/verbleib/" not in shown(client, "continuation", new)


def test_measures_of_any_other_plan_can_be_decided_on(client, office, new):
    oldest = make_plan("Plan 0")
    make_measure(oldest, title="Aus dem ältesten")

    assert "Aus dem ältesten" not in shown(client, "continuation", new)
    assert "Aus dem ältesten" in shown(client, "continuation", new, f"?bisher={oldest.pk}")


@pytest.mark.parametrize("name", ["outcomes", "outcomes_export", "continuation", "plans"])
def test_pages_need_the_same_queries_for_1_and_20_measures(client, office, old, new, name):
    url = reverse(f"measures:{name}", args=[] if name == "plans" else [new.pk])
    counts = []
    for count in (1, 20):
        for _number in range(count):
            origin = make_measure(make_plan())
            successor = make_measure(new, section=make_section(new, level="Feld"))
            make_continuation(origin, successor)
            make_continuation(make_measure(old), make_measure(new))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(url).status_code == 200
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 20


def test_ticked_measures_already_decided_are_named_instead_of_asked_about(client, office, old, new):
    first, second = make_measure(old, title="A"), make_measure(old, title="B")
    post(client, decide_url(new, "fortfuehren", first))

    asked = client.get(decide_url(new, "beenden", first, second), follow=True)

    assert asked.redirect_chain == [(reverse("measures:continuation", args=[new.pk]), 302)]
    assert "Darüber ist schon entschieden: „A“. Bitte kreuzen Sie nur Maßnahmen" in text_of(asked)


def test_measures_already_decided_have_no_box(client, office, old, new):
    first, second = make_measure(old, title="A"), make_measure(old, title="B")
    post(client, decide_url(new, "fortfuehren", first))

    page = shown(client, "continuation", new)

    assert re.findall(r'name="massnahme" value="(\d+)"', page) == [str(second.pk)]


def test_runtime_outside_the_new_plan_is_named_and_left_out(client, office, old):
    new = make_plan("Plan B", is_published=False, predecessor=old, first_year=2022, last_year=2026)
    past = make_measure(old, title="A", runtime="2018–2021")
    running = make_measure(old, title="B", runtime="laufend seit 2018")
    url = decide_url(new, "fortfuehren", past, running)

    asked = text_of(client.get(url))
    post(client, url)

    assert (
        "A: Die Laufzeit „2018–2021“ liegt außerhalb des neuen Plans (2022–2026). Eine neue "
        "Maßnahme beginnt ohne Laufzeit; bitte tragen Sie sie dort ein." in asked
    )
    assert asked.count("liegt außerhalb des neuen Plans") == 1
    assert "liegt außerhalb" not in text_of(client.get(decide_url(new, "beenden", past)))
    assert list(new.measures.order_by("title").values_list("title", "runtime")) == [
        ("A", ""),
        ("B", "laufend seit 2018"),
    ]
