"""Background work of the partners app."""

from celery import shared_task
from django.utils import timezone

from partners.services import tidy_people
from partners.services.privacy import ANONYMISED, DELETED

# Each person takes searches through all tables, and mails wait while a worker is busy.
PEOPLE_PER_TASK = 50


@shared_task(name="partners.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Delete or anonymise whoever is no longer needed. Safe to run twice and at the same time."""
    done = tidy_people(now=timezone.now(), limit=PEOPLE_PER_TASK)
    if len(done[ANONYMISED]) + len(done[DELETED]) == PEOPLE_PER_TASK:
        # The rest in a task of its own, so that mails get their turn in between.
        tidy.delay()
