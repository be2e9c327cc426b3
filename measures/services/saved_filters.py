"""Filters of the list that users keep for themselves."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused, violation_as
from measures.models import SavedFilter
from measures.permissions import require_permission

MOST_A_USER = 30


@transaction.atomic
def save_filter(*, name: str, query: str, by, now: dt.datetime) -> SavedFilter:
    """Keep `query`, the address of a filtered list, as `name`. Raises `NotAllowed`, `Refused`."""
    require_permission(bool(by.roles))
    if SavedFilter.objects.visible_to(by).count() >= MOST_A_USER:
        text = _("Sie haben schon %(count)d Ansichten. Bitte löschen Sie zuerst eine.")
        raise Refused(text % {"count": MOST_A_USER})
    saved = SavedFilter(user=by, name=name, query=query)
    with violation_as(Refused(_("Unter diesem Namen haben Sie schon eine Ansicht."))):
        saved.save()
    return saved


@transaction.atomic
def delete_filter(*, saved: SavedFilter, by, now: dt.datetime) -> None:
    """Raises `NotAllowed`."""
    require_permission(saved.user_id == by.pk)
    SavedFilter.objects.filter(pk=saved.pk).delete()
