"""Proof that a denied action left no trace."""

from contextlib import contextmanager

from django.db import connection, models

from outbox.models import Mail

# Patterns for `pytest.raises`: services for the office, deciding, and a second change of a version
# after the first one at NOW.
OFFICE_ONLY = r"^Das ist der Geschäftsstelle vorbehalten\.$"
DECIDERS_ONLY = r"^Über Freigaben entscheidet das Büro der Senatorin\.$"
CHANGED_MEANWHILE = (
    r"^Konto \w+ hat diesen Eintrag inzwischen geändert \(02\.03\.2026, 10:00 Uhr\)\. Beide "
    r"Fassungen stehen auf dieser Seite\.$"
)


def stored_values(obj: models.Model) -> tuple:
    """Return the number of history entries of `obj` and all its column values."""
    quote, table = connection.ops.quote_name, obj._meta
    name, key = quote(table.db_table), quote(table.pk.column)
    changes = "0"
    if hasattr(obj, "history"):
        past = quote(obj.history.model._meta.db_table)
        changes = f"(SELECT COUNT(*) FROM {past} past WHERE past.{key} = {name}.{key})"
    # Plain SQL: building the query with the ORM takes ten times as long as running it.
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {changes}, {name}.* FROM {name} WHERE {name}.{key} = %s", [obj.pk])
        return cursor.fetchone()


@contextmanager
def nothing_changes(*objects: models.Model, count_mails: bool = True):
    """Fail when the block changes one of `objects` or its history, or writes a mail."""
    before = [stored_values(obj) for obj in objects], Mail.objects.count() * count_mails
    yield
    assert ([stored_values(obj) for obj in objects], Mail.objects.count() * count_mails) == before


def mails_written(*kinds: str) -> list[tuple[str, str]]:
    """Return (kind, recipient) of the mails in the outbox, sorted."""
    mails = Mail.objects.filter(kind__in=kinds) if kinds else Mail.objects.all()
    return sorted(mails.values_list("kind", "recipient"))
