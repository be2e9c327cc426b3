import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from approvals.enums import ApprovalState
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from tests.approvals.builders import make_approval, make_deputy
from tests.approvals.subjects import make_topic_approval, make_two_dates_approval
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def senator(client):
    user = make_user(SENATOR_OFFICE)
    client.force_login(user)
    return user


@pytest.mark.parametrize(
    ("role", "status"), [(OFFICE, 200), (SENATOR_OFFICE, 200), (OBSERVER, 403), (PARTNER, 403)]
)
def test_desk_is_open_to_office_and_senators_office_only(client, role, status):
    client.force_login(make_user(role))

    assert client.get(reverse("approvals_desk")).status_code == status


@pytest.mark.parametrize("count", [1, 3])
def test_desk_needs_the_same_queries_for_any_number_of_approvals(
    client, senator, count, django_assert_num_queries
):
    for _number in range(count):
        make_topic_approval()

    with django_assert_num_queries(8):
        client.get(reverse("approvals_desk"))


def test_deputy_for_topics_sees_only_topics(client):
    today = timezone.localdate()
    deputy = make_deputy(make_user(SENATOR_OFFICE), kinds=["topic"], starts_on=today, ends_on=today)
    topic, dates = make_topic_approval(), make_two_dates_approval()
    client.force_login(deputy)

    page = client.get(reverse("approvals_desk"))

    assert [approval.pk for approval in page.context["page"].object_list] == [topic.pk]
    assert client.get(reverse("approval", args=[dates.pk])).status_code == 404
    assert (
        "Sie entscheiden in Vertretung."
        in client.get(reverse("approval", args=[topic.pk])).content.decode()
    )


def test_desk_says_when_the_deputyship_ended(client):
    yesterday = timezone.localdate() - dt.timedelta(days=1)
    client.force_login(
        make_deputy(make_user(SENATOR_OFFICE), starts_on=yesterday, ends_on=yesterday)
    )

    response = client.get(reverse("approvals_desk"))

    assert response.status_code == 403
    assert f"Ihre Vertretung endete am {yesterday:%d.%m.%Y}." in response.content.decode()


@pytest.mark.parametrize("role", [OFFICE, SENATOR_OFFICE])
@pytest.mark.parametrize("address", ["/freigaben/", "/freigaben/?stand=entschieden"])
def test_durations_are_shown_without_names(client, role, address):
    decider = make_user(SENATOR_OFFICE)
    now = timezone.now()
    make_approval(ApprovalState.APPROVED, submitted_at=now, decided_at=now, decided_by=decider)
    client.force_login(make_user(role))

    html = client.get(address).content.decode()

    card = html[html.index('id="times"') :]
    assert ("am selben Tag" in card, "jetzt überfällig" in card, str(decider) in card) == (
        True,
        True,
        False,
    )
