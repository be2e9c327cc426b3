"""Pages of the office: the forecast of reminders with its pauses, and the rules."""

import datetime as dt
from functools import partial
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.dates import format_day, local_date
from core.history import entries_of
from core.views import allowed, redirect_with_message, run_service, version_sent
from outbox.permissions import can_manage_mails
from outbox.progress.mails import section_tabs
from reminders.forecast import (
    PausePreview,
    group_days,
    pause_entries,
    plan_forecast,
    preview_pause,
)
from reminders.forms import PauseForm, RuleForm
from reminders.models import ReminderPause, ReminderRule
from reminders.queries import (
    current_schedule,
    current_schedules,
    pause_for,
    reminder_mails,
    valid_pauses,
)
from reminders.registry import Rule, get_rule
from reminders.schedules import Schedule, default_schedule, describe_schedule
from reminders.services import change_rule, pause_reminders, reset_rule, resume_reminders

SENT_MAILS_LIMIT = 10  # the list of mails shows the rest
HISTORY_LIMIT = 20


@require_safe
@allowed(can_manage_mails)
def forecast(request: HttpRequest) -> HttpResponse:
    """Show the reminders of today, tomorrow and the week, what was sent today, and the pauses."""
    now = timezone.now()
    today = local_date(now)
    pauses, sent = valid_pauses(today), list(reminder_mails(today))
    first_hour, last_hour = settings.REMINDER_HOURS
    context = {
        "tabs": section_tabs("reminders:forecast"),
        "today": today,
        "groups": group_days(plan_forecast(now, pauses, sent), now=now, has_sent_today=bool(sent)),
        "pauses": pause_entries(pauses),
        "sent": sent[:SENT_MAILS_LIMIT],
        "sent_count": len(sent),
        "has_more_sent": len(sent) > SENT_MAILS_LIMIT,
        "no_pauses_text": _(
            "Zurzeit ist nichts pausiert. Über „Pausieren“ bei einer E-Mail halten Sie eine Regel, "
            "einen Vorgang oder eine Person an."
        ),
        "first_hour": first_hour,
        "last_hour": last_hour,
    }
    return render(request, "reminders/forecast.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(can_manage_mails)
def pause(request: HttpRequest) -> HttpResponse:
    """Ask for last day and reason, then pause once the form is posted with `confirmed`.

    The address of the form names the target, so that the page opens after signing in again.
    """
    now = timezone.now()
    value = request.POST.get("target") or request.GET.get("target", "")
    preview = preview_pause(value, plan_forecast(now))
    # The reminder may have been sent or become superfluous since the page was loaded.
    if preview is None:
        messages.warning(
            request, _("Dazu steht keine Erinnerung mehr an; es gibt nichts zu pausieren.")
        )
        return redirect("reminders:forecast")
    # The forecast's buttons post without `confirmed`; an unbound form then shows no errors yet.
    form = PauseForm(request.POST if "confirmed" in request.POST else None)
    if form.is_valid():
        service = partial(
            pause_reminders,
            target=preview.target,
            title=preview.title,
            by=request.user,
            now=now,
            **form.values,
        )
        done = _paused_message(preview, form.values["until_on"])
        if run_service(request, service, form=form, done=done):
            return redirect("reminders:forecast")
    context = {"form": form, "preview": preview, "value": value}
    return render(request, "reminders/pause.html", context, status=422 if form.errors else 200)


def _paused_message(preview: PausePreview, until_on: dt.date | None) -> str:
    if until_on:
        return _("Pausiert bis %(day)s: %(title)s.") % {
            "day": format_day(until_on),
            "title": preview.title,
        }
    return _("Pausiert, bis Sie die Pause aufheben: %(title)s.") % {"title": preview.title}


@require_POST
@allowed(can_manage_mails)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    pause = get_object_or_404(ReminderPause.objects.visible_to(request.user), pk=pk)
    run_service(
        request,
        partial(resume_reminders, pause=pause, by=request.user, now=timezone.now()),
        done=_("Die Pause ist aufgehoben: %(title)s.") % {"title": pause.title},
    )
    return redirect("reminders:forecast")


@require_safe
@allowed(can_manage_mails)
def rule_list(request: HttpRequest) -> HttpResponse:
    """List the rules with their schedules and pauses."""
    today = timezone.localdate()
    pauses = valid_pauses(today)
    rules = []
    for key, schedule in current_schedules().items():
        pause = pause_for(pauses, today, rule=key)
        text, colour = _badge(schedule, pause)
        rules.append(
            {
                "rule": schedule.rule,
                "days": describe_schedule(schedule),
                "badge_text": text,
                "badge_colour": colour,
                "is_paused": pause is not None,
                "can_pause": pause is None and schedule.is_active,
            }
        )
    context = {"rules": rules, "tabs": section_tabs("reminders:rules")}
    return render(request, "reminders/rules.html", context)


def _badge(schedule: Schedule, pause: ReminderPause | None) -> tuple[str, str]:
    """Return text and colour of the badge."""
    # The most important fact wins: a pause or the switch explains why nobody is reminded.
    if pause:
        return _("pausiert"), "warning"
    if not schedule.is_active:
        return _("ausgeschaltet"), "muted"
    if schedule.rule.fixed:
        return _("fest"), "neutral"
    if schedule.is_default:
        return _("Voreinstellung"), "neutral"
    return _("geändert"), "info"


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(can_manage_mails)
def rule_page(request: HttpRequest, key: str) -> HttpResponse:
    """Show a rule with its history; change it."""
    rule = _get_rule_or_404(key)
    schedule = current_schedule(key)
    form = RuleForm(request.POST or None, schedule=schedule)
    if form.is_valid():
        service = partial(
            change_rule,
            rule=rule,
            version=form.version_shown,
            by=request.user,
            now=timezone.now(),
            **form.values,
        )
        if changed := run_service(request, service, form=form):
            text = _("Gespeichert. Die Regel erinnert: %(days)s.")
            message = text % {"days": describe_schedule(changed)}
            return redirect_with_message(request, message, "reminders:rules")
        # If somebody else saved first, the error shows their values: saving again may overwrite.
        form.accept_version(schedule.version)
    change = ReminderRule.objects.filter(key=key).first()
    shown = urlencode({"version": schedule.version})
    context = {
        "reset_url": f"{reverse('reminders:rule_reset', args=[key])}?{shown}",
        "rule": rule,
        "schedule": schedule,
        "form": form,
        "rows": _fact_rows(schedule),
        "entries": entries_of(change, limit=HISTORY_LIMIT) if change else [],
    }
    return render(request, "reminders/rule.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(can_manage_mails)
def rule_reset(request: HttpRequest, key: str) -> HttpResponse:
    """Restore the default of a rule."""
    rule = _get_rule_or_404(key)
    run_service(
        request,
        partial(
            reset_rule,
            rule=rule,
            version=version_sent(request),
            by=request.user,
            now=timezone.now(),
        ),
        done=_("Es gilt wieder die Voreinstellung: %(days)s.")
        % {"days": describe_schedule(default_schedule(rule))},
    )
    return redirect("reminders:rule", key)


def _get_rule_or_404(key: str) -> Rule:
    try:
        return get_rule(key)
    except KeyError as error:
        raise Http404 from error


def _fact_rows(schedule: Schedule) -> list[tuple[str, str]]:
    rows = [
        (_("Zählt"), _("ab %(day)s") % {"day": schedule.rule.counts_from}),
        (_("Erinnert"), describe_schedule(schedule)),
    ]
    if not schedule.is_default:
        rows.append((_("Voreinstellung"), describe_schedule(default_schedule(schedule.rule))))
    return rows
