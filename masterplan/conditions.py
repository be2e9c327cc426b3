"""Conditions of approvals at /freigaben/auflagen/: the office notes that one was met."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.mails import desk_path
from approvals.models import Condition
from approvals.names import senator_office_name
from approvals.permissions import can_submit
from approvals.services import meet_condition
from core.errors import NotEntitled, Refused
from masterplan.desk_forms import ConditionForm


def condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how a condition was met, then note it and lead back to the subject. Opening the page
    notes nothing.
    """
    rows = Condition.objects.visible_to(request.user).select_related("request", "met_by__person")
    row = get_object_or_404(rows, pk=pk)
    if not can_submit(request.user):
        raise PermissionDenied(_("Auflagen vermerkt die Geschäftsstelle als erfüllt."))
    if request.method != "POST" and not row.is_open:
        messages.info(request, _("Diese Auflage ist schon als erfüllt vermerkt."))
        return redirect(desk_path(row.request))
    form = ConditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _meet(request, row, form):
        return redirect(row.request.path)
    context = {
        "form": form,
        "title": _("Auflage erfüllt"),
        "question": str(row),
        "submit_label": _("Als erfüllt vermerken"),
        "details": [
            f"{row.request.get_kind_display()}: {row.request.title}",
            _("Das %(office)s wird benachrichtigt.") % {"office": senator_office_name()},
        ],
        "cancel_url": row.request.path,
    }
    return render(request, "generic/confirm.html", context)


def _meet(request: HttpRequest, row: Condition, form: ConditionForm) -> bool:
    try:
        meet_condition(
            condition=row, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
        )
    except NotEntitled as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Die Auflage ist als erfüllt vermerkt."))
    return True
