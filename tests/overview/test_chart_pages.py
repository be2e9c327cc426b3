"""Timeline and Branchenbilanz as pages of their own and as parts of the start page."""

import pytest
from django.urls import reverse
from django.utils import timezone

from core.roles import OFFICE
from tests.measures.builders import make_measure, make_plan
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}


@pytest.fixture
def office(client):
    user = make_user(OFFICE)
    client.force_login(user)
    return user


def make_running(plan, count: int) -> None:
    today = timezone.localdate()
    for _number in range(count):
        make_measure(
            plan=plan,
            starts_on=today.replace(month=1, day=1),
            ends_on=today.replace(month=12, day=31),
        )


def text_of(client, name: str, **headers) -> str:
    return client.get(reverse(name), headers=headers).content.decode()


def test_the_page_shows_every_measure_that_runs(client, office, django_assert_max_num_queries):
    make_running(make_plan(), 11)

    with django_assert_max_num_queries(12):
        page = text_of(client, "timeline")

    assert page.count("timeline__name") == 11
    assert "weitere" not in page
    assert "<details open>" in page  # on phones the table is all there is
    assert "<details open>" not in text_of(client, "timeline", **FRAGMENT)


@pytest.mark.parametrize(("count", "shown", "more"), [(8, 8, ""), (11, 8, "und 3 weitere")])
def test_the_start_page_shows_the_first_and_how_many_more(client, office, count, shown, more):
    make_running(make_plan(), count)

    part = text_of(client, "timeline", **FRAGMENT)

    assert part.count("timeline__name") == shown
    assert ("weitere" in part) is bool(more)
    assert more in part
    assert (f'<a href="{reverse("timeline")}">' in part) is bool(more)


def test_what_the_page_leaves_out_is_said(client, office, monkeypatch):
    monkeypatch.setattr("measures.views.timeline.MOST", 3)
    make_running(make_plan(), 4)

    page = text_of(client, "timeline")

    assert "Gezeigt sind 3 Maßnahmen." in page
    assert f'<a href="{reverse("measures:list")}">Alle Maßnahmen als Liste</a>' in page


@pytest.mark.parametrize(
    ("name", "title"), [("timeline", "Zeitplan"), ("sector_balance", "Branchenbilanz")]
)
def test_a_page_has_its_heading_once(client, office, name, title):
    make_plan()

    page, part = text_of(client, name), text_of(client, name, **FRAGMENT)

    assert f'<h1 class="page-head__title">{title}</h1>' in page
    assert '<h2 class="card__title"' not in page
    assert part.count('<h2 class="card__title"') == 1


def test_one_measure_far_away_leaves_the_others_their_years(client, office):
    plan, year = make_plan(first_year=2018, last_year=2021), timezone.localdate().year
    make_running(plan, 1)
    make_measure(plan=plan, starts_on="1990-01-01", ends_on="2099-12-31")

    page = text_of(client, "timeline")

    assert "seit 01.01.1990" in page
    assert "bis 31.12.2099" in page
    assert f'y="14">{year}<' in page
    assert 'y="14">2050<' not in page
