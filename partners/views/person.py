"""What the page of a person is made of."""

from django.utils.translation import gettext as _

from core.dates import format_moment
from core.history import entries_of
from core.progress import HistoryEntry
from partners.enums import role_names
from partners.models import Person


def person_facts(person: Person) -> list[tuple[str, str]]:
    """Return the *Eckdaten* that are known."""
    rows = [
        (_("Funktion"), person.function),
        (_("E-Mail"), person.email),
        (_("Telefon"), person.phone),
        (_("Anrede im Brief"), person.greeting),
    ]
    return [(label, value) for label, value in rows if value]


def account_facts(person: Person) -> list[tuple[str, str]]:
    """Return what the office may know of an account: address, roles, invited when, last sign-in."""
    account = getattr(person, "user", None)
    if account is None:
        return []
    roles = role_names(
        {group.name for group in account.groups.all()}, is_office_head=account.is_office_head
    )
    rows = [
        (_("Anmeldung mit"), account.email),
        (_("Rollen"), ", ".join(roles) or _("keine")),
        (_("Eingeladen"), format_moment(account.invited_at)),
    ]
    return [(label, value) for label, value in rows if value]


def history_of(person: Person) -> list[HistoryEntry]:
    """Return what happened to the contact and to the account, the latest first."""
    entries = entries_of(person, limit=20)
    if account := getattr(person, "user", None):
        entries += [
            entry._replace(what=_("Konto: %(what)s") % {"what": entry.what})
            for entry in entries_of(account, limit=20)
        ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)
