import datetime as dt
import threading
import time

import pytest
from django.db import IntegrityError, connection, transaction

from outbox.models import ConnectionSlot
from outbox.services import deliver_due_mails
from outbox.services.connection_slots import acquire_slot, close_slot, release_slot, renew_slot
from tests.outbox.builders import NOW, make_account_mail, make_draft, make_mail, make_recipient

pytestmark = pytest.mark.django_db(transaction=True)
LEASE = dt.timedelta(seconds=180)


def take(now=NOW, **options):
    slot = acquire_slot(now=now, **options)
    return slot and slot.number


@pytest.mark.parametrize(
    ("connections", "bulk", "account"),
    [(1, [0, None], [0, None]), (2, [1, None], [0, 1, None]), (3, [1, 2, None], [0, 1, 2, None])],
)
def test_first_of_several_connections_is_kept_for_account_mail(
    settings, connections, bulk, account
):
    settings.MAIL_CONNECTIONS = connections

    assert [take() for _n in bulk] == bulk
    ConnectionSlot.objects.all().delete()
    assert [take(for_account=True) for _n in account] == account


def test_released_slot_is_free_again():
    first, _second = acquire_slot(now=NOW), acquire_slot(now=NOW)
    assert take() is None

    release_slot(first)

    assert take() == 1


def test_slot_of_a_killed_worker_is_free_after_its_time():
    take(), take()

    assert take(NOW + LEASE - dt.timedelta(seconds=1)) is None
    assert take(NOW + LEASE) == 1


def test_slot_is_renewed_unless_another_worker_has_it():
    slot = acquire_slot(now=NOW)
    assert renew_slot(slot, now=NOW + LEASE / 2)
    assert take(NOW + LEASE) == 2
    assert take(NOW + LEASE * 1.5) == 1

    assert not renew_slot(slot, now=NOW + LEASE * 1.6)
    release_slot(slot)
    assert take(NOW + LEASE * 1.6) is None


def test_server_that_asks_for_fewer_connections_gets_fewer_for_a_while():
    slot = acquire_slot(now=NOW)

    close_slot(slot, now=NOW)
    release_slot(slot)

    assert (take(), take()) == (2, None)
    assert take(NOW + dt.timedelta(minutes=10)) == 1


def test_last_open_connection_is_never_closed():
    for _n in range(2):
        slot = acquire_slot(now=NOW)
        close_slot(slot, now=NOW)
        release_slot(slot)

    assert take() == 2


@pytest.mark.parametrize("fields", [{"holder": "x"}, {"held_until": NOW}])
def test_database_refuses_a_holder_without_a_time(fields):
    with pytest.raises(IntegrityError), transaction.atomic():
        ConnectionSlot.objects.create(number=7, **fields)


def test_workers_at_once_never_open_more_connections_than_allowed(sink, settings):
    settings.MAIL_CONNECTIONS, settings.MAIL_BATCH_SIZE = 3, 2
    for number in range(24):
        make_mail(make_draft(to=make_recipient(email=f"gast-{number}@example.org")))
    sink.pause, barrier, errors = 0.02, threading.Barrier(6), []

    def work():
        barrier.wait()
        try:
            deliver_due_mails(clock=lambda: NOW)
        except Exception as error:
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work) for _n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    assert (len(sink.raw), sink.most_at_once) == (24, 2)
    assert set(ConnectionSlot.objects.values_list("holder", flat=True)) == {""}


def test_sign_in_code_is_delivered_while_a_batch_is_stuck(sink, settings):
    settings.MAIL_TIMEOUT = 30
    make_mail()
    sink.hold = released = threading.Event()
    bulk = threading.Thread(
        target=lambda: (deliver_due_mails(clock=lambda: NOW), connection.close())
    )
    bulk.start()
    try:
        deadline = time.monotonic() + 20
        # Wait until the sink is holding the message of the batch.
        while sink.hold is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        make_account_mail()

        assert deliver_due_mails(clock=lambda: NOW, only_account=True).sent == 1

        assert [str(message["Subject"]) for message in sink.messages] == ["Anmeldung"]
    finally:
        released.set()
        bulk.join()
    assert [str(message["Subject"]) for message in sink.messages] == ["Anmeldung", "Neu: Netze"]


def test_limit_per_minute_covers_all_runs_but_not_account_mail(sink, settings):
    settings.MAIL_PER_MINUTE = 3
    for number in range(5):
        make_mail(make_draft(to=make_recipient(email=f"gast-{number}@example.org")))

    assert deliver_due_mails(clock=lambda: NOW).sent == 3
    make_account_mail()
    assert deliver_due_mails(clock=lambda: NOW + dt.timedelta(seconds=59)).sent == 0
    assert (
        deliver_due_mails(clock=lambda: NOW + dt.timedelta(seconds=59), only_account=True).sent == 1
    )
    assert deliver_due_mails(clock=lambda: NOW + dt.timedelta(seconds=60)).sent == 2
