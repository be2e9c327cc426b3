from partners.forms.accounts import AccountForm, DeputyForm, PasswordForm
from partners.forms.contacts import DistributionListForm, OrganisationForm, PersonForm

__all__ = [
    "AccountForm",
    "DeputyForm",
    "DistributionListForm",
    "OrganisationForm",
    "PasswordForm",
    "PersonForm",
]
