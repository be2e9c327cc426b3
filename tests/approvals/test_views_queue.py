"""Deciding approvals one after the other, with or without a filter by kind."""

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest
from core.roles import OFFICE, SENATOR_OFFICE
from tests.approvals.builders import NOW, make_approval, make_deputy, make_subject
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


def make_topics(count: int) -> list[ApprovalRequest]:
    """Return approvals of topics that are due on consecutive days in May."""
    return [make_topic_approval(due_on=dt.date(2030, 5, day)) for day in range(1, count + 1)]


def address(approval, query="") -> str:
    return reverse("approval", args=[approval.pk]) + query


def approve(client, approval, query=""):
    url = reverse("approval_decide", args=[approval.pk]) + query
    return client.post(url, {"verdict": "approve", "confirmed": "1"})


def place(client, approval, query="") -> tuple:
    return tuple(client.get(address(approval, query)).context["place"])


def test_after_the_last_approval_comes_the_first_again(client, senator):
    first, second, third = make_topics(3)

    assert [place(client, approval) for approval in (first, second, third)] == [
        (1, 3, second.pk),
        (2, 3, third.pk),
        (3, 3, first.pk),
    ]
    assert approve(client, second).url == address(third)
    assert approve(client, third).url == address(first)
    assert approve(client, first).url == reverse("approvals_desk")


def test_approvals_of_one_day_follow_in_order_of_submission(client, senator):
    first, second = (make_topic_approval(due_on=dt.date(2030, 5, 1)) for _number in range(2))

    assert [place(client, approval) for approval in (first, second)] == [
        (1, 2, second.pk),
        (2, 2, first.pk),
    ]


def test_own_submission_is_skipped(client, senator):
    first, own, third = make_topics(3)
    ApprovalRequest.objects.filter(pk=own.pk).update(submitted_by=senator)

    assert place(client, first) == (1, 2, third.pk)
    assert place(client, own) == (0, 2, third.pk)
    assert approve(client, first).url == address(third)


def test_kind_outside_the_deputyship_is_skipped(client):
    today = timezone.localdate()
    first, second = make_topics(2)
    dates = make_two_dates_approval()  # due before the two topics
    office = make_user(OFFICE)  # sees every kind
    make_deputy(
        make_user(SENATOR_OFFICE), deputy=office, kinds=["topic"], starts_on=today, ends_on=today
    )
    client.force_login(office)

    assert place(client, second) == (2, 2, first.pk)
    assert place(client, dates) == (0, 2, first.pk)
    assert approve(client, second).url == address(first)


def test_office_walks_through_all_open_approvals(client):
    first, second = make_topics(2)
    client.force_login(first.submitted_by)

    assert (place(client, first), place(client, second)) == ((1, 2, second.pk), (2, 2, first.pk))


def test_closed_approval_links_to_the_next_one(client, senator):
    first, second, third = make_topics(3)
    approve(client, second)
    client.force_login(make_user(SENATOR_OFFICE))

    outpaced = approve(client, second)

    assert outpaced.status_code == 409
    assert f'<a href="{address(third)}">Nächste offene Freigabe</a>' in outpaced.content.decode()
    assert place(client, second) == (0, 2, third.pk)


@pytest.mark.parametrize("query", ["?art=topic"])
def test_filter_by_kind_is_kept_through_the_decision(client, senator, query):
    dates, (first, second) = make_two_dates_approval(), make_topics(2)

    desk = client.get(reverse("approvals_desk") + query).content.decode()
    page = client.get(address(first, query)).content.decode()
    decide = reverse("approval_decide", args=[first.pk]) + query
    confirm = client.post(decide, {"verdict": "approve"}).content.decode()

    assert f'href="{address(first, query)}"' in desk and address(dates) not in desk
    assert "1 von 2" in page and f'action="{decide}"' in page and f'action="{decide}"' in confirm
    assert all(f'href="{reverse("approvals_desk")}{query}"' in html for html in (page, confirm))
    assert client.get(decide).url == address(first, query)
    assert approve(client, first, query).url == address(second, query)
    assert approve(client, second, query).url == reverse("approvals_desk") + query
    assert (
        "Von dieser Art ist nichts dabei."
        in client.get(reverse("approvals_desk") + query).content.decode()
    )


def test_unknown_kind_is_ignored(client, senator):
    approval = make_topic_approval()

    page = client.get(reverse("approvals_desk") + "?art=fremd")

    assert [approval.pk for approval in page.context["page"].object_list] == [approval.pk]
    assert approve(client, approval, "?art=fremd").url == reverse("approvals_desk")


def test_desk_filters_by_kind_and_its_links_keep_the_filter(client, senator):
    topic, dates = make_topic_approval(), make_two_dates_approval()
    # The builder also approved the topic of the dialogue; the desk must not list that.
    ApprovalRequest.objects.exclude(state=ApprovalState.OPEN).delete()
    settled = make_approval(ApprovalState.REFUSED, subject=make_subject(pk=999))
    make_approval(ApprovalState.REFUSED, subject=make_subject("visit", pk=999))

    listed = {
        query: [
            approval.pk
            for approval in client.get(reverse("approvals_desk") + query)
            .context["page"]
            .object_list
        ]
        for query in ("?art=topic", "?art=dates", "?art=series", "?art=topic&stand=entschieden")
    }
    html = client.get(reverse("approvals_desk") + "?art=topic&page=1").content.decode()
    decided = client.get(
        reverse("approvals_desk") + "?art=topic&stand=entschieden"
    ).content.decode()

    assert list(listed.values()) == [[topic.pk], [dates.pk], [], [settled.pk]]
    assert 'href="?art=topic&amp;stand=entschieden"' in html
    assert 'href="?art=topic" aria-current="true"' in html
    assert 'href="?art=topic"' in decided and 'href="?art=visit&amp;stand=entschieden"' in decided


def test_desk_names_decision_decider_and_date(client, senator):
    decider = make_user(SENATOR_OFFICE)
    hour, topics = dt.timedelta(hours=1), iter(range(1, 9))
    states = (
        ApprovalState.APPROVED,
        ApprovalState.CONDITIONAL,
        ApprovalState.RETURNED,
        ApprovalState.REFUSED,
    )
    for number, state in enumerate(states):
        make_approval(
            state,
            subject=make_subject(pk=next(topics)),
            decided_by=decider,
            decided_at=NOW + number * hour,
            by_deputy=state == ApprovalState.RETURNED,
        )
    make_approval(
        ApprovalState.LAPSED,
        subject=make_subject(pk=next(topics)),
        decided_by=decider,
        lapsed_at=NOW + 9 * hour,
        lapse_reason="geändert: Titel",
    )
    make_approval(subject=make_subject(pk=next(topics)))

    response = client.get(reverse("approvals_desk") + "?stand=entschieden")

    html = response.content.decode()
    assert [approval.state for approval in response.context["page"].object_list] == [
        "lapsed",
        *map(str, reversed(states)),
    ]
    assert "<p>erloschen<br>02.03.2026, geändert: Titel</p>" in html
    assert f"<p>abgelehnt<br>02.03.2026, {decider}</p>" in html
    assert f"<p>zurückgegeben<br>02.03.2026, {decider} (in Vertretung)</p>" in html
    assert f"<p>mit Auflage freigegeben<br>02.03.2026, {decider}</p>" in html
    assert f"<p>freigegeben<br>02.03.2026, {decider}</p>" in html
