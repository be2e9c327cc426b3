"""Health checks. Each returns a German sentence about the fault, or an empty string.

The answers are public, so they name the failing part and for how long, but the cause only goes to
the log.
"""

import datetime as dt
import logging
import os
from collections.abc import Callable, Mapping
from pathlib import Path

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, connection
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError, OperationalError

from operations.models import Heartbeat
from outbox.queries import mails as outbox

MAX_SILENCE = dt.timedelta(minutes=3)  # beat sends a heartbeat each minute
BROKER_TIMEOUT_SECONDS = 3
logger = logging.getLogger(__name__)

Check = Callable[[dt.datetime], str]


def check_database(now: dt.datetime) -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        logger.exception("The database does not answer")
        return _("Die Datenbank antwortet nicht.")
    return ""


def check_broker(now: dt.datetime) -> str:
    try:
        if settings.CELERY_BROKER_URL.startswith("filesystem"):
            # A folder answers no question; all that a message needs is the right to write there.
            queue = Path(str(settings.CELERY_BROKER_TRANSPORT_OPTIONS["data_folder_out"]))
            is_reachable = os.access(queue, os.W_OK | os.X_OK)
        else:
            with current_app.connection_for_write() as broker:
                broker.ensure_connection(
                    max_retries=1, interval_start=0, timeout=BROKER_TIMEOUT_SECONDS
                )
            is_reachable = True
    except (OSError, KombuError, OperationalError):
        logger.exception("The broker does not answer")
        is_reachable = False
    return "" if is_reachable else _("Die Warteschlange (Broker) ist nicht erreichbar.")


def check_mail(now: dt.datetime) -> str:
    oldest = outbox.oldest_due_at(now)
    if oldest is None or now - oldest <= outbox.LATE_AFTER:
        return ""
    return _("Die älteste fällige E-Mail wartet seit %(minutes)d Minuten.") % {
        "minutes": _minutes(now - oldest)
    }


def check_beat(now: dt.datetime) -> str:
    beat = _last_heartbeat(Heartbeat.Process.BEAT)
    if beat is None:
        return _("Der Zeitplan (Beat) hat sich noch nie gemeldet.")
    if now - beat > MAX_SILENCE:
        return _("Der Zeitplan (Beat) schweigt seit %(minutes)d Minuten.") % {
            "minutes": _minutes(now - beat)
        }
    return ""


def check_worker(now: dt.datetime) -> str:
    beat = _last_heartbeat(Heartbeat.Process.BEAT)
    worker = _last_heartbeat(Heartbeat.Process.WORKER)
    if worker is None:
        return _("Der Hintergrunddienst (Worker) hat sich noch nie gemeldet.")
    # While beat is silent, even a healthy worker receives nothing. So measure its silence against
    # the last sign of life of either; the check of beat reports the fault of beat.
    expected_at = max(beat, worker) if beat and now - beat > MAX_SILENCE else now
    if expected_at - worker > MAX_SILENCE:
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


def run_checks(checks: Mapping[str, Check], now: dt.datetime) -> dict[str, str]:
    """Return part → fault, which is empty for a healthy part."""
    return {part: check(now) for part, check in checks.items()}


def _last_heartbeat(process: str) -> dt.datetime | None:
    return Heartbeat.objects.filter(process=process).values_list("at", flat=True).first()


def _minutes(span: dt.timedelta) -> int:
    return int(span.total_seconds() // 60)
