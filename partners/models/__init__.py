from partners.models.accounts import User
from partners.models.deputies import Deputy
from partners.models.lists import DistributionList
from partners.models.organisations import CrossCuttingTheme, Organisation, Sector
from partners.models.people import ANONYMOUS, REACHABLE, FormerPerson, Person, at_address
from partners.models.privacy import TidyRun
from partners.models.responsibility import Assignable

__all__ = [
    "Assignable",
    "ANONYMOUS",
    "REACHABLE",
    "CrossCuttingTheme",
    "Deputy",
    "DistributionList",
    "FormerPerson",
    "Organisation",
    "Person",
    "Sector",
    "TidyRun",
    "User",
    "at_address",
]
