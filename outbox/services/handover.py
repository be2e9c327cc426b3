"""The hint to the workers that something is due. Losing it costs a minute: the sweep finds the
rows.
"""

import logging

from celery import current_app
from django.db import transaction
from kombu.exceptions import KombuError, OperationalError

logger = logging.getLogger(__name__)

DRAIN = "outbox.tasks.drain"
DRAIN_ACCOUNT = "outbox.tasks.drain_account"


def hand_over_on_commit(task: str = DRAIN) -> None:
    """Wake a worker once the present transaction is committed; a broker that is away never fails
    the caller.
    """
    transaction.on_commit(lambda: _hand_over(task), robust=True)


def _hand_over(task: str) -> None:
    try:
        current_app.send_task(task, ignore_result=True)
    except (OperationalError, KombuError, OSError) as error:
        logger.warning(
            "the broker took no hint (%s); the sweep will find the mails", type(error).__name__
        )
