"""An invented Fortschreibung in preparation: some measures decided on, most still open."""

from core.models import Origin
from demo.invented.progress import WORKSHOPS
from demo.scenario import Scenario
from measures import services
from measures.models import Measure, Plan

PLAN = "MPI 2018–2021"
CONTINUED = ("Ankaufsstrategie für Industrieflächen", "Wiederaufnahme der Branchengespräche")
MERGED = ("Junior1stein Akademie", "MINTgrün-Orientierungsstudium")
MERGED_TITLE = "Nachwuchs für die Industrie"
SPLIT = "Smart Business District"
PARTS = ("Smart Business District: Energie", "Smart Business District: Verkehr")
ENDED_REASON = "Das Ziel ist erreicht: Die Werkstätten laufen ohne den Masterplan weiter."


def load_continuation(scenario: Scenario) -> None:
    plan = Plan.objects.get(short_title=PLAN)
    first_year = scenario.today.year + 1
    successor = services.continue_plan(
        plan=plan,
        values={
            "title": "Masterplan Industriestadt Berlin, nächste Fortschreibung (Entwurf)",
            "short_title": "MPI-Fortschreibung (Entwurf)",
            "levels": plan.levels,
            "first_year": first_year,
            "last_year": first_year + 3,
        },
        copy_sections=True,
        by=scenario.office,
        now=scenario.at(-20),
        origin=Origin.DEMO,
    )
    given = {"plan": successor, "by": scenario.office, "origin": Origin.DEMO}
    services.continue_measures(measures=_measures(plan, *CONTINUED), now=scenario.at(-10), **given)
    services.merge_measures(
        measures=_measures(plan, *MERGED), title=MERGED_TITLE, now=scenario.at(-9), **given
    )
    (split,) = _measures(plan, SPLIT)
    services.split_measure(measure=split, titles=PARTS, now=scenario.at(-8), **given)
    services.end_measures(
        measures=_measures(plan, WORKSHOPS.title),
        reason=ENDED_REASON,
        now=scenario.at(-7),
        **given,
    )


def _measures(plan: Plan, *titles: str) -> list[Measure]:
    return [Measure.objects.get(plan=plan, title=title) for title in titles]
