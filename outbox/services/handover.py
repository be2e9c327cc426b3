"""The hint to the workers that something is due. Losing it costs a minute: the sweep finds the rows."""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)

DRAIN = "outbox.tasks.drain"


def hand_over_on_commit() -> None:
    """Wake a worker once the present transaction is committed; a broker that is away never fails the caller."""
    transaction.on_commit(_hand_over, robust=True)


def _hand_over() -> None:
    try:
        current_app.send_task(DRAIN, ignore_result=True)
    except (OperationalError, KombuError, OSError) as error:
        logger.warning("the broker took no hint (%s); the sweep will find the mails", type(error).__name__)
