from partners.services.accounts import (
    accept_invitation,
    activate_account,
    change_account,
    deactivate_account,
    invite_account,
    read_invitation,
    require_other_account,
    resend_invitation,
)
from partners.services.deputies import add_deputy, end_deputy
from partners.services.lists import add_list, add_members, change_list, remove_members
from partners.services.organisations import add_organisation, change_organisation
from partners.services.people import add_person, change_person

__all__ = [
    "accept_invitation",
    "activate_account",
    "add_deputy",
    "add_list",
    "add_members",
    "add_organisation",
    "add_person",
    "change_account",
    "change_list",
    "change_organisation",
    "change_person",
    "deactivate_account",
    "end_deputy",
    "invite_account",
    "read_invitation",
    "remove_members",
    "require_other_account",
    "resend_invitation",
]
