"""Put somebody of the office in charge of a record, hand records over, and take that back."""

import datetime as dt
from collections import defaultdict

from django.db import transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conflicts import version_of
from core.errors import ChangedMeanwhile, Refused
from core.history import save_as, update_all_as
from core.roles import require_office
from partners.enums import NOBODY, RESPONSIBLE_REASON
from partners.models import Assignable, User
from partners.queries import Handover, office_accounts
from partners.registry import AssignableKind, assignable_kinds


@transaction.atomic
def change_responsible(
    *,
    record: Assignable,
    responsible: User | None,
    version: str | None = None,
    by,
    now: dt.datetime,
) -> Assignable:
    """Put `responsible` in charge of `record`; None: nobody. Mails nobody.

    `version` is the fingerprint (`core.conflicts.version_of`) of the field as the form showed it.
    Raises Refused for an account that is not an active one of the office, ChangedMeanwhile if
    somebody else was faster.
    """
    require_office(by, _("Wer zuständig ist, legt die Geschäftsstelle fest."))
    locked = type(record)._default_manager.select_for_update(of=("self",)).get(pk=record.pk)
    if version not in (None, version_of(locked, ["responsible"])):
        text = _(
            "Inzwischen ist „%(name)s“ eingetragen. Speichern Sie noch einmal, um das zu ändern."
        )
        raise ChangedMeanwhile(text % {"name": locked.responsible or NOBODY})
    # Before the account is checked: it may be closed by now, and nothing changes.
    if locked.responsible == responsible:
        return locked
    _require_office_account(responsible)
    reason = _reason(locked.responsible, responsible)
    locked.responsible = responsible
    save_as(locked, by=by, now=now, reason=reason)
    return locked


@transaction.atomic
def hand_over(*, handover: Handover, responsible: User, expected: int, by, now: dt.datetime) -> int:
    """Put `responsible` in charge of all records of `handover`; return how many. Mails nobody.

    `expected` is the number that the preview showed. Raises ChangedMeanwhile if it is not the
    number of records any more, Refused if there are none; then none is handed over.
    """
    require_office(by, _("Aufgaben übergibt die Geschäftsstelle."))
    _require_office_account(responsible)
    found = {
        kind: _locked(handover.records_of(kind, by).exclude(responsible=responsible))
        for kind in assignable_kinds()
    }
    count = sum(map(len, found.values()))
    if not count:
        raise Refused(_("Es ist nichts mehr zu übergeben."))
    if count != expected:
        text = ngettext(
            "Inzwischen ist %(count)d Eintrag zu übergeben. Bitte prüfen Sie noch einmal.",
            "Inzwischen sind %(count)d Einträge zu übergeben. Bitte prüfen Sie noch einmal.",
            count,
        )
        raise ChangedMeanwhile(text % {"count": count})
    for records in found.values():
        for former, group in _by_responsible(records).items():
            _assign(group, former, responsible, by=by, now=now)
    return count


def handed_over_at(kind: AssignableKind, moment: dt.datetime) -> QuerySet:
    """Return the records of `kind` handed over at `moment` that have not changed hands since, each
    with `former_id`, the account that was in charge before.
    """
    history = kind.records.model.history
    handed_over = history.filter(
        history_date=moment, history_change_reason__startswith=str(RESPONSIBLE_REASON)
    )
    this = handed_over.filter(id=OuterRef("pk"), responsible=OuterRef("responsible"))
    before = history.filter(id=OuterRef("pk"), history_date__lt=moment)
    return (
        kind.records.filter(pk__in=handed_over.values("id"))
        .annotate(
            received_by=Subquery(this.values("responsible")[:1]),
            former_id=Subquery(
                before.order_by("-history_date", "-history_id").values("responsible")[:1]
            ),
        )
        # Null where somebody else is in charge by now; taking that back would overrule a later
        # choice.
        .filter(received_by__isnull=False)
        .order_by("pk")
    )


@transaction.atomic
def take_back(*, moment: dt.datetime, by, now: dt.datetime) -> int:
    """Give the records handed over at `moment` back to those who had them; return how many."""
    require_office(by, _("Aufgaben übergibt die Geschäftsstelle."))
    count = 0
    for kind in assignable_kinds():
        former = dict(handed_over_at(kind, moment).values_list("pk", "former_id"))
        accounts = User.objects.select_related("person").in_bulk(set(former.values()) - {None})
        groups = defaultdict(list)
        for record in _locked(kind.records.filter(pk__in=former)):
            # Even if that account is closed by now: the page promises whoever was in charge before.
            groups[record.responsible, accounts.get(former[record.pk])].append(record)
        for (present, responsible), records in groups.items():
            _assign(records, present, responsible, by=by, now=now)
            count += len(records)
    if not count:
        raise Refused(_("Diese Übergabe ist schon zurückgenommen oder überholt."))
    return count


def _locked(records: QuerySet) -> list[Assignable]:
    # By key, so that two handovers at the same time cannot deadlock. `of`, because PostgreSQL
    # cannot lock the nullable side of the join with the account.
    records = records.select_for_update(of=("self",)).select_related("responsible__person")
    return list(records.order_by("pk"))


def _by_responsible(records: list[Assignable]) -> dict[User | None, list[Assignable]]:
    groups = defaultdict(list)
    for record in records:
        groups[record.responsible].append(record)
    return groups


def _assign(
    records: list[Assignable], former: User | None, responsible: User | None, *, by, now
) -> None:
    reason = _reason(former, responsible)
    update_all_as(records, {"responsible": responsible}, by=by, now=now, reason=reason)


def _reason(former: User | None, responsible: User | None) -> str:
    values = {"prefix": RESPONSIBLE_REASON, "name": responsible or NOBODY}
    values["former"] = former or NOBODY
    return _("%(prefix)s %(name)s (bisher %(former)s)") % values


def _require_office_account(account: User | None) -> None:
    if account and not office_accounts().filter(pk=account.pk).exists():
        raise Refused(_("Zuständig sein kann nur, wer ein aktives Konto der Geschäftsstelle hat."))
