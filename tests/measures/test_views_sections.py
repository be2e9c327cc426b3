"""The page of a section, and the office's forms of the tree."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.models import PlanSection
from tests.journeys.visitor import Page, Visitor
from tests.measures.builders import make_measure, make_plan, make_section
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return make_user(OFFICE)


@pytest.fixture
def plan():
    return make_plan("Plan A", levels=["Feld", "Cluster", "Ziel"])


def test_page_shows_place_source_and_what_is_below(client, office, plan):
    client.force_login(office)
    field = make_section(plan, "Rahmen", code="3", page=12)
    section = make_section(plan, "Flächen", field, code="C 1", page=34)
    below = make_section(plan, "Ankauf", section, level="Ziel")
    make_measure(plan, section=below)
    make_measure(plan, section=section, is_published=False)
    later = make_section(make_plan("Plan B", is_published=False), "Netze", predecessor=section)

    page = Page(client.get(section.get_absolute_url()).content.decode())

    assert "2 Maßnahmen in diesem Abschnitt" in page.text
    for label, url in (
        ("Rahmen", field.get_absolute_url()),
        ("Ankauf", below.get_absolute_url()),
        ("Netze", later.get_absolute_url()),
        ("2 Maßnahmen in diesem Abschnitt", f"/massnahmen/?plan={plan.pk}&section={section.pk}"),
    ):
        assert (label, url) in page.links
    assert "Plan A, S. 34" in page.text
    assert "Netze , Plan B" in page.text


@pytest.mark.parametrize(
    ("role", "count"), [(SENATOR_OFFICE, "2 Maßnahmen"), (OBSERVER, "1 Maßnahme "), (PARTNER, "1")]
)
def test_others_read_what_is_published_and_change_nothing(client, plan, role, count):
    client.force_login(make_user(role))
    section = make_section(plan, "Flächen")
    make_measure(plan, section=section)
    make_measure(plan, section=section, is_published=False)
    hidden = make_section(make_plan(is_published=False), "Netze", predecessor=section)

    page = Page(client.get(section.get_absolute_url()).content.decode())

    assert count in page.text
    assert ("Netze" in page.text) == (role == SENATOR_OFFICE)
    assert "Bearbeiten" not in page.text and "hinzufügen" not in page.text
    for name in ("section_edit", "section_delete"):
        assert client.get(reverse(f"measures:{name}", args=[section.pk])).status_code == 403
    assert client.get(reverse("measures:section_add", args=[plan.pk])).status_code == 403
    expected = 200 if role == SENATOR_OFFICE else 404
    assert client.get(hidden.get_absolute_url()).status_code == expected


def test_office_adds_moves_and_deletes_a_section(office, plan):
    field, other = make_section(plan, "Rahmen"), make_section(plan, "Innovation")
    visitor = Visitor(office)

    visitor.open(f"/massnahmen/baum/?plan={plan.pk}").follow("Zum Abschnitt Rahmen")
    visitor.follow("Abschnitt hinzufügen").press("Speichern", code="C 1", title="Flächen")
    section = PlanSection.objects.get(title="Flächen")
    added = visitor.text
    visitor.follow("Bearbeiten").press("Speichern", parent=str(other.pk), title="Netze")
    moved = visitor.text
    visitor.follow("Abschnitt löschen").press("Abschnitt löschen")

    assert (section.parent, section.level, section.code) == (field, "Cluster", "C 1")
    assert "Der Abschnitt ist angelegt." in added
    assert "übergeordneter Abschnitt: Rahmen → Innovation" in moved
    assert "Titel: Flächen → Netze" in moved
    assert "Der Abschnitt ist gelöscht." in visitor.text
    assert sorted(plan.sections.values_list("title", flat=True)) == ["Innovation", "Rahmen"]


def test_form_offers_no_place_below_the_section_and_keeps_what_was_typed(client, office, plan):
    client.force_login(office)
    section = make_section(plan, "Flächen")
    make_section(plan, "Darunter", section)
    make_section(make_plan("Plan B"), "Fremd")
    url = reverse("measures:section_edit", args=[section.pk])

    shown = client.get(url).content.decode()
    refused = client.post(url, {"level": "Ziel", "code": "", "title": "Getippt", "position": "1"})

    assert "Darunter</option>" not in shown and "Fremd" not in shown
    assert "„Cluster“ steht in diesem Plan nicht unter „Ziel“" in refused.content.decode()
    assert 'value="Getippt"' in refused.content.decode()
    section.refresh_from_db()
    assert section.title == "Flächen"


def test_plan_without_levels_asks_for_them_first(client, office):
    client.force_login(office)
    plan = make_plan(levels=[])

    response = client.get(reverse("measures:section_add", args=[plan.pk]), follow=True)

    assert response.redirect_chain == [(reverse("measures:plan_edit", args=[plan.pk]), 302)]
    assert "nennen Sie zuerst die Gliederungsebenen" in response.content.decode()


def test_section_that_is_not_empty_is_not_offered_for_deletion(client, office, plan):
    client.force_login(office)
    section = make_section(plan)
    make_measure(plan, section=section)

    response = client.get(reverse("measures:section_delete", args=[section.pk]), follow=True)

    assert response.redirect_chain == [(section.get_absolute_url(), 302)]
    assert "gehören noch Maßnahmen oder Abschnitte" in response.content.decode()


def test_page_needs_the_same_queries_for_1_and_20_sections(client, office, plan):
    client.force_login(office)
    section = make_section(plan)
    client.get(section.get_absolute_url())
    counts = []
    for count in (1, 20):
        for _number in range(count):
            below = make_section(plan, parent=section)
            make_measure(plan, section=below)
            make_section(make_plan(), predecessor=section)
        with CaptureQueriesContext(connection) as queries:
            client.get(section.get_absolute_url())
        counts.append(len(queries))

    assert counts[0] == counts[1] <= 15
