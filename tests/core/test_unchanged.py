"""`nothing_changes` itself can fail."""

import pytest

from tests.outbox.builders import make_mail
from tests.partners.builders import make_organisation
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def test_what_changes_nothing_passes():
    organisation = make_organisation()

    with nothing_changes(organisation):
        organisation.name = "nur im Speicher"


def test_a_changed_value_is_noticed_even_without_history():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        type(organisation).objects.filter(pk=organisation.pk).update(name="geändert")


def test_a_line_of_history_is_noticed_even_where_no_value_changed():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        organisation.save()


def test_a_row_that_is_gone_is_noticed():
    organisation = make_organisation()
    gone = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation, gone):
        gone.delete()


def test_a_mail_is_noticed_unless_it_may_be_written():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        make_mail()
    with nothing_changes(organisation, count_mails=False):
        make_mail()
