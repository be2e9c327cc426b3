"""Milestones of the demo that were agreed for another day, will come later, or count more."""

from typing import NamedTuple


class Adjustment(NamedTuple):
    """What is special about a milestone; days are working days from the day of loading."""

    agreed: int | None = None
    forecast: int | None = None
    reason: str = ""
    weight: int = 1
    owner: str = ""


# By the title of the milestone.
ADJUSTMENTS = {
    "Zweiter Jahrgang startet": Adjustment(agreed=35),
    "Rechtsform geklärt": Adjustment(
        agreed=-25,
        forecast=20,
        reason="Ein Unternehmen lässt die Satzung noch prüfen.",
        weight=3,
        owner="Arbeitskreis der drei Unternehmen",
    ),
    "Planung beauftragt": Adjustment(
        agreed=60, forecast=105, reason="Setzt voraus, dass die Rechtsform geklärt ist.", weight=2
    ),
    "Zwischenbilanz": Adjustment(forecast=50),
    "Kriterien abgestimmt": Adjustment(agreed=-110),
    "Erster Ankauf": Adjustment(
        forecast=75, reason="Der Haushalt sieht für den Ankauf keine Mittel vor.", weight=4
    ),
    "Leitfaden im Entwurf": Adjustment(agreed=5),
    "Drei Betriebe begleitet": Adjustment(weight=2),
    "Probebetrieb": Adjustment(
        agreed=40, forecast=70, reason="Es ist noch keine Stelle für die Daten benannt.", weight=2
    ),
}

# Title of a milestone → title of what it requires.
REQUIREMENTS = {
    "Planung beauftragt": "Rechtsform geklärt",
    "Bericht an den SKIP": "Erster Ankauf",
    "Erster Kurs": "Muster für Vereinbarungen",
    "Probebetrieb": "Kriterien abgestimmt",
}
