import datetime as dt
from urllib.parse import urlencode

import pytest
from django.urls import reverse
from django.utils import timezone

from core.dates import local_date
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from measures.enums import ReportState, RoundState
from measures.models import StatusReport
from tests.confirming import as_shown
from tests.measures.builders import (
    make_indicator,
    make_measure,
    make_milestone,
    make_plan,
    make_project,
    make_report,
    make_round,
    make_section,
    make_target,
    make_value,
)
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes, stored_values

pytestmark = pytest.mark.django_db
EVERYONE = (OFFICE, SENATOR_OFFICE, OBSERVER, PARTNER)
OFFICE_ONLY = (OFFICE,)
# URL name → its object, roles that get 200, roles that get 404 (all others get 403).
PAGES = [
    ("list", None, EVERYONE, ()),
    ("export", None, EVERYONE, ()),
    ("tree", None, EVERYONE, ()),
    ("plans", None, EVERYONE, ()),
    ("section", "section", EVERYONE, ()),
    ("section", "hidden_section", (OFFICE, SENATOR_OFFICE), (OBSERVER, PARTNER)),
    ("section_add", "plan", OFFICE_ONLY, ()),
    ("section_edit", "section", OFFICE_ONLY, ()),
    ("section_edit", "hidden_section", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("section_delete", "section", OFFICE_ONLY, ()),
    ("section_delete", "hidden_section", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("outside", None, EVERYONE, ()),
    ("project_add_outside", None, OFFICE_ONLY, ()),
    ("create", None, OFFICE_ONLY, ()),
    ("measure", "measure", EVERYONE, ()),
    ("measure", "hidden", (OFFICE, SENATOR_OFFICE), (OBSERVER, PARTNER)),
    ("edit", "measure", OFFICE_ONLY, ()),
    ("edit", "hidden", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("write_report", "measure", OFFICE_ONLY, ()),
    ("write_report", "hidden", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("milestone_add", "measure", OFFICE_ONLY, ()),
    ("milestone_add", "hidden", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("project_add", "measure", OFFICE_ONLY, ()),
    ("milestone_edit", "milestone", OFFICE_ONLY, ()),
    ("milestone_edit", "hidden_milestone", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("milestone_delete", "milestone", OFFICE_ONLY, ()),
    ("requirements", "milestone", OFFICE_ONLY, ()),
    ("indicator_add", "measure", OFFICE_ONLY, ()),
    ("indicator", "indicator", EVERYONE, ()),
    ("indicator", "hidden_indicator", (OFFICE, SENATOR_OFFICE), (OBSERVER, PARTNER)),
    ("indicator_edit", "indicator", OFFICE_ONLY, ()),
    ("indicator_end", "indicator", OFFICE_ONLY, ()),
    ("indicator_delete", "indicator", OFFICE_ONLY, ()),
    ("target_add", "indicator", OFFICE_ONLY, ()),
    ("value_add", "indicator", OFFICE_ONLY, ()),
    ("values_paste", "indicator", OFFICE_ONLY, ()),
    ("target_edit", "target", OFFICE_ONLY, ()),
    ("target_delete", "target", OFFICE_ONLY, ()),
    ("value_edit", "value", OFFICE_ONLY, ()),
    ("value_delete", "hidden_value", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("requirements", "hidden_milestone", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("project", "project", EVERYONE, ()),
    ("project", "hidden_project", (OFFICE, SENATOR_OFFICE), (OBSERVER, PARTNER)),
    ("project_edit", "project", OFFICE_ONLY, ()),
    ("report", "accepted", EVERYONE, ()),
    ("report", "submitted", (OFFICE, SENATOR_OFFICE), (OBSERVER, PARTNER)),
    ("report", "draft", OFFICE_ONLY, (SENATOR_OFFICE, OBSERVER, PARTNER)),
    ("report_return", "submitted", OFFICE_ONLY, (OBSERVER, PARTNER)),
    ("rounds", None, EVERYONE, ()),
    ("round_create", None, OFFICE_ONLY, ()),
    ("round", "round", EVERYONE, ()),
    ("round", "planned", OFFICE_ONLY, (SENATOR_OFFICE, OBSERVER, PARTNER)),
    ("round_edit", "round", OFFICE_ONLY, ()),
    ("round_open", "planned", OFFICE_ONLY, (SENATOR_OFFICE, OBSERVER, PARTNER)),
    ("round_close", "round", OFFICE_ONLY, ()),
]
BUTTONS = [
    ("milestone_done", "milestone", ()),
    ("milestone_reopen", "reached", ()),
    ("indicator_reopen", "ended", ()),
    ("report_accept", "submitted", (OBSERVER, PARTNER)),
]


@pytest.fixture
def objects():
    plan = make_plan()
    measure = make_measure(plan)
    hidden = make_measure(plan, is_published=False)
    indicator, hidden_indicator = make_indicator(measure), make_indicator(hidden)
    return {
        "plan": plan,
        "section": make_section(plan),
        "hidden_section": make_section(make_plan(is_published=False)),
        "indicator": indicator,
        "hidden_indicator": hidden_indicator,
        "ended": make_indicator(
            measure, ended_on=dt.date(2026, 1, 1), ended_reason="Erhebung eingestellt"
        ),
        "target": make_target(indicator, "2026-12-31", "5"),
        "value": make_value(indicator, "2024", "4"),
        "hidden_value": make_value(hidden_indicator, "2024", "4"),
        "measure": measure,
        "hidden": hidden,
        "milestone": make_milestone(measure),
        "reached": make_milestone(measure, done_on=dt.date(2026, 1, 1)),
        "hidden_milestone": make_milestone(hidden),
        "project": make_project(measure=measure),
        "hidden_project": make_project(measure=hidden),
        "accepted": make_report(measure, ReportState.ACCEPTED),
        "submitted": make_report(measure),
        "draft": make_report(make_measure(plan), ReportState.DRAFT),
        "round": make_round(plan),
        # In another plan, because that of the open round can have no second one.
        "planned": make_round(
            make_plan(), state=RoundState.PLANNED, due_on=local_date(timezone.now())
        ),
    }


def address(name, key, objects) -> str:
    return reverse(f"measures:{name}", args=[objects[key].pk] if key else [])


def button_of(name, key, objects) -> str:
    """Return the address of a button as a page shows it."""
    obj, url = objects[key], address(name, key, objects)
    if not isinstance(obj, StatusReport):
        return as_shown(url, obj)
    return f"{as_shown(url, obj.measure, obj)}&{urlencode({'eingereicht': obj.submission})}"


def expected_status(role, allowed, not_found_for) -> int:
    if role in allowed:
        return 200
    return 404 if role in not_found_for else 403


@pytest.mark.parametrize("role", EVERYONE)
def test_pages_answer_each_role_as_listed(client, objects, role):
    client.force_login(make_user(role))

    answers = {
        (name, key): client.get(address(name, key, objects)).status_code
        for name, key, _allowed, _not_found_for in PAGES
    }

    assert answers == {
        (name, key): expected_status(role, allowed, not_found_for)
        for name, key, allowed, not_found_for in PAGES
    }


def test_signed_out_visitors_are_sent_to_the_sign_in_page(client, objects):
    for name, key, _allowed, _not_found_for in PAGES:
        response = client.get(address(name, key, objects))

        assert response.status_code == 302, name
        assert response["Location"].startswith(reverse("account_login")), name


def test_unknown_objects_are_not_found(client):
    client.force_login(make_user(OFFICE))
    names = [name for name, key, _allowed, _not_found_for in PAGES if key]

    answers = {
        name: client.get(reverse(f"measures:{name}", args=[987_654])).status_code for name in names
    }

    assert answers == dict.fromkeys(names, 404)


@pytest.mark.parametrize(("name", "key", "not_found_for"), BUTTONS)
def test_button_works_for_the_office(client, objects, name, key, not_found_for):
    client.force_login(make_user(OFFICE))
    before = stored_values(objects[key])

    response = client.post(button_of(name, key, objects))

    assert response.status_code == 302
    assert stored_values(objects[key]) != before


@pytest.mark.parametrize(("name", "key", "not_found_for"), BUTTONS)
@pytest.mark.parametrize("role", [SENATOR_OFFICE, OBSERVER, PARTNER])
def test_button_is_denied_to_all_others(client, objects, role, name, key, not_found_for):
    client.force_login(make_user(role))

    with nothing_changes(objects[key]):
        response = client.post(button_of(name, key, objects))

    assert response.status_code == expected_status(role, (), not_found_for)


@pytest.mark.parametrize(("name", "key", "not_found_for"), BUTTONS)
def test_opening_a_button_changes_nothing(client, objects, name, key, not_found_for):
    client.force_login(make_user(OFFICE))

    with nothing_changes(objects[key]):
        response = client.get(button_of(name, key, objects))

    # Accepting a report shows its mails first.
    assert response.status_code == (200 if name == "report_accept" else 405)
