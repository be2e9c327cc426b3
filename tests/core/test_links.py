import datetime as dt

import pytest
import time_machine
from django.core import signing

from core.errors import Refused
from core.links import LinkTarget, read_link, sign_link

NOT_VALID = (
    "Dieser Link ist nicht gültig. Bitte öffnen Sie ihn noch einmal vollständig aus der E-Mail."
)
EXPIRED = "Dieser Link ist abgelaufen. Bitte wenden Sie sich an die Geschäftsstelle."


def test_link_leads_back_to_its_target():
    assert read_link("invitation", sign_link("invitation", 12, 3)) == LinkTarget(pk=12, version=3)


def test_link_of_another_kind_is_refused():
    with pytest.raises(Refused, match=NOT_VALID):
        read_link("report", sign_link("invitation", 12, 3))


@pytest.mark.parametrize("token", ["", "x", "W10:abc:def", "../../etc/passwd", "\x00", "ü"])
def test_damaged_link_is_refused(token):
    with pytest.raises(Refused, match=NOT_VALID):
        read_link("invitation", token)


def test_truncated_link_is_refused():
    with pytest.raises(Refused, match=NOT_VALID):
        read_link("invitation", sign_link("invitation", 12, 3)[:-1])


@pytest.mark.parametrize(
    "payload",
    [
        "12",
        [12],
        [12, 3, 1],
        ["12", 3],
        [12, "3"],
        [12, None],
        [True, 3],
        [1.5, 3],
        [[12], 3],
        {"pk": 12, "version": 3},
    ],
)
def test_signed_link_with_other_values_is_refused(payload):
    token = signing.dumps(payload, salt="link.invitation")

    with pytest.raises(Refused, match=NOT_VALID):
        read_link("invitation", token)


def test_link_expires():
    with time_machine.travel(dt.datetime(2019, 6, 1, tzinfo=dt.UTC), tick=False):
        token = sign_link("invitation", 12, 3)

    with time_machine.travel(dt.datetime(2019, 6, 1, 0, 1, tzinfo=dt.UTC), tick=False):
        assert read_link("invitation", token, max_age=60).pk == 12
    with (
        time_machine.travel(dt.datetime(2019, 6, 1, 0, 1, 1, tzinfo=dt.UTC), tick=False),
        pytest.raises(Refused, match=EXPIRED),
    ):
        read_link("invitation", token, max_age=60)
