"""allauth's forms without placeholders."""

from allauth.account import forms as account
from allauth.account.utils import passthrough_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _


class WithoutPlaceholders:
    # Placeholders repeat the label and vanish as soon as somebody types.
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(WithoutPlaceholders, account.LoginForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Someone who forgot the password should still reach the page they asked for.
        url = passthrough_next_redirect_url(
            self.request, reverse("account_reset_password"), REDIRECT_FIELD_NAME
        )
        self.fields["password"].help_text = format_html(
            '<a href="{}">{}</a>', url, _("Passwort vergessen?")
        )


class RequestCodeForm(WithoutPlaceholders, account.RequestLoginCodeForm):
    pass


class ConfirmCodeForm(WithoutPlaceholders, account.ConfirmLoginCodeForm):
    pass


class ResetForm(WithoutPlaceholders, account.ResetPasswordForm):
    pass


class ResetKeyForm(WithoutPlaceholders, account.ResetPasswordKeyForm):
    pass


class ChangePasswordForm(WithoutPlaceholders, account.ChangePasswordForm):
    pass


class FirstPasswordForm(WithoutPlaceholders, account.SetPasswordForm):
    """For accounts without a password, which sign in by code or passkey."""


class ReauthenticateForm(WithoutPlaceholders, account.ReauthenticateForm):
    pass
