"""Saving what a form changed, without what no form may set."""

from collections.abc import Iterable

from django.db import models

from core.conflicts import require_unchanged


def take_over_form(
    changed: models.Model, present: models.Model, *, version: str, fields: Iterable[str]
) -> None:
    """Make `changed`, the instance of a form over `fields`, fit to be saved over `present`, the
    locked row.

    Raises Outpaced when `present` no longer is what `version` was made of (without a version
    nothing is compared). What the form does not hold is taken from `present`, and so are state,
    moments and origin, which no form may set.
    """
    shown = set(fields)
    if version:
        require_unchanged(present, version, shown)
    for field in present._meta.concrete_fields:
        if not field.editable or (shown and field.name not in shown):
            setattr(changed, field.attname, getattr(present, field.attname))
