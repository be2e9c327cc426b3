"""Lets the office pause reminders; moves and clears pauses and log of merged or deleted people."""

import datetime as dt
from collections.abc import Collection
from typing import NamedTuple

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.errors import ChangedMeanwhile, Refused
from core.roles import require_office
from core.texts import Traces, shorten
from outbox.rendering.headers import normalise_address, spellings_of
from outbox.services.privacy import NO_ADDRESS
from partners.models import ANONYMOUS, Person
from partners.queries import recipient_of
from partners.services.traces import Search, clean_rows, text_fields
from reminders.models import ReminderLog, ReminderPause

MAX_TITLE_LENGTH = 300


class PauseTarget(NamedTuple):
    """Exactly one of: the key of a rule, a matter (`dialogue:5`), an address."""

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
    """Pause reminders up to and including `until_on`, or until somebody ends the pause.

    `title` names the target in German. Raises NotAllowed, Refused when `until_on` has passed, and
    ChangedMeanwhile when the target is paused already.
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
    _end_expired_pause(target, today, now)
    pause = ReminderPause(
        **target._asdict(),
        # Titles of dialogues and measures may be longer than the column.
        title=shorten(title, MAX_TITLE_LENGTH),
        until_on=until_on,
        reason=reason.strip(),
        created_at=now,
        created_by=by,
    )
    try:
        # The savepoint keeps the transaction usable on PostgreSQL after a failed insert.
        with transaction.atomic():
            pause.save()
    except IntegrityError as error:
        raise ChangedMeanwhile(_("Das ist bereits pausiert.")) from error
    return pause


@transaction.atomic
def resume_reminders(*, pause: ReminderPause, by: Model, now: dt.datetime) -> ReminderPause:
    """End a pause. The latest step within it is caught up on like any other missed step.

    Raises NotAllowed, and ChangedMeanwhile when somebody ended it already.
    """
    _require_office(by)
    open_pause = ReminderPause.objects.filter(pk=pause.pk, ended_at__isnull=True)
    # A conditional update instead of a lock: of two simultaneous clicks one finds no open pause.
    if not open_pause.update(ended_at=now, ended_by=by):
        raise ChangedMeanwhile(_("Diese Pause ist schon aufgehoben."))
    pause.refresh_from_db()
    return pause


def _require_office(by: Model) -> None:
    require_office(by, _("Erinnerungen pausiert die Geschäftsstelle."))


def _end_expired_pause(target: PauseTarget, today: dt.date, now: dt.datetime) -> None:
    """End an expired pause of `target`: a constraint allows one open pause per target."""
    expired = ReminderPause.objects.filter(
        **target._asdict(), ended_at__isnull=True, until_on__lt=today
    )
    expired.update(ended_at=now)


def move_person(*, source: Person, target: Person, by: Model, now: dt.datetime) -> list[str]:
    """Let what was sent to the addresses of `source`, and its pauses, count for that of `target`
    (`partners.registry.MovePerson`).
    """
    account = getattr(source, "user", None)
    address = recipient_of(target).email
    former = spellings_of(source.email, account.email if account else "") - {address}
    if not former or not address:
        return []
    _copy_log(former, address)
    return _copy_pauses(former, address)


def _copy_log(former: Collection[str], address: str) -> None:
    # Otherwise the steps already sent would be sent again, now to the other address. Copied without
    # the mail, because it went to the former address, which somebody else may share.
    copies = [
        ReminderLog(
            kind=entry.kind,
            subject_key=entry.subject_key,
            recipient=address,
            date=entry.date,
            step=entry.step,
            at=entry.at,
        )
        for entry in ReminderLog.objects.filter(recipient__in=former).order_by("pk")
    ]
    ReminderLog.objects.bulk_create(copies, ignore_conflicts=True)


def _copy_pauses(former: Collection[str], address: str) -> list[str]:
    open_pauses = ReminderPause.objects.filter(ended_at__isnull=True)
    if open_pauses.filter(recipient=address).exists():
        return []
    pause = open_pauses.filter(recipient__in=former).order_by("pk").first()
    if pause is None:
        return []
    # The former address keeps its pause, because somebody else may share it.
    pause.pk, pause.recipient = None, address
    pause.save(force_insert=True)
    return [_("Pause der Erinnerungen: gilt auch für %(address)s") % {"address": address}]


def anonymise_person(*, person: Model, traces: Traces, labels: Traces) -> list[str]:
    """Remove the addresses of `person` from the log and the pauses
    (`partners.registry.AnonymisePerson`). What was reminded of stays, so nothing is sent again.
    """
    count = 0
    blank = {"title": str(ANONYMOUS), "reason": ""}
    for model, values in ((ReminderLog, {}), (ReminderPause, blank)):
        for entry in model.objects.filter(recipient__in=traces.addresses).order_by("pk"):
            for name, value in values.items():
                setattr(entry, name, value)
            # With its key, because the recipient is part of unique constraints.
            entry.recipient = f"{entry.pk}{NO_ADDRESS}"
            entry.save(update_fields=["recipient", *values])
            count += 1
    named_in = [f for f in text_fields(ReminderPause) if f.name in ("title", "reason")]
    clean_rows([Search(ReminderPause.objects.all(), named_in)], traces)
    text = ngettext("Adresse an %(count)d Erinnerung", "Adresse an %(count)d Erinnerungen", count)
    return [text % {"count": count}] if count else []
