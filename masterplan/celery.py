"""The Celery application, found by `celery -A masterplan worker`."""

import os

from celery import Celery
from celery.signals import task_prerun
from django.db import close_old_connections
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masterplan.settings")

# kombu's own transport lets workers read half-written messages (`operations.broker`).
TRANSPORT_ALIASES["filesystem"] = "operations.broker:Transport"

app = Celery("masterplan")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["operations"], related_name="watchdog")


@task_prerun.connect
def renew_connection(*args, **kwargs) -> None:
    """Close broken or outdated database connections: workers keep theirs across tasks."""
    close_old_connections()
