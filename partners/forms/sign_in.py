"""allauth's forms without placeholders: they repeat the label and vanish while one types."""

from allauth.account import forms as account


class Plain:
    """Take the placeholders out of every field."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)


class LoginForm(Plain, account.LoginForm):
    """E-mail and password."""


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
