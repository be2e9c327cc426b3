"""How the views of this app load a visit for the office, run a service and answer."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from core.conflicts import VersionedForm
from core.errors import NotEntitled, Outpaced, Refused
from core.states import target_of
from media_visits.enums import VISIT_MOVES
from media_visits.models import Visit
from media_visits.permissions import can_manage


def require_office(request) -> None:
    """Answer 403 to anybody but the office."""
    if not can_manage(request.user):
        raise PermissionDenied


def visit_for_office(request, pk: int) -> Visit:
    """Return the visit for the office: 404 when the user may not see it, 403 when only looking is allowed."""
    visit = get_object_or_404(Visit.objects.visible_to(request.user).select_related("company"), pk=pk)
    require_office(request)
    return visit


def carry_out(request, call: Callable, *, done: str, form: BaseForm | None = None) -> bool:
    """Run the service `call`; say `done`, or put its refusal at the form (without one: above the page)."""
    try:
        call()
    except NotEntitled as error:
        raise PermissionDenied(str(error)) from error
    except Outpaced as error:
        _show_other_version(request, form, error)
        return False
    except Refused as error:
        if form is None:
            messages.error(request, str(error))
        else:
            form.add_error(None, str(error))
        return False
    messages.success(request, done)
    return True


def _show_other_version(request, form: BaseForm | None, error: Outpaced) -> None:
    """Put what somebody else saved beside what was typed; without such a form only say so."""
    if isinstance(form, VersionedForm) and form.instance.pk:
        form.show_conflict(error, type(form.instance).objects.get(pk=form.instance.pk))
    elif form is not None:
        form.add_error(None, str(error))
    else:
        messages.error(request, str(error))


def impossible_now(request, visit: Visit, action: str) -> HttpResponse | None:
    """Return the way back to the visit, with the reason, when a page is opened whose action its state forbids."""
    if request.method == "POST":
        return None
    try:
        target_of(VISIT_MOVES, action, visit)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(visit)
    return None


def form_page(request, form: BaseForm, **context) -> HttpResponse:
    """Return the page of a plain form: `title`, `submit_label`, `cancel_url`, optionally `intro`."""
    return render(request, "media_visits/form.html", {"form": form, **context})


def confirm_page(request, form: BaseForm | None = None, **context) -> HttpResponse:
    """Return the page that asks again: `title`, `question`, `details`, `submit_label`, `cancel_url`, `danger`."""
    return render(request, "generic/confirm.html", {"form": form, **context})
