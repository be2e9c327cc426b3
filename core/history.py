"""Saving with a reason, and reading the reasons back as *Verlauf*."""

from django.db.models import Model, OuterRef, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.shell import HistoryEntry


def save_as(obj, *, by, reason: str | Promise) -> None:
    """Save `obj` so that its history names the actor `by` (None: the portal itself) and the German `reason`."""
    obj._history_user = by if getattr(by, "pk", None) else None
    obj._change_reason = str(reason)[:100]
    obj.save()


def entries_of(obj, *, limit: int = 50) -> list[HistoryEntry]:
    """Return the latest changes of `obj` as lines of *Verlauf*, the latest first, in one query."""
    rows = obj.history.select_related("history_user__person").order_by("-history_date", "-history_id")[:limit]
    return [
        HistoryEntry(
            at=row.history_date,
            who=str(row.history_user) if row.history_user else _("Portal"),
            what=row.history_change_reason or (_("angelegt") if row.history_type == "+" else _("bearbeitet")),
        )
        for row in rows
    ]


def state_since(model: type[Model]) -> Subquery:
    """Return an annotation for rows of `model`: the moment at which its history first shows the present state."""
    same = model.history.filter(id=OuterRef("pk"), state=OuterRef("state")).order_by("history_date", "history_id")
    return Subquery(same.values("history_date")[:1])
