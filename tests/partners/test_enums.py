"""Role names in German, and the values that other records store."""

import pytest

from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.enums import ACCOUNT_BADGE_COLOURS, AccountState, OrganisationKind, role_names


@pytest.mark.parametrize(
    ("roles", "is_office_head", "names"),
    [
        ([], False, []),
        ([PARTNER, OFFICE], False, ["Geschäftsstelle", "Partner"]),
        ([PARTNER, OFFICE], True, ["Geschäftsstelle (Leitung)", "Partner"]),
        ([SENATOR_OFFICE, OBSERVER], True, ["Büro der Senatorin", "Steuerungskreis"]),
    ],
)
def test_roles_are_named_in_a_fixed_order(roles, is_office_head, names):
    assert role_names(roles, is_office_head=is_office_head) == names


def test_stored_kinds_of_organisations_stay_the_same():
    assert OrganisationKind.values == [
        "senate",
        "district",
        "chamber",
        "association",
        "union",
        "agency",
        "bank",
        "network",
        "university",
        "company",
        "press",
        "other",
    ]


def test_each_state_of_an_account_has_a_colour():
    assert ACCOUNT_BADGE_COLOURS == {
        AccountState.ACTIVE: "success",
        AccountState.INVITED: "info",
        AccountState.CLOSED: "muted",
    }
