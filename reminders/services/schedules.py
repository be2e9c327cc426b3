"""Lets the office change a rule and restore its default."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NoReturn

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.roles import require_office
from reminders.models import ReminderRule
from reminders.queries import schedule_for
from reminders.registry import Option, Rule, Setting
from reminders.schedules import Schedule, describe_schedule, keep_step_keys

MAX_WORKING_DAYS_BEFORE = 60
MAX_STEPS = 8


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
