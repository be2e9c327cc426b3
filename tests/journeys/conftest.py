import pytest
from django.db import transaction
from django.test import override_settings
from django.utils import timezone

from masterplan.demo.loading import load_demo


@pytest.fixture(scope="module")
def demo(django_db_setup, django_db_blocker):
    """The demo as it is loaded today, for all tests of a module; nothing of it stays."""
    with django_db_blocker.unblock(), override_settings(DEMO=True), transaction.atomic():
        load_demo(today=timezone.localdate(), now=timezone.now())
        yield
        transaction.set_rollback(True)
