"""The door: the sign-in page with the demo's accounts, and the link of an invitation."""

from allauth.account.views import LoginView, PasswordResetView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRefresh

from core.errors import Refused
from partners.enums import role_names
from partners.forms import PasswordForm
from partners.models import Deputy, Organisation
from partners.queries import demo_accounts, deputies_of
from partners.services import accept_invitation, read_invitation
from partners.views.answers import attempt


class SignInView(LoginView):
    """allauth's page; in a demo with a button for each account.

    A part of a page that is asked for after the session lapsed must not become this page: the
    browser loads the whole page anew, and so comes here with the way back.
    """

    def get(self, request, *args, **kwargs):
        if request.htmx:
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        context = super().get_context_data(**kwargs)
        return {
            **context,
            "demo_accounts": demo_accounts(),
            "demo_password": settings.DEMO_PASSWORD,
        }


class ForgottenPasswordView(PasswordResetView):
    """allauth's page; the page that was asked for goes into the link of the mail, here the mailbox
    comes next.
    """

    def get_success_url(self):
        return self.passthrough_next_url(reverse("account_reset_password_done"))

    def get_context_data(self, **kwargs):
        login_url = self.passthrough_next_url(reverse("account_login"))
        return {**super().get_context_data(**kwargs), "login_url": login_url}


@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation(request, token):
    """Set the first password. Opening the link changes nothing: mail scanners open links."""
    try:
        account = read_invitation(token)
    except Refused as error:
        return render(request, "account/invitation_void.html", {"reason": str(error)}, status=410)
    form = PasswordForm(account, request.POST or None)
    if request.method == "POST" and form.is_valid():
        password = form.cleaned_data["new_password1"]
        if attempt(form, accept_invitation, token=token, now=timezone.now(), password=password):
            messages.success(
                request, _("Ihr Passwort ist gesetzt. Bitte melden Sie sich jetzt an.")
            )
            return redirect("account_login")
    return render(request, "account/invitation.html", {"form": form, "account": account})


def account(request):
    user = request.user
    today = timezone.localdate()
    kinds = Authenticator.objects.filter(user=user).values_list("type").annotate(count=Count("pk"))
    context = {
        "facts": _facts(user),
        "organisation": Organisation.objects.visible_to(user)
        .filter(pk=user.organisation_id)
        .first(),
        "sign_in": dict(kinds.order_by("type")),
        "has_password": user.has_usable_password(),
        "deputies": [(row, row.is_over(today)) for row in deputies_of(user.person)],
        "principals": Deputy.objects.valid_on(today)
        .filter(deputy=user.person)
        .select_related("principal")
        .order_by("pk"),
    }
    return render(request, "account/account.html", context)


def _facts(user) -> list[tuple[str, str]]:
    organisation = user.person.organisation
    rows = [
        (_("Name"), user.person.name),
        (_("Funktion"), user.person.function),
        (_("Organisation"), organisation.name if organisation else ""),
        (_("Anmeldung mit"), user.email),
        (_("Telefon"), user.person.phone),
        (
            _("Rollen"),
            ", ".join(role_names(user.own_roles, is_office_head=user.is_office_head)) or _("keine"),
        ),
    ]
    if borrowed := user.roles - user.own_roles:
        rows.append((_("in Vertretung"), ", ".join(role_names(borrowed))))
    return [(label, value) for label, value in rows if value]
