"""Fingerprints of records, and the refusal of what was decided on an outdated one."""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import zip_longest
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from core.dates import format_moment
from core.errors import ChangedMeanwhile

Row = TypeVar("Row", bound=models.Model)
# Columns that the portal writes by itself, while nobody has changed anything.
UNSEEN_FIELDS = frozenset({"last_login"})
# Hexadecimal digits of the digest of a record, and of a field.
VERSION_LENGTH, FIELD_LENGTH = 20, 6
# Stands for the version of a form that showed no record, because there was none yet.
NO_RECORD = "-"


def version_of(obj: models.Model, fields: Iterable[str]) -> str:
    """Return a fingerprint of the values of `fields`. Many-to-many fields cost a query each."""
    values = [[name, plain_text(stored_value(obj, name))] for name in sorted(fields)]
    return digest_of(values, VERSION_LENGTH)


def stored_value(obj: models.Model, name: str) -> Any:
    return obj._meta.get_field(name).value_from_object(obj)


def plain_text(value: Any) -> str:
    """Return the same text for a value of a record and for the one that its form has cleaned."""
    if isinstance(value, models.Model):
        return str(value.pk)
    if isinstance(value, list | models.QuerySet) and all(
        isinstance(part, models.Model) for part in value
    ):
        # A different order of a many-to-many relation is not a change.
        return str(sorted(part.pk for part in value))
    if isinstance(value, dt.datetime):
        return str(value.astimezone(dt.UTC))
    # PostgreSQL returns binary fields as a view, whose text is its place in memory.
    return str(bytes(value) if isinstance(value, memoryview) else value)


def digest_of(value: Any, length: int) -> str:
    # Part of the digest is enough: it only has to differ from one version to the next.
    return hashlib.sha256(json.dumps(value).encode()).hexdigest()[:length]


def own_fields(obj: models.Model) -> list[str]:
    """Return the fields of `obj` that are stored in its own row and that people change."""
    names = [field.name for field in obj._meta.concrete_fields]
    return [name for name in names if name not in UNSEEN_FIELDS]


def version_of_all(*objs: models.Model | None) -> str:
    """Return a fingerprint of the rows of `objs`; None stands for an object that does not exist."""
    return "-".join(version_of(obj, own_fields(obj)) for obj in objs if obj is not None)


def with_version(url: str, *objs: models.Model | None) -> str:
    """Return the address of a button that acts on what its page shows of `objs`."""
    return f"{url}?version={version_of_all(*objs)}"


def unless_changed(
    service: Callable,
    objs: Sequence[models.Model | None],
    version: str,
    *,
    lock: models.Model | None = None,
):
    """Return `service`, which now raises ChangedMeanwhile when the rows of `objs` no longer have
    the `version_of_all` that the page showed.

    Without a version it always raises. `lock`, by default the first of `objs`, is locked meanwhile.
    It must be what `service` locks first, or the two could wait for each other.
    """
    if not objs or (all(obj is None for obj in objs) and not version):
        return service

    @transaction.atomic
    def checked(**given):
        if not version:
            raise ChangedMeanwhile(nothing_shown())
        _lock(lock or objs[0])
        current = [_reload(obj) for obj in objs if obj is not None]
        # An approval that was submitted meanwhile makes one side longer, which is a change as well.
        for obj, shown in zip_longest(current, version.split("-")):
            if obj is None or version_of(obj, own_fields(obj)) != shown:
                raise ChangedMeanwhile(_look_again(obj))
        return service(**given)

    return checked


def lock_present(obj: Row, gone: str, *related: str) -> Row:
    """Return `obj` as it is now, locked, with the relations `related`. Raises ChangedMeanwhile with
    the sentence `gone` when it was deleted.
    """
    # Only the row itself: PostgreSQL cannot lock the missing side of an outer join.
    rows = type(obj)._default_manager.select_for_update(of=("self",)).filter(pk=obj.pk)
    found = (rows.select_related(*related) if related else rows).first()
    if found is None:
        raise ChangedMeanwhile(gone)
    return found


def _lock(obj: models.Model | None) -> None:
    if obj is not None:
        rows = type(obj)._default_manager.select_for_update(of=("self",))
        rows.filter(pk=obj.pk).first()


def _reload(obj: models.Model) -> models.Model | None:
    return type(obj)._default_manager.filter(pk=obj.pk).first()


def require_unchanged(obj, version: str, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer has the values that `version` stands for.

    Call it on a locked object. The sentence names who saved last, if the history knows.
    """
    if version_of(obj, fields) == version:
        return
    both = _("Beide Fassungen stehen auf dieser Seite.")
    raise ChangedMeanwhile(_last_change(obj) if version else _shown_unknown(), hint=both)


def require_seen(obj, version: str | None, fields: Iterable[str]) -> None:
    """Raise ChangedMeanwhile when `obj` no longer is as the page showed it on which somebody acts.

    Call it on a locked object. None compares nothing: no page was shown.
    """
    if version is not None:
        require_version(version, version_of(obj, fields), _look_again(obj))


def require_version(version: str | None, current: str, changed: str) -> None:
    """Raise ChangedMeanwhile with the sentence `changed` unless `version`, which the page showed,
    is `current`. None compares nothing: no page was shown.
    """
    if version is None or version == current:
        return
    raise ChangedMeanwhile(changed if version else nothing_shown())


def _look_again(obj) -> str:
    return f"{_last_change(obj)} {_again()}"


def _again() -> str:
    return _("Bitte sehen Sie sich den jetzigen Stand an, und entscheiden Sie dann.")


def nothing_shown() -> str:
    """Return the sentence for a request that does not say what its page showed."""
    return f"{_shown_unknown()} {_again()}"


def _shown_unknown() -> str:
    # Not every request comes from a page of the portal: never take a missing version for agreement.
    return _("Es ist nicht mitgekommen, welchen Stand Ihre Seite gezeigt hat.")


def _last_change(obj) -> str:
    """Return a sentence that says who changed `obj` last, and when, if the history knows."""
    # Deleted meanwhile, or of a model without a history.
    if not hasattr(obj, "history"):
        return _("Der Eintrag wurde inzwischen geändert.")
    history = obj.history.select_related("history_user__person")
    last = history.order_by("-history_date", "-history_id").first()
    # The last change may be older than the form when a model keeps no history of some field.
    if last is None or last.history_user is None:
        return _("Der Eintrag wurde inzwischen geändert.")
    return _("%(who)s hat diesen Eintrag inzwischen geändert (%(moment)s).") % {
        "who": last.history_user,
        "moment": format_moment(last.history_date),
    }


def apply_values(obj: models.Model, values: Mapping[str, Any], version: str | None = None) -> None:
    """Set `values` (field → value) on the locked `obj`; the caller sets many-to-many fields.

    Raises ChangedMeanwhile when `obj` no longer matches `version`. None compares nothing: no form
    was shown.
    """
    if version is not None:
        require_unchanged(obj, version, values)
    for name, value in values.items():
        if not obj._meta.get_field(name).many_to_many:
            setattr(obj, name, value)
