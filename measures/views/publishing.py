"""Publishing the measures that the office ticked in the list."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.queries import keys_from
from core.views import MAX_TICKED, allowed, render_confirmation, run_service
from measures import services
from measures.models import Measure
from measures.permissions import can_change_measures
from measures.progress import publishing_details
from measures.queries import version_of_measures

TICKS = "massnahme"


@allowed(can_change_measures)
def measures_publish(request: HttpRequest) -> HttpResponse:
    """Show what publishing the ticked measures does, then publish them."""
    sent = request.POST if request.method == "POST" else request.GET
    keys = keys_from(sent.getlist(TICKS)[:MAX_TICKED])
    visible = Measure.objects.visible_to(request.user).filter(pk__in=keys)
    measures = list(visible.select_related("plan").order_by("search", "pk"))
    hidden = [measure for measure in measures if not measure.is_published]
    if not measures:
        messages.warning(request, _("Bitte kreuzen Sie mindestens eine Maßnahme an."))
        return redirect("measures:list")
    if not hidden:
        messages.info(request, _("Die angekreuzten Maßnahmen sind schon veröffentlicht."))
        return redirect("measures:list")
    if request.method == "POST":
        published = run_service(
            request,
            lambda: services.publish_measures(
                measures=measures,
                shown=sent.get("shown", ""),
                by=request.user,
                now=timezone.now(),
            ),
        )
        if published:
            messages.success(request, _published_text(len(published)))
            return redirect("measures:list")
    return render_confirmation(
        request,
        title=_("Veröffentlichen"),
        question=_question(len(hidden)),
        details=publishing_details(measures),
        hidden=[
            *((TICKS, measure.pk) for measure in measures),
            ("shown", version_of_measures(measures)),
        ],
        submit_label=_("Veröffentlichen"),
        cancel_url=reverse("measures:list"),
    )


def _question(count: int) -> str:
    text = ngettext(
        "Soll %(count)d Maßnahme für Partner und Steuerungskreis sichtbar werden?",
        "Sollen %(count)d Maßnahmen für Partner und Steuerungskreis sichtbar werden?",
        count,
    )
    return text % {"count": count}


def _published_text(count: int) -> str:
    text = ngettext(
        "%(count)d Maßnahme ist veröffentlicht.",
        "%(count)d Maßnahmen sind veröffentlicht.",
        count,
    )
    return text % {"count": count}
