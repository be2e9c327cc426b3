"""Background work of the partners app."""

from celery import shared_task
from django.utils import timezone

from partners.services import tidy_people


@shared_task(name="partners.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Delete or anonymise whoever is no longer needed. Safe to run twice and at the same time."""
    tidy_people(now=timezone.now())
