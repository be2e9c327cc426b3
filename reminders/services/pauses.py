"""The office pauses reminders of a rule, about a matter, or to a person, and lifts the pause."""

import datetime as dt
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.dates import local_date
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from outbox.permissions import can_manage_mails
from outbox.rendering.headers import normalise_address
from reminders.models import ReminderPause


class PauseTarget(NamedTuple):
    """What is paused, one of three: the key of a rule, a matter such as `dialogue:5`, a person's
    address.
    """

    rule: str = ""
    about: str = ""
    recipient: str = ""


@transaction.atomic
def pause_reminders(
    *,
    target: PauseTarget,
    title: str,
    by: Model,
    now: dt.datetime,
    until_on: dt.date | None = None,
    reason: str = "",
) -> ReminderPause:
    """Stop reminders of `target` up to and including `until_on`, without it until somebody lifts
    the pause.

    `title` says in German what is paused. Raises `NotEntitled`, `Refused` for a day that has
    passed, and `Outpaced` when the same is paused already.
    """
    _require_office(by)
    today = local_date(now)
    if until_on and until_on < today:
        raise Refused(
            _(
                "Der letzte Tag der Pause liegt in der Vergangenheit. Bitte wählen Sie einen "
                "späteren."
            )
        )
    if target.recipient:
        target = target._replace(recipient=normalise_address(target.recipient))
    _end_the_past(target, today, now)
    pause = ReminderPause(
        **target._asdict(),
        title=title[:300],
        until_on=until_on,
        reason=reason.strip(),
        created_at=now,
        created_by=by,
    )
    try:
        with transaction.atomic():
            pause.save()
    except IntegrityError as error:
        raise ChangedMeanwhile(_("Das ist bereits pausiert.")) from error
    return pause


@transaction.atomic
def resume_reminders(*, pause: ReminderPause, by: Model, now: dt.datetime) -> ReminderPause:
    """Lift a pause. What fell into it is made up for like any other missed step: the latest one,
    for some days.

    Raises `NotEntitled`, and `Outpaced` when somebody lifted it already.
    """
    _require_office(by)
    open_pause = ReminderPause.objects.filter(pk=pause.pk, ended_at__isnull=True)
    if not open_pause.update(ended_at=now, ended_by=by):
        raise ChangedMeanwhile(_("Diese Pause ist schon aufgehoben."))
    pause.refresh_from_db()
    return pause


def _require_office(by: Model) -> None:
    if not can_manage_mails(by):
        raise NotAllowed(_("Erinnerungen pausiert die Geschäftsstelle."))


def _end_the_past(target: PauseTarget, today: dt.date, now: dt.datetime) -> None:
    """Close a pause of `target` that ran out by itself, so that a new one has room."""
    ReminderPause.objects.filter(
        **target._asdict(), ended_at__isnull=True, until_on__lt=today
    ).update(ended_at=now)
