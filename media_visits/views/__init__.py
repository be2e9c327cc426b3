"""Views, one module a subject; the pages of the steps of a visit share these two functions."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from core.conflicts import SeenForm
from core.views import redirect_unless_possible, render_confirmation, run_service
from media_visits.enums import VISIT_MOVES
from media_visits.models import Visit
from media_visits.services.visits import SEEN_FIELDS


def confirm_step(request, visit: Visit, action: str, service, *, done, **page) -> HttpResponse:
    """Ask before a step that mails nobody."""
    if back := redirect_unless_possible(request, visit, VISIT_MOVES, action):
        return back
    form = seen_form(request, visit)
    if form.is_valid():
        call = partial(
            service, visit=visit, seen=form.version_shown, by=request.user, now=timezone.now()
        )
        if run_service(request, call, done=done, form=form):
            return redirect(visit)
    return render_confirmation(request, form, cancel_url=visit.get_absolute_url(), **page)


def seen_form(request: HttpRequest, visit: Visit) -> SeenForm:
    # An empty POST counts as sent as well: without a version, the service asks to look again.
    data = request.POST if request.method == "POST" else None
    return SeenForm(data, instance=visit, seen_fields=SEEN_FIELDS)
