"""Add and change contacts."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.conflicts import require_unchanged
from core.errors import Concern, Refused, require_heeded
from core.history import save_values_as
from core.roles import PARTNER
from outbox.enums import Audience
from outbox.queries.mails import pending_mails_to
from outbox.registry import Addressed
from outbox.rendering.headers import without_closing_mark
from outbox.services import readdress_pending, withdraw_mails_to
from partners.models import Deputy, Organisation, Person, User
from partners.permissions import require_can_manage_partners
from partners.queries import (
    addresses_ever,
    former_recipients,
    open_records_in_charge,
    people_of,
    recipient_of,
    similar_people,
)
from partners.registry import Dependents, all_dependents

FIELDS = (
    "salutation",
    "title",
    "given_name",
    "family_name",
    "function",
    "organisation",
    "email",
    "phone",
    "letter_salutation",
    "notes",
    "is_active",
)
MAY_BE_DOUBLE = gettext_lazy(
    "Diese Person ist vielleicht schon eingetragen: Name oder E-Mail-Adresse stimmen überein."
)
PERSON_IS_NEEDED = gettext_lazy(
    "Diese Person ist noch eingetragen. Tragen Sie dort jemand anderes ein, oder speichern Sie "
    "trotzdem; die Seiten weisen dann darauf hin."
)
# Not those for everybody: they end a date that whoever has left may still count on (ADR 23).
ONLY_FOR_ACTIVE = (Audience.ACCOUNTS, Audience.CONTACTS)
ONE_LINERS = {"title", "given_name", "family_name", "function", "phone", "letter_salutation"}


class AddressChange(NamedTuple):
    """How somebody was written to before, None if nothing changed, and how many mails that waited
    go to the new address.
    """

    former: Addressed | None = None
    readdressed: int = 0


@transaction.atomic
def create_person(
    *, values: dict[str, Any], by, now: dt.datetime, heeded: Collection[str] = ()
) -> Person:
    """Create a contact. Raises Warned if it may be there already."""
    require_can_manage_partners(by)
    values = _tidied(values)
    require_heeded(concerns_about(similar_people(Person(**values))), heeded, str(MAY_BE_DOUBLE))
    person = Person()
    save_values_as(person, values, by=by, now=now, reason=_("Person angelegt"))
    return person


@transaction.atomic
def change_person(
    *,
    person: Person,
    values: dict[str, Any],
    version: str,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> tuple[Person, AddressChange]:
    """Change a contact.

    Mails that wait follow a new address; those for somebody who has left are withdrawn. Raises
    ChangedMeanwhile when it was saved since `version`, Refused when the contact's account would
    lose what it needs, Warned if the change makes it similar to another contact, or others still
    expect something of somebody who leaves.
    """
    require_can_manage_partners(by)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    require_not_anonymised(locked)
    require_unchanged(locked, version, FIELDS)
    # Otherwise an account could keep its rights although its person is inactive or, for a partner,
    # has no organisation.
    require_account_stays_valid(locked, values)
    values = _tidied(values)
    known = similar_people(locked)
    changed = Person(pk=locked.pk, **{name: getattr(locked, name) for name in FIELDS} | values)
    doubles = [other for other in similar_people(changed) if other not in known]
    leaves = locked.is_active and not values.get("is_active", True)
    # Asked for together, because the form hands over only the concerns that it showed last.
    require_all_heeded(
        {
            str(MAY_BE_DOUBLE): concerns_about(doubles, saved=locked),
            str(PERSON_IS_NEEDED): dependents_of_person(locked) if leaves else [],
        },
        heeded,
    )
    former = addressed(locked)
    save_values_as(locked, values, by=by, now=now, reason=_("Angaben geändert"))
    if leaves:
        withdraw_mails_of_inactive(locked, by=by, now=now)
    return locked, follow_address(locked, former, by=by, now=now)


def addressed(person: Person) -> Addressed:
    """Return how `person` is written to now."""
    to = recipient_of(person)
    return Addressed(to.email, to.name)


def follow_address(person: Person, former: Addressed, *, by, now: dt.datetime) -> AddressChange:
    """Let the mails that wait for `person` follow from `former` to a new address, if it is one."""
    # Nothing can wait for somebody who had no address.
    if former.email in ("", addressed(person).email):
        return AddressChange()
    return AddressChange(former, readdress_mails_of(person, by=by, now=now))


def readdress_mails_of(person: Person, *, by, now: dt.datetime) -> int:
    """Write the mails that wait for `person` to the present address; return how many."""
    return readdress_pending(addresses_ever(person), by=by, now=now)


def require_all_heeded(
    concerns_by_sentence: Mapping[str, list[Concern]], heeded: Collection[str]
) -> None:
    """Raise Warned with the sentences that have concerns, unless the actor has seen all of them."""
    found = {sentence: concerns for sentence, concerns in concerns_by_sentence.items() if concerns}
    concerns = [concern for group in found.values() for concern in group]
    require_heeded(concerns, heeded, " ".join(found))


def dependents_of_account(account: User) -> list[Concern]:
    """Return what is still expected of `account`."""
    return [concern for app in all_dependents() for concern in app.of_account(account)]


def dependents_of_person(person: Person) -> list[Concern]:
    """Return what is still expected of `person`, and of their account."""
    account = getattr(person, "user", None)
    own = [concern for app in all_dependents() for concern in app.of_person(person)]
    return own + (dependents_of_account(account) if account else [])


def dependents_of_organisation(organisation: Organisation) -> list[Concern]:
    return [concern for app in all_dependents() for concern in app.of_organisation(organisation)]


def _deputyships(account: User) -> list[Concern]:
    person, today = account.person, timezone.localdate()
    found = Deputy.objects.filter(Q(principal=person) | Q(deputy=person))
    found = found.filter(Q(ends_on=None) | Q(ends_on__gte=today))
    return [
        Concern(
            key=f"deputy-{deputyship.pk}",
            label=str(deputyship),
            url=deputyship.principal.get_absolute_url(),
            text=_("Vertretung, %(period)s: gilt nicht, solange das Konto deaktiviert ist")
            % {"period": deputyship.period},
        )
        for deputyship in found.select_related("principal", "deputy").order_by("pk")
    ]


def _open_records(account: User) -> list[Concern]:
    counts = open_records_in_charge(account)
    if not counts:
        return []
    return [
        Concern(
            # One concern for all of them: they are handed over on one page, and there may be
            # dozens.
            key=f"responsible-{account.pk}",
            label=str(account),
            url=account.person.get_absolute_url(),
            text=_("noch zuständig (%(what)s)")
            % {"what": ", ".join(f"{label} {count}" for label, count in counts.items())},
            action=_("Aufgaben übergeben"),
            action_url=f"{reverse('partners:handover')}?von={account.pk}",
        )
    ]


def _of_account(account: User) -> list[Concern]:
    return _open_records(account) + _deputyships(account)


def _waiting_mails(person: Person) -> list[Concern]:
    waiting = pending_mails_to(former_recipients(person), ONLY_FOR_ACTIVE).count()
    if not waiting:
        return []
    text = ngettext(
        "%(count)d E-Mail wartet noch und wird zurückgezogen",
        "%(count)d E-Mails warten noch und werden zurückgezogen",
        waiting,
    )
    return [
        Concern(
            key=f"mails-{person.pk}",
            label=person.name,
            url=f"{reverse('outbox:list')}?{urlencode({'q': person.email})}",
            text=text % {"count": waiting},
        )
    ]


def _contacts(organisation: Organisation) -> list[Concern]:
    return [
        Concern(
            key=f"contact-{person.pk}",
            label=person.name,
            url=person.get_absolute_url(),
            text=_("ist noch aktiv"),
        )
        for person in people_of(organisation)
    ]


DEPENDENTS = Dependents(of_account=_of_account, of_person=_waiting_mails, of_organisation=_contacts)


def withdraw_mails_of_inactive(person: Person, *, by, now: dt.datetime) -> int:
    """Withdraw what still waits for somebody who has left; return how many mails."""
    note = _("%(name)s ist nicht mehr aktiv.") % {"name": person.name}
    return withdraw_mails_to(former_recipients(person), ONLY_FOR_ACTIVE, note=note, by=by, now=now)


def concerns_about(people: Iterable[Person], *, saved: Person | None = None) -> list[Concern]:
    """Return a concern for each of `people`, who may be the same as the one to be saved.

    If that one is in the database, as `saved`, the two can be merged.
    """
    return [
        Concern(
            key=f"person-{person.pk}",
            label=person.name_with_organisation,
            url=person.get_absolute_url(),
            text=", ".join(filter(None, [person.function, person.email])) or _("ohne E-Mail"),
            action=_("vergleichen und zusammenführen") if saved else "",
            action_url=reverse("partners:merge", args=[saved.pk, person.pk]) if saved else "",
        )
        for person in people
    ]


def require_account_stays_valid(person: Person, values: dict[str, Any]) -> None:
    """Raise Refused if `values` take from the account of `person` what it needs."""
    account = getattr(person, "user", None)
    if account is None or not account.is_active:
        return
    if not values.get("is_active", True):
        raise Refused(
            _("Diese Person hat ein aktives Konto. Bitte deaktivieren Sie zuerst das Konto.")
        )
    if not values.get("organisation") and PARTNER in account.own_roles:
        raise Refused(
            _(
                "Das Konto dieser Person hat die Rolle Partner und braucht deshalb eine "
                "Organisation."
            )
        )


def require_not_anonymised(person: Person) -> None:
    if person.anonymised_at:
        raise Refused(
            _("Die Angaben zu dieser Person sind gelöscht. Bitte legen Sie einen neuen Eintrag an.")
        )


def _tidied(values: dict[str, Any]) -> dict[str, Any]:
    """Return `values` with single spaces, the address in lower case, and no punctuation after the
    letter salutation.
    """
    tidied = dict(values)
    for name in ONE_LINERS & tidied.keys():
        tidied[name] = " ".join(tidied[name].split())
    if "letter_salutation" in tidied:
        tidied["letter_salutation"] = without_closing_mark(tidied["letter_salutation"])
    if "email" in tidied:
        tidied["email"] = tidied["email"].strip().lower()
    return tidied
