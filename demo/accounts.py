"""The demo's people: roles at example.org, six of them with an account."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.utils.text import slugify

from core.folding import fold
from core.models import Origin
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE
from partners.models import Deputy, DistributionList, Organisation, Person, User

HOUSE = "Senatsverwaltung für Wirtschaft, Energie und Betriebe"

# e-mail, name, function, part of the organisation's name, roles
ACCOUNTS = (
    (
        "geschaeftsstelle@example.org",
        "Geschäftsstelle",
        "Masterplan Industriestadt",
        HOUSE,
        (OFFICE,),
    ),
    ("senatorin@example.org", "Büro der Senatorin", "Leitung", HOUSE, (SENATOR_OFFICE,)),
    (
        "vertretung@example.org",
        "Vertretung im Büro der Senatorin",
        "stellvertretende Leitung",
        HOUSE,
        (),
    ),
    ("vdma-ost@example.org", "Landesverband", "Referat Industriepolitik", "VDMA", (PARTNER,)),
    (
        "ihk@example.org",
        "Bereich Industrie",
        "Fachreferat",
        "Industrie- und Handelskammer",
        (PARTNER,),
    ),
    ("steuerungskreis@example.org", "Mitglied des Steuerungskreises", "SKIP", HOUSE, (OBSERVER,)),
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
CONTACT_NAMES = {
    "company": ("Geschäftsführung", "Leitung des Werks"),
    "university": ("Transferstelle", "Wissens- und Technologietransfer"),
    "district": ("Wirtschaftsförderung", "Leitung"),
}


def find_organisation(part: str) -> Organisation:
    """Return the first organisation whose name or short name holds `part`."""
    rows = Organisation.objects.filter(search__contains=fold(part)).exclude(kind="press")
    found = rows.order_by("pk").first()
    if found is None:
        raise LookupError(f"no organisation is called {part!r}")
    return found


def load_accounts(*, today, now) -> dict[str, User]:
    """Create the six demo accounts; return them by the part of their address before the @."""
    users = {}
    for email, name, function, part, roles in ACCOUNTS:
        person = Person.objects.create(
            name=name,
            function=function,
            email=email,
            organisation=find_organisation(part),
            origin=Origin.DEMO,
        )
        user = User.objects.create_user(
            email=email,
            person=person,
            password=settings.DEMO_PASSWORD,
            is_demo=True,
            invited_at=now,
            is_office_head=roles == (OFFICE,),
        )
        user.groups.set(Group.objects.filter(name__in=roles))
        users[email.partition("@")[0]] = user
    Deputy.objects.create(
        principal=users["senatorin"].person, deputy=users["vertretung"].person, starts_on=today
    )
    return users


def load_contacts() -> list[Person]:
    """Create one role contact for each organisation that takes part in dialogues; return them in
    order.
    """
    people, taken = [], set(Person.objects.values_list("email", flat=True))
    for organisation in Organisation.objects.filter(kind__in=CONTACT_KINDS).order_by(
        "kind", "search", "pk"
    ):
        name, function = CONTACT_NAMES.get(organisation.kind, ("Geschäftsstelle", "Leitung"))
        email = f"{slugify(fold(organisation.label))[:50].strip('-')}@example.org"
        if email in taken:
            continue
        taken.add(email)
        people.append(
            Person.objects.create(
                name=name,
                function=function,
                email=email,
                organisation=organisation,
                origin=Origin.DEMO,
            )
        )
    return people


def load_distribution_lists() -> None:
    """Create two lists that a guest list can be filled from."""
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
