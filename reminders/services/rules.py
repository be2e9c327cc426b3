"""The office changes when somebody is reminded, and goes back to the default."""

import datetime as dt
from collections.abc import Iterable, Mapping

from django.db import IntegrityError, transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.history import save_as
from outbox.permissions import can_manage_mails
from reminders.models import ReminderRule
from reminders.queries import schedule_of
from reminders.rules import Option, Rule, Schedule, Setting, days_in_words, renamed

LONGEST_LEAD = 60  # working days
MOST_STEPS = 8


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
    """Set the steps of `rule` in working days before (0: the day itself) and after its date; return
    what now holds.

    `options` are settings of the rule's own options by their keys; one that is not named stays as
    it is. A step that only moved stays the same step, so nobody is reminded of it anew. `version`
    is that of the schedule the form showed. Raises `NotEntitled`, `Outpaced` when somebody changed
    the rule meanwhile, and `Refused` for steps that the rule cannot have.
    """
    row = _locked(rule, by)
    present = schedule_of(rule, row)
    if present.version != version:
        raise ChangedMeanwhile(
            _(
                "Diese Regel wurde inzwischen geändert; es gilt jetzt: %(steps)s. Ihre Eingaben "
                "stehen noch hier."
            )
            % {"steps": days_in_words(present)}
        )
    days = _checked_days(rule, list(before), list(after))
    settings = _checked_options(rule, dict(present.options) | dict(options or {}))
    if is_active and not days and not weekly and not any(settings.values()):
        raise Refused(_("Bitte nennen Sie mindestens einen Tag, oder schalten Sie die Regel aus."))
    offsets, goes_on = renamed(present.offsets, days), bool(weekly and rule.weekly is not None)
    wanted = Schedule(rule, offsets, goes_on, is_active, tuple(settings.items()))
    if wanted != present:
        row.steps, row.weekly, row.is_active = (
            [list(step) for step in wanted.offsets],
            wanted.weekly,
            is_active,
        )
        row.options = settings or None
        _save(row, by=by, now=now, reason=days_in_words(wanted))
    return wanted


@transaction.atomic
def reset_rule(*, rule: Rule, by: Model, now: dt.datetime) -> None:
    """Let the default of `rule` hold again. Raises `NotEntitled`, `Refused` when it cannot be
    changed.
    """
    row = _locked(rule, by)
    if row.steps is None and row.weekly is None and row.options is None and row.is_active:
        return
    row.steps, row.weekly, row.options, row.is_active = None, None, None, True
    _save(row, by=by, now=now, reason=_("Auf die Voreinstellung zurückgesetzt"))


def _locked(rule: Rule, by: Model) -> ReminderRule:
    """Return the row of `rule` under lock, an unsaved one when the office changed nothing yet."""
    if not can_manage_mails(by):
        raise NotAllowed(_("Nur die Geschäftsstelle darf Erinnerungsregeln ändern."))
    if rule.fixed:
        raise Refused(
            _("Die Schritte dieser Regel stehen fest. Sie können die Regel aber pausieren.")
        )
    row = ReminderRule.objects.select_for_update().filter(key=rule.key).first()
    return row or ReminderRule(key=rule.key)


def _save(row: ReminderRule, *, by: Model, now: dt.datetime, reason: str) -> None:
    try:
        with transaction.atomic():
            save_as(row, by=by, now=now, reason=reason)
    except (
        IntegrityError
    ) as error:  # two people made the first change of the rule at the same moment
        raise ChangedMeanwhile(
            _(
                "Diese Regel wurde eben geändert. Bitte prüfen Sie sie und speichern Sie noch "
                "einmal."
            )
        ) from error


def _checked_days(rule: Rule, before: list[int], after: list[int]) -> list[int]:
    if (before and not rule.before) or (after and not rule.after):
        raise Refused(_("Diese Regel erinnert nur auf einer Seite ihres Tages."))
    if any(not 0 <= count <= LONGEST_LEAD for count in before) or any(
        not 1 <= n <= LONGEST_LEAD for n in after
    ):
        raise Refused(_("Möglich sind bis zu %(most)d Arbeitstage.") % {"most": LONGEST_LEAD})
    days = sorted({-count for count in before} | set(after))
    if len(days) > MOST_STEPS:
        raise Refused(_("Bitte nennen Sie höchstens %(most)d Tage.") % {"most": MOST_STEPS})
    return days


def _checked_options(rule: Rule, settings: dict[str, Setting]) -> dict[str, Setting]:
    """Return `settings` in the order of the rule's options. Raises `Refused` for one that an option
    cannot have.
    """
    if set(settings) - {option.key for option in rule.options}:
        raise Refused(_("Diese Einstellung hat die Regel nicht."))
    return {option.key: _checked_setting(option, settings[option.key]) for option in rule.options}


def _checked_setting(option: Option, setting: Setting) -> Setting:
    if option.is_switch:
        return bool(setting)
    if setting is not None and not 1 <= setting <= LONGEST_LEAD:
        raise Refused(_("Möglich sind bis zu %(most)d Arbeitstage.") % {"most": LONGEST_LEAD})
    return setting
