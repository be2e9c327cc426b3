"""Invite people to an account, change it, close it and open it again."""

import datetime as dt
from collections.abc import Collection

from allauth.account.models import EmailAddress
from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from core.errors import ChangedMeanwhile, Refused
from core.history import save_as
from core.links import read_link
from core.roles import OFFICE, PARTNER, ROLES
from partners.enums import role_names
from partners.mails import INVITATION, INVITATION_DAYS, mail_invitation
from partners.models import Person, User
from partners.services.gate import require_office


@transaction.atomic
def invite_account(
    *,
    person: Person,
    email: str,
    roles: Collection[str],
    by,
    now: dt.datetime,
    is_office_head: bool = False,
) -> User:
    """Give `person` an account with `roles` and mail the link that sets its password.

    Raises NotEntitled for anybody but the office; Refused when the person has an account, the
    address is taken, no role is chosen, a partner belongs to no organisation, or somebody without
    the office's role would lead it.
    """
    require_office(by)
    locked = Person.objects.select_for_update().get(pk=person.pk)
    if User.objects.filter(person=locked).exists():
        raise ChangedMeanwhile(_("Diese Person hat schon ein Konto."))
    if not locked.is_active:
        raise Refused(
            _("Diese Person ist nicht mehr aktiv. Bitte setzen Sie sie zuerst wieder auf aktiv.")
        )
    email = _checked(locked, email, roles, is_office_head=is_office_head)
    account = User(person=locked, email=email, invited_at=now, is_office_head=is_office_head)
    account.set_unusable_password()
    _save(
        account,
        by=by,
        now=now,
        reason=_("eingeladen als %(roles)s") % {"roles": _in_words(roles, is_office_head)},
    )
    account.groups.set(Group.objects.filter(name__in=roles))
    if not locked.email:
        locked.email = email
        save_as(
            locked,
            by=by,
            now=now,
            reason=_("E-Mail-Adresse aus der Einladung zum Konto übernommen"),
        )
    mail_invitation(account, now=now, by=by)
    return account


@transaction.atomic
def resend_invitation(*, account: User, by, now: dt.datetime) -> User:
    """Mail a new link and void the older one. Raises Refused when the password is set or the
    account is closed.
    """
    require_office(by)
    locked = lock_account(account.pk)
    if not locked.is_pending:
        raise Refused(_("Für dieses Konto ist keine Einladung mehr offen."))
    locked.invitation_version += 1
    locked.invited_at = now
    save_as(locked, by=by, now=now, reason=_("Einladung erneut versandt"))
    mail_invitation(locked, now=now, by=by)
    return locked


def read_invitation(token: str) -> User:
    """Return the account that the link of an invitation belongs to.

    Raises Refused with a German sentence when the link is damaged, older than 14 days, replaced or
    used.
    """
    return _invited(User.objects.select_related("person"), token)


@transaction.atomic
def accept_invitation(*, token: str, password: str, now: dt.datetime) -> User:
    """Set the first password of an invited account; the link is void afterwards. Raises as
    `read_invitation`.
    """
    account = _invited(_locking(), token)
    account.set_password(password)
    account.invitation_version += 1
    save_as(account, by=account, now=now, reason=_("Einladung angenommen, Passwort gesetzt"))
    return account


def _invited(accounts: QuerySet[User], token: str) -> User:
    """Return the row of `accounts` that the link belongs to. Raises as `read_invitation`."""
    target = read_link(INVITATION, token, max_age=INVITATION_DAYS * 24 * 3600)
    account = accounts.filter(pk=target.pk).first()
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
) -> User:
    """Write the address, the roles and the lead of an account. Another address voids the link sent
    to the former one.

    Raises Refused when the address is taken, somebody changes the own roles, the last office
    account would lose its role, or somebody without the office's role would lead it.
    """
    require_office(by)
    offices = lock_office_accounts()
    locked = lock_account(account.pk)
    email = _checked(locked.person, email, roles, account=locked, is_office_head=is_office_head)
    if set(roles) != locked.own_roles:
        if locked.pk == by.pk:
            raise Refused(
                _(
                    "Die eigenen Rollen kann niemand selbst ändern. Bitte wenden Sie sich an "
                    "jemanden im Team."
                )
            )
        if OFFICE not in roles:
            _require_other_office(locked, offices)
    if email != locked.email:
        EmailAddress.objects.filter(user=locked).delete()
        locked.invitation_version += 1
    locked.email, locked.is_office_head = email, is_office_head
    _save(
        locked,
        by=by,
        now=now,
        reason=_("geändert: %(roles)s") % {"roles": _in_words(roles, is_office_head)},
    )
    locked.groups.set(Group.objects.filter(name__in=roles))
    return locked


@transaction.atomic
def deactivate_account(*, account: User, by, now: dt.datetime) -> User:
    """Close an account: its sessions end. Raises Refused for oneself and for the last account of
    the office.
    """
    require_office(by)
    offices = lock_office_accounts()
    locked = lock_account(account.pk)
    if not locked.is_active:
        raise ChangedMeanwhile(_("Dieses Konto ist schon deaktiviert."))
    if locked.pk == by.pk:
        raise Refused(_("Das eigene Konto kann niemand selbst deaktivieren."))
    _require_other_office(locked, offices)
    locked.is_active = False
    locked.invitation_version += 1
    save_as(locked, by=by, now=now, reason=_("deaktiviert"))
    return locked


@transaction.atomic
def activate_account(*, account: User, by, now: dt.datetime) -> User:
    """Open a closed account again. Raises Outpaced when it is open, Refused when a partner has no
    organisation.
    """
    require_office(by)
    locked = lock_account(account.pk)
    if locked.is_active:
        raise ChangedMeanwhile(_("Dieses Konto ist schon aktiv."))
    _checked(locked.person, locked.email, locked.own_roles, account=locked)
    if not locked.person.is_active:
        raise Refused(
            _("Diese Person ist nicht mehr aktiv. Bitte setzen Sie sie zuerst wieder auf aktiv.")
        )
    locked.is_active = True
    save_as(locked, by=by, now=now, reason=_("aktiviert"))
    return locked


def lock_account(pk: int) -> User:
    """Return the account locked until the end of the transaction."""
    return _locking().get(pk=pk)


def _locking() -> QuerySet[User]:
    return User.objects.select_for_update(of=("self",)).select_related("person")


def lock_office_accounts() -> list[int]:
    """Lock the office's active accounts, so that two people cannot close the last two at once;
    return their keys.
    """
    offices = User.objects.select_for_update(of=("self",)).filter(
        is_active=True, groups__name=OFFICE
    )
    return [account.pk for account in offices.order_by("pk")]


def _require_other_office(account: User, offices: list[int]) -> None:
    if account.pk in offices and len(offices) == 1:
        raise Refused(
            _(
                "Dies ist das letzte aktive Konto der Geschäftsstelle. Bitte laden Sie zuerst "
                "jemanden ein."
            )
        )


def _in_words(roles: Collection[str], is_office_head: bool) -> str:
    """Return the roles of an account in words, `Geschäftsstelle (Leitung), Partner`."""
    return ", ".join(role_names(roles, is_office_head=is_office_head))


def _checked(
    person: Person,
    email: str,
    roles: Collection[str],
    *,
    account: User | None = None,
    is_office_head: bool = False,
) -> str:
    """Return the address as accounts keep it. Raises Refused when address or roles do not do."""
    email = email.strip().lower()
    if not roles or set(roles) - set(ROLES):
        raise Refused(_("Bitte wählen Sie mindestens eine Rolle."))
    if PARTNER in roles and person.organisation_id is None:
        raise Refused(
            _(
                "Ein Partnerkonto braucht eine Organisation. Bitte tragen Sie sie zuerst bei der "
                "Person ein."
            )
        )
    if is_office_head and OFFICE not in roles:
        raise Refused(_("Die Geschäftsstelle leiten kann nur, wer auch ihre Rolle hat."))
    others = User.objects.exclude(pk=account.pk) if account else User.objects.all()
    if others.filter(email=email).exists():
        raise Refused(_taken(email))
    return email


def _save(account: User, *, by, now: dt.datetime, reason: str) -> None:
    try:
        with transaction.atomic():
            save_as(account, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(_taken(account.email)) from error


def _taken(email: str) -> str:
    return _("Die E-Mail-Adresse %(email)s gehört schon zu einem anderen Konto.") % {"email": email}
