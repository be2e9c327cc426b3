"""The page of a visit, and the forms of its facts."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.dates import local_date
from media_visits.forms import VisitForm
from media_visits.models import Visit
from media_visits.page import visit_context
from media_visits.services import create_visit, publish_visit, update_visit
from media_visits.views.answers import carry_out, form_page, require_office, visit_for_office


def detail(request, pk):
    """One visit: where it stands, what is next, what happened."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("company"), pk=pk)
    now = timezone.now()
    context = visit_context(visit, request.user, now=now)
    return render(request, "media_visits/detail.html", {"visit": visit, "today": local_date(now), **context})


def create(request):
    """A new visit, an idea at first."""
    require_office(request)
    form = VisitForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(
            create_visit,
            visit=form.instance,
            sectors=form.cleaned_data["sectors"],
            by=request.user,
            now=timezone.now(),
        )
        if carry_out(request, call, done=_("Der Besuch ist als Idee angelegt."), form=form):
            return redirect(form.instance)
    return form_page(
        request,
        form,
        title=_("Neuer Unternehmensbesuch"),
        submit_label=_("Anlegen"),
        cancel_url=reverse("media_visits:list"),
    )


def edit(request, pk):
    """The facts of a visit; what somebody else saved meanwhile is shown beside what was typed."""
    visit = visit_for_office(request, pk)
    form = VisitForm(request.POST or None, instance=visit)
    if request.method == "POST" and form.is_valid():
        call = partial(
            update_visit, visit=form.instance, sectors=form.cleaned_data["sectors"], version=form.version_shown,
            by=request.user, now=timezone.now(),
        )  # fmt: skip
        if carry_out(request, call, done=_("Die Angaben sind gespeichert."), form=form):
            return redirect(visit)
    return form_page(
        request, form, title=_("Besuch bearbeiten"), cancel_url=visit.get_absolute_url(), intro=_edit_warning(visit)
    )


def _edit_warning(visit: Visit) -> str:
    if visit.state != "approved" or visit.is_taken_over:
        return ""
    return _(
        "Der Besuch ist freigegeben. Wenn Sie Unternehmen, Termin, Adresse oder besuchende Person ändern, "
        "erlischt die Freigabe, und der Besuch muss noch einmal vorgelegt werden."
    )


@require_POST
def publish(request, pk):
    """Show the visit to partners and on the public site."""
    visit = visit_for_office(request, pk)
    call = partial(publish_visit, visit=visit, publish=True, by=request.user, now=timezone.now())
    carry_out(request, call, done=_("Der Besuch ist veröffentlicht."))
    return redirect(visit)


@require_POST
def unpublish(request, pk):
    """Take the visit back inside the house."""
    visit = visit_for_office(request, pk)
    call = partial(publish_visit, visit=visit, publish=False, by=request.user, now=timezone.now())
    carry_out(request, call, done=_("Der Besuch ist nicht mehr veröffentlicht."))
    return redirect(visit)
