"""The start page by role, and the page *Branchenbilanz*."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import format_day
from core.roles import OBSERVER, OFFICE, PARTNER, ROLES, SENATOR_OFFICE
from media_visits.enums import VisitState
from tests.approvals.subjects import make_topic_approval
from tests.journeys.visitor import Page
from tests.measures.builders import make_measure, make_milestone, make_plan, make_section
from tests.media_visits.builders import make_visit
from tests.outbox.builders import make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
MANAGED_SECTORS = (OFFICE, SENATOR_OFFICE, OBSERVER)


def start_page(client, query: str = "") -> str:
    return client.get(reverse("overview") + query).content.decode()


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE, PARTNER, OBSERVER])
def test_every_role_has_a_start_page(client, role):
    client.force_login(make_user(role))

    response = client.get(reverse("overview"))

    assert response.status_code == 200
    assert "<h1" in response.content.decode()


def test_account_without_a_role_learns_whom_to_ask(client):
    client.force_login(make_user())

    assert "Ihr Konto hat zurzeit keine Aufgabe im Portal" in start_page(client)


def test_card_shows_ten_tasks_and_links_the_page_of_all(client):
    approvals = [
        make_topic_approval(due_on=dt.date(2030, 5, 20) - dt.timedelta(days=number))
        for number in range(12)
    ]
    client.force_login(make_user(SENATOR_OFFICE))
    urls = [reverse("approval", args=[approval.pk]) for approval in reversed(approvals)]

    first = Page(start_page(client))
    every = Page(client.get("/aufgaben/").content.decode())

    assert [target for _text, target in first.links if target in urls] == urls[:10]
    assert ("alle 12", "/aufgaben/") in first.links
    assert [target for _text, target in every.links if target in urls] == urls


@pytest.mark.parametrize(
    ("state", "action"),
    [(VisitState.RETURNED, "Erneut vorlegen"), (VisitState.IDEA, "Zur Freigabe vorlegen")],
)
def test_visit_to_be_submitted_waits_for_the_office(client, state, action):
    now = timezone.now()
    ahead = {"starts_at": now + dt.timedelta(days=30), "ends_at": None}
    visit = make_visit(
        state, company_text="Turbinenbau AG", title="Rundgang", submitted_at=now, **ahead
    )
    client.force_login(make_user(OFFICE))

    page = Page(start_page(client))

    words = f"{action}: Besuch bei Turbinenbau AG (Rundgang)"
    assert [target for text, target in page.links if words in text] == [visit.get_absolute_url()]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_do_not_see_what_the_office_must_do_for_a_visit(client, role):
    make_visit(VisitState.APPROVED, is_published=True, approval=False)
    client.force_login(make_user(role))

    assert client.get(reverse("overview")).context["own"]["lines"] == []


def test_overdue_milestones_of_a_field_lead_to_their_measures(client):
    plan = make_plan(first_year=2000, last_year=2999)
    placed = make_measure(plan, "Ankauf", section=make_section(plan, parent=make_section(plan)))
    unplaced = make_measure(plan, "Brachen")
    make_measure(plan, "Ohne Termin")
    for measure in (placed, unplaced):
        make_milestone(measure, due_on=timezone.localdate() - dt.timedelta(days=9))
    client.force_login(make_user(OFFICE))

    links = [url for text, url in Page(start_page(client)).links if text == "1 überfällig"]

    found = [client.get(url).context["page_obj"].object_list for url in links]
    assert [[measure.title for measure in page] for page in found] == [["Ankauf"], ["Brachen"]]


def test_alerts_link_to_the_lists_of_what_went_wrong(client):
    make_mail(state="failed")
    approval = make_topic_approval(due_on=timezone.localdate() - dt.timedelta(days=9))
    client.force_login(make_user(OFFICE))

    page = Page(start_page(client))

    targets = dict(page.links)
    assert targets["1 E-Mail ging nicht hinaus."] == "/postausgang/?state=unsolved"
    (target,) = [target for text, target in page.links if "Die Entscheidung war bis zum" in text]
    assert target == approval.path
    assert "Vorlage zurückziehen" in client.get(target).content.decode()


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_others_see_no_alerts(client, role):
    make_mail(state="failed")
    client.force_login(make_user(role))

    assert "/postausgang/" not in start_page(client)


@pytest.mark.parametrize("role", ROLES)
def test_sector_balance_is_open_to_those_who_see_it_on_the_start_page(client, role):
    client.force_login(make_user(role))
    address = reverse("sector_balance")

    is_open = role in MANAGED_SECTORS
    assert client.get(address).status_code == (200 if is_open else 403)
    assert (f'hx-get="{address}"' in start_page(client)) == is_open


def test_timeline_is_loaded_only_when_there_is_a_plan(client):
    client.force_login(make_user(OFFICE))
    before = start_page(client)

    make_plan()

    assert f'hx-get="{reverse("timeline_card")}"' not in before
    assert f'hx-get="{reverse("timeline_card")}"' in start_page(client)


def test_sector_balance_has_its_heading_once(client):
    client.force_login(make_user(OFFICE))

    page, part = (
        client.get(reverse("sector_balance"), headers=headers).content.decode()
        for headers in ({}, FRAGMENT)
    )

    assert '<h1 class="page-head__title">Branchenbilanz</h1>' in page
    assert '<h2 class="card__title"' not in page
    assert part.count('<h2 class="card__title"') == 1


def test_sector_balance_comes_without_the_page_around_it_for_the_start_page(client):
    client.force_login(make_user(OFFICE))

    fragment = client.get(reverse("sector_balance"), headers=FRAGMENT).content.decode()

    assert fragment.lstrip().startswith("<section")
    assert "<html" not in fragment


def make_visits(count: int, **fields) -> None:
    for day in range(1, count + 1):
        starts_at = dt.datetime(2030, 1, 1, 10, tzinfo=dt.UTC) + dt.timedelta(days=day)
        make_visit(VisitState.RETURNED, starts_at=starts_at, ends_at=None, **fields)


def test_all_tasks_are_paged_and_really_all_listed(client):
    office = make_user(OFFICE)
    make_visits(53, responsible=office)
    client.force_login(office)

    first, second = (client.get(f"/aufgaben/?page={number}") for number in (1, 2))

    seen = [entry.url for page in (first, second) for entry in page.context["page"].object_list]
    assert (len(seen), len(set(seen))) == (53, 53)
    assert len(first.context["page"].object_list) == 50
    assert ("alle 53", "/aufgaben/") in Page(start_page(client)).links


def test_office_sees_the_tasks_of_its_team_and_of_others_apart(client):
    office, colleague = make_user(OFFICE), make_user(OFFICE)
    make_visits(1, responsible=office)
    make_visits(2, responsible=colleague)
    for _ in range(3):
        make_topic_approval()
    client.force_login(office)

    page = Page(client.get("/aufgaben/?wer=team").content.decode())

    assert [label for label, _url, _current in client.get("/aufgaben/").context["tabs"]] == [
        "Ihre Aufgaben (1)",
        "Im Team (2)",
        "Wartet auf andere (3)",
    ]
    assert str(colleague) in page.text
    assert ("Aufgaben im Team (2)", "/aufgaben/?wer=team") in Page(start_page(client)).links


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
@pytest.mark.parametrize("who", ["team", "andere"])
def test_others_see_only_their_own_tasks(client, role, who):
    make_visits(1)
    client.force_login(make_user(role))

    response = client.get(f"/aufgaben/?wer={who}")

    assert response.status_code == 200
    assert list(response.context["page"].object_list) == []
    assert response.context["tabs"] == []


def test_quiet_start_page_shows_no_empty_counts(client):
    client.force_login(make_user(OFFICE))

    page = start_page(client)

    assert "Aufgaben im Team" not in page
    assert "Wartet auf andere" not in page
    assert "Ihnen wurde übergeben" not in page
    assert "Zurzeit wartet nichts." in page


def test_deadline_carries_its_day_and_is_marked_when_over(client):
    office = make_user(OFFICE)
    day = timezone.localdate() - dt.timedelta(days=3)
    starts_at = timezone.make_aware(dt.datetime.combine(day, dt.time(10)))
    make_visit(VisitState.RETURNED, starts_at=starts_at, ends_at=None, responsible=office)
    client.force_login(office)

    page = start_page(client)

    text = f"bis {format_day(day)}, seit 3 Tagen überfällig"
    assert f'<time class="due due--over" datetime="{day.isoformat()}">{text}</time>' in page
