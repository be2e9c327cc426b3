"""The people of the demo: named by role, with addresses at example.org; seven have an account."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.text import slugify

from core.folding import fold
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Deputy, DistributionList, Organisation, Person, User

SENATE_DEPARTMENT = "Senatsverwaltung für Wirtschaft, Energie und Betriebe"


class DemoAccount(NamedTuple):
    """An account to create; `organisation` is a substring of the organisation's name."""

    email: str
    name: str
    function: str
    organisation: str
    roles: tuple[str, ...] = ()


ACCOUNTS = (
    DemoAccount(
        "geschaeftsstelle@example.org",
        "Geschäftsstelle",
        "Masterplan Industriestadt",
        SENATE_DEPARTMENT,
        (OFFICE,),
    ),
    # A second account of the office, so that work can be handed over.
    DemoAccount(
        "referat@example.org",
        "Referat Branchengespräche",
        "Masterplan Industriestadt",
        SENATE_DEPARTMENT,
        (OFFICE,),
    ),
    DemoAccount(
        "senatorin@example.org",
        "Büro der Senatorin",
        "Leitung",
        SENATE_DEPARTMENT,
        (SENATOR_OFFICE,),
    ),
    # No role of its own: this account acts only as deputy of the one above.
    DemoAccount(
        "vertretung@example.org",
        "Vertretung im Büro der Senatorin",
        "stellvertretende Leitung",
        SENATE_DEPARTMENT,
    ),
    DemoAccount(
        "vdma-ost@example.org", "Landesverband", "Referat Industriepolitik", "VDMA", (PARTNER,)
    ),
    DemoAccount(
        "ihk@example.org",
        "Bereich Industrie",
        "Fachreferat",
        "Industrie- und Handelskammer",
        (PARTNER,),
    ),
    DemoAccount(
        "steuerungskreis@example.org",
        "Mitglied des Steuerungskreises",
        "SKIP",
        SENATE_DEPARTMENT,
        (OBSERVER,),
    ),
)
CONTACT_KINDS = (
    "chamber",
    "association",
    "union",
    "agency",
    "bank",
    "network",
    "university",
    "district",
    "company",
)
# Roles instead of names: the demo must not show real people.
CONTACT_NAMES = {
    "company": ("Geschäftsführung", "Leitung des Werks"),
    "university": ("Transferstelle", "Wissens- und Technologietransfer"),
    "district": ("Wirtschaftsförderung", "Leitung"),
}


def find_organisation(part: str) -> Organisation:
    """Return the first organisation whose name contains `part`. Raises LookupError if none does."""
    # `search` holds folded text, so case and umlauts do not matter.
    records = Organisation.objects.filter(search__contains=fold(part)).exclude(kind="press")
    found = records.order_by("pk").first()
    if found is None:
        raise LookupError(f"no organisation is called {part!r}")
    return found


def load_accounts(*, today, now) -> dict[str, User]:
    """Return the demo accounts, keyed by the part of their address before the @."""
    users = {}
    # Created directly, because no office account exists yet that could send the invitations.
    for account in ACCOUNTS:
        person = Person.objects.create(
            family_name=account.name,
            function=account.function,
            email=account.email,
            organisation=find_organisation(account.organisation),
            origin=Origin.DEMO,
        )
        user = User.objects.create_user(
            email=account.email,
            person=person,
            password=settings.DEMO_PASSWORD,
            is_demo=True,
            invited_at=now,
            # The first account heads the office and is notified of overdue approvals.
            is_office_head=not users,
        )
        user.groups.set(Group.objects.filter(name__in=account.roles))
        users[account.email.partition("@")[0]] = user
    # Open-ended, so that the deputy can still act months after the demo was loaded.
    Deputy.objects.create(
        principal=users["senatorin"].person, deputy=users["vertretung"].person, starts_on=today
    )
    return users


def load_contacts() -> None:
    """Create one contact for each organisation that can take part in dialogues."""
    organisations = Organisation.objects.filter(kind__in=CONTACT_KINDS)
    used = set(Person.objects.values_list("email", flat=True))
    # In a fixed order, because the first of two equal addresses wins.
    for organisation in organisations.order_by("kind", "search", "pk"):
        name, function = CONTACT_NAMES.get(organisation.kind, ("Geschäftsstelle", "Leitung"))
        # Well below the 64 characters that RFC 5321 allows before the @. The cut may fall on a
        # hyphen, which must not end the local part.
        email = f"{slugify(fold(organisation.label))[:50].strip('-')}@example.org"
        # Organisations may share a label, but each contact needs an address of its own.
        if email not in used:
            used.add(email)
            Person.objects.create(
                family_name=name,
                function=function,
                email=email,
                organisation=organisation,
                origin=Origin.DEMO,
            )


def load_distribution_lists() -> None:
    partners = DistributionList.objects.create(
        name="Partner des Masterplans",
        description="Kammern, Verbände und Gewerkschaften",
        origin=Origin.DEMO,
    )
    partners.members.set(
        Person.objects.filter(
            organisation__kind__in=("chamber", "association", "union"), origin=Origin.DEMO
        )
    )
    science = DistributionList.objects.create(
        name="Hochschulen und Netzwerke",
        description="Transferstellen und Clusternetzwerke",
        origin=Origin.DEMO,
    )
    science.members.set(
        Person.objects.filter(organisation__kind__in=("university", "network"), origin=Origin.DEMO)
    )
