"""Save, create and delete with a line of history."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import models, router
from django.db.models import Model, QuerySet
from django.db.models.deletion import Collector
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from simple_history.models import HistoricalRecords

from core.errors import Refused, violation_as
from core.queries import in_batches
from core.texts import shorten

MAX_REASON_LENGTH = 100  # of the column that simple-history adds


class RelatedHistory(HistoricalRecords):
    """The history of a model with `m2m_fields`, at two queries less for a new object."""

    def create_historical_record_m2ms(self, history_instance, instance):
        # An object just inserted has no relations yet; simple-history would look for them.
        if history_instance.history_type != "+":
            super().create_historical_record_m2ms(history_instance, instance)


def save_as(obj, *, by, now: dt.datetime, reason: str | Promise) -> None:
    """Save `obj` with one line of history; `by` is None if the portal itself made the change, and
    not an account if somebody acts by personal link.

    `reason` is the German line that *Verlauf* shows, cut visibly to `MAX_REASON_LENGTH`.
    """
    # simple-history reads these attributes when it writes the history on save.
    obj._history_user = _account(by)
    obj._history_date = now
    obj._change_reason = _reason(reason, by)
    obj.save()


def _account(by):
    """Return the account that acts, None for the portal and for people without one."""
    return by if isinstance(by, AbstractBaseUser) and by.pk else None


def _reason(reason: str | Promise, by) -> str:
    """Return the line of *Verlauf*; who acts without an account says how in `acts_by`."""
    note = getattr(by, "acts_by", "")
    if not note:
        return shorten(str(reason), MAX_REASON_LENGTH)
    return f"{shorten(str(reason), MAX_REASON_LENGTH - len(str(note)) - 3)} ({note})"


def save_values_as(
    obj: Model,
    values: Mapping[str, Any],
    *,
    by,
    now: dt.datetime,
    reason: str | Promise,
    violation: Refused | None = None,
) -> None:
    """Set `values` (field → value, many-to-many fields included) on `obj` and save it with one line
    of history.

    Raises `violation`, by default a general `Refused`, when a database constraint is violated.
    """
    many = {
        name for name in values if isinstance(obj._meta.get_field(name), models.ManyToManyField)
    }
    for name in values.keys() - many:
        setattr(obj, name, values[name])
    general = _(
        "Ein anderer Eintrag steht dem entgegen. Vielleicht wurde dasselbe eben schon gespeichert; "
        "bitte prüfen Sie die Liste."
    )
    # If a form is sent twice at once, both requests pass its own check; the constraint decides.
    with violation_as(violation or Refused(general)):
        if many:
            _save_many_to_many(obj, {name: values[name] for name in many})
        save_as(obj, by=by, now=now, reason=reason)


def _save_many_to_many(obj: Model, values: Mapping[str, Any]) -> None:
    # The historical record copies the related objects as they are when it is written, so they must
    # be saved before it, and a new object before them.
    obj.skip_history_when_saving = True
    try:
        obj.save()
        for name, chosen in values.items():
            getattr(obj, name).set(chosen)
    finally:
        del obj.skip_history_when_saving


def save_changes_as(
    obj: Model,
    values: Mapping[str, Any],
    *,
    by,
    now: dt.datetime,
    violation: Refused | None = None,
) -> bool:
    """Save `values` like `save_values_as`, with the line *Geändert: Titel, Beginn*. If nothing
    differs, save nothing and return False.
    """
    changed = [
        str(obj._meta.get_field(name).verbose_name)
        for name, value in values.items()
        if _differs(obj, name, value)
    ]
    if changed:
        reason = _("Geändert: %(fields)s") % {"fields": ", ".join(changed)}
        save_values_as(obj, values, by=by, now=now, reason=reason, violation=violation)
    return bool(changed)


def _differs(obj: Model, name: str, value: Any) -> bool:
    if isinstance(obj._meta.get_field(name), models.ManyToManyField):
        stored = set(getattr(obj, name).values_list("pk", flat=True))
        return {related.pk for related in value} != stored
    return getattr(obj, name) != value


def delete_as(obj, *, by, now: dt.datetime, reason: str | Promise) -> None:
    """Delete `obj`. Its history stays and ends with a line like those of `save_as`."""
    # simple-history takes author, time and reason of the deletion from these attributes.
    obj._history_user = _account(by)
    obj._history_date = now
    obj._change_reason = _reason(reason, by)
    obj.delete()


def update_all_as(
    rows: Sequence[models.Model],
    values: Mapping[str, Any],
    *,
    by,
    reason: str | Promise,
    now: dt.datetime,
) -> None:
    """Set the same `values` on all `rows` of one model, each with a line of history.

    Two statements on PostgreSQL, two per batch on SQLite; one by one for a model whose history
    contains many-to-many fields.
    """
    # Set the values on the objects too: the history is written from them.
    for row in rows:
        for name, value in values.items():
            setattr(row, name, value)
    model = type(rows[0])
    # The bulk function of simple-history would write lines without the many-to-many values.
    if model.history.model._history_m2m_fields:
        for row in rows:
            save_as(row, by=by, now=now, reason=reason)
        return
    for batch in in_batches([row.pk for row in rows]):
        model._default_manager.filter(pk__in=batch).update(**values)
    model.history.bulk_history_create(
        rows,
        update=True,
        default_user=_account(by),
        default_change_reason=_reason(reason, by),
        default_date=now,
    )


def create_all_as(
    rows: Sequence[models.Model],
    *,
    by,
    now: dt.datetime,
    reason: str | Promise,
    many: Mapping[str, Sequence[Sequence[models.Model]]] | None = None,
) -> None:
    """Save the new `rows` of one model, each with a line of history, in a few statements.

    `many` holds, for a many-to-many field, what each of `rows` is related to, in their order.
    """
    model = type(rows[0])
    model._default_manager.bulk_create(rows)
    user = by if getattr(by, "pk", None) else None
    records = model.history.bulk_history_create(
        rows,
        default_user=user,
        default_change_reason=shorten(str(reason), MAX_REASON_LENGTH),
        default_date=now,
    )
    for name, related in (many or {}).items():
        _create_links(rows, records, name, related)


def _create_links(
    rows: Sequence[models.Model],
    records: Sequence[models.Model],
    name: str,
    related: Sequence[Sequence[models.Model]],
) -> None:
    """Relate `rows` by the many-to-many field `name`, and note it in their new `records`."""
    field = type(rows[0])._meta.get_field(name)
    own, other = field.m2m_field_name(), field.m2m_reverse_field_name()
    through = field.remote_field.through
    links = [
        through(**{own: row, other: found})
        for row, chosen in zip(rows, related, strict=True)
        for found in chosen
    ]
    through.objects.bulk_create(links)
    record_of = {record.id: record for record in records}
    noted = (
        type(rows[0])
        .history.model._meta.get_field(f"historical{through._meta.model_name}")
        .related_model
    )
    noted.objects.bulk_create(
        noted(
            history=record_of[getattr(link, f"{own}_id")],
            **{column.name: getattr(link, column.name) for column in through._meta.fields},
        )
        for link in links
    )


def delete_all_as(
    rows: Sequence[models.Model], *, by, now: dt.datetime, reason: str | Promise, attached: Refused
) -> None:
    """Delete `rows` of one model like `delete_as`, but only if nothing else depends on them.

    Raises `attached` if another record refers to one of them.
    """
    for row in rows:
        row._history_user = by if getattr(by, "pk", None) else None
        row._history_date = now
        row._change_reason = shorten(str(reason), MAX_REASON_LENGTH)
    collector = Collector(using=router.db_for_write(type(rows[0])))
    try:
        collector.collect(rows)
    except (models.ProtectedError, models.RestrictedError) as error:
        raise attached from error
    links = {field.remote_field.through for field in type(rows[0])._meta.many_to_many}
    others = [found for model, found in collector.data.items() if model is not type(rows[0])]
    others += [found for found in collector.fast_deletes if found.model not in links]
    others += [found for updated in collector.field_updates.values() for found in updated]
    if any(found.exists() if isinstance(found, QuerySet) else found for found in others):
        raise attached
    collector.delete()
