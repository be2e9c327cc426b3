"""A new dialogue with what a former one has prepared, but nothing of what became of it."""

import datetime as dt
from collections.abc import Collection
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from core.history import create_all_as
from core.roles import require_office
from core.states import require_in_workflow
from dialogues.models import Dialogue, Invitation, Topic
from dialogues.queries import (
    guests_to_copy,
    programme_items,
    programme_start,
    programme_text,
)
from dialogues.services.dialogues import plan_dialogue
from dialogues.services.programme import replace_items


class Parts(NamedTuple):
    """What of the former dialogue is taken over besides its format, seats and participation."""

    host: bool = True
    programme: bool = True
    guests: bool = True


@transaction.atomic
def copy_dialogue(
    *,
    former: Dialogue,
    topic: Topic,
    title: str,
    parts: Parts,
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> Dialogue:
    """Plan a dialogue like `former`, without its date, approvals and replies; mails nobody.

    Inactive guests, guests without an address and an inactive host are left out. Refused and Warned
    as `plan_dialogue`.
    """
    require_office(by)
    require_in_workflow(former)
    values: dict[str, Any] = {
        "title": title,
        "format": former.format,
        "senator_attends": former.senator_attends,
        "seats": former.seats,
    }
    if parts.host:
        values |= _host_values(former)
    if parts.programme:
        values |= _programme_values(former)
    reason = _("Planung begonnen nach dem Vorbild von „%(title)s“") % {"title": former}
    dialogue = plan_dialogue(
        topic=topic, values=values, heeded=heeded, reason=reason, by=by, now=now
    )
    if parts.programme:
        replace_items(dialogue, _copied(programme_items(former)))
    if parts.guests:
        _invite_again(former, dialogue, by=by, now=now)
    return dialogue


def _host_values(former: Dialogue) -> dict[str, Any]:
    if former.host is None or not former.host.is_active:
        return {}
    contact = former.host_contact
    # Nobody mails a contact who has left; the office finds another one.
    has_contact = contact is not None and contact.is_active
    # The place belongs to the host, so it goes where the host goes.
    return {
        "host": former.host,
        "host_contact": contact if has_contact else None,
        "place": former.place,
    }


def _programme_values(former: Dialogue) -> dict[str, Any]:
    start = programme_start(former)
    items = programme_items(former)
    # Until there is a date, the times stay those of the former one.
    text = programme_text(items, start) if items and start else former.programme
    return {"programme": text, "programme_start": start if items else None}


def _copied(items):
    for item in items:
        # Saved anew: without its key, the item is another record.
        item.pk = None
    return items


def _invite_again(former: Dialogue, dialogue: Dialogue, *, by, now: dt.datetime) -> None:
    guests = guests_to_copy(former).filter(can_be_invited=True)
    invitations = [Invitation(dialogue=dialogue, person=guest, created_by=by) for guest in guests]
    if invitations:
        reason = _("Auf die Gästeliste gesetzt")
        create_all_as(invitations, by=by, now=now, reason=reason)
