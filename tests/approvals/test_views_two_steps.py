"""From the link in the mail to the decision: sign in, two steps, next approval."""

import datetime as dt
import re
from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from approvals.mails import mail_submission
from core.roles import SENATOR_OFFICE
from outbox.models import Mail
from tests.approvals.subjects import make_topic_approval
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
PASSWORD = "Havelbrücke 27"


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org", password=PASSWORD)


@pytest.fixture
def requests(senator):
    """Two open approvals, the earlier deadline first."""
    return [make_topic_approval(due_on=dt.date(2030, 5, day)) for day in (10, 20)]


def mailed_path(approval) -> str:
    """Send the mail that asks for a decision and return the path of its link."""
    mail_submission(approval, now=timezone.now(), by=approval.submitted_by)
    mail = Mail.objects.get(kind="approval_asked", subject_key=f"approval:{approval.pk}")
    return urlsplit(re.search(r"https?://\S+", mail.text)[0]).path


def by_password(client, account, address) -> str:
    values = {
        "login": account.email,
        "password": PASSWORD,
        "next": client.get(address).context["redirect_field_value"],
    }
    return client.post("/anmelden/", values).url


def by_code(client, account, address) -> str:
    code_page = client.get(client.get(address).context["request_login_code_url"])
    values = {"email": account.email, "next": code_page.context["redirect_field_value"]}
    enter_page = client.get(client.post("/anmelden/code/", values).url)
    code = re.search(r"\n\n([A-Z0-9-]{4,12})\n\n", Mail.objects.latest("pk").text)[1]
    values = {"code": code, "next": enter_page.context["redirect_field_value"]}
    return client.post("/anmelden/code/eingeben/", values).url


@pytest.mark.parametrize("way", [by_password, by_code])
def test_mailed_link_leads_through_two_steps_to_the_next_one(client, senator, requests, way):
    first, second = requests
    path = mailed_path(first)
    address = client.get(path).url

    assert way(client, senator, address) == path
    assert client.get(path).context["can_decide"]
    one = client.post(reverse("approval_decide", args=[first.pk]), {"verdict": "approve"})
    two = client.post(
        reverse("approval_decide", args=[first.pk]), {"verdict": "approve", "confirmed": "1"}
    )

    first.refresh_from_db()
    assert "Ja, freigeben" in one.content.decode()
    assert (first.state, first.decided_by, two.url) == (
        ApprovalState.APPROVED,
        senator,
        reverse("approval", args=[second.pk]),
    )


@pytest.mark.parametrize("tap", [{"verdict": "approve"}, {"verdict": "approve", "confirmed": "1"}])
def test_step_after_the_session_ended_decides_nothing_and_leads_back(
    client, senator, requests, tap
):
    first, _second = requests

    address = client.post(reverse("approval_decide", args=[first.pk]), tap).url
    page = client.get(by_password(client, senator, address), follow=True)

    first.refresh_from_db()
    assert first.state == ApprovalState.OPEN
    assert page.redirect_chain == [(reverse("approval", args=[first.pk]), 302)]
    assert page.context["can_decide"]


def test_link_grants_no_access_to_others(client, requests):
    stranger = make_user(email="fremd@example.org", password=PASSWORD)
    path = mailed_path(requests[0])

    assert by_password(client, stranger, client.get(path).url) == path
    assert client.get(path).status_code == 403
