"""The start page: what waits for whom, by role."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.queries import waiting_approvals
from core.dates import format_date
from core.roles import OBSERVER, OFFICE, PARTNER, ROLES, SENATOR_OFFICE
from media_visits.enums import VisitState
from media_visits.progress import waiting_for_office
from media_visits.queries import upcoming_visits, visits_in_motion
from overview.views import mail_trouble, overdue_approvals, waiting_lines
from tests.approvals.requests import make_topic_approval
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure, make_plan
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER])
def test_every_role_has_a_start_page(client, role):
    client.force_login(make_user(role))

    response = client.get(reverse("overview"))

    assert response.status_code == 200
    assert "<h1" in response.content.decode()


def test_account_without_a_role_is_told_whom_to_ask(client):
    client.force_login(make_user())

    assert (
        "Ihr Konto hat zurzeit keine Aufgabe im Portal"
        in client.get(reverse("overview")).content.decode()
    )


def test_open_approval_waits_for_the_senators_office_on_both_start_pages():
    make_user(SENATOR_OFFICE)
    approval = make_topic_approval()

    for role in (OFFICE, SENATOR_OFFICE):
        lines = waiting_lines(make_user(role), timezone.now(), [])
        assert ("Büro der Senatorin", reverse("approval", args=[approval.pk])) in [
            (x.who, x.url) for x in lines
        ]


@pytest.mark.parametrize(
    ("state", "action"),
    [(VisitState.RETURNED, "Erneut vorlegen"), (VisitState.IDEA, "Zur Freigabe vorlegen")],
)
def test_visit_that_fell_back_waits_for_the_office(client, state, action):
    visit = make_visit(
        state, company_text="Turbinenbau AG", title="Rundgang", submitted_at=timezone.now()
    )
    client.force_login(make_user(OFFICE))

    page = Page(client.get(reverse("overview")).content.decode())

    words = f"{action}: Besuch bei Turbinenbau AG (Rundgang)"
    assert [target for text, target in page.links if words in text] == [visit.get_absolute_url()]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_what_the_office_must_do_for_a_visit_is_not_said_to_others(client, role):
    make_visit(VisitState.APPROVED, is_published=True, approval=False)
    client.force_login(make_user(role))

    assert client.get(reverse("overview")).context["waiting"] == []


@pytest.mark.parametrize("count", [1, 3])
def test_visits_cost_one_query_of_the_start_page(client, count, django_assert_num_queries):
    for state in [VisitState.RETURNED, VisitState.APPROVED, VisitState.HELD][:count]:
        make_visit(state, approval=False)
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(1):
        visits = visits_in_motion(office)
        assert len(waiting_for_office(visits, timezone.localdate())) == count
        upcoming_visits(visits, timezone.localdate())


def test_partner_does_not_see_what_waits_for_the_house():
    make_topic_approval()

    assert waiting_lines(make_user(PARTNER), timezone.now(), []) == []


def failed_and_late(now):
    make_mail(state="failed")
    make_mail(state="expired")
    make_mail(state="failed", settled_at=now)
    make_mail(due_at=now - dt.timedelta(minutes=20), expires_at=now + dt.timedelta(days=1))
    make_mail(due_at=now - dt.timedelta(minutes=10), expires_at=now + dt.timedelta(days=1))


def test_tile_tells_the_office_of_failed_and_late_mail(client):
    failed_and_late(timezone.now())
    client.force_login(make_user(OFFICE))

    page = Page(client.get(reverse("overview")).content.decode())

    tile = {words: target for words, target in page.links if "/postausgang/?" in target}
    assert list(tile.values()) == ["/postausgang/?state=unsolved", "/postausgang/?state=late"]
    assert "2 E-Mails gingen nicht hinaus." in tile
    assert any(words.startswith("1 E-Mail ist verspätet, fällig seit ") for words in tile)


def test_tile_names_the_number_that_its_list_shows(client):
    failed_and_late(timezone.now())
    client.force_login(make_user(OFFICE))

    counts = [
        client.get(f"/postausgang/?state={state}").context["count"]
        for state in ("unsolved", "late")
    ]

    assert counts == [2, 1]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_tile_is_the_offices_own(client, role):
    failed_and_late(timezone.now())
    client.force_login(make_user(role))

    assert "/postausgang/" not in client.get(reverse("overview")).content.decode()


def test_no_tile_while_all_is_well(client, django_assert_num_queries):
    make_mail(state="failed", settled_at=timezone.now())
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(1):
        assert mail_trouble(office, timezone.now()) == []


def test_oldest_deadline_stands_first(client):
    late = make_topic_approval(due_on=dt.date(2030, 5, 20))
    early = make_topic_approval(due_on=dt.date(2030, 5, 10))
    client.force_login(make_user(SENATOR_OFFICE))

    page = client.get(reverse("overview")).content.decode()

    assert page.index(reverse("approval", args=[early.pk])) < page.index(
        reverse("approval", args=[late.pk])
    )


@pytest.mark.parametrize(
    ("name", "roles"), [("timeline", ROLES), ("sector_balance", (OFFICE, SENATOR_OFFICE, OBSERVER))]
)
@pytest.mark.parametrize("role", ROLES)
def test_charts_open_for_those_who_see_them_on_the_start_page(client, name, roles, role):
    client.force_login(make_user(role))

    page = client.get(reverse("overview")).content.decode()

    status = 200 if role in roles else 403
    assert client.get(reverse(name)).status_code == status
    assert (f'hx-get="{reverse(name)}"' in page) == (role in roles and name == "sector_balance")


def test_timeline_shows_what_still_runs_however_much_is_over(client):
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
    client.force_login(make_user(OFFICE))

    rows = client.get(reverse("timeline")).context["timeline"].rows

    assert [row.measure.title for row in rows] == ["Eben beendet", "Läuft"]


def test_timeline_of_a_plan_that_is_over_shows_its_first_measures(client):
    plan = make_plan()
    for number in range(9):
        day = dt.date(2001, 1, 1 + number)
        make_measure(plan, f"Vorbei {number}", starts_on=day, ends_on=day)
    client.force_login(make_user(OFFICE))

    rows = client.get(reverse("timeline"), headers={"HX-Request": "true"}).context["timeline"].rows

    assert [row.measure.title for row in rows] == [f"Vorbei {number}" for number in range(8)]


def test_chart_comes_without_the_shell_for_the_start_page(client):
    client.force_login(make_user(OFFICE))

    fragment = client.get(
        reverse("sector_balance"), headers={"HX-Request": "true"}
    ).content.decode()

    assert fragment.lstrip().startswith("<section")
    assert "<html" not in fragment


def test_tile_tells_the_office_of_overdue_decisions(client):
    today = timezone.localdate()
    for days in (1, 9):
        make_topic_approval(due_on=today - dt.timedelta(days=days))
    make_topic_approval(due_on=today)
    client.force_login(make_user(OFFICE))

    page = Page(client.get(reverse("overview")).content.decode())

    day = format_date(today - dt.timedelta(days=9))
    words = f"2 Entscheidungen sind überfällig, die älteste war bis zum {day} erbeten."
    assert (words, reverse("approvals_desk")) in page.links


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_tile_of_overdue_decisions_is_the_offices_own(client, role):
    make_topic_approval(due_on=timezone.localdate() - dt.timedelta(days=9))
    client.force_login(make_user(role))

    assert client.get(reverse("overview")).context["overdue"] == ""


def test_tile_of_overdue_decisions_reads_what_waits_only_once(django_assert_num_queries):
    make_topic_approval(due_on=timezone.localdate() - dt.timedelta(days=9))
    office = make_user(OFFICE)
    assert office.roles

    with django_assert_num_queries(1):
        assert waiting_approvals(office)
        assert overdue_approvals(office, timezone.localdate()).startswith(
            "1 Entscheidung ist überfällig"
        )
