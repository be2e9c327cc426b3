import datetime as dt

import pytest
import time_machine
from celery import current_app
from django.conf import settings as portal
from django.utils import timezone

from outbox import tasks
from outbox.models import Mail
from outbox.services.queueing import DRAIN_ACCOUNT_TASK, DRAIN_TASK
from tests.outbox.builders import claimed_fields, make_mail

pytestmark = pytest.mark.django_db


def test_names_that_services_and_beat_use_are_registered():
    current_app.loader.import_default_modules()

    assert (DRAIN_TASK, DRAIN_ACCOUNT_TASK) == (tasks.drain.name, tasks.drain_account.name)
    assert portal.CELERY_BEAT_SCHEDULE["sweep-mails"]["task"] == tasks.sweep.name
    assert portal.CELERY_BEAT_SCHEDULE["tidy-mails"]["task"] == tasks.tidy.name
    assert {DRAIN_TASK, DRAIN_ACCOUNT_TASK, tasks.sweep.name, tasks.tidy.name} <= set(
        current_app.tasks
    )


def test_drain_sends_what_is_due(sink):
    make_mail(now=timezone.now())

    tasks.drain()
    tasks.drain()

    assert (Mail.objects.get().state, len(sink.raw)) == ("sent", 1)


def test_sweep_sends_forgotten_mails_and_those_of_killed_workers(sink):
    now = timezone.now()
    make_mail(now=now - dt.timedelta(minutes=20))
    make_mail(now=now, **claimed_fields(claimed_at=now - dt.timedelta(minutes=20)))

    tasks.sweep()
    assert list(Mail.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "retry"]

    with time_machine.travel(now + dt.timedelta(minutes=1)):
        tasks.sweep()
    assert list(Mail.objects.order_by("pk").values_list("state", flat=True)) == ["sent", "sent"]
    assert len(sink.raw) == 2


def test_sweep_without_anything_due_opens_no_connection(sink):
    tasks.sweep()

    assert sink.connections == 0
