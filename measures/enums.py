"""Words of the monitoring and the state tables of rounds and reports.

Phase, traffic light and financing are three things that never mix (DOMAIN, *Monitoring*). An empty
value means that nobody has said it yet.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class Phase(models.TextChoices):
    NOT_STARTED = "not_started", _("nicht begonnen")
    PREPARING = "preparing", _("in Vorbereitung")
    RUNNING = "running", _("in Umsetzung")
    COMPLETED = "completed", _("abgeschlossen")
    DISCONTINUED = "discontinued", _("eingestellt")


FINISHED_PHASES = (Phase.COMPLETED, Phase.DISCONTINUED)


class TrafficLight(models.TextChoices):
    """*Ampel*."""

    GREEN = "green", _("grün")
    YELLOW = "yellow", _("gelb")
    RED = "red", _("rot")


TRAFFIC_LIGHTS_WITH_REASON = (TrafficLight.YELLOW, TrafficLight.RED)
TRAFFIC_LIGHT_MEANINGS = {
    TrafficLight.GREEN: _("läuft"),
    TrafficLight.YELLOW: _("Probleme, ohne Hilfe lösbar"),
    TrafficLight.RED: _("Hilfe oder Entscheidung nötig"),
}


class Financing(models.TextChoices):
    NOT_NEEDED = "not_needed", _("nicht nötig")
    SECURED = "secured", _("gesichert")
    PARTIAL = "partial", _("teilweise")
    OPEN = "open", _("ungeklärt")


UNKNOWN = "unknown"  # in addresses and filters; the columns hold an empty text
UNKNOWN_LABEL = _("nicht belegt")


class RoundState(models.TextChoices):
    PLANNED = "planned", _("geplant")
    OPEN = "open", _("läuft")
    CLOSED = "closed", _("abgeschlossen")


ROUND_MOVES = {
    "open": Move((RoundState.PLANNED,), RoundState.OPEN, _("Berichtsrunde starten")),
    "close": Move((RoundState.OPEN,), RoundState.CLOSED, _("Berichtsrunde abschließen")),
}


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    SUBMITTED = "submitted", _("eingereicht")
    RETURNED = "returned", _("zurückgegeben")
    ACCEPTED = "accepted", _("angenommen")


OPEN_REPORT_STATES = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)
EDITABLE_REPORT_STATES = (ReportState.DRAFT, ReportState.RETURNED)

# An accepted report has no way on: a correction is a new report.
REPORT_MOVES = {
    "revise": Move(EDITABLE_REPORT_STATES, ReportState.DRAFT, _("Als Entwurf speichern")),
    "submit": Move(EDITABLE_REPORT_STATES, ReportState.SUBMITTED, _("Bericht einreichen")),
    "accept": Move((ReportState.SUBMITTED,), ReportState.ACCEPTED, _("Bericht annehmen")),
    "return": Move((ReportState.SUBMITTED,), ReportState.RETURNED, _("Bericht zurückgeben")),
}

# What the history says where a report became the measure's status; the report itself tells it in
# Verlauf.
STATUS_ADOPTED = _("Stand aus Statusbericht übernommen")
