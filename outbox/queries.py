"""What pages and tasks ask of the outbox."""

import datetime as dt

from django.db.models import Q
from django.db.models.functions import Coalesce

from outbox.enums import MOVES, MailState
from outbox.models import Mail


def oldest_due_at(now: dt.datetime) -> dt.datetime | None:
    """Return since when the oldest unsent mail has been due at `now`, or None when nothing is late."""
    unsent = Mail.objects.filter(state__in=(*MOVES["claim"].sources, MailState.SENDING), due_at__lte=now)
    return unsent.order_by("due_at").values_list("due_at", flat=True).first()


def sent_or_claimed_since(moment: dt.datetime) -> int:
    """Return how many mails went out since `moment` or are going out now."""
    recent = Q(state=MailState.SENT, sent_at__gt=moment) | Q(state=MailState.SENDING)
    return Mail.objects.filter(recent).count()


def mails_about(path: str):
    """Return the mails about the page `path`, newest first, without their bodies."""
    return Mail.objects.filter(path=path).slim().order_by("-created_at", "-pk")


def mails_for_office(user):
    """Return the mails that `user` may see, without their bodies, with `moment`: when sent, else when written."""
    return Mail.objects.visible_to(user).slim().annotate(moment=Coalesce("sent_at", "created_at"))


def failed_mails():
    """Return the mails that will not go out by themselves any more: failed, undeliverable or expired."""
    return Mail.objects.filter(state__in=(MailState.FAILED, MailState.UNDELIVERABLE, MailState.EXPIRED))
