"""What the workers do. All tasks may run twice or at the same time without harm."""

from celery import shared_task
from django.utils import timezone

from outbox.services import deliver_due_mails, remove_bodies, sweep_mails


@shared_task(name="outbox.tasks.drain", ignore_result=True)
def drain() -> None:
    """Send everything that is due."""
    deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.drain_account", ignore_result=True)
def drain_account() -> None:
    """Send the account mail that is due, over the connection kept for it."""
    deliver_due_mails(clock=timezone.now, only_account=True)


@shared_task(name="outbox.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Find what was due and not sent, and send it."""
    if sweep_mails(now=timezone.now()):
        deliver_due_mails(clock=timezone.now, only_account=True)
        deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Remove the words of mails whose time is over."""
    remove_bodies(now=timezone.now())
