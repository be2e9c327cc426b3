"""Proof that a denied act left no trace."""

from contextlib import contextmanager

from django.db import models

from outbox.models import Mail


def picture(row: models.Model) -> tuple:
    """Return all values of `row` as the database holds them, and how many changes its history counts."""
    stored = type(row)._base_manager.filter(pk=row.pk).values().first()
    return stored, row.history.count() if hasattr(row, "history") else 0


@contextmanager
def nothing_changes(*rows: models.Model, count_mails: bool = True):
    """Fail when the block changes one of `rows`, its history, or writes a mail (unless it may)."""
    before = [picture(row) for row in rows], Mail.objects.count() * count_mails
    yield
    assert ([picture(row) for row in rows], Mail.objects.count() * count_mails) == before


def mails_written(*kinds: str) -> list[tuple[str, str]]:
    """Return (kind, recipient) of the mails in the outbox, in alphabetical order; only of `kinds` when given."""
    rows = Mail.objects.filter(kind__in=kinds) if kinds else Mail.objects.all()
    return sorted(rows.values_list("kind", "recipient"))
