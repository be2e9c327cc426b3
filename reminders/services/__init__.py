"""Lets the office change rules and pause reminders; writes and logs the reminder mails of a run."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple, NoReturn
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.roles import require_office
from core.texts import Traces, shorten
from outbox.models import Mail
from outbox.rendering.headers import normalise_address, spellings_of
from outbox.services.privacy import NO_ADDRESS
from outbox.services.queueing import enqueue_mails
from outbox.texts import MailDraft
from partners.models import ANONYMOUS, Person
from partners.queries import recipient_of
from partners.services.traces import Search, clean_rows, text_fields
from reminders.mails import draft_digest, draft_personal
from reminders.models import ReminderLog, ReminderPause, ReminderRule
from reminders.queries import log_entries, schedule_for
from reminders.registry import Option, Reminder, ReminderMail, Rule, Setting
from reminders.schedules import Schedule, describe_schedule, keep_step_keys

MAX_WORKING_DAYS_BEFORE = 60
MAX_STEPS = 8
MAX_TITLE_LENGTH = 300

# Rules


@transaction.atomic
def change_rule(
    *,
    rule: Rule,
    before: Iterable[int],
    after: Iterable[int],
    weekly: bool,
    is_active: bool,
    version: str,
    by: Model,
    now: dt.datetime,
    options: Mapping[str, Setting] | None = None,
) -> Schedule:
    """Change the days, options and activity of a rule; return the new schedule.

    `before` and `after` are working days from the date; 0 is the day itself. `options` are settings
    by option key; missing ones keep their value. `version` is that of the schedule the form showed.
    Raises NotAllowed, ChangedMeanwhile when somebody else changed the rule in the meantime, and
    Refused for steps or settings that the rule cannot have.
    """
    change = _lock_change(rule, by)
    current = schedule_for(rule, change)
    if current.version != version:
        raise ChangedMeanwhile(
            _(
                "Diese Regel wurde inzwischen geändert; es gilt jetzt: %(steps)s. Ihre Eingaben "
                "stehen noch hier."
            )
            % {"steps": describe_schedule(current)}
        )
    days = _check_days(rule, list(before), list(after))
    settings = _check_options(rule, dict(current.options) | dict(options or {}))
    if is_active and not days and not weekly and not any(settings.values()):
        raise Refused(_("Bitte nennen Sie mindestens einen Tag, oder schalten Sie die Regel aus."))
    wanted = Schedule(
        rule,
        keep_step_keys(current.offsets, days),
        bool(weekly and rule.weekly is not None),
        is_active,
        tuple(settings.items()),
    )
    if wanted != current:
        change.steps = [list(step) for step in wanted.offsets]
        change.weekly, change.is_active = wanted.weekly, is_active
        change.options = settings or None
        _save_change(change, by=by, now=now, reason=describe_schedule(wanted))
    return wanted


@transaction.atomic
def reset_rule(*, rule: Rule, version: str | None = None, by: Model, now: dt.datetime) -> None:
    """Restore the default.

    `version` is that of the schedule the page showed, None compares nothing.
    Raises NotAllowed, ChangedMeanwhile, and Refused for a rule that cannot be changed.
    """
    change = _lock_change(rule, by)
    current = schedule_for(rule, change)
    if version not in (None, current.version):
        text = _("Diese Regel wurde inzwischen geändert; es gilt jetzt: %(steps)s.")
        raise ChangedMeanwhile(text % {"steps": describe_schedule(current)})
    if change.is_active and (change.steps, change.weekly, change.options) == (None, None, None):
        return
    change.steps, change.weekly, change.options, change.is_active = None, None, None, True
    _save_change(change, by=by, now=now, reason=_("Auf die Voreinstellung zurückgesetzt"))


def _lock_change(rule: Rule, by: Model) -> ReminderRule:
    """Return the locked change of `rule`, or an unsaved one. Checks permission first."""
    require_office(by, _("Nur die Geschäftsstelle darf Erinnerungsregeln ändern."))
    if rule.fixed:
        raise Refused(
            _("Die Schritte dieser Regel stehen fest. Sie können die Regel aber pausieren.")
        )
    change = ReminderRule.objects.select_for_update().filter(key=rule.key).first()
    return change or ReminderRule(key=rule.key)


def _save_change(change: ReminderRule, *, by: Model, now: dt.datetime, reason: str) -> None:
    try:
        with transaction.atomic():
            save_as(change, by=by, now=now, reason=reason)
    # The first change of a rule has no record to lock, so two users can make it simultaneously.
    except IntegrityError as error:
        raise ChangedMeanwhile(
            _(
                "Diese Regel wurde eben geändert. Bitte prüfen Sie sie und speichern Sie noch "
                "einmal."
            )
        ) from error


def _check_days(rule: Rule, before: list[int], after: list[int]) -> list[int]:
    """Return the days as offsets from the date. Raises Refused for days that `rule` cannot have."""
    if (before and not rule.before) or (after and not rule.after):
        raise Refused(_("Diese Regel erinnert nur auf einer Seite ihres Tages."))
    if not all(0 <= count <= MAX_WORKING_DAYS_BEFORE for count in before):
        _refuse_far_steps()
    if not all(1 <= count <= MAX_WORKING_DAYS_BEFORE for count in after):
        _refuse_far_steps()
    days = sorted({-count for count in before} | set(after))
    if len(days) > MAX_STEPS:
        raise Refused(_("Bitte nennen Sie höchstens %(most)d Tage.") % {"most": MAX_STEPS})
    return days


def _check_options(rule: Rule, settings: dict[str, Setting]) -> dict[str, Setting]:
    """Return `settings` in the order of the options. Raises Refused for what `rule` cannot have."""
    if set(settings) - {option.key for option in rule.options}:
        raise Refused(_("Diese Einstellung hat die Regel nicht."))
    return {option.key: _check_setting(option, settings[option.key]) for option in rule.options}


def _check_setting(option: Option, setting: Setting) -> Setting:
    if option.is_switch:
        return bool(setting)
    if setting is not None and not 1 <= setting <= MAX_WORKING_DAYS_BEFORE:
        _refuse_far_steps()
    return setting


def _refuse_far_steps() -> NoReturn:
    raise Refused(
        _("Möglich sind bis zu %(most)d Arbeitstage.") % {"most": MAX_WORKING_DAYS_BEFORE}
    )


# Pauses


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


# Mails


class LogEntryKey(NamedTuple):
    """The fields that identify an entry of the log."""

    kind: str
    subject_key: str
    recipient: str
    date: dt.date
    step: str


@transaction.atomic
def enqueue_reminders(
    mails: Iterable[ReminderMail], *, day: dt.date, now: dt.datetime, by: Model | None = None
) -> int:
    """Write the reminder `mails` of `day` and log their reminders; return how many are new.

    An existing mail stays as it is. Its reminders are not logged, since it may lack some of them.
    Raises IntegrityError when a concurrent run has logged one of the reminders with another mail.
    That is intended: this run then writes nothing, so nobody is reminded twice, and the next run
    takes the log into account.
    """
    mails = list(mails)
    keys = {_entry_key(reminder) for mail in mails for reminder in mail.reminders}
    resent = _delete_expired_entries(keys)
    drafts = [(mail, _draft(mail, day, now, resent)) for mail in mails]
    # Mails that existed before carry another batch.
    batch = uuid4()
    enqueue_mails([draft for _mail, draft in drafts], now=now, by=by, batch=batch)
    written = {
        (mail.kind, mail.subject_key, mail.event, mail.recipient): mail.pk
        for mail in Mail.objects.filter(batch=batch).only(
            "kind", "subject_key", "event", "recipient"
        )
    }
    entries = []
    for mail, draft in drafts:
        address = normalise_address(draft.to.email)
        if pk := written.get((draft.kind, draft.subject_key, draft.event, address)):
            entries += [
                ReminderLog(**_entry_key(reminder)._asdict(), at=now, mail_id=pk)
                for reminder in mail.reminders
            ]
    # The unique constraint of the log stops a concurrent run.
    ReminderLog.objects.bulk_create(entries)
    return len(written)


def _delete_expired_entries(keys: set[LogEntryKey]) -> set[LogEntryKey]:
    """Delete those entries of `keys` whose mail expired unsent; return their keys."""
    entries = log_entries({key.subject_key for key in keys}, expired=True)
    found = {
        entry.pk: LogEntryKey(*(getattr(entry, name) for name in LogEntryKey._fields))
        for entry in entries
    }
    expired = {pk: key for pk, key in found.items() if key in keys}
    if expired:
        ReminderLog.objects.filter(pk__in=expired).delete()
    return set(expired.values())


def _entry_key(reminder: Reminder) -> LogEntryKey:
    return LogEntryKey(
        reminder.kind,
        reminder.subject_key,
        normalise_address(reminder.to.email),
        reminder.date,
        reminder.step.key,
    )


def _draft(
    mail: ReminderMail, day: dt.date, now: dt.datetime, resent: set[LogEntryKey]
) -> MailDraft:
    if mail.draft:
        return mail.draft
    if not mail.is_personal:
        return draft_digest(mail, day=day, now=now)
    (reminder,) = mail.reminders
    # The expired mail still occupies its unique key, so the new mail needs another event.
    is_resent = _entry_key(reminder) in resent
    event = f"{reminder.event}:{day.isoformat()}" if is_resent else reminder.event
    return draft_personal(mail, event=event, now=now)


# People


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
