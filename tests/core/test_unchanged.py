"""`nothing_changes` itself can fail."""

import pytest

from tests.outbox.builders import make_mail
from tests.partners.builders import make_organisation
from tests.unchanged import nothing_changes

pytestmark = pytest.mark.django_db


def test_block_without_a_change_passes():
    organisation = make_organisation()

    with nothing_changes(organisation):
        organisation.name = "nur im Speicher"


def test_changed_value_is_noticed_even_without_history():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        type(organisation).objects.filter(pk=organisation.pk).update(name="geändert")


def test_history_entry_is_noticed_even_without_a_changed_value():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        organisation.save()


def test_deleted_object_is_noticed():
    organisation = make_organisation()
    gone = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation, gone):
        gone.delete()


def test_mail_is_noticed_unless_it_may_be_written():
    organisation = make_organisation()

    with pytest.raises(AssertionError), nothing_changes(organisation):
        make_mail()
    with nothing_changes(organisation, count_mails=False):
        make_mail()
