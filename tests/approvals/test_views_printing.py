"""Each Leitungsvorlage of the demo fits on one page, as a PDF and printed from the screen."""

from urllib.parse import urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.models import Origin
from core.roles import OFFICE, SENATOR_OFFICE
from demo.loading import load_demo
from tests.core.pdfs import read_pdf, text_of
from tests.partners.builders import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]


@pytest.fixture
def demo():
    now = timezone.now()
    load_demo(today=timezone.localdate(now), now=now)
    return list(ApprovalRequest.objects.order_by("pk"))


@pytest.mark.embedded
def test_each_briefing_of_the_demo_is_one_marked_page(client, demo):
    client.force_login(make_user(OFFICE))
    states = {approval.state for approval in demo}

    for approval in demo:
        content = client.get(reverse("approval_pdf", args=[approval.pk])).content
        assert (len(read_pdf(content).pages), approval.origin) == (1, Origin.DEMO), approval
        assert "Demodaten" in text_of(content)
    assert {
        ApprovalState.OPEN,
        ApprovalState.APPROVED,
        ApprovalState.RETURNED,
        ApprovalState.REFUSED,
    } <= states


def page_of(approval: ApprovalRequest) -> str:
    return reverse("approval", args=[approval.pk])


@pytest.mark.embedded
@pytest.mark.browser
def test_each_approval_page_prints_on_one_page(client, demo, page):
    client.force_login(make_user(SENATOR_OFFICE))

    def fulfil(route):
        address = urlsplit(route.request.url).path
        if address.startswith("/static/"):
            found = finders.find(address.removeprefix("/static/"))
            return route.fulfill(path=found) if found else route.fulfill(status=404)
        return route.fulfill(body=pages[address], content_type="text/html; charset=utf-8")

    pages = {address: client.get(address).content.decode() for address in map(page_of, demo)}
    page.route("**/*", fulfil)
    for approval in demo:
        page.goto(f"http://portal.test{page_of(approval)}")
        printed = page.pdf(
            format="A4", margin=dict.fromkeys(("top", "right", "bottom", "left"), "15mm")
        )

        lines = text_of(printed)
        assert len(read_pdf(printed).pages) == 1, approval
        assert approval.vote in " ".join(lines.split())
        # Long labels wrap.
        printed_words = " ".join(lines.split())
        assert all(label in printed_words for label, _value in approval.snapshot_to_show)
        assert "Ablehnen" not in lines
        assert "Abmelden" not in lines
