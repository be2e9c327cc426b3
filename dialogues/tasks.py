"""Celery tasks of the dialogues. Each may safely run twice or concurrently."""

from celery import shared_task
from django.utils import timezone

from dialogues.services import tend_waiting_lists


@shared_task(name="dialogues.tasks.tend_waiting_lists", ignore_result=True)
def tend() -> None:
    tend_waiting_lists(now=timezone.now())
