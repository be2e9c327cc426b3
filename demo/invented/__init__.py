"""The invented present of the demo, marked as such, created through the services.

Everything is dated relative to the day of loading.
"""

from demo.invented.dialogues import load_invented_dialogues
from demo.invented.measures import load_invented_measures
from demo.invented.series import load_invented_series, pause_series
from demo.invented.visits import load_invented_visits
from demo.scenario import Scenario


def load_invented(scenario: Scenario) -> None:
    load_invented_measures(scenario)
    series = load_invented_series(scenario)
    load_invented_dialogues(scenario, series)
    load_invented_visits(scenario)
    pause_series(scenario)
