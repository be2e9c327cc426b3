"""Invite people to accounts; change, deactivate and reactivate accounts."""

import datetime as dt
import hashlib
from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_seen, version_of
from core.errors import ChangedMeanwhile, Concern, Refused, require_heeded, violation_as
from core.history import save_as
from core.links import read_link
from core.roles import OFFICE, PARTNER, ROLES
from outbox.enums import Audience
from outbox.rendering.headers import spellings_of
from outbox.services import withdraw_mails_to
from outbox.texts import Recipient
from partners.enums import role_names
from partners.mails import INVITATION, INVITATION_DAYS, mail_invitation
from partners.models import Person, User
from partners.permissions import require_can_manage_partners
from partners.queries import similar_people
from partners.services.people import (
    MAY_BE_DOUBLE,
    AddressChange,
    addressed,
    concerns_about,
    dependents_of_account,
    follow_address,
)

INVITATION_SECONDS = INVITATION_DAYS * 24 * 3600
ACCOUNT_FIELDS = ("email", "groups", "is_active", "is_office_head")
ACCOUNT_CHANGED = gettext_lazy(
    "Inzwischen hat sich das Konto geändert, oder es ist für anderes zuständig. Bitte sehen Sie "
    "sich den jetzigen Stand an, und entscheiden Sie dann."
)
ROLE_REQUIRED = gettext_lazy("Bitte wählen Sie mindestens eine Rolle.")


@transaction.atomic
def invite_account(
    *,
    person: Person,
    email: str,
    roles: Collection[str],
    by,
    now: dt.datetime,
    is_office_head: bool = False,
    heeded: Collection[str] = (),
) -> User:
    """Create an account for `person` and mail the link with which they set its password.

    Raises ChangedMeanwhile when the person has an account already; Refused when the person is not
    active, the address belongs to another account, or the roles do not fit; Warned by somebody who
    may be the same person.
    """
    require_can_manage_partners(by)
    # The lock on the person serialises two simultaneous invitations.
    locked = Person.objects.select_for_update().get(pk=person.pk)
    require_invitable(locked)
    _require_fitting_roles(locked, roles, is_office_head)
    email = _require_free_address(email)
    doubles = similar_people(locked, email=email)
    require_heeded(concerns_about(doubles, saved=locked), heeded, str(MAY_BE_DOUBLE))
    former = addressed(locked)
    account = User(person=locked, email=email, invited_at=now, is_office_head=is_office_head)
    account.set_unusable_password()
    reason = _("eingeladen als %(roles)s") % {"roles": _roles_text(roles, is_office_head)}
    _save(account, by=by, now=now, reason=reason)
    account.groups.set(Group.objects.filter(name__in=roles))
    if not locked.email:
        locked.email = email
        reason = _("E-Mail-Adresse aus der Einladung zum Konto übernommen")
        save_as(locked, by=by, now=now, reason=reason)
    follow_address(locked, former, by=by, now=now)
    mail_invitation(account, now=now, by=by)
    return account


def require_invitable(person: Person) -> None:
    """Raise Refused unless `person` is active, ChangedMeanwhile if they have an account."""
    if User.objects.filter(person=person).exists():
        raise ChangedMeanwhile(_("Diese Person hat schon ein Konto."))
    _require_active(person)


@transaction.atomic
def resend_invitation(*, account: User, by, now: dt.datetime) -> User:
    """Mail a new link and revoke the older one. Raises Refused unless the invitation is pending."""
    require_can_manage_partners(by)
    locked = _lock_account(account)
    require_pending(locked)
    locked.invitation_version += 1
    locked.invited_at = now
    save_as(locked, by=by, now=now, reason=_("Einladung erneut versandt"))
    mail_invitation(locked, now=now, by=by)
    return locked


def require_pending(account: User) -> None:
    """Raise Refused unless the invitation to `account` is open."""
    if not account.is_pending:
        raise Refused(_("Für dieses Konto ist keine Einladung mehr offen."))


def read_invitation(token: str) -> User:
    """Return the account that the link of an invitation belongs to.

    Raises Refused when the link is damaged, expired, replaced by a newer one, or used.
    """
    return _invited_account(User.objects.select_related("person"), token)


@transaction.atomic
def accept_invitation(*, token: str, password: str, now: dt.datetime) -> User:
    """Set the first password of an account and revoke the link. Raises as `read_invitation`."""
    # Read under lock, because the office may revoke the link at the same moment.
    account = _invited_account(_locked_accounts(), token)
    account.set_password(password)
    account.invitation_version += 1
    save_as(account, by=account, now=now, reason=_("Einladung angenommen, Passwort gesetzt"))
    return account


def _invited_account(accounts: QuerySet[User], token: str) -> User:
    target = read_link(INVITATION, token, max_age=INVITATION_SECONDS)
    account = accounts.filter(pk=target.pk).first()
    # A separate message for each reason, because each requires a different next step.
    if account is None or not account.is_active:
        raise Refused(
            _("Dieses Konto gibt es nicht mehr. Bitte wenden Sie sich an die Geschäftsstelle.")
        )
    if account.has_usable_password():
        raise Refused(
            _("Für dieses Konto ist schon ein Passwort gesetzt. Bitte melden Sie sich damit an.")
        )
    if account.invitation_version != target.version:
        raise Refused(
            _(
                "Diese Einladung wurde durch eine neuere ersetzt. Bitte öffnen Sie die neueste "
                "E-Mail."
            )
        )
    return account


@transaction.atomic
def change_account(
    *,
    account: User,
    email: str,
    roles: Collection[str],
    by,
    now: dt.datetime,
    is_office_head: bool = False,
    heeded: Collection[str] = (),
    seen: str | None = None,
) -> tuple[User, AddressChange]:
    """Change the address, the roles and the head of the office. A new address revokes sent links;
    mails that wait follow it.

    `seen` is the fingerprint of ACCOUNT_FIELDS that the form showed. Raises ChangedMeanwhile;
    Refused when the address belongs to another account, the roles do not fit, users change
    their own roles, or the last account of the office would lose its role; Warned if another
    person has the new address.
    """
    require_can_manage_partners(by)
    office_pks = _lock_office_accounts()
    locked = _lock_account(account)
    require_seen(locked, seen, ACCOUNT_FIELDS)
    _require_fitting_roles(locked.person, roles, is_office_head)
    email = _require_free_address(email, account=locked)
    if set(roles) != locked.own_roles:
        # Nobody can lock themselves out or grant themselves a role.
        if locked.pk == by.pk:
            raise Refused(
                _(
                    "Die eigenen Rollen kann niemand selbst ändern. Bitte wenden Sie sich an "
                    "jemanden im Team."
                )
            )
        if OFFICE not in roles:
            _require_another_office_account(locked, office_pks)
    if email != locked.email:
        known = similar_people(locked.person, email=locked.email)
        found = similar_people(locked.person, email=email)
        doubles = [other for other in found if other not in known]
        require_heeded(concerns_about(doubles, saved=locked.person), heeded, str(MAY_BE_DOUBLE))
        # allauth keeps a copy of confirmed addresses and would still accept the former one.
        EmailAddress.objects.filter(user=locked).delete()
        locked.invitation_version += 1
    former = addressed(locked.person)
    locked.email, locked.is_office_head = email, is_office_head
    reason = _("geändert: %(roles)s") % {"roles": _roles_text(roles, is_office_head)}
    _save(locked, by=by, now=now, reason=reason)
    locked.groups.set(Group.objects.filter(name__in=roles))
    return locked, follow_address(locked.person, former, by=by, now=now)


@transaction.atomic
def deactivate_account(*, account: User, by, now: dt.datetime, seen: str | None = None) -> User:
    """Close an account, which ends its sessions, revokes its invitation and withdraws the mails
    that wait for it. Its person still gets those for contacts.

    `seen` is the `version_to_deactivate` that the page showed. Raises ChangedMeanwhile when that
    has changed or the account is closed already; Refused for the user's own account and for the
    last account of the office.
    """
    require_can_manage_partners(by)
    office_pks = _lock_office_accounts()
    locked = _lock_account(account)
    require_deactivatable(locked, by=by)
    if seen not in (None, version_to_deactivate(locked, dependents_of_account(locked))):
        raise ChangedMeanwhile(str(ACCOUNT_CHANGED))
    _require_another_office_account(locked, office_pks)
    former = addressed(locked.person)
    locked.is_active = False
    # Reopening the account later must not revive an old link.
    locked.invitation_version += 1
    save_as(locked, by=by, now=now, reason=_("deaktiviert"))
    # Whatever waits asks for something that only the account could do.
    note = _("Das Konto von %(name)s ist deaktiviert.") % {"name": locked}
    to = [Recipient(locked.email)]
    withdraw_mails_to(to, [Audience.ACCOUNTS], note=note, by=by, now=now)
    follow_address(locked.person, former, by=by, now=now)
    return locked


@transaction.atomic
def activate_account(*, account: User, by, now: dt.datetime) -> User:
    """Reopen a closed account.

    Raises ChangedMeanwhile when it is open already; Refused when its person is not active or no
    longer has the organisation that a partner needs.
    """
    require_can_manage_partners(by)
    locked = _lock_account(account)
    require_activatable(locked)
    former = addressed(locked.person)
    locked.is_active = True
    save_as(locked, by=by, now=now, reason=_("aktiviert"))
    follow_address(locked.person, former, by=by, now=now)
    return locked


def require_deactivatable(account: User, *, by) -> None:
    """Raise ChangedMeanwhile if `account` is closed already, Refused if it is the user's own."""
    if not account.is_active:
        raise ChangedMeanwhile(_("Dieses Konto ist schon deaktiviert."))
    if account.pk == by.pk:
        raise Refused(_("Das eigene Konto kann niemand selbst deaktivieren."))


def version_to_deactivate(account: User, dependents: Collection[Concern]) -> str:
    """Return a fingerprint of `account` and what depends on it, as its page lists it."""
    shown = [version_of(account, ACCOUNT_FIELDS), *map(str, dependents)]
    return hashlib.sha256("\0".join(shown).encode()).hexdigest()[:20]


def require_activatable(account: User) -> None:
    """Raise ChangedMeanwhile if `account` is open already, Refused if it cannot be opened."""
    if account.is_active:
        raise ChangedMeanwhile(_("Dieses Konto ist schon aktiv."))
    _require_fitting_roles(account.person, account.own_roles)
    _require_active(account.person)


def _locked_accounts() -> QuerySet[User]:
    # `of`, because PostgreSQL would otherwise lock the joined person as well.
    return User.objects.select_for_update(of=("self",)).select_related("person")


def _lock_account(account: User) -> User:
    return _locked_accounts().get(pk=account.pk)


def _lock_office_accounts() -> list[int]:
    """Lock the active accounts of the office and return their primary keys."""
    # Without the lock, two requests could close the last two accounts at the same time. Locking in
    # the order of the keys avoids deadlocks between them.
    accounts = User.objects.select_for_update(of=("self",))
    offices = accounts.filter(is_active=True, groups__name=OFFICE).order_by("pk")
    return [account.pk for account in offices]


def _require_another_office_account(account: User, office_pks: list[int]) -> None:
    if office_pks == [account.pk]:
        raise Refused(
            _(
                "Dies ist das letzte aktive Konto der Geschäftsstelle. Bitte laden Sie zuerst "
                "jemanden ein."
            )
        )


def _require_active(person: Person) -> None:
    if not person.is_active:
        raise Refused(
            _("Diese Person ist nicht mehr aktiv. Bitte setzen Sie sie zuerst wieder auf aktiv.")
        )


def _require_fitting_roles(
    person: Person, roles: Collection[str], is_office_head: bool = False
) -> None:
    if not roles or set(roles) - set(ROLES):
        raise Refused(str(ROLE_REQUIRED))
    if PARTNER in roles and person.organisation_id is None:
        raise Refused(
            _(
                "Ein Partnerkonto braucht eine Organisation. Bitte tragen Sie sie zuerst bei der "
                "Person ein."
            )
        )
    if is_office_head and OFFICE not in roles:
        raise Refused(_("Die Geschäftsstelle leiten kann nur, wer auch ihre Rolle hat."))


def _require_free_address(email: str, *, account: User | None = None) -> str:
    """Return the address in lower case, as accounts store it; Refused when another one has it."""
    email = email.strip().lower()
    others = User.objects.exclude(pk=account.pk) if account else User.objects.all()
    if others.filter(email__in=spellings_of(email)).exists():
        raise Refused(_address_taken(email))
    return email


def _save(account: User, *, by, now: dt.datetime, reason: str) -> None:
    # A concurrent request may take the address after the check.
    with violation_as(Refused(_address_taken(account.email))):
        save_as(account, by=by, now=now, reason=reason)


def _address_taken(email: str) -> str:
    return _("Die E-Mail-Adresse %(email)s gehört schon zu einem anderen Konto.") % {"email": email}


def _roles_text(roles: Collection[str], is_office_head: bool) -> str:
    return ", ".join(role_names(roles, is_office_head=is_office_head))
