from partners.forms.accounts import AccountForm, ChangeAccountForm, PasswordForm
from partners.forms.deputies import DeputyForm
from partners.forms.lists import DistributionListForm
from partners.forms.merges import MergeForm, swapped
from partners.forms.organisations import OrganisationForm
from partners.forms.people import PersonField, PersonForm
from partners.forms.privacy import ErasureForm, KeepForm
from partners.forms.responsibility import HandoverForm, ResponsibleForm

__all__ = [
    "swapped",
    "AccountForm",
    "ChangeAccountForm",
    "DeputyForm",
    "DistributionListForm",
    "ErasureForm",
    "HandoverForm",
    "KeepForm",
    "MergeForm",
    "OrganisationForm",
    "PasswordForm",
    "PersonField",
    "PersonForm",
    "ResponsibleForm",
]
