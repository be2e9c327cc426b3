"""The Celery application; `celery -A masterplan worker` finds it here."""

import os

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masterplan.settings")

TRANSPORT_ALIASES["filesystem"] = "operations.broker:Transport"

app = Celery("masterplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["masterplan"], related_name="watchdog")


@task_prerun.connect
def renew_connection(*args, **kwargs) -> None:
    """Let go of a database connection that broke or grew old: workers keep theirs from task to
    task.
    """
    close_old_connections()
