"""The rules of reminders: which there are, when each reminds, and how the office changes that."""

import re

from django import forms
from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.errors import ChangedMeanwhile, Refused
from core.history import entries_of
from core.views import allowed
from outbox.permissions import can_manage_mails
from outbox.progress import section_tabs
from reminders.models import ReminderRule
from reminders.queries import pause_for, reminder_rule, reminder_rules, valid_pauses
from reminders.rules import (
    Option,
    Rule,
    Schedule,
    Setting,
    days_in_words,
    default_schedule,
    rule_of,
)
from reminders.services import LONGEST_LEAD, change_rule, reset_rule


class DaysField(forms.CharField):
    """Numbers of working days as people write them: `10, 3, 0`. Gives a list of integers."""

    def __init__(self, **kwargs):
        super().__init__(**{"required": False, "max_length": 60, **kwargs})
        self.widget.attrs["inputmode"] = "text"

    def to_python(self, value):
        words = re.split(r"[,;.\s]+", super().to_python(value).strip(" ,;."))
        if not all(re.fullmatch(r"\d{1,3}|", word) for word in words):
            raise forms.ValidationError(
                _("Bitte schreiben Sie ganze Zahlen mit Komma dazwischen, zum Beispiel 10, 3.")
            )
        return [int(word) for word in words if word]


def option_field(option: Option) -> forms.Field:
    """Return the field of one of a rule's own options: a box to tick, or the working day from which
    on it holds.
    """
    if option.is_switch:
        return forms.BooleanField(label=option.label, help_text=option.help_text, required=False)
    return forms.IntegerField(
        label=option.label,
        help_text=option.help_text,
        required=False,
        min_value=1,
        max_value=LONGEST_LEAD,
    )


class RuleForm(forms.Form):
    """When a rule reminds; only the sides of its date and the options that it has are asked for."""

    before = DaysField(
        label=gettext_lazy("Arbeitstage vorher"),
        help_text=gettext_lazy(
            "Zahlen mit Komma, zum Beispiel „10, 3, 0“. Die 0 steht für den Tag selbst."
        ),
    )
    after = DaysField(
        label=gettext_lazy("Arbeitstage danach"),
        help_text=gettext_lazy("Zahlen mit Komma, zum Beispiel „1, 3, 5“."),
    )
    weekly = forms.BooleanField(
        label=gettext_lazy("Danach jede Woche weiter erinnern"), required=False
    )
    is_active = forms.BooleanField(
        label=gettext_lazy("Diese Regel ist eingeschaltet"),
        required=False,
        help_text=gettext_lazy(
            "Ohne Haken erinnert sie niemanden. Für eine Weile genügt eine Pause."
        ),
    )
    version = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, schedule: Schedule, **kwargs):
        initial = {
            "before": ", ".join(map(str, schedule.before)),
            "after": ", ".join(map(str, schedule.after)),
            "weekly": schedule.weekly,
            "is_active": schedule.is_active,
            "version": schedule.version,
        } | {f"option_{key}": setting for key, setting in schedule.options}
        super().__init__(*args, initial=initial, **kwargs)
        absent = {"before": not schedule.rule.before, "after": not schedule.rule.after}
        absent["weekly"] = schedule.rule.weekly is None
        for name, is_absent in absent.items():
            if is_absent:
                del self.fields[name]
        self.options = schedule.rule.options
        for option in self.options:
            self.fields[f"option_{option.key}"] = option_field(option)
        self.order_fields([name for name in self.fields if name != "is_active"])

    @property
    def values(self) -> dict:
        """What was entered, as `change_rule` takes it."""
        entered = dict(self.cleaned_data)
        options: dict[str, Setting] = {
            option.key: entered.pop(f"option_{option.key}") for option in self.options
        }
        return {"before": [], "after": [], "weekly": False, "options": options} | entered


@require_safe
@allowed(can_manage_mails)
def rule_list(request):
    """List the rules with what holds of each now."""
    today = timezone.localdate()
    pauses, rows = valid_pauses(today), []
    for key, schedule in reminder_rules().items():
        rows.append((schedule, days_in_words(schedule), pause_for(pauses, today, rule=key)))
    return render(
        request, "reminders/rules.html", {"rows": rows, "tabs": section_tabs("reminders:rules")}
    )


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(can_manage_mails)
def rule_page(request, key):
    """Show a rule with its history; change its days."""
    rule = _rule_or_404(key)
    schedule = reminder_rule(key)
    form = RuleForm(request.POST or None, schedule=schedule)
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_rule(rule=rule, by=request.user, now=timezone.now(), **form.values)
        except ChangedMeanwhile as error:
            form.add_error(None, str(error))
            form.data = form.data.copy()
            form.data["version"] = reminder_rule(key).version  # the next save overwrites knowingly
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(
                request,
                _("Gespeichert. Die Regel erinnert: %(days)s.") % {"days": days_in_words(changed)},
            )
            return redirect("reminders:rules")
    row = ReminderRule.objects.filter(key=key).first()
    context = {
        "rule": rule,
        "schedule": schedule,
        "form": form,
        "rows": _fact_rows(schedule),
        "entries": entries_of(row, limit=20) if row else [],
    }
    return render(request, "reminders/rule.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(can_manage_mails)
def rule_reset(request, key):
    """Let the default of a rule hold again."""
    rule = _rule_or_404(key)
    try:
        reset_rule(rule=rule, by=request.user, now=timezone.now())
    except Refused as error:
        messages.error(request, str(error))
    else:
        days = days_in_words(default_schedule(rule))
        messages.success(
            request, _("Es gilt wieder die Voreinstellung: %(days)s.") % {"days": days}
        )
    return redirect(reverse("reminders:rule", args=[key]))


def _rule_or_404(key: str) -> Rule:
    try:
        return rule_of(key)
    except KeyError as error:
        raise Http404 from error


def _fact_rows(schedule: Schedule) -> list[tuple[str, str]]:
    rows = [(_("Zählt ab"), schedule.rule.counts_from), (_("Erinnert"), days_in_words(schedule))]
    if not schedule.is_default:
        rows.append((_("Voreinstellung"), days_in_words(default_schedule(schedule.rule))))
    return rows
