"""How people sign in: only with an account that the office invited; demo accounts only in a demo."""

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

from outbox.services import Recipient, enqueue_account_mail
from partners.models import User
from partners.permissions import may_sign_in
from partners.queries import recipient_of


class AccountBackend(AuthenticationBackend):
    """allauth's sign-in by e-mail for those who may.

    `get_user` asks the same question for every request, so a session ends with the account.
    """

    def user_can_authenticate(self, user):
        return may_sign_in(user)

    def get_user(self, user_id):
        account = User.objects.select_related("person__organisation").filter(pk=user_id).first()
        return account if account and may_sign_in(account) else None


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up, one gate before every way of signing in, and mail through the outbox."""

    def is_open_for_signup(self, request):
        return False

    def pre_login(self, request, user, **kwargs):
        """Turn away whoever may not sign in, after password, code and passkey alike."""
        if not may_sign_in(user):
            self.logout(request)
            return redirect("account_inactive")
        return super().pre_login(request, user, **kwargs)

    def is_safe_url(self, url):
        """Let `next` lead to a page of this portal alone, written as a path: never to another host."""
        return url.startswith("/") and url_has_allowed_host_and_scheme(url, allowed_hosts=None)

    def get_reset_password_from_key_url(self, key):
        """Build the link on SITE_URL: what a request calls its host is not to be trusted in a mail.

        It carries the page of this portal that was asked for, so that it may be opened in another
        browser.
        """
        link = settings.SITE_URL + urlsplit(super().get_reset_password_from_key_url(key)).path
        return passthrough_next_redirect_url(self.request, link, REDIRECT_FIELD_NAME)

    def get_password_change_redirect_url(self, request):
        return reverse("account")

    def send_mail(self, template_prefix, email, context):
        """Hand the mail to the outbox: account mails go first, and no page ever shows their text."""
        account = User.objects.select_related("person").filter(email=email.lower()).first()
        recipient = recipient_of(account.person) if account else Recipient(email=email)
        values = {**context, "recipient": recipient}
        enqueue_account_mail(
            to=recipient,
            subject=" ".join(render_to_string(f"{template_prefix}_subject.txt", values).split()),
            text=render_to_string(f"{template_prefix}_message.txt", values),
            now=timezone.now(),
        )
