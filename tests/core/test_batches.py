import pytest
from django.db import connection

from core.batches import in_batches
from partners.models import Organisation

LIMIT = 900 if connection.vendor == "sqlite" else 10_000


@pytest.mark.parametrize(
    ("count", "sizes"),
    [
        (0, []),
        (1, [1]),
        (LIMIT, [LIMIT]),
        (LIMIT + 1, [LIMIT, 1]),
        (2 * LIMIT + 5, [LIMIT, LIMIT, 5]),
    ],
)
@pytest.mark.django_db
def test_parts_are_as_large_as_a_statement_takes(count, sizes):
    parts = list(in_batches(list(range(count))))

    assert list(map(len, parts)) == sizes
    assert [item for part in parts for item in part] == list(range(count))


@pytest.mark.django_db
def test_the_database_takes_the_largest_part():
    [part, _rest] = in_batches(list(range(LIMIT + 1)))

    assert Organisation.objects.filter(pk__in=part).exclude(name__in=["a"] * 99).count() == 0
