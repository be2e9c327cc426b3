"""The invented present of the demo: marked as demo data and dated relative to the day of loading.

Most of it goes through the services, so the demo obeys the same rules as real data.
"""

from accessibility.services import answer_barrier, report_barrier
from demo.invented.continuations import load_continuation
from demo.invented.dialogues import load_invented_dialogues
from demo.invented.measures import load_imports, load_invented_measures
from demo.invented.series import load_invented_series, pause_series
from demo.invented.visits import load_invented_visits
from demo.scenario import Scenario
from dialogues.enums import TopicState
from dialogues.queries import open_dialogues, open_topics
from partners.services import change_responsible


def load_invented(scenario: Scenario) -> None:
    load_invented_measures(scenario)
    load_continuation(scenario)
    series = load_invented_series(scenario)
    # A dialogue needs a topic of a series that the senator has consented to.
    load_invented_dialogues(scenario, series)
    load_invented_visits(scenario)
    pause_series(scenario)
    hand_over_dialogues(scenario)
    load_barriers(scenario)
    # Last: a file is compared with the measures as they are.
    load_imports(scenario)


def hand_over_dialogues(scenario: Scenario) -> None:
    """Put the colleague in charge of the dialogues and of one topic; the rest stays as it is."""
    for records in (open_dialogues(), open_topics().filter(state=TopicState.RETURNED)):
        for record in records:
            change_responsible(
                record=record,
                responsible=scenario.colleague,
                by=scenario.office,
                now=scenario.at(-3),
            )


def load_barriers(scenario: Scenario) -> None:
    """Load two reported barriers, of which one is answered."""
    answered = report_barrier(
        message="Im Zeitplan liest mein Vorleseprogramm die Balken nicht vor.",
        page="Zeitplan",
        email="leserin@example.org",
        now=scenario.at(-30),
    )
    answer_barrier(
        report=answered,
        answer="Per E-Mail: Unter dem Zeitplan stehen dieselben Angaben als Tabelle.",
        by=scenario.colleague,
        now=scenario.at(-27),
    )
    report_barrier(
        message="Gibt es die Zusammenfassung des Masterplans auch in Leichter Sprache?",
        page="Maßnahmen",
        email="beirat@example.org",
        now=scenario.at(-8),
    )
