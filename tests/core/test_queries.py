import pytest
from django.db import connection

from core.queries import in_batches, keys_from
from partners.forms import OrganisationForm
from partners.models import Organisation, Sector
from tests.partners.builders import make_organisation

pytestmark = pytest.mark.django_db
TOO_LONG = 10**30


@pytest.mark.parametrize("number", [TOO_LONG, -TOO_LONG, 2**63])
def test_out_of_range_number_matches_no_row(number):
    organisation = make_organisation()

    assert list(Organisation.objects.filter(pk__in=[number])) == []
    assert list(Organisation.objects.filter(pk__in=[number, organisation.pk])) == [organisation]
    assert list(Organisation.objects.exclude(pk__in=[number])) == [organisation]


def test_columns_rows_and_queries_are_compared_as_before():
    one, other = make_organisation("Nord"), make_organisation("Süd")

    assert list(Organisation.objects.filter(pk__in=[one.pk, None])) == [one]
    assert list(Organisation.objects.filter(pk__in=Organisation.objects.filter(name="Süd"))) == [
        other
    ]


def test_forged_choice_is_refused_with_a_message():
    Sector.objects.create(name="Maschinenbau")

    form = OrganisationForm({"name": "Nord", "sectors": [str(TOO_LONG)]})

    assert form.errors["sectors"] == [
        f"Bitte eine gültige Auswahl treffen. {TOO_LONG} ist keine gültige Auswahl."
    ]


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
def test_chunks_are_as_large_as_a_statement_allows(count, sizes):
    parts = list(in_batches(list(range(count))))

    assert list(map(len, parts)) == sizes
    assert [item for part in parts for item in part] == list(range(count))


@pytest.mark.django_db
def test_database_accepts_the_largest_chunk():
    [part, _rest] = in_batches(list(range(LIMIT + 1)))

    assert Organisation.objects.filter(pk__in=part).exclude(name__in=["a"] * 99).count() == 0


def test_only_numbers_that_a_key_can_be_are_keys():
    texts = ["7", "", "x", "-1", "1.5", " 1", "²", "٣", "9" * 18, "9" * 19, "9" * 5000]

    assert keys_from(texts) == [7, 10**18 - 1]
