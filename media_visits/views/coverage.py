"""Clippings."""

from functools import partial

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.views import render_confirmation, run_service
from media_visits.forms import CoverageForm
from media_visits.models import Coverage, Visit
from media_visits.permissions import can_manage
from media_visits.services import remove_coverage, save_coverage
from media_visits.views.answers import form_page, require_office


def clipping_for_office(request, pk: int) -> Coverage:
    """Return the clipping for the office: 404 when it is not visible, 403 when only looking is
    allowed.
    """
    coverage = get_object_or_404(
        Coverage.objects.visible_to(request.user).select_related("visit"), pk=pk
    )
    if not can_manage(request.user):
        raise PermissionDenied
    return coverage


def page_of(coverage: Coverage) -> str:
    """Return where a clipping is looked at: its visit, or the Pressespiegel."""
    return coverage.visit.get_absolute_url() if coverage.visit else reverse("media_visits:coverage")


def create(request):
    """A new clipping; `?besuch=` names the visit it belongs to."""
    require_office(request)
    number = request.GET.get("besuch", "")
    visit = (
        Visit.objects.visible_to(request.user).filter(pk=number).first()
        if number.isdecimal()
        else None
    )
    form = CoverageForm(request.POST or None, initial={"visit": visit}, user=request.user)
    if request.method == "POST" and form.is_valid():
        if _save(request, form, _("Der Pressebericht ist erfasst.")):
            return redirect(page_of(form.instance))
    cancel_url = visit.get_absolute_url() if visit else reverse("media_visits:coverage")
    return form_page(request, form, title=_("Pressebericht erfassen"), cancel_url=cancel_url)


def edit(request, pk):
    """The facts of a clipping."""
    coverage = clipping_for_office(request, pk)
    cancel_url = page_of(coverage)
    form = CoverageForm(request.POST or None, instance=coverage, user=request.user)
    if request.method == "POST" and form.is_valid():
        if _save(request, form, _("Der Pressebericht ist gespeichert.")):
            return redirect(page_of(form.instance))
    return form_page(request, form, title=_("Pressebericht bearbeiten"), cancel_url=cancel_url)


def remove(request, pk):
    """Ask once more, then remove a clipping."""
    coverage = clipping_for_office(request, pk)
    if request.method == "POST":
        call = partial(remove_coverage, coverage=coverage, by=request.user, now=timezone.now())
        run_service(request, call, done=_("Der Pressebericht ist entfernt."))
        return redirect(page_of(coverage))
    return render_confirmation(
        request,
        title=_("Pressebericht entfernen"),
        question=_("„%(clipping)s“ entfernen?") % {"clipping": coverage},
        details=[],
        submit_label=_("Entfernen"),
        danger=True,
        cancel_url=page_of(coverage),
    )


def _save(request, form: CoverageForm, done: str) -> bool:
    call = partial(
        save_coverage,
        coverage=form.instance,
        sectors=form.cleaned_data["sectors"],
        version=form.version_shown,
        by=request.user,
        now=timezone.now(),
    )
    return run_service(request, call, done=done, form=form)
