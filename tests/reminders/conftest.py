import pytest

from core.roles import OFFICE
from reminders import planning
from tests.partners.builders import make_user


@pytest.fixture
def sources(monkeypatch):
    """Return a function that replaces the sources of the apps with the given ones."""

    def replace(*functions):
        monkeypatch.setattr(planning, "reminder_sources", lambda: functions)

    return replace


@pytest.fixture
def office():
    return make_user(OFFICE)
