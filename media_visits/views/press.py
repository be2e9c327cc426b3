"""Press slots of a visit."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from core.views import render_confirmation, run_service
from media_visits.enums import VISIT_MOVES, VisitState
from media_visits.forms import PressSlotForm
from media_visits.models import PressSlot, Visit
from media_visits.permissions import can_manage
from media_visits.services import add_press_slot, remove_press_slot, update_press_slot
from media_visits.views.answers import form_page, visit_for_office


def slot_for_office(request, pk: int) -> PressSlot:
    """Return the slot for the office: 404 when its visit is not visible, 403 when only looking is
    allowed.
    """
    visible = PressSlot.objects.filter(visit__in=Visit.objects.visible_to(request.user))
    slot = get_object_or_404(visible.select_related("visit__company"), pk=pk)
    if not can_manage(request.user):
        raise PermissionDenied
    return slot


def warning_for(visit: Visit) -> str:
    """Return what a change of the press slots does to a submitted or approved visit."""
    if visit.is_taken_over or visit.state not in VISIT_MOVES["lapse"].sources:
        return str(visit)
    if visit.state == VisitState.SUBMITTED:
        return _(
            "Der Besuch liegt zur Freigabe vor. Mit einem neuen, einem entfernten oder einem "
            "anderen Pressetermin "
            "(Art, Uhrzeit) erlischt die Vorlage."
        )
    return _(
        "Der Besuch ist freigegeben. Mit einem neuen, einem entfernten oder einem anderen "
        "Pressetermin (Art, Uhrzeit) "
        "erlischt die Freigabe."
    )


def create(request, pk):
    """A further press slot of a visit."""
    visit = visit_for_office(request, pk)
    form = PressSlotForm(
        request.POST or None,
        instance=PressSlot(visit=visit),
        initial={"starts_at": visit.starts_at},
    )
    if request.method == "POST" and form.is_valid():
        call = partial(add_press_slot, slot=form.instance, by=request.user, now=timezone.now())
        if run_service(request, call, done=_("Der Pressetermin ist angelegt."), form=form):
            return redirect(visit)
    return form_page(
        request,
        form,
        title=_("Neuer Pressetermin"),
        intro=warning_for(visit),
        cancel_url=visit.get_absolute_url(),
    )


def edit(request, pk):
    """The facts of a press slot."""
    slot = slot_for_office(request, pk)
    form = PressSlotForm(request.POST or None, instance=slot)
    if request.method == "POST" and form.is_valid():
        call = partial(
            update_press_slot,
            slot=form.instance,
            version=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Der Pressetermin ist gespeichert."), form=form):
            return redirect(slot.visit)
    url = slot.visit.get_absolute_url()
    return form_page(
        request,
        form,
        title=_("Pressetermin bearbeiten"),
        intro=warning_for(slot.visit),
        cancel_url=url,
    )


def remove(request, pk):
    """Ask once more, then remove a press slot."""
    slot = slot_for_office(request, pk)
    if request.method == "POST":
        call = partial(remove_press_slot, slot=slot, by=request.user, now=timezone.now())
        run_service(request, call, done=_("Der Pressetermin ist entfernt."))
        return redirect(slot.visit)
    return render_confirmation(
        request,
        title=_("Pressetermin entfernen"),
        question=_("„%(slot)s“ entfernen?") % {"slot": slot},
        details=[warning_for(slot.visit)],
        submit_label=_("Entfernen"),
        danger=True,
        cancel_url=slot.visit.get_absolute_url(),
    )
