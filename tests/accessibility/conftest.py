import pytest

from core.roles import OFFICE
from tests.partners.builders import make_user


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")
