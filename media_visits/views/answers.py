"""How the views of this app load a visit for the office and show a form; the rest is in
`core.views`.
"""

from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from media_visits.models import Visit
from media_visits.permissions import can_manage


def require_office(request) -> None:
    """Answer 403 to anybody but the office."""
    if not can_manage(request.user):
        raise PermissionDenied


def visit_for_office(request, pk: int) -> Visit:
    """Return the visit for the office: 404 when the user may not see it, 403 when only looking is
    allowed.
    """
    visit = get_object_or_404(
        Visit.objects.visible_to(request.user).select_related("company"), pk=pk
    )
    require_office(request)
    return visit


def form_page(request, form: BaseForm, **context) -> HttpResponse:
    """Return the page of a plain form: `title`, `submit_label`, `cancel_url`, optionally `intro`."""
    return render(request, "media_visits/form.html", {"form": form, **context})
