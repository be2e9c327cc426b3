"""Hooks for allauth: who may sign in, where `next` may lead, how mail is sent."""

from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.account.utils import passthrough_next_redirect_url
from django.conf import settings
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from outbox.services import enqueue_account_mail
from outbox.texts import Recipient
from partners.models import User
from partners.permissions import may_sign_in
from partners.queries import recipient_of


class AccountBackend(AuthenticationBackend):
    """allauth's sign-in by e-mail, limited to accounts that may sign in."""

    def user_can_authenticate(self, user):
        return may_sign_in(user)

    def get_user(self, user_id):
        # Runs for every request, so that a session ends once its account may no longer sign in.
        account = User.objects.select_related("person__organisation").filter(pk=user_id).first()
        return account if account and may_sign_in(account) else None


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request):
        return False  # accounts are by invitation only

    def pre_login(self, request, user, **kwargs):
        # Password, code and passkey all come through here.
        if not may_sign_in(user):
            self.logout(request)
            return redirect("account_inactive")
        return super().pre_login(request, user, **kwargs)

    def is_safe_url(self, url):
        # `next` may only be a path of this portal: an open redirect would help phishing.
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key):
        # The Host header comes from the client, so links in mails are built from SITE_URL. They
        # carry `next`, because the mail may be opened in a different browser.
        link = settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path
        return passthrough_next_redirect_url(self.request, link, REDIRECT_FIELD_NAME)

    def get_password_change_redirect_url(self, request):
        return reverse("account")

    def send_mail(self, template_prefix, email, context):
        """Queue the mail in the outbox, as an account mail: sent first, its text never shown."""
        account = User.objects.select_related("person").filter(email=email.lower()).first()
        recipient = recipient_of(account.person) if account else Recipient(email=email)
        values = {**context, "recipient": recipient}
        enqueue_account_mail(
            to=recipient,
            subject=" ".join(render_to_string(f"{template_prefix}_subject.txt", values).split()),
            text=render_to_string(f"{template_prefix}_message.txt", values),
            now=timezone.now(),
        )
