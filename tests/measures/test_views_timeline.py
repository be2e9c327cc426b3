"""The timeline as a page and as a fragment of the start page."""

import datetime as dt
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from core.roles import OFFICE, ROLES
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure, make_plan
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
CARD = "timeline_card"
HTMX = {"HX-Request": "true"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def make_running_measures(plan, count: int) -> None:
    today = timezone.localdate()
    for _number in range(count):
        make_measure(
            plan=plan,
            starts_on=today.replace(month=1, day=1),
            ends_on=today.replace(month=12, day=31),
        )


def html_of(client, name: str = "timeline", **query) -> str:
    headers = HTMX if name == CARD else {}
    return client.get(reverse(name), query, headers=headers).content.decode()


def titles_shown(client, name: str = "timeline", **query) -> list[str]:
    context = client.get(reverse(name), query, headers=HTMX if name == CARD else {}).context
    return re.findall(r"<tr><td><a[^>]*>([^<]*)<", context["timeline"].table)


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_the_timeline(client, role):
    client.force_login(make_user(role))

    assert client.get(reverse("timeline")).status_code == 200


def test_page_shows_every_measure_that_runs(client, office, django_assert_max_num_queries):
    make_running_measures(make_plan(), 11)

    with django_assert_max_num_queries(14):
        page = html_of(client)

    assert page.count("timeline__name") == 11
    assert "weitere" not in page
    assert "<details open>" in page  # phones show only the table
    assert "<details open>" not in html_of(client, CARD)


@pytest.mark.parametrize(("count", "shown", "more"), [(8, 8, ""), (11, 8, "und 3 weitere")])
def test_fragment_shows_the_first_and_how_many_more(client, office, count, shown, more):
    make_running_measures(make_plan(), count)

    part = html_of(client, CARD)

    assert part.count("timeline__name") == shown
    assert ("weitere" in part) is bool(more)
    assert more in part
    assert (f'<a href="{reverse("timeline")}">' in part) is bool(more)


def test_long_timeline_has_pages(client, office):
    make_running_measures(make_plan(), 51)

    assert len(titles_shown(client)) == 50
    assert len(titles_shown(client, page="2")) == 1


def test_timeline_is_filtered_like_the_list_and_by_year(client, office):
    plan = make_plan("MPI 2030", first_year=2024, last_year=2030)
    other = make_plan("MPI 2010")
    year = dt.date(2024, 3, 1)
    make_measure(plan, "Früh", starts_on=year, ends_on=year, is_lighthouse=True)
    make_measure(plan, "Spät", starts_on=year.replace(year=2029), ends_on=year.replace(year=2030))
    make_measure(other, "Anderer Plan", starts_on=year, ends_on=year)

    assert titles_shown(client, plan=plan.pk, zeitraum="2024") == ["Früh"]
    assert titles_shown(client, plan=plan.pk, zeitraum="alle") == ["Früh", "Spät"]
    assert titles_shown(client, plan=plan.pk, lighthouse="True") == ["Früh"]
    assert titles_shown(client, plan="", zeitraum="2024") == ["Anderer Plan", "Früh"]
    page = html_of(client, plan=plan.pk, zeitraum="2024")
    assert ">Jul</text>" in page
    assert "Alle Pläne" in html_of(client, plan="", zeitraum="2024")


def test_heading_appears_once(client, office):
    make_plan()

    page, part = html_of(client), html_of(client, CARD)

    assert '<h1 class="page-head__title">Zeitplan</h1>' in page
    assert '<h2 class="card__title"' not in page
    assert part.count('<h2 class="card__title"') == 1


def test_measure_far_away_leaves_the_others_their_years(client, office):
    plan, year = make_plan(first_year=2018, last_year=2021), timezone.localdate().year
    make_running_measures(plan, 1)
    make_measure(plan=plan, starts_on="1990-01-01", ends_on="2099-12-31")

    page = html_of(client)

    assert "seit 01.01.1990" in page
    assert "bis 31.12.2099" in page
    assert f'y="14">{year}<' in page
    assert 'y="14">2050<' not in page


def test_measures_that_still_run_are_shown_however_many_are_over(client, office):
    plan, today = make_plan(), timezone.localdate()
    for number in range(33):
        day = dt.date(2001, 1, 1) + dt.timedelta(days=number)
        make_measure(plan, f"Vorbei {number}", starts_on=day, ends_on=day)
    ends_on = dt.date(today.year - 1, 1, 1)
    make_measure(plan, "Eben beendet", starts_on=dt.date(2002, 1, 1), ends_on=ends_on)
    make_measure(plan, "Läuft", starts_on=dt.date(2003, 1, 1), ends_on=today)
    make_measure(
        plan, "Länger vorbei", starts_on=dt.date(2002, 1, 1), ends_on=ends_on - dt.timedelta(days=1)
    )

    assert titles_shown(client) == ["Eben beendet", "Läuft"]


def test_fragment_of_a_plan_that_is_over_shows_its_first_measures(client, office):
    plan = make_plan()
    for number in range(9):
        day = dt.date(2001, 1, 1 + number)
        make_measure(plan, f"Vorbei {number}", starts_on=day, ends_on=day)

    assert titles_shown(client, CARD) == [f"Vorbei {number}" for number in range(8)]


def test_page_says_what_it_shows_and_explains_the_picture(client, office):
    make_running_measures(make_plan("MPI 2030"), 1)

    page = Page(html_of(client))

    year = timezone.localdate().year
    assert f"MPI 2030: Maßnahmen, die {year - 1} oder später enden" in page.text
    assert "nicht belegt Meilenstein erreichter Meilenstein heute, " in page.text


def test_page_of_a_plan_that_is_over_says_so(client, office):
    make_measure(make_plan("MPI 2010"), starts_on=dt.date(2010, 1, 1), ends_on=dt.date(2011, 1, 1))

    assert "MPI 2010: alle Maßnahmen mit einem Datum" in html_of(client)


def test_pages_of_the_timeline_count_the_measures_once(client, office):
    plan = make_plan()
    make_running_measures(plan, 51)

    assert len(titles_shown(client)) == 50
    with CaptureQueriesContext(connection) as queries:
        assert len(titles_shown(client, page=2)) == 1
    assert not any("COUNT(" in query["sql"] for query in queries)

    # As soon as a measure is added, they are counted again.
    make_running_measures(plan, 1)
    assert len(titles_shown(client, page=2)) == 2
