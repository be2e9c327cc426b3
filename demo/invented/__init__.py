"""The invented present of the demo: marked as demo data and dated relative to the day of loading.

Most of it goes through the services, so the demo obeys the same rules as real data.
"""

from demo.invented.dialogues import load_invented_dialogues
from demo.invented.measures import load_invented_measures
from demo.invented.series import load_invented_series, pause_series
from demo.invented.visits import load_invented_visits
from demo.scenario import Scenario


def load_invented(scenario: Scenario) -> None:
    load_invented_measures(scenario)
    series = load_invented_series(scenario)
    # A dialogue needs a topic of a series that the senator has consented to.
    load_invented_dialogues(scenario, series)
    load_invented_visits(scenario)
    pause_series(scenario)
