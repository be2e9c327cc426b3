"""The page of a visit, and the forms of its facts."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from core.dates import local_date
from core.views import run_service
from media_visits.enums import VISIT_MOVES
from media_visits.forms import VisitForm
from media_visits.models import Visit
from media_visits.progress import visit_context
from media_visits.registry import VISIT_FACTS
from media_visits.services import create_visit, publish_visit, update_visit
from media_visits.views.answers import form_page, require_office, visit_for_office


def detail(request, pk):
    """One visit: where it stands, what is next, what happened."""
    visit = get_object_or_404(
        Visit.objects.visible_to(request.user).select_related("company"), pk=pk
    )
    now = timezone.now()
    context = visit_context(visit, request.user, now=now)
    return render(
        request, "media_visits/detail.html", {"visit": visit, "today": local_date(now), **context}
    )


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
        if run_service(request, call, done=_("Der Besuch ist als Idee angelegt."), form=form):
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
    guard = guard_of(visit)
    form = VisitForm(request.POST or None, instance=visit)
    is_complete = request.method == "POST" and form.is_valid()
    if is_complete and not (guard and guard.needs_confirmation(request.POST, form.instance)):
        call = partial(
            update_visit,
            visit=form.instance,
            sectors=form.cleaned_data["sectors"],
            version=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Die Angaben sind gespeichert."), form=form):
            return redirect(visit)
    return form_page(
        request,
        form,
        title=_("Besuch bearbeiten"),
        cancel_url=visit.get_absolute_url(),
        guard=guard,
    )


def guard_of(visit: Visit) -> LapseGuard | None:
    """Return what warns of an approval that would lapse, or None where the state of `visit` forbids
    it anyway.
    """
    if visit.is_taken_over or visit.state not in VISIT_MOVES["lapse"].sources:
        return None
    return LapseGuard(ApprovalKind.VISIT, VISIT_FACTS, visit)


@require_POST
def publish(request, pk):
    """Show the visit to partners and on the public site."""
    visit = visit_for_office(request, pk)
    call = partial(publish_visit, visit=visit, publish=True, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Der Besuch ist veröffentlicht."))
    return redirect(visit)


@require_POST
def unpublish(request, pk):
    """Take the visit back inside the house."""
    visit = visit_for_office(request, pk)
    call = partial(publish_visit, visit=visit, publish=False, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Der Besuch ist nicht mehr veröffentlicht."))
    return redirect(visit)
