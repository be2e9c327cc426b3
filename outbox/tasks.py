"""What the workers do. Every task may run twice or at the same time without harm."""

from celery import shared_task
from django.utils import timezone

from outbox.services import deliver_due_mails, remove_bodies, sweep_mails


@shared_task(name="outbox.tasks.drain", ignore_result=True)
def drain() -> None:
    deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.drain_account", ignore_result=True)
def drain_account() -> None:
    """Send account mail over the connection reserved for it."""
    deliver_due_mails(clock=timezone.now, only_account=True)


@shared_task(name="outbox.tasks.sweep", ignore_result=True)
def sweep() -> None:
    # The safety net for lost messages of the broker, killed workers and mails that are due later.
    if sweep_mails(now=timezone.now()):
        deliver_due_mails(clock=timezone.now, only_account=True)
        deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.tidy", ignore_result=True)
def tidy() -> None:
    remove_bodies(now=timezone.now())
