"""Celery tasks of the measures. Each may safely run twice or concurrently."""

from celery import shared_task
from django.utils import timezone

from measures.progress import make_edition as make
from measures.progress import work_on_abandoned_imports
from measures.progress import work_on_import as work_on
from measures.queries import unfinished_editions


@shared_task(name="measures.tasks.make_edition", ignore_result=True)
def make_edition(pk: int) -> None:
    make(pk, clock=timezone.now)


@shared_task(name="measures.tasks.sweep_editions", ignore_result=True)
def sweep_editions() -> None:
    # Safety net for lost broker messages and killed workers.
    for pk in unfinished_editions().values_list("pk", flat=True):
        make(pk, clock=timezone.now)


@shared_task(name="measures.tasks.work_on_import", ignore_result=True)
def work_on_import(pk: int) -> None:
    work_on(pk, clock=timezone.now)


@shared_task(name="measures.tasks.sweep_imports", ignore_result=True)
def sweep_imports() -> None:
    work_on_abandoned_imports(clock=timezone.now)
