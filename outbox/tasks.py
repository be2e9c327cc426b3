"""What the workers do. Both tasks may run twice or at the same time without harm."""

from celery import shared_task
from django.utils import timezone

from outbox.services import deliver_due_mails, sweep_mails


@shared_task(name="outbox.tasks.drain", ignore_result=True)
def drain() -> None:
    """Send everything that is due."""
    deliver_due_mails(clock=timezone.now)


@shared_task(name="outbox.tasks.sweep", ignore_result=True)
def sweep() -> None:
    """Find what was due and not sent, and send it."""
    if sweep_mails(now=timezone.now()):
        deliver_due_mails(clock=timezone.now)
