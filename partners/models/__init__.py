from partners.models.accounts import Deputy, User
from partners.models.contacts import DistributionList, Person
from partners.models.organisations import CrossCuttingTheme, Organisation, Sector

__all__ = [
    "CrossCuttingTheme",
    "Deputy",
    "DistributionList",
    "Organisation",
    "Person",
    "Sector",
    "User",
]
