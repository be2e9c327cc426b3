"""Organisations, people, accounts and deputyships for pages and other apps."""

from partners.queries.accounts import (
    accounts_to_choose,
    default_responsible,
    demo_accounts,
    office_accounts,
)
from partners.queries.deputies import (
    deputyship_taken_back_at,
    deputyships_between,
    deputyships_for,
    deputyships_held_by,
    last_deputyship,
)
from partners.queries.lists import visible_lists
from partners.queries.organisations import similar_organisations, visible_organisations
from partners.queries.people import (
    addresses_ever,
    current_recipients,
    former_recipients,
    office_heads,
    people_of,
    people_to_remind,
    people_with_role,
    recipient_of,
    similar_people,
    visible_people,
    visible_people_of,
)
from partners.queries.responsibility import (
    Handover,
    open_records_in_charge,
    received_since,
    without_responsible,
)

__all__ = [
    "Handover",
    "accounts_to_choose",
    "addresses_ever",
    "current_recipients",
    "default_responsible",
    "demo_accounts",
    "deputyships_between",
    "deputyships_for",
    "deputyships_held_by",
    "former_recipients",
    "deputyship_taken_back_at",
    "last_deputyship",
    "office_accounts",
    "office_heads",
    "open_records_in_charge",
    "people_of",
    "people_to_remind",
    "people_with_role",
    "received_since",
    "recipient_of",
    "similar_organisations",
    "similar_people",
    "visible_lists",
    "visible_organisations",
    "visible_people",
    "visible_people_of",
    "without_responsible",
]
