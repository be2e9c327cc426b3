"""Decisions that come too late or from the wrong user are refused, and the input is kept."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from approvals.registry import Change
from approvals.services import lapse_changed_approvals
from core.dates import format_moment
from core.roles import OFFICE, SENATOR_OFFICE
from dialogues.models import Topic
from partners.models import Deputy, User
from partners.services import end_deputy
from tests.approvals.builders import make_deputy
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db
ROWS = {"counter_date-TOTAL_FORMS": "3", "counter_date-INITIAL_FORMS": "0"}
DATE = {
    "counter_date-0-day": "2030-05-06",
    "counter_date-0-begins": "14:00",
    "counter_date-0-ends": "",
}


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def decide_url(approval):
    return reverse("approval_decide", args=[approval.pk])


def post(client, approval, verdict, **values):
    return client.post(decide_url(approval), {"verdict": verdict, "confirmed": "1"} | values)


def submit_days_ago(approval, days):
    ApprovalRequest.objects.filter(pk=approval.pk).update(
        submitted_at=timezone.now() - dt.timedelta(days=days)
    )


def make_limited_deputy(principal):
    """Return a deputy as `make_deputy` does, limited to visits, for today."""
    today, deputy = (
        timezone.localdate(),
        User.objects.filter(email="vertretung@example.org").first(),
    )
    return make_deputy(principal, deputy=deputy, kinds=["visit"], starts_on=today, ends_on=today)


def test_second_decision_names_the_first_decider(client, senator):
    approval = make_topic_approval()
    client.post(decide_url(approval), {"verdict": "approve", "confirmed": "1"})
    client.force_login(make_user(SENATOR_OFFICE))

    response = client.post(
        decide_url(approval),
        {"verdict": "refuse", "comment": "nein", "confirmed": "1"},
        follow=True,
    )

    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert f"von: {senator})" in response.content.decode()


def test_office_sees_an_approval_but_cannot_decide_it(client):
    approval = make_topic_approval()
    client.force_login(make_user(OFFICE))

    assert client.get(reverse("approval", args=[approval.pk])).status_code == 200
    assert (
        client.post(decide_url(approval), {"verdict": "approve", "confirmed": "1"}).status_code
        == 403
    )
    approval.refresh_from_db()
    assert approval.state == ApprovalState.OPEN


def test_entries_of_a_late_decision_are_shown(client, senator):
    approval = make_topic_approval()
    post(client, approval, "approve")
    client.force_login(make_user(SENATOR_OFFICE))

    response = post(
        client, approval, "condition", comment="Meine Anmerkung", conditions="Meine Auflage"
    )

    page = response.content.decode()
    assert response.status_code == 409
    assert f"von: {senator})" in page
    assert "Ihre Eingabe, nicht gespeichert" in page
    assert "Meine Anmerkung" in page and "Meine Auflage" in page


@pytest.mark.parametrize("tap", [{"back": "1"}, {}, {"confirmed": "1"}])
@pytest.mark.parametrize("verdict", ["approve", "none_possible"])
def test_every_step_on_a_decided_approval_names_the_decider_and_shows_the_entries(
    client, senator, verdict, tap
):
    approval = make_two_dates_approval()
    post(client, approval, "return", comment="Bitte später")
    client.force_login(make_user(SENATOR_OFFICE))
    half = {"counter_date-0-day": "2030-05-06"}
    values = {"verdict": verdict, "comment": "Meine Anmerkung", "conditions": "Meine Auflage"}

    with nothing_changes(approval):
        response = client.post(decide_url(approval), values | tap | ROWS | half)

    page = response.content.decode()
    assert response.status_code == 409
    assert f"von: {senator})" in page and "Ihre Eingabe gilt nicht." in page
    assert response.context["entered_texts"] == ["Meine Anmerkung", "Meine Auflage", "2030-05-06"]


def test_duplicate_of_the_own_decision_shows_the_next_approval_and_changes_nothing(client, senator):
    approval, following = make_topic_approval(), make_topic_approval()
    values = {"conditions": "Bezirke beteiligen\r\nKosten nennen", "comment": "Gern"}
    post(client, approval, "condition", **values)

    with nothing_changes(approval, *approval.conditions.all()):
        response = post(client, approval, "condition", **values)

    assert (response.status_code, response.url) == (302, reverse("approval", args=[following.pk]))
    page = client.get(response.url).content.decode()
    assert f"Mit Auflage freigegeben: {approval.title}" in page
    assert "Ihre Eingabe gilt nicht" not in page


def test_duplicate_of_own_counter_dates_returns_to_the_desk(client, senator):
    approval = make_two_dates_approval()
    post(client, approval, "none_possible", **ROWS, **DATE)

    response = post(client, approval, "none_possible", **ROWS, **DATE)

    assert (response.status_code, response.url) == (302, reverse("approvals_desk"))


@pytest.mark.parametrize(
    ("verdict", "values"),
    [
        ("approve", {"comment": "Gern"}),
        ("condition", {"comment": "Anders", "conditions": "Bezirke beteiligen"}),
        ("condition", {"comment": "Gern", "conditions": "Kosten nennen"}),
        ("refuse", {"comment": "Gern"}),
    ],
)
def test_second_different_decision_of_the_same_user_is_rejected(client, senator, verdict, values):
    approval = make_topic_approval()
    post(client, approval, "condition", comment="Gern", conditions="Bezirke beteiligen")

    with nothing_changes(approval):
        response = post(client, approval, verdict, **values)

    assert (response.status_code, "Ihre Eingabe gilt nicht." in response.content.decode()) == (
        409,
        True,
    )


def test_decision_on_a_lapsed_approval_says_why_and_shows_the_entries(client, senator):
    approval = make_topic_approval()
    changes = [Change("Thema", "Alt", "Neu")]
    office = make_user(OFFICE)
    lapse_changed_approvals(
        kind="topic", subject_id=approval.subject_id, changes=changes, by=office, now=timezone.now()
    )

    response = post(client, approval, "approve", comment="Meine Anmerkung")

    page = response.content.decode()
    assert response.status_code == 409
    assert "erloschen (geändert: Thema). Ihre Eingabe gilt nicht." in page
    assert "Meine Anmerkung" in page
    assert Topic.objects.get(pk=approval.subject_id).state == "for_approval"


@pytest.mark.parametrize(
    "state", ["submitted by oneself", "time is over", "time for the kind is over"]
)
def test_denied_users_read_why_and_see_their_entries(client, state):
    approval = make_topic_approval()
    principal, today = make_user(SENATOR_OFFICE), timezone.localdate()
    if state == "submitted by oneself":
        user, words = approval.submitted_by, "Diese Vorlage haben Sie selbst eingereicht."
        make_deputy(principal, deputy=user, starts_on=today, ends_on=today)
    elif state == "time is over":
        yesterday = today - dt.timedelta(days=1)
        user = make_deputy(principal, starts_on=yesterday, ends_on=yesterday)
        words = f"Ihre Vertretung endete am {yesterday:%d.%m.%Y}."
    else:
        yesterday = today - dt.timedelta(days=1)
        make_deputy(principal, kinds=["topic"], starts_on=yesterday, ends_on=yesterday)
        user = make_limited_deputy(principal)
        submit_days_ago(approval, 1)
        words = f"Ihre Vertretung für Freigaben der Art „Thema“ endete am {yesterday:%d.%m.%Y}."
    client.force_login(user)

    with nothing_changes(approval):
        response = post(client, approval, "approve", comment="Meine Anmerkung")

    page = response.content.decode()
    assert response.status_code == 403
    assert words in page and "Meine Anmerkung" in page
    assert (f'href="{reverse("approvals_desk")}"' in page) == (state != "time is over")


@pytest.mark.parametrize("had", ["nothing", "another kind", "the kind, before it was submitted"])
def test_approval_that_the_user_never_could_see_is_not_found(client, had):
    approval, principal = make_topic_approval(), make_user(SENATOR_OFFICE)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    if had != "nothing":
        kinds = ["dates"] if had == "another kind" else ["topic"]
        make_deputy(principal, kinds=kinds, starts_on=yesterday, ends_on=yesterday)
    submit_days_ago(approval, 1 if had == "another kind" else 0)
    client.force_login(make_limited_deputy(principal))

    with nothing_changes(approval):
        assert post(client, approval, "approve").status_code == 404
    assert client.get(reverse("approval", args=[approval.pk])).status_code == 404


def test_link_to_a_kind_whose_deputyship_ended_says_so(client):
    approval, principal = make_topic_approval(), make_user(SENATOR_OFFICE)
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    submit_days_ago(approval, 1)
    make_deputy(principal, kinds=["topic"], starts_on=yesterday, ends_on=yesterday)
    client.force_login(make_limited_deputy(principal))

    response = client.get(reverse("approval", args=[approval.pk]))

    assert response.status_code == 403
    assert f"„Thema“ endete am {yesterday:%d.%m.%Y}." in response.content.decode()


def test_deputy_whose_deputyship_was_ended_today_reads_that_and_keeps_the_text(client):
    approval, now = make_topic_approval(), timezone.now()
    principal = make_user(SENATOR_OFFICE)
    today = timezone.localdate()
    deputy = make_deputy(principal, starts_on=today, ends_on=today)
    client.force_login(deputy)
    end_deputy(deputyship=Deputy.objects.get(), by=make_user(OFFICE), now=now)

    answer = client.post(
        reverse("approval_decide", args=[approval.pk]),
        {"verdict": "return", "comment": "Lange getippt"},
    )

    page = answer.content.decode()
    assert answer.status_code == 403
    assert (
        f"Ihre Vertretung wurde beendet ({format_moment(now)}). Über Freigaben entscheidet wieder "
        "die vertretene Person."
    ) in page
    assert "Lange getippt" in page
    approval.refresh_from_db()
    assert approval.state == ApprovalState.OPEN


def test_deputyship_ended_before_it_began_is_no_reason(client):
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    deputy = make_deputy(make_user(SENATOR_OFFICE), starts_on=tomorrow, ends_on=tomorrow)
    client.force_login(deputy)
    end_deputy(deputyship=Deputy.objects.get(), by=make_user(OFFICE), now=timezone.now())

    page = client.get(reverse("approval", args=[make_topic_approval().pk])).content.decode()

    assert "Ihre Vertretung" not in page
