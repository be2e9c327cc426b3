"""allauth's forms without placeholders: they repeat the label and vanish while one types."""

from allauth.account import forms as account
from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _


class Plain:
    """Take the placeholders out of every field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Plain, account.LoginForm):
    """E-mail and password. The way to a new password leads back to the page that was asked for,
    too.
    """

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        address = passthrough_next_redirect_url(
            self.request, reverse("account_reset_password"), REDIRECT_FIELD_NAME
        )
        self.fields["password"].help_text = format_html(
            '<a href="{}">{}</a>', address, _("Passwort vergessen?")
        )


class RequestCodeForm(Plain, account.RequestLoginCodeForm):
    """The address that gets a code."""


class ConfirmCodeForm(Plain, account.ConfirmLoginCodeForm):
    """The code out of the mail."""


class ResetForm(Plain, account.ResetPasswordForm):
    """The address that gets a link."""


class ResetKeyForm(Plain, account.ResetPasswordKeyForm):
    """The new password, twice."""


class ChangePasswordForm(Plain, account.ChangePasswordForm):
    """The old password, and the new one twice."""


class FirstPasswordForm(Plain, account.SetPasswordForm):
    """The password of somebody who signed in by code or passkey so far."""


class ReauthenticateForm(Plain, account.ReauthenticateForm):
    """The password, asked for once more."""
