"""Records as they were at a moment, read from the history."""

import datetime as dt
from typing import Any

from django.db.models import F, Model, OuterRef, QuerySet, Subquery, Window
from django.db.models.functions import RowNumber


def records_at(model: type[Model], moment: dt.datetime, **limits: Any) -> QuerySet:
    """Return the historical record of each object of `model` as it was just before `moment`,
    without those deleted by then.

    `limits` are conditions on fields that never change, such as `id__in`, which spare the database
    the records of other objects.
    """
    # `as_of` of simple-history returns an object twice if two lines have the same time, which is
    # common: what one service writes bears one time. The later line counts.
    history = model.history.filter(history_date__lt=moment, **limits)
    rank = Window(
        RowNumber(),
        partition_by=F("id"),
        order_by=[F("history_date").desc(), F("history_id").desc()],
    )
    latest = history.order_by().annotate(rank=rank).filter(rank=1).values("history_id")
    return model.history.filter(history_id__in=latest).exclude(history_type="-").order_by()


def instance_of(record: Any) -> Any:
    """Return the object that a historical `record` describes, with the relations loaded on it.

    `record.instance` of simple-history queries for fields that the history leaves out; here they
    have their defaults.
    """
    deferred = record.get_deferred_fields()
    names = [field.attname for field in record.tracked_fields if field.attname not in deferred]
    found = record.instance_type(**{name: getattr(record, name) for name in names})
    for field in record.tracked_fields:
        if field.is_relation and field.is_cached(record):
            field.set_cached_value(found, field.get_cached_value(record))
    return found


def state_since(model: type[Model]) -> Subquery:
    """Return an annotation: when the history first shows an object's current state."""
    # The earliest line in the current state; a later edit in the same state does not restart it.
    same = model.history.filter(id=OuterRef("pk"), state=OuterRef("state")).order_by(
        "history_date", "history_id"
    )
    return Subquery(same.values("history_date")[:1])
