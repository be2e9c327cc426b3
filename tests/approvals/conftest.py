import pytest

from core.roles import OFFICE, SENATOR_OFFICE
from tests.partners.builders import make_user


@pytest.fixture
def office():
    return make_user(OFFICE, email="geschaeftsstelle@example.org")


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org")
