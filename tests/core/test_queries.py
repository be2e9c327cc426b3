import datetime as dt

import pytest
from django.db import connection
from django.db.models import DateTimeField, F, Value

from core.queries import fetch_all, in_batches, keys_from, written_once
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


def test_statement_is_written_once_and_run_for_the_present_moment():
    make_organisation("Nord")
    written = []

    def names_at(moment: dt.datetime, key: str = "names"):
        def write():
            written.append(key)
            shown = Value(moment, output_field=DateTimeField())
            named = Organisation.objects.annotate(at=shown).filter(name="Nord", at=F("at"))
            return named.values_list("name", "at").query.sql_with_params()

        [(name, at)] = fetch_all(*written_once(("test", key), moment, write))
        return name, str(at)[:16]

    morning = dt.datetime(2030, 6, 1, 8, 15, tzinfo=dt.UTC)
    assert names_at(morning) == ("Nord", "2030-06-01 08:15")
    assert names_at(morning.replace(hour=9)) == ("Nord", "2030-06-01 09:15")
    assert names_at(morning, "others") == ("Nord", "2030-06-01 08:15")
    assert written == ["names", "others"]


def test_statement_without_possible_rows_is_none():
    def write():
        return Organisation.objects.none().query.sql_with_params()

    assert written_once(("test", "none"), dt.datetime(2030, 6, 1, tzinfo=dt.UTC), write) == ("", ())
