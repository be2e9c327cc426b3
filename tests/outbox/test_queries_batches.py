"""Progress of a batch and the reasons for its unsent mails, in one query."""

import datetime as dt
from uuid import uuid4

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from outbox.models import Mail
from outbox.queries.batches import Reason, find_batch, unsolved_in_batch
from tests.outbox.builders import NOW, make_batch, make_mail
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def office():
    user = make_user(OFFICE)
    assert user.roles
    return user


def move(mails, **columns):
    Mail.objects.filter(pk__in=[mail.pk for mail in mails]).update(**columns)


def test_batch_counts_its_mails_by_state(office, django_assert_num_queries):
    mails = make_batch(10)
    move(mails[:3], state="sent", sent_at=NOW + MINUTE)
    move(mails[3:4], state="sent", sent_at=NOW + 3 * MINUTE)
    move(mails[4:6], state="failed", last_error="550 5.1.1 Postfach unbekannt")
    move(mails[6:7], state="retry", last_error="450 später")
    move(mails[7:8], state="withdrawn", last_error="")
    make_mail()

    with django_assert_num_queries(1):
        batch = find_batch(mails[0].batch, office)

    assert (batch.total, batch.sent, batch.under_way, batch.percent) == (9, 4, 3, 44)
    assert batch.counts.count("unsolved") == 2
    assert (batch.written_at, batch.first_sent_at, batch.last_sent_at) == (
        NOW,
        NOW + MINUTE,
        NOW + 3 * MINUTE,
    )
    assert (batch.kinds, batch.path) == (["Hinweis zum Test"], "/branchengespraeche/themen/12/")


def test_unsent_batch_has_no_moments_of_sending(office):
    batch = find_batch(make_batch(2)[0].batch, office)

    assert (batch.first_sent_at, batch.last_sent_at, batch.percent) == (None, None, 0)


def test_batch_about_several_pages_has_no_path(office):
    mails = make_batch(2)
    move(mails[:1], path="/")

    assert find_batch(mails[0].batch, office).path == ""


def test_withdrawn_mails_do_not_count(office):
    batch = find_batch(make_batch(2, state="withdrawn")[0].batch, office)

    assert (batch.total, batch.under_way, batch.percent) == (0, 0, 100)


def test_test_of_a_text_is_a_complete_batch_of_its_own(office):
    mails = make_batch(1)
    move(mails, state="sent", sent_at=NOW, event="test:1")

    batch = find_batch(mails[0].batch, office)

    assert (batch.total, batch.sent, batch.percent) == (1, 1, 100)


def test_answers_that_differ_in_addresses_and_ids_are_one_reason(office):
    mails = make_batch(4)
    for number, mail in enumerate(mails[:3]):
        words = f"550 5.1.1 <gast{number}@example.org>: unbekannt, id 4fXy2{number}abc9Z"
        move([mail], state="failed", last_error=words)
    move(
        mails[3:],
        state="retry",
        last_error="Der Mailserver ist nicht erreichbar: Verbindung abgelehnt",
    )

    assert find_batch(mails[0].batch, office).reasons == [
        Reason("failed", "550 5.1.1 …: unbekannt, id …", 3),
        Reason("retry", "Der Mailserver ist nicht erreichbar: Verbindung abgelehnt", 1),
    ]


def test_unsolved_mails_are_listed_by_name_without_settled_ones(office):
    mails = make_batch(4, state="failed")
    move(mails[:1], settled_at=NOW)
    move(mails[1:2], state="sent", sent_at=NOW)
    move(mails[2:3], recipient_name="Zuletzt")

    assert list(unsolved_in_batch(mails[0].batch, office)) == [mails[3], mails[2]]


@pytest.mark.parametrize("role", [SENATOR_OFFICE, PARTNER, OBSERVER])
def test_only_the_office_sees_a_batch(role):
    batch_id = make_batch(2, state="failed")[0].batch

    assert find_batch(batch_id, make_user(role)) is None
    assert list(unsolved_in_batch(batch_id, make_user(role))) == []


def test_unknown_batch_is_none(office):
    assert find_batch(uuid4(), office) is None
