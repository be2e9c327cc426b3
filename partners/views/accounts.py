"""Pages on which the office manages the account of a person."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.roles import OFFICE
from core.views import (
    allowed,
    redirect_if_refused,
    redirect_with_message,
    render_confirmation,
    render_form,
    run_service,
    version_sent,
)
from outbox.progress.batches import MailPreview
from outbox.views.confirming import previews_context
from partners.enums import role_names
from partners.forms import AccountForm, ChangeAccountForm
from partners.mails import preview_invitation
from partners.models import User
from partners.permissions import can_manage_partners
from partners.progress import concern_lines, open_records_note, saved_message
from partners.queries import visible_people
from partners.services import (
    activate_account,
    change_account,
    deactivate_account,
    dependents_of_account,
    invite_account,
    require_activatable,
    require_deactivatable,
    require_invitable,
    require_pending,
    resend_invitation,
    version_to_deactivate,
)
from partners.views import following_merges


def _account_of_person(request, pk: int) -> User:
    """Return the account of the person `pk`; 404 unless both exist and are visible to the user."""
    person = get_object_or_404(visible_people(request.user), pk=pk)
    # URLs contain the key of the person, because most people have no account.
    if account := getattr(person, "user", None):
        return account
    raise Http404


@allowed(can_manage_partners)
@following_merges
def account_invite(request, pk):
    person = get_object_or_404(visible_people(request.user), pk=pk)
    if back := redirect_if_refused(request, person, require_invitable):
        return back
    form = AccountForm(request.POST or None, initial={"email": person.email})
    form.overrule_label = _("Trotzdem einladen")
    if form.is_valid():
        service = partial(
            invite_account, person=person, **form.values, by=request.user, now=timezone.now()
        )
        if account := run_service(request, service, form=form):
            done = _("Die Einladung geht an %(email)s.") % {"email": account.email}
            return redirect_with_message(request, done, person)
    intro = _("%(name)s bekommt eine E-Mail mit einem Link, der einmal und 14 Tage lang gilt.")
    # Nobody has chosen roles and address yet, so the preview names their fields instead.
    message = preview_invitation(person, _("[Rollen von dieser Seite]"), now=timezone.now())
    recipients = [_("%(name)s, an die Adresse von dieser Seite") % {"name": person.name}]
    return render_form(
        request,
        form,
        **previews_context([MailPreview("", message.subject, message.text, recipients, [])]),
        title=_("Zum Portal einladen"),
        intro=intro % {"name": person.name},
        cancel_url=person.get_absolute_url(),
        submit_label=_("Einladung senden"),
    )


@allowed(can_manage_partners)
@following_merges
def account_resend(request, pk):
    """Show the invitation without its link, then send it again."""
    account, now = _account_of_person(request, pk), timezone.now()
    if back := redirect_if_refused(
        request, account, require_pending, to=account.person.get_absolute_url()
    ):
        return back
    if request.method == "POST":
        service = partial(resend_invitation, account=account, by=request.user, now=now)
        done = _("Eine neue Einladung geht an %(email)s. Der frühere Link gilt nicht mehr.")
        run_service(request, service, done=done % {"email": account.email}, seen=[account])
        return redirect(account.person)
    roles = ", ".join(role_names(account.own_roles))
    return render_confirmation(
        request,
        seen=[account],
        title=_("Einladung erneut senden"),
        question=_("1 Person wird benachrichtigt: %(name)s, %(email)s.")
        % {"name": account.person.name, "email": account.email},
        details=[_("Der frühere Link gilt dann nicht mehr.")],
        mail=preview_invitation(account.person, roles, now=now),
        mail_title=_("Diese E-Mail ansehen"),
        submit_label=_("Einladung senden"),
        cancel_url=account.person.get_absolute_url(),
    )


@allowed(can_manage_partners)
@following_merges
def account_edit(request, pk):
    account = _account_of_person(request, pk)
    initial = {
        "email": account.email,
        "roles": sorted(account.own_roles),
        "is_office_head": account.is_office_head,
    }
    form = ChangeAccountForm(request.POST or None, instance=account, initial=initial)
    if form.is_valid():
        service = partial(
            change_account,
            account=account,
            **form.values,
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if saved := run_service(request, service, form=form):
            changed, change = saved
            done = saved_message(_changed_text(account, changed), change, timezone.now())
            # Without the role, the account can no longer be in charge of anything.
            if OFFICE not in form.values["roles"]:
                done = format_html("{} {}", done, open_records_note(account))
            messages.success(request, done)
            return redirect(account.person)
    return render_form(
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
@following_merges
def account_deactivate(request, pk):
    account = _account_of_person(request, pk)
    # Refuse before asking for confirmation, not after.
    check = partial(require_deactivatable, by=request.user)
    if back := redirect_if_refused(request, account, check, to=account.person.get_absolute_url()):
        return back
    if request.method == "POST":
        service = partial(
            deactivate_account,
            account=account,
            seen=version_sent(request),
            by=request.user,
            now=timezone.now(),
        )
        done = _("Das Konto ist deaktiviert.")
        run_service(request, service, done=format_html("{} {}", done, open_records_note(account)))
        return redirect(account.person)
    dependents = dependents_of_account(account)
    return render_confirmation(
        request,
        hidden=[("version", version_to_deactivate(account, dependents))],
        title=_("Konto deaktivieren"),
        question=_("Das Konto von %(name)s deaktivieren?") % {"name": account.person.name},
        details=[
            *concern_lines(dependents),
            _("Laufende Sitzungen enden sofort, eine Anmeldung ist nicht mehr möglich."),
            _("Die Person bleibt mit allem, was sie eingetragen hat, erhalten."),
            _("Das Konto kann später wieder aktiviert werden."),
        ],
        submit_label=_("Konto deaktivieren"),
        cancel_url=account.person.get_absolute_url(),
        danger=True,
    )


@allowed(can_manage_partners)
@following_merges
def account_activate(request, pk):
    account = _account_of_person(request, pk)
    target = account.person.get_absolute_url()
    if back := redirect_if_refused(request, account, require_activatable, to=target):
        return back
    if request.method == "POST":
        service = partial(activate_account, account=account, by=request.user, now=timezone.now())
        done = _("Das Konto ist wieder aktiv.")
        run_service(request, service, done=done, seen=[account])
        return redirect(account.person)
    return render_confirmation(
        request,
        seen=[account],
        title=_("Konto aktivieren"),
        question=_("Das Konto von %(name)s wieder aktivieren?") % {"name": account.person.name},
        details=[_("Die Person kann sich danach mit ihrem bisherigen Passwort anmelden.")],
        submit_label=_("Konto aktivieren"),
        cancel_url=account.person.get_absolute_url(),
    )
