"""Is the portal well? One answer for the container (process, database), one for monitoring
(everything behind it).

Neither needs a sign-in, and neither tells more than which part is unwell and since when.
"""

import datetime as dt
import logging
import os
from collections.abc import Callable
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu.exceptions import KombuError, OperationalError

from operations.models import Heartbeat
from outbox import queries as outbox

SILENT_AFTER = dt.timedelta(minutes=3)
logger = logging.getLogger(__name__)

Check = Callable[[dt.datetime], str]


def check_database(now: dt.datetime) -> str:
    """Return what is wrong with the database in German, or nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return _("Die Datenbank antwortet nicht.")
    return ""


def check_broker(now: dt.datetime) -> str:
    """Return what is wrong with the broker in German, or nothing."""
    try:
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            queue = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]))
            reachable = os.access(queue, os.W_OK | os.X_OK)
        else:
            with current_app.connection_for_write() as broker:
                broker.ensure_connection(max_retries=1, interval_start=0, timeout=3)
            reachable = True
    except (OSError, KombuError, OperationalError):
        logger.exception("The broker does not answer")
        reachable = False
    return "" if reachable else _("Die Warteschlange (Broker) ist nicht erreichbar.")


def check_mail(now: dt.datetime) -> str:
    """Return in German that due mail waits for too long, or nothing."""
    oldest = outbox.oldest_due_at(now)
    if oldest is None or now - oldest <= outbox.LATE_AFTER:
        return ""
    return _("Die älteste fällige E-Mail wartet seit %(minutes)d Minuten.") % {
        "minutes": _minutes(now - oldest)
    }


def check_beat(now: dt.datetime) -> str:
    """Return in German that beat is silent, or nothing."""
    beat = _last_sign(Heartbeat.Process.BEAT)
    if beat is None:
        return _("Der Zeitplan (Beat) hat sich noch nie gemeldet.")
    if now - beat > SILENT_AFTER:
        return _("Der Zeitplan (Beat) schweigt seit %(minutes)d Minuten.") % {
            "minutes": _minutes(now - beat)
        }
    return ""


def check_worker(now: dt.datetime) -> str:
    """Return in German that the worker consumes nothing, or nothing.

    A worker that had nothing to consume because beat is silent counts as well: beat's own line
    tells the cause.
    """
    beat, worker = _last_sign(Heartbeat.Process.BEAT), _last_sign(Heartbeat.Process.WORKER)
    if worker is None:
        return _("Der Hintergrunddienst (Worker) hat sich noch nie gemeldet.")
    asked_at = max(beat, worker) if beat and now - beat > SILENT_AFTER else now
    if asked_at - worker > SILENT_AFTER:
        return _("Der Hintergrunddienst (Worker) schweigt seit %(minutes)d Minuten.") % {
            "minutes": _minutes(now - worker)
        }
    return ""


CONTAINER_CHECKS: dict[str, Check] = {"datenbank": check_database}
OPERATION_CHECKS: dict[str, Check] = {
    "broker": check_broker,
    "postausgang": check_mail,
    "beat": check_beat,
    "worker": check_worker,
}


@require_safe
@never_cache
@login_not_required
def container(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process and the database work, else 503; for the container engine."""
    return _report(CONTAINER_CHECKS)


@require_safe
@never_cache
@login_not_required
def operation(request: HttpRequest) -> JsonResponse:
    """Answer 200 while all parts work, else 503 with the reason of each; for monitoring."""
    if check_database(timezone.now()):
        return _report(CONTAINER_CHECKS)
    return _report(CONTAINER_CHECKS | OPERATION_CHECKS)


def _report(checks: dict[str, Check]) -> JsonResponse:
    now = timezone.now()
    faults = {name: check(now) for name, check in checks.items()}
    parts = {
        name: {"ok": not fault} | ({"grund": fault} if fault else {})
        for name, fault in faults.items()
    }
    well = not any(faults.values())
    values = {"ok": well, "teile": parts}
    return JsonResponse(
        values, status=200 if well else 503, json_dumps_params={"ensure_ascii": False}
    )


def _last_sign(process: str) -> dt.datetime | None:
    return Heartbeat.objects.filter(process=process).values_list("at", flat=True).first()


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 60)
