"""The desk: who may look, who decides, in two taps, and what happens to bad input."""

import datetime as dt

import pytest
from django.urls import reverse

from approvals.enums import Answer, ApprovalState
from approvals.models import ApprovalRequest
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from tests.masterplan.builders import make_topic_request, make_two_dates_request
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def decide_url(approval):
    return reverse("approval_decide", args=[approval.pk])


@pytest.mark.parametrize(("role", "status"), [(OFFICE, 200), (SENATOR_OFFICE, 200), (OBSERVER, 403), (PARTNER, 403)])
def test_desk_is_for_the_house(client, role, status):
    client.force_login(make_user(role))

    assert client.get(reverse("approvals_desk")).status_code == status


def test_first_tap_asks_again_and_changes_nothing(client, senator):
    approval = make_topic_request()
    mails = Mail.objects.count()

    response = client.post(decide_url(approval), {"answer": "approve", "comment": "gern"})

    approval.refresh_from_db()
    assert "Ja, freigeben" in response.content.decode()
    assert (approval.state, Mail.objects.count()) == (ApprovalState.OPEN, mails)


def test_second_tap_decides_and_leads_to_the_next_request(client, senator):
    late = make_topic_request(due_on=dt.date(2030, 5, 20))
    early = make_topic_request(due_on=dt.date(2030, 5, 10))

    response = client.post(decide_url(early), {"answer": "approve", "confirmed": "1"})

    early.refresh_from_db()
    assert (early.state, early.decided_by) == (ApprovalState.APPROVED, senator)
    assert response.headers["Location"] == reverse("approval", args=[late.pk])


@pytest.mark.parametrize("answer", [Answer.RETURN, Answer.REFUSE])
def test_answers_that_need_a_reason_are_asked_for_it(client, senator, answer):
    approval = make_topic_request()

    response = client.post(decide_url(approval), {"answer": answer, "comment": " ", "confirmed": "1"})

    approval.refresh_from_db()
    assert response.status_code == 422
    assert "Bitte begründen Sie kurz" in response.content.decode()
    assert approval.state == ApprovalState.OPEN


def test_no_ticked_date_is_no_approval(client, senator):
    approval = make_two_dates_request()

    response = client.post(decide_url(approval), {"answer": "approve", "comment": "bleibt stehen", "confirmed": "1"})

    page = response.content.decode()
    assert response.status_code == 422
    assert "Bitte kreuzen Sie mindestens einen Termin an" in page
    assert "bleibt stehen" in page


def test_confirmation_names_the_ticked_dates(client, senator):
    approval = make_two_dates_request()
    first, second = approval.options[0], approval.options[1]

    page = client.post(decide_url(approval), {"answer": "approve", "chosen": [first["id"]]}).content.decode()

    assert first["label"] in page
    assert second["label"] not in page


def test_second_decision_names_who_was_faster(client, senator):
    approval = make_topic_request()
    client.post(decide_url(approval), {"answer": "approve", "confirmed": "1"})
    client.force_login(make_user(SENATOR_OFFICE))

    response = client.post(
        decide_url(approval), {"answer": "refuse", "comment": "nein", "confirmed": "1"}, follow=True
    )

    approval.refresh_from_db()
    assert approval.state == ApprovalState.APPROVED
    assert f"hat {senator} am" in response.content.decode()


def test_office_looks_but_does_not_decide(client):
    approval = make_topic_request()
    client.force_login(make_user(OFFICE))

    assert client.get(reverse("approval", args=[approval.pk])).status_code == 200
    assert client.post(decide_url(approval), {"answer": "approve", "confirmed": "1"}).status_code == 403
    approval.refresh_from_db()
    assert approval.state == ApprovalState.OPEN


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_link_of_the_mail_decides_nothing(client, senator, method):
    approval = make_topic_request()
    before = ApprovalRequest.history.count()

    getattr(client, method)(reverse("approval", args=[approval.pk]))
    refused = getattr(client, method)(decide_url(approval))

    approval.refresh_from_db()
    assert (approval.state, ApprovalRequest.history.count(), refused.status_code) == (ApprovalState.OPEN, before, 405)


@pytest.mark.parametrize("count", [1, 3])
def test_desk_costs_the_same_queries_for_any_number(client, senator, count, django_assert_num_queries):
    for _number in range(count):
        make_topic_request()

    with django_assert_num_queries(6):
        client.get(reverse("approvals_desk"))
