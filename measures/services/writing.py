"""What the services share: refusing, and writing values together with the history's German
sentence.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction
from django.utils.translation import gettext as _

from core.errors import NotAllowed, Refused
from core.history import save_as


def require(allowed: bool) -> None:
    """Raise `NotEntitled` unless `allowed`."""
    if not allowed:
        raise NotAllowed(_("Dazu sind Sie nicht berechtigt."))


def write(
    obj: models.Model, values: Mapping[str, Any], *, by, now: dt.datetime, reason: str
) -> None:
    """Set `values` on `obj` and save it with one row of history; many-to-many values go in before
    that row.

    Raises `Refused` when a constraint of the database forbids it: a form sent twice passes its own
    check twice.
    """
    lists = {
        name for name in values if isinstance(obj._meta.get_field(name), models.ManyToManyField)
    }
    for name in values.keys() - lists:
        setattr(obj, name, values[name])
    try:
        with transaction.atomic():
            if lists:
                _write_lists(
                    obj, {name: values[name] for name in lists}, by=by, now=now, reason=reason
                )
            else:
                save_as(obj, by=by, now=now, reason=reason)
    except IntegrityError as error:
        raise Refused(
            _(
                "Ein anderer Eintrag steht dem entgegen. Vielleicht wurde dasselbe eben schon "
                "gespeichert; "
                "bitte prüfen Sie die Liste."
            )
        ) from error


def _write_lists(obj, values: Mapping[str, Any], *, by, now: dt.datetime, reason: str) -> None:
    """Save without history, set the lists without theirs, then write the one row that holds
    everything.
    """
    obj.skip_history_when_saving = True
    try:
        obj.save()
        for name, chosen in values.items():
            getattr(obj, name).set(chosen)
    finally:
        del obj.skip_history_when_saving
    save_as(obj, by=by, now=now, reason=reason)


def changes_in_words(obj, values: Mapping[str, Any]) -> str:
    """Return which of `values` differ from what `obj` holds, by the names of the fields, for the
    history.
    """
    names = []
    for name, value in values.items():
        field = obj._meta.get_field(name)
        if isinstance(field, models.ManyToManyField):
            differs = {part.pk for part in value} != set(
                getattr(obj, name).values_list("pk", flat=True)
            )
        else:
            differs = getattr(obj, name) != value
        if differs:
            names.append(str(field.verbose_name))
    return ", ".join(names)
