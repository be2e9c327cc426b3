"""The invented series that waits for consent is paused."""

import datetime as dt

import pytest

from core.models import Origin
from core.roles import OFFICE
from demo.invented.series import pause_series
from demo.scenario import Scenario
from dialogues.enums import SeriesState
from reminders.models import ReminderPause
from tests.dialogues.builders import NOW, TODAY, make_series
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db


def test_series_that_waits_for_consent_is_paused_and_marked_as_demo():
    series = make_series(
        SeriesState.REQUESTED, origin=Origin.DEMO, title="Branchengespräche Bezirke"
    )
    users = dict.fromkeys(("referat", "senatorin", "vdma-ost", "ihk")) | {
        "geschaeftsstelle": make_user(OFFICE)
    }

    pause_series(Scenario(users, TODAY, NOW))

    pause = ReminderPause.objects.get()
    assert (pause.about, pause.title, pause.until_on) == (
        f"series:{series.pk}",
        series.title,
        dt.date(2026, 3, 5),
    )
    assert pause.reason.startswith("Demodaten: ")
