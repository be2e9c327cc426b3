from partners.services.accounts import (
    accept_invitation,
    activate_account,
    change_account,
    deactivate_account,
    invite_account,
    read_invitation,
    require_activatable,
    require_deactivatable,
    require_invitable,
    require_pending,
    resend_invitation,
    version_to_deactivate,
)
from partners.services.deputies import create_deputy, end_deputy
from partners.services.lists import add_members, change_list, create_list, remove_members
from partners.services.merges import merge_people, preview_merge
from partners.services.organisations import change_organisation, create_organisation
from partners.services.people import (
    AddressChange,
    change_person,
    create_person,
    dependents_of_account,
)
from partners.services.privacy import erase_person, keep_person, preview_erasure, tidy_people
from partners.services.responsibility import change_responsible, hand_over, take_back

__all__ = [
    "AddressChange",
    "accept_invitation",
    "activate_account",
    "add_members",
    "change_account",
    "change_list",
    "change_organisation",
    "change_person",
    "change_responsible",
    "create_deputy",
    "create_list",
    "create_organisation",
    "create_person",
    "deactivate_account",
    "dependents_of_account",
    "end_deputy",
    "erase_person",
    "hand_over",
    "invite_account",
    "keep_person",
    "read_invitation",
    "merge_people",
    "preview_erasure",
    "preview_merge",
    "remove_members",
    "require_activatable",
    "require_deactivatable",
    "require_invitable",
    "require_pending",
    "resend_invitation",
    "take_back",
    "tidy_people",
    "version_to_deactivate",
]
