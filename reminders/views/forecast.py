"""*Vorschau* at /postausgang/vorschau/: which reminders will go, to whom and why, and pausing them."""

import datetime as dt

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_POST, require_safe

from core.dates import format_day, local_date
from core.errors import Refused
from core.forms import DayField
from core.views import allowed
from outbox.permissions import can_manage_mails
from outbox.progress import section_tabs
from reminders.forecast import Pausing, groups_of, pausing_of, plans_ahead
from reminders.models import ReminderPause
from reminders.planning import next_run_on
from reminders.queries import reminder_mails, valid_pauses
from reminders.services import pause_reminders, resume_reminders

SHOWN = 10  # of the mails that went today; the rest is in the list of mails


class PauseForm(forms.Form):
    """Until when a pause lasts, and why."""

    until_on = DayField(
        label=gettext_lazy("Letzter Tag der Pause"),
        required=False,
        help_text=gettext_lazy("Bleibt das Feld leer, gilt die Pause, bis jemand sie aufhebt."),
    )
    reason = forms.CharField(
        label=gettext_lazy("Grund"),
        required=False,
        max_length=300,
        help_text=gettext_lazy(
            "Sieht nur die Geschäftsstelle, zum Beispiel „telefonisch geklärt“."
        ),
    )


@require_safe
@allowed(can_manage_mails)
def forecast_page(request: HttpRequest) -> HttpResponse:
    """Show the reminders of today, tomorrow and the week, what went today, and what is paused."""
    now = timezone.now()
    today = local_date(now)
    pauses, sent = valid_pauses(today), list(reminder_mails(today))
    first_hour, last_hour = settings.REMINDER_HOURS
    context = {
        "tabs": section_tabs("reminders:forecast"),
        "today": today,
        "groups": groups_of(plans_ahead(now, pauses)),
        "pauses": pauses,
        "sent": sent[:SHOWN],
        "sent_count": len(sent),
        "shown": SHOWN,
        "is_over": next_run_on(now) > today,
        "first_hour": first_hour,
        "last_hour": last_hour,
    }
    return render(request, "reminders/forecast.html", context)


@require_POST
@allowed(can_manage_mails)
def pause(request: HttpRequest) -> HttpResponse:
    """Ask until when and why; with `confirmed` pause the rule, the matter or the person of
    `target`.
    """
    now = timezone.now()
    pausing = pausing_of(request.POST.get("target", ""), plans_ahead(now))
    if pausing is None:
        messages.warning(
            request, _("Dazu steht keine Erinnerung mehr an; es gibt nichts zu pausieren.")
        )
        return redirect("reminders:forecast")
    form = PauseForm(request.POST if "confirmed" in request.POST else None)
    if form.is_bound and form.is_valid():
        try:
            pause_reminders(
                target=pausing.target,
                title=pausing.title,
                by=request.user,
                now=now,
                **form.cleaned_data,
            )
        except Refused as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _told(pausing, form.cleaned_data["until_on"]))
            return redirect("reminders:forecast")
    context = {
        "form": form,
        "pausing": pausing,
        "value": request.POST["target"],
        "affected": _affected(pausing),
    }
    return render(request, "reminders/pause.html", context, status=422 if form.errors else 200)


@require_POST
@allowed(can_manage_mails)
def resume(request: HttpRequest, pk: int) -> HttpResponse:
    """Lift a pause."""
    row = get_object_or_404(ReminderPause.objects.visible_to(request.user), pk=pk)
    try:
        resume_reminders(pause=row, by=request.user, now=timezone.now())
        messages.success(request, _("Die Pause ist aufgehoben: %(title)s.") % {"title": row.title})
    except Refused as error:
        messages.warning(request, str(error))
    return redirect(reverse("reminders:forecast"))


def _told(pausing: Pausing, until_on: dt.date | None) -> str:
    if until_on:
        return _("Pausiert bis %(day)s: %(title)s.") % {
            "day": format_day(until_on),
            "title": pausing.title,
        }
    return _("Pausiert, bis Sie die Pause aufheben: %(title)s.") % {"title": pausing.title}


def _affected(pausing: Pausing) -> str:
    """Return how many of the reminders that the forecast shows would be held back."""
    if not pausing.count:
        return _("In den nächsten Tagen steht dazu keine Erinnerung an.")
    text = ngettext(
        "Das betrifft zunächst %(count)d Erinnerung, die in der Vorschau steht.",
        "Das betrifft zunächst %(count)d Erinnerungen, die in der Vorschau stehen.",
        pausing.count,
    )
    return text % {"count": pausing.count}
