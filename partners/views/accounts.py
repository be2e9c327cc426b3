"""The account of a person, as the office manages it."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.views import allowed
from partners.forms import AccountForm
from partners.models import User
from partners.permissions import can_manage_partners
from partners.queries import people_listed
from partners.services import (
    activate_account,
    change_account,
    deactivate_account,
    invite_account,
    resend_invitation,
)
from partners.views.answers import act, attempt, saved, show_form


def _account(request, pk) -> User:
    """Return the account of the person `pk`, or answer 404 when there is none that the user may
    see.
    """
    person = get_object_or_404(people_listed(request.user), pk=pk)
    if account := getattr(person, "user", None):
        return account
    raise Http404


@allowed(can_manage_partners)
def account_invite(request, pk):
    person = get_object_or_404(people_listed(request.user), pk=pk)
    form = AccountForm(request.POST or None, initial={"email": person.email})
    if request.method == "POST" and form.is_valid():
        arguments = {**form.cleaned_data, "by": request.user, "now": timezone.now()}
        if account := attempt(form, invite_account, person=person, **arguments):
            return saved(
                request, _("Die Einladung geht an %(email)s.") % {"email": account.email}, person
            )
    intro = _("%(name)s bekommt eine E-Mail mit einem Link, der einmal und 14 Tage lang gilt.") % {
        "name": person.name
    }
    return show_form(
        request,
        form,
        title=_("Zum Portal einladen"),
        intro=intro,
        cancel_url=person.get_absolute_url(),
        submit_label=_("Einladung senden"),
    )


@allowed(can_manage_partners)
@require_POST
def account_resend(request, pk):
    account = _account(request, pk)
    done = _("Eine neue Einladung geht an %(email)s. Der frühere Link gilt nicht mehr.") % {
        "email": account.email
    }
    act(request, resend_invitation, account=account, by=request.user, now=timezone.now(), done=done)
    return redirect(account.person)


@allowed(can_manage_partners)
def account_edit(request, pk):
    account = _account(request, pk)
    initial = {
        "email": account.email,
        "roles": sorted(account.own_roles),
        "is_office_head": account.is_office_head,
    }
    form = AccountForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        if changed := attempt(
            form,
            change_account,
            account=account,
            **form.cleaned_data,
            by=request.user,
            now=timezone.now(),
        ):
            return saved(request, _changed_text(account, changed), account.person)
    return show_form(
        request, form, title=_("Konto ändern"), cancel_url=account.person.get_absolute_url()
    )


def _changed_text(before: User, after: User) -> str:
    if after.is_pending and after.email != before.email:
        return _(
            "Das Konto ist geändert. Der frühere Link gilt nicht mehr; bitte senden Sie die "
            "Einladung erneut."
        )
    return _("Das Konto ist geändert.")


@allowed(can_manage_partners)
def account_deactivate(request, pk):
    account = _account(request, pk)
    if request.method == "POST":
        act(
            request,
            deactivate_account,
            account=account,
            by=request.user,
            now=timezone.now(),
            done=_("Das Konto ist deaktiviert."),
        )
        return redirect(account.person)
    if account.pk == request.user.pk:
        messages.error(request, _("Das eigene Konto kann niemand selbst deaktivieren."))
        return redirect(account.person)
    return _confirm(
        request,
        account,
        title=_("Konto deaktivieren"),
        question=_("Das Konto von %(name)s deaktivieren?") % {"name": account.person.name},
        details=[
            _("Laufende Sitzungen enden sofort, eine Anmeldung ist nicht mehr möglich."),
            _("Die Person bleibt mit allem, was sie eingetragen hat, erhalten."),
            _("Das Konto kann später wieder aktiviert werden."),
        ],
        danger=True,
    )


@allowed(can_manage_partners)
def account_activate(request, pk):
    account = _account(request, pk)
    if request.method == "POST":
        act(
            request,
            activate_account,
            account=account,
            by=request.user,
            now=timezone.now(),
            done=_("Das Konto ist wieder aktiv."),
        )
        return redirect(account.person)
    return _confirm(
        request,
        account,
        title=_("Konto aktivieren"),
        question=_("Das Konto von %(name)s wieder aktivieren?") % {"name": account.person.name},
        details=[_("Die Person kann sich danach mit ihrem bisherigen Passwort anmelden.")],
        danger=False,
    )


def _confirm(
    request, account: User, *, title: str, question: str, details: list[str], danger: bool
):
    context = {
        "title": title,
        "question": question,
        "details": details,
        "danger": danger,
        "submit_label": title,
    }
    return render(
        request,
        "generic/confirm.html",
        {**context, "cancel_url": account.person.get_absolute_url()},
    )
