"""Proof that a denied act left no trace."""

from contextlib import contextmanager

from django.db import connection, models

from outbox.models import Mail


def picture(row: models.Model) -> tuple:
    """Return all values of `row` as the database holds them, and how many changes its history
    counts.
    """
    quote, table = connection.ops.quote_name, row._meta
    key = f"{quote(table.db_table)}.{quote(table.pk.column)}"
    changes = "0"
    if hasattr(row, "history"):
        past = row.history.model._meta
        changes = f"(SELECT COUNT(*) FROM {quote(past.db_table)} past WHERE past.{quote(table.pk.column)} = {key})"
    # Past the ORM, which takes ten times as long to put the question as the database to answer it.
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {changes}, {quote(table.db_table)}.* FROM {quote(table.db_table)} WHERE "
            f"{key} = %s",
            [row.pk],
        )
        return cursor.fetchone()


@contextmanager
def nothing_changes(*rows: models.Model, count_mails: bool = True):
    """Fail when the block changes one of `rows`, its history, or writes a mail (unless it may)."""
    before = [picture(row) for row in rows], Mail.objects.count() * count_mails
    yield
    assert ([picture(row) for row in rows], Mail.objects.count() * count_mails) == before


def mails_written(*kinds: str) -> list[tuple[str, str]]:
    """Return (kind, recipient) of the mails in the outbox, in alphabetical order; only of `kinds`
    when given.
    """
    rows = Mail.objects.filter(kind__in=kinds) if kinds else Mail.objects.all()
    return sorted(rows.values_list("kind", "recipient"))
