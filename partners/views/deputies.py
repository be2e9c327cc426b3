"""Deputies: the office arranges them on a person's page, everybody for oneself under *Konto*."""

from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.views import allowed
from partners.forms import DeputyForm
from partners.mails import describe_period
from partners.models import Deputy, Person
from partners.permissions import can_arrange_deputy, can_manage_partners
from partners.services import add_deputy, end_deputy
from partners.views.answers import act, attempt, saved, show_form


@allowed(can_manage_partners)
def deputy_add(request, pk):
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    return _add(request, person, back=person.get_absolute_url())


def own_deputy_add(request):
    return _add(request, request.user.person, back=reverse("account"))


def _add(request, principal: Person, *, back: str):
    form = DeputyForm(request.POST or None, principal=principal, by=request.user)
    if request.method == "POST" and form.is_valid():
        arguments = {**form.cleaned_data, "by": request.user, "now": timezone.now()}
        if row := attempt(form, add_deputy, principal=principal, **arguments):
            text = _("%(name)s vertritt %(period)s.") % {
                "name": row.deputy.name,
                "period": describe_period(row),
            }
            return saved(request, text, back)
    intro = _("Die Vertretung hat in dieser Zeit dieselben Rechte im Portal wie: %(name)s.") % {
        "name": principal.name
    }
    return show_form(request, form, title=_("Vertretung eintragen"), intro=intro, cancel_url=back)


def deputy_end(request, pk):
    row = get_object_or_404(Deputy.objects.visible_to(request.user), pk=pk)
    own = row.principal_id == request.user.person_id
    back = reverse("account") if own else row.principal.get_absolute_url()
    if not can_arrange_deputy(request.user, row.principal):
        raise PermissionDenied
    if request.method == "POST":
        done = _("Die Vertretung durch %(name)s ist beendet.") % {"name": row.deputy.name}
        act(request, end_deputy, row=row, by=request.user, now=timezone.now(), done=done)
        return redirect(back)
    context = {
        "title": _("Vertretung beenden"),
        "question": _("Die Vertretung durch %(name)s sofort beenden?") % {"name": row.deputy.name},
        "details": [_("Eingetragen: %(period)s.") % {"period": describe_period(row)}],
        "submit_label": _("Vertretung beenden"),
        "danger": True,
        "cancel_url": back,
    }
    return render(request, "generic/confirm.html", context)
