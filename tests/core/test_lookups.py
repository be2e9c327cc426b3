import pytest

from partners.forms import OrganisationForm
from partners.models import Organisation, Sector
from tests.partners.builders import make_organisation

pytestmark = pytest.mark.django_db
TOO_LONG = 10**30


@pytest.mark.parametrize("number", [TOO_LONG, -TOO_LONG, 2**63])
def test_a_number_that_no_column_holds_belongs_to_no_row(number):
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


def test_a_forged_choice_is_refused_in_words():
    Sector.objects.create(name="Maschinenbau")

    form = OrganisationForm({"name": "Nord", "sectors": [str(TOO_LONG)]})

    assert form.errors["sectors"] == [
        f"Bitte eine gültige Auswahl treffen. {TOO_LONG} ist keine gültige Auswahl."
    ]
