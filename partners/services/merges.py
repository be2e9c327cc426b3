"""Merge two entries of the same person."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.apps import apps
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused, violation_as
from core.history import delete_as, save_as
from partners.enums import role_names
from partners.models import Deputy, DistributionList, FormerPerson, Person, User
from partners.permissions import require_can_manage_partners
from partners.queries import office_accounts
from partners.registry import assignable_kinds, person_data
from partners.services.people import (
    FIELDS,
    readdress_mails_of,
    require_account_stays_valid,
    require_not_anonymised,
)
from partners.services.responsibility import change_responsible

CHANGED_MEANWHILE = gettext_lazy(
    "An einem der beiden Einträge hat sich inzwischen etwas geändert. Bitte prüfen Sie noch "
    "einmal, was umzieht."
)


class Merge(NamedTuple):
    """What merging does: German lines about what moves, whether the merged entry remains because of
    its closed account, and a fingerprint of all this and of both entries.
    """

    lines: list[str]
    is_kept: bool
    version: str


def preview_merge(
    *, source: Person, target: Person, values: Mapping[str, Any], by, now: dt.datetime
) -> Merge:
    """Return what `merge_people` would do. Raises Refused as it does. Changes nothing."""
    with transaction.atomic():
        merge = _merge(source, target, values, by, now)
        transaction.set_rollback(True)
    return merge


def merge_people(
    *,
    source: Person,
    target: Person,
    values: Mapping[str, Any],
    version: str,
    by,
    now: dt.datetime,
) -> None:
    """Move everything from `source` to `target`, give `target` the chosen `values`, and delete
    `source`; with a closed account of its own it remains, deactivated.

    Raises ChangedMeanwhile unless `version` is that of a preview that still holds; Refused for two
    entries with an account in use, for users' own entry if that could change their rights, and if
    an account would lose what it needs. Mails nobody.
    """
    # Somebody may refer to `source` while it is being deleted; foreign keys are checked on commit.
    with violation_as(ChangedMeanwhile(str(CHANGED_MEANWHILE))):
        merge = _merge(source, target, values, by, now)
        if merge.version != version:
            raise ChangedMeanwhile(str(CHANGED_MEANWHILE))


def _merge(
    source: Person, target: Person, values: Mapping[str, Any], by, now: dt.datetime
) -> Merge:
    require_can_manage_partners(by)
    source, target = _lock_people(source, target)
    own, other = account_of(target), account_of(source)
    _require_mergeable(source, target, by)
    shown = [version_of(person, FIELDS) for person in (source, target)]
    lines = []
    if other and not own:
        lines.append(_move_account(other, target, source, by=by, now=now))
    is_kept = own is not None and other is not None
    _save_target(source, target, values, by=by, now=now)
    for data in person_data():
        lines += data.move(source=source, target=target, by=by, now=now)
    _move_history(source, target, is_kept=is_kept)
    FormerPerson.objects.create(number=source.pk, name=source.name, person=target, merged_at=now)
    lines += _readdress_mails(target, by=by, now=now)
    reason = _("Mit „%(name)s“ zusammengeführt") % {"name": target.name}
    if is_kept:
        source.is_active = False
        save_as(source, by=by, now=now, reason=reason)
    else:
        delete_as(source, by=by, now=now, reason=reason)
    digest = hashlib.sha256("\n".join([*shown, *lines]).encode()).hexdigest()[:20]
    return Merge(lines, is_kept, digest)


def _readdress_mails(target: Person, *, by, now: dt.datetime) -> list[str]:
    # After the former entry is recorded: its addresses are looked for as well.
    count = readdress_mails_of(target, by=by, now=now)
    text = ngettext(
        "%(count)d wartende E-Mail, jetzt an die Adresse, die bleibt",
        "%(count)d wartende E-Mails, jetzt an die Adresse, die bleibt",
        count,
    )
    return [text % {"count": count}] if count else []


def account_of(person: Person) -> User | None:
    return getattr(person, "user", None)


def _lock_people(source: Person, target: Person) -> tuple[Person, Person]:
    # In the order of the keys, so that two requests cannot wait for each other. `no_key`, because a
    # service that holds a dialogue could not invite these people under a full lock, while this one
    # waits for the dialogue.
    people = Person.objects.select_for_update(no_key=True, of=("self",))
    keys = [source.pk, target.pk]
    locked = {person.pk: person for person in people.filter(pk__in=keys).order_by("pk")}
    if len(locked) < 2:
        raise Refused(_("Bitte wählen Sie zwei verschiedene Einträge, die es beide noch gibt."))
    list(User.objects.select_for_update(of=("self",)).filter(person__in=keys).order_by("pk"))
    return locked[source.pk], locked[target.pk]


def _require_mergeable(source: Person, target: Person, by) -> None:
    require_not_anonymised(source)
    require_not_anonymised(target)
    if FormerPerson.objects.filter(number__in=[source.pk, target.pk]).exists():
        raise Refused(_("Einer der beiden Einträge ist schon mit einem anderen zusammengeführt."))
    own, other = account_of(target), account_of(source)
    if own and other and other.is_active:
        if own.is_active:
            raise Refused(
                _(
                    "Beide Einträge haben ein aktives Konto. Bitte deaktivieren Sie zuerst das "
                    "Konto, das nicht bleiben soll."
                )
            )
        raise Refused(
            _(
                "Das aktive Konto gehört zu „%(name)s“. Bitte lassen Sie diesen Eintrag bestehen; "
                "tauschen Sie dafür die Einträge."
            )
            % {"name": source.name}
        )
    if by.person_id in (source.pk, target.pk):
        _require_own_rights_stay(by, source if by.person_id == target.pk else target)


def _require_own_rights_stay(by, other: Person) -> None:
    """Raise Refused if merging their own entry with `other` could change the rights of `by`."""
    deputyships = Deputy.objects.filter(Q(principal=other) | Q(deputy=other))
    if account_of(other) or deputyships.exists():
        raise Refused(
            _(
                "Der andere Eintrag hat ein Konto oder Vertretungen. Den eigenen Eintrag führt "
                "deshalb jemand anderes im Team zusammen."
            )
        )


def _move_account(account: User, target: Person, source: Person, *, by, now: dt.datetime) -> str:
    account.person = target
    reason = _("Gehört jetzt zu „%(name)s“") % {"name": target.name}
    save_as(account, by=by, now=now, reason=reason)
    # The cached relation would still lead to the former owner.
    target.user = account
    roles = role_names(account.own_roles, is_office_head=account.is_office_head)
    return _("Konto %(email)s mit allem, was damit eingetragen wurde; Rollen: %(roles)s") % {
        "email": account.email,
        "roles": ", ".join(roles) or _("keine"),
    }


def _save_target(
    source: Person, target: Person, values: Mapping[str, Any], *, by, now: dt.datetime
) -> None:
    chosen = {name: value for name, value in values.items() if name in FIELDS}
    require_account_stays_valid(target, {name: getattr(target, name) for name in FIELDS} | chosen)
    for name, value in chosen.items():
        setattr(target, name, value)
    # The office wrote both for itself, and neither may get lost.
    target.notes = "\n\n".join(dict.fromkeys(filter(None, [target.notes, source.notes])))
    reason = _("Mit „%(name)s“ zusammengeführt") % {"name": source.name}
    save_as(target, by=by, now=now, reason=reason)


def move_person(*, source: Person, target: Person, by, now: dt.datetime) -> list[str]:
    """Move deputyships, distribution lists and former entries (`partners.registry.MovePerson`)."""
    FormerPerson.objects.filter(person=source).update(person=target)
    return [
        *_move_deputyships(source, target, by=by, now=now),
        *_move_lists(source, target, by=by, now=now),
        *_move_responsibility(source, target, by=by, now=now),
    ]


def _move_deputyships(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    deputyships = Deputy.objects.select_for_update(of=("self",))
    concerned = deputyships.filter(Q(principal=source) | Q(deputy=source))
    for deputyship in concerned.select_related("principal", "deputy").order_by("pk"):
        names = {"name": str(deputyship), "period": deputyship.period}
        if deputyship.principal_id == source.pk:
            deputyship.principal = target
        if deputyship.deputy_id == source.pk:
            deputyship.deputy = target
        if deputyship.principal_id == deputyship.deputy_id or _has_twin(deputyship):
            delete_as(deputyship, by=by, now=now, reason=_("Personen zusammengeführt"))
            yield _("Vertretung %(name)s, %(period)s: entfällt") % names
        else:
            save_as(deputyship, by=by, now=now, reason=_("Personen zusammengeführt"))
            yield _("Vertretung %(name)s, %(period)s") % names


def _has_twin(deputyship: Deputy) -> bool:
    same = Deputy.objects.exclude(pk=deputyship.pk).filter(
        principal=deputyship.principal,
        deputy=deputyship.deputy,
        starts_on=deputyship.starts_on,
        ends_on=deputyship.ends_on,
    )
    # In Python, because SQLite cannot compare JSON lists.
    return any(other.kinds == deputyship.kinds for other in same)


def _move_lists(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    lists = DistributionList.objects.select_for_update().filter(members=source)
    for distribution_list in lists.order_by("pk"):
        save_as(distribution_list, by=by, now=now, reason=_("Personen zusammengeführt"))
        distribution_list.members.add(target)
        distribution_list.members.remove(source)
        yield _("Verteiler „%(name)s“") % {"name": distribution_list.name}


def _move_responsibility(source: Person, target: Person, *, by, now: dt.datetime) -> Iterator[str]:
    """Put the account in use in charge of what the closed one was in charge of."""
    account, closed = account_of(target), account_of(source)
    if closed is None or account == closed:
        return
    # Only the office is in charge of anything; everything else stays to be handed over.
    if not office_accounts().filter(pk=account.pk).exists():
        return
    for kind in assignable_kinds():
        for record in kind.records.filter(responsible=closed).order_by("pk"):
            change_responsible(record=record, responsible=account, by=by, now=now)
            yield _("Zuständig: „%(record)s“") % {"record": record}


def _move_history(source: Person, target: Person, *, is_kept: bool) -> None:
    """Let the history of everything that moved refer to `target`."""
    for model in apps.get_models(include_auto_created=True):
        if is_kept and model is User.history.model:
            continue
        for field in model._meta.concrete_fields:
            # Only history refers to people without a constraint.
            if field.related_model is Person and not getattr(field, "db_constraint", True):
                records = model._base_manager.filter(**{field.name: source.pk})
                records.update(**{field.name: target.pk})
