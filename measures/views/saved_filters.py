"""Filters of the list that people keep under a name: *Ansichten*."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.views import render_form, require, run_service
from measures import services
from measures.filters import MeasureFilter
from measures.forms.saved_filters import SavedFilterForm
from measures.models import SavedFilter

MAX_QUERY_LENGTH = SavedFilter._meta.get_field("query").max_length or 0


def query_to_save(chosen: QueryDict) -> str:
    """Return the filters and the order of a list as a query string, without page and ticks."""
    names = [*MeasureFilter.base_filters, "sort"]
    # A plan chosen as *alle* is an empty value that matters.
    pairs = [
        (name, chosen[name])
        for name in names
        if name in chosen and (chosen[name] or name == "plan")
    ]
    return urlencode(pairs)


@require_safe
def saved_filters(request: HttpRequest) -> HttpResponse:
    """List the user's own, to delete them."""
    saved = SavedFilter.objects.visible_to(request.user).order_by("search", "pk")
    return render(request, "measures/saved_filters.html", {"saved": saved})


def saved_filter_create(request: HttpRequest) -> HttpResponse:
    """Ask for the name of the filters in the address, then keep them."""
    require(bool(request.user.roles))
    query = query_to_save(request.GET)[:MAX_QUERY_LENGTH]
    form = SavedFilterForm(request.POST or None)
    if form.is_valid():
        saved = run_service(
            request,
            lambda: services.save_filter(
                name=form.cleaned_data["name"], query=query, by=request.user, now=timezone.now()
            ),
            form=form,
            done=_("Die Ansicht ist gespeichert."),
        )
        if saved:
            return redirect(saved)
    return render_form(
        request,
        form,
        template="measures/form.html",
        title=_("Ansicht speichern"),
        cancel_url=SavedFilter(query=query).get_absolute_url(),
    )


@require_POST
def saved_filter_delete(request: HttpRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedFilter.objects.visible_to(request.user), pk=pk)
    run_service(
        request,
        lambda: services.delete_filter(saved=saved, by=request.user, now=timezone.now()),
        done=_("Die Ansicht „%(name)s“ ist gelöscht.") % {"name": saved},
    )
    return redirect("measures:saved_filters")
