from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.forms import CleanEmailField, WarnedForm
from outbox.rendering.headers import validate_address
from partners.enums import ROLE_LABELS
from partners.services.accounts import ACCOUNT_FIELDS, ROLE_REQUIRED


class AccountForm(WarnedForm):
    """Address and roles of an account, for the invitation and for later changes."""

    email = CleanEmailField(
        validators=[validate_address],
        label=_("E-Mail"),
        help_text=_(
            "Mit dieser Adresse meldet sich die Person an. Jede Adresse hat nur ein Konto."
        ),
    )
    roles = forms.MultipleChoiceField(
        label=_("Rollen"),
        choices=list(ROLE_LABELS.items()),
        widget=forms.CheckboxSelectMultiple,
        help_text=_(
            "Bitte nur so viel wie nötig. Die Rolle Partner gilt für die Organisation der Person."
        ),
        error_messages={"required": ROLE_REQUIRED},
    )
    is_office_head = forms.BooleanField(
        label=_("Leitung der Geschäftsstelle"),
        required=False,
        help_text=_(
            "Nur mit der Rolle Geschäftsstelle. Wer sie leitet, erfährt von Freigaben, die liegen "
            "bleiben."
        ),
    )

    @property
    def values(self) -> dict:
        """The arguments of the account services."""
        return {
            "email": self.cleaned_data["email"],
            "roles": self.cleaned_data["roles"],
            "is_office_head": self.cleaned_data["is_office_head"],
            "heeded": self.heeded_keys,
        }


class ChangeAccountForm(SeenForm, AccountForm):
    """Address and roles of the account `instance`."""

    def __init__(self, *args, **kwargs):
        # Instead of the row, which lacks the groups: roles are what a colleague changes most.
        super().__init__(*args, seen_fields=ACCOUNT_FIELDS, **kwargs)


class PasswordForm(SetPasswordForm):
    """The first password, twice, with the rules for it."""
