"""The sign-in page, forgotten passwords, invitation links, and the page *Konto*."""

from functools import partial, wraps

from allauth.account.views import LoginView, PasswordResetView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django_htmx.http import HttpResponseClientRefresh

from core.errors import Refused
from core.views import redirect_with_message, run_service
from partners.enums import role_names
from partners.forms import PasswordForm
from partners.models import Organisation, User
from partners.queries import demo_accounts, deputyships_for, deputyships_held_by
from partners.services import accept_invitation, read_invitation


def without_limit_on_reading(view):
    """Decorate a rate-limited view of allauth: HEAD and OPTIONS do not count, just as GET does not.

    Otherwise a link scanner in front of an office could lock everybody behind its address out.
    """

    @wraps(view)
    def checked(request, *args, **kwargs):
        if request.method == "OPTIONS":
            return HttpResponse(headers={"Allow": "GET, HEAD, OPTIONS, POST"})
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves the body out
        return view(request, *args, **kwargs)

    return checked


class SignInView(LoginView):
    """allauth's page, which in a demo has a button for each account."""

    def get(self, request, *args, **kwargs):
        # htmx may request a fragment after the session expired. Instead of putting this page into
        # it, reload the whole page: that leads here with `next` set.
        if request.htmx:
            return HttpResponseClientRefresh()
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs):
        return super().get_context_data(**kwargs) | {
            "demo_accounts": demo_accounts(),
            "demo_password": settings.DEMO_PASSWORD,
        }


class ForgottenPasswordView(PasswordResetView):
    """allauth's page, which keeps `next` for the link in the mail and for the way back."""

    def get_success_url(self):
        return self.passthrough_next_url(reverse("account_reset_password_done"))

    def get_context_data(self, **kwargs):
        login_url = self.passthrough_next_url(reverse("account_login"))
        return super().get_context_data(**kwargs) | {"login_url": login_url}


# The URL holds a secret: no cache may keep it, and no error report may show the password.
@login_not_required
@never_cache
@sensitive_post_parameters()
def invitation(request, token):
    """Let people set their first password. GET changes nothing, as mail scanners open links."""
    try:
        account = read_invitation(token)
    except Refused as error:
        return render(request, "account/invitation_void.html", {"reason": str(error)}, status=410)
    form = PasswordForm(account, request.POST or None)
    if form.is_valid():
        password = form.cleaned_data["new_password1"]
        service = partial(accept_invitation, token=token, now=timezone.now(), password=password)
        if run_service(request, service, form=form):
            done = _("Ihr Passwort ist gesetzt. Bitte melden Sie sich jetzt an.")
            return redirect_with_message(request, done, "account_login")
    return render(request, "account/invitation.html", {"form": form, "account": account})


def account(request):
    user, today = request.user, timezone.localdate()
    organisations = Organisation.objects.visible_to(user)
    context = {
        "facts": _facts(user),
        # None for an account without a role, which may not open the page behind the link.
        "organisation": organisations.filter(pk=user.organisation_id).first(),
        "credentials": _credentials(user),
        "deputyships": [
            (deputyship, deputyship.is_over(today)) for deputyship in deputyships_for(user.person)
        ],
        "deputyships_held": deputyships_held_by(user.person, today),
    }
    return render(request, "account/account.html", context)


def _facts(user: User) -> list[tuple[str, str]]:
    organisation = user.person.organisation
    own_roles = role_names(user.own_roles, is_office_head=user.is_office_head)
    facts = [
        (_("Name"), user.person.name),
        (_("Funktion"), user.person.function),
        (_("Organisation"), organisation.name if organisation else ""),
        (_("Anmeldung mit"), user.email),
        (_("Telefon"), user.person.phone),
        (_("Rollen"), ", ".join(own_roles) or _("keine")),
        (_("in Vertretung"), ", ".join(role_names(user.roles - user.own_roles))),
    ]
    return [(label, value) for label, value in facts if value]


def _credentials(user: User) -> list[tuple[str, str, str, str]]:
    """Return how `user` can sign in, as (title, state, action, URL of the action)."""
    counts = Authenticator.objects.filter(user=user).values_list("type").annotate(Count("pk"))
    count_of = dict(counts.order_by("type"))
    passkeys = count_of.get(Authenticator.Type.WEBAUTHN, 0)
    if user.has_usable_password():
        password = (_("gesetzt"), _("Ändern"), reverse("account_change_password"))
    else:
        password = (_("noch keines"), _("Setzen"), reverse("account_set_password"))
    if Authenticator.Type.TOTP in count_of:
        second_step = _("App mit Einmalcodes")
    else:
        second_step = _("Passkey") if passkeys else _("nicht eingerichtet")
    passkeys_state = (
        _("%(count)d eingerichtet") % {"count": passkeys} if passkeys else _("keiner eingerichtet")
    )
    return [
        (_("Passwort"), *password),
        (_("Passkeys"), passkeys_state, _("Verwalten"), reverse("mfa_list_webauthn")),
        (_("Zweiter Schritt"), second_step, _("Einrichten"), reverse("mfa_index")),
    ]
