import datetime as dt

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from outbox.queries import mails_about, oldest_due_at
from tests.outbox.builders import NOW, make_draft, make_mail, sending
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def test_nothing_waits():
    make_mail(state="sent", sent_at=NOW)
    make_mail(state="failed")
    make_mail(due_at=NOW + dt.timedelta(minutes=1))

    assert oldest_due_at(NOW) is None


@pytest.mark.parametrize("columns", [{"state": "waiting"}, {"state": "retry"}, sending()])
def test_oldest_unsent_mail_counts_wherever_it_hangs(columns):
    make_mail(due_at=NOW - dt.timedelta(minutes=5))
    make_mail(due_at=NOW - dt.timedelta(minutes=20), **columns)

    assert oldest_due_at(NOW) == NOW - dt.timedelta(minutes=20)


def test_mails_about_a_page_come_newest_first_without_their_bodies(django_assert_num_queries):
    old = make_mail(make_draft(path="/a/"))
    new = make_mail(make_draft(path="/a/"), now=NOW + dt.timedelta(hours=1))
    make_mail(make_draft(path="/a/b/"))

    with django_assert_num_queries(1):
        found = list(mails_about("/a/"))

    assert found == [new, old]
    assert {"mime", "text", "secret"} <= found[0].get_deferred_fields()


@pytest.mark.parametrize(("role", "count"), [(OFFICE, 1), (SENATOR_OFFICE, 0), (PARTNER, 0), (OBSERVER, 0)])
def test_mail_is_visible_to_the_office_alone(role, count):
    make_mail()

    assert Mail.objects.visible_to(make_user(role)).count() == count
