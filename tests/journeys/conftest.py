import pytest
from django.test import override_settings
from django.utils import timezone

from demo.loading import load_demo
from tests.keeping import kept_for_a_while


@pytest.fixture(scope="module")
def demo(request, django_db_setup, django_db_blocker):
    """The demo as of today, loaded for all tests of a module and rolled back afterwards.

    Playwright starts first where a test needs it: with an event loop in its thread, Django opens
    another database connection, which would not see the uncommitted rows.
    """
    if any(item.get_closest_marker("browser") for item in request.session.items):
        request.getfixturevalue("playwright")
    with override_settings(DEMO=True), kept_for_a_while(django_db_blocker):
        load_demo(today=timezone.localdate(), now=timezone.now())
        yield
