"""Celery tasks of the outbox. Each may safely run twice or concurrently."""

from celery import shared_task
from django.utils import timezone

from outbox.services import deliver_due_mails, remove_bodies, sweep_mails


@shared_task(name="outbox.tasks.drain", ignore_result=True)
def drain() -> None:
    deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.drain_account", ignore_result=True)
def drain_account() -> None:
    """Send only account mail, which may use the connection reserved for it."""
    deliver_due_mails(clock=timezone.now, only_account=True)


@shared_task(name="outbox.tasks.sweep", ignore_result=True)
def sweep() -> None:
    # Safety net for lost broker messages, killed workers and mails that fall due later.
    if sweep_mails(now=timezone.now()):
        deliver_due_mails(clock=timezone.now, only_account=True)
        deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.tidy", ignore_result=True)
def tidy() -> None:
    remove_bodies(now=timezone.now())
