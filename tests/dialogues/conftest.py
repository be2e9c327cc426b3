import pytest
import time_machine

from core.roles import PARTNER, SENATOR_OFFICE
from tests.dialogues.builders import NOW, make_office
from tests.partners.builders import make_user


@pytest.fixture
def office():
    return make_office()


@pytest.fixture
def senator():
    return make_user(SENATOR_OFFICE, email="senatorin@example.org")


@pytest.fixture
def partner():
    return make_user(PARTNER, email="vdma-ost@example.org")


@pytest.fixture
def monday():
    """Freeze the clock on the Monday that the builders use, for views that read the time
    themselves.
    """
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def signed_in(client, office):
    client.force_login(office)
    return client
