"""Deputies: the office arranges them on a person's page, everyone else in their own account."""

from functools import partial

from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.views import (
    allowed,
    render_form,
    require,
)
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back
from partners.forms import DeputyForm
from partners.models import Deputy, Person
from partners.permissions import can_arrange_deputy, can_manage_partners
from partners.progress import rights_in_words, rights_of_deputy
from partners.services import create_deputy, end_deputy
from partners.views import following_merges


@allowed(can_manage_partners)
@following_merges
def deputy_add(request, pk):
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    return _add(request, person, back=person.get_absolute_url())


def own_deputy_add(request):
    return _add(request, request.user.person, back=reverse("account"))


def _add(request, principal: Person, *, back: str):
    form = DeputyForm(request.POST or None, principal=principal, by=request.user)
    if form.is_valid() and not went_back(request):
        service = partial(
            create_deputy, principal=principal, **form.values, by=request.user, now=timezone.now()
        )
        names = {"deputy": form.values["deputy"].name, "principal": principal.name}
        confirmed = confirm_mails(
            request,
            service,
            target=back,
            form=form,
            done=_("Die Vertretung ist eingetragen: %(deputy)s für %(principal)s.") % names,
            title=_("Vertretung eintragen"),
            question=_("%(deputy)s vertritt %(principal)s.") % names,
            details=rights_of_deputy(
                form.values["deputy"], principal, form.values.get("kinds", ())
            ),
            submit_label=_("Vertretung eintragen"),
            cancel_url=back,
        )
        if confirmed:
            return confirmed
    return render_form(
        request,
        form,
        submit_label=TO_PREVIEW,
        title=_("Vertretung eintragen"),
        intro=rights_in_words(principal),
        cancel_url=back,
    )


def deputy_end(request, pk):
    deputyship = get_object_or_404(Deputy.objects.visible_to(request.user), pk=pk)
    # Deputies see their deputyships but may not end them: 403 instead of 404.
    require(can_arrange_deputy(request.user, deputyship.principal))
    is_own = deputyship.principal_id == request.user.person_id
    back = reverse("account") if is_own else deputyship.principal.get_absolute_url()
    name = {"name": deputyship.deputy.name}
    return confirm_mails(
        request,
        partial(end_deputy, deputyship=deputyship, by=request.user, now=timezone.now()),
        target=back,
        done=_("Die Vertretung durch %(name)s ist beendet.") % name,
        seen=[deputyship],
        title=_("Vertretung beenden"),
        question=_("Die Vertretung durch %(name)s sofort beenden?") % name,
        details=[_("Eingetragen: %(period)s.") % {"period": deputyship.period}],
        submit_label=_("Vertretung beenden"),
        danger=True,
        cancel_url=back,
    )
