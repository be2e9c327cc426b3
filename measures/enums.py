"""Phase and financing of a measure; the state tables of rounds and reports.

Phase, traffic light (`core.enums`) and financing are independent (`docs/domain.md`, *Monitoring*):
a red light says nothing about the phase. An empty value means that no source or report states it.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.enums import TrafficLight
from core.states import Move


# How far the measure is. Whether it needs help or money is a separate question.
class Phase(models.TextChoices):
    NOT_STARTED = "not_started", _("nicht begonnen")
    PREPARING = "preparing", _("in Vorbereitung")
    RUNNING = "running", _("in Umsetzung")
    COMPLETED = "completed", _("abgeschlossen")
    DISCONTINUED = "discontinued", _("eingestellt")


# No report is due on a measure in one of these phases.
FINISHED_PHASES = (Phase.COMPLETED, Phase.DISCONTINUED)
PHASE_BADGE_COLOURS = {
    Phase.NOT_STARTED: "neutral",
    Phase.PREPARING: "neutral",
    Phase.RUNNING: "info",
    Phase.COMPLETED: "success",
    Phase.DISCONTINUED: "muted",
}
# Bars show progress on one scale: the further a measure is, the stronger the colour.
PHASE_BAR_COLOURS = {
    Phase.COMPLETED: "strong",
    Phase.RUNNING: "medium",
    Phase.PREPARING: "light",
    Phase.NOT_STARTED: "faint",
    Phase.DISCONTINUED: "muted",
}

# The fields that explain a light which signals a problem (`docs/domain.md`, *Monitoring*).
REQUIRED_EXPLANATIONS: dict[str, tuple[str, ...]] = {
    TrafficLight.YELLOW: ("traffic_light_reason",),
    TrafficLight.RED: ("traffic_light_reason", "help_wanted"),
}


class Financing(models.TextChoices):
    NOT_NEEDED = "not_needed", _("nicht nötig")
    SECURED = "secured", _("gesichert")
    PARTIAL = "partial", _("teilweise")
    OPEN = "open", _("ungeklärt")


# `get_phase_display` builds its table of labels at each call, which long lists would feel.
PHASE_LABELS = {phase.value: phase.label for phase in Phase}
FINANCING_LABELS = {financing.value: financing.label for financing in Financing}


# What becomes of a measure when the next plan carries its plan on.
class ContinuationKind(models.TextChoices):
    CONTINUED = "continued", _("fortgeführt")
    MERGED = "merged", _("zusammengeführt")
    SPLIT = "split", _("aufgeteilt")
    ENDED = "ended", _("beendet")


# What to do so that it becomes that, on buttons and in titles.
CONTINUATION_VERBS = {
    ContinuationKind.CONTINUED: _("Fortführen"),
    ContinuationKind.MERGED: _("Zusammenführen"),
    ContinuationKind.SPLIT: _("Aufteilen"),
    ContinuationKind.ENDED: _("Beenden"),
}

UNDECIDED = "offen"  # in query strings
UNDECIDED_LABEL = _("noch offen")


# What holds a measure up (*Hemmnis*). The reason of the traffic light says the rest in words.
class Obstacle(models.TextChoices):
    NONE = "none", _("keines")
    FUNDING = "funding", _("Geld fehlt")
    STAFF = "staff", _("Personal fehlt")
    LAND = "land", _("Flächen oder Räume fehlen")
    PERMIT = "permit", _("Genehmigung oder Planungsrecht")
    PROCUREMENT = "procurement", _("Vergabe")
    COORDINATION = "coordination", _("Abstimmung zwischen Stellen")
    THIRD_PARTIES = "third_parties", _("Entscheidung oder Leistung Dritter")
    OTHER = "other", _("anderes")


class DifferenceKind(models.TextChoices):
    """What is different about a measure between two days or rounds, as headings in this order."""

    RED = "red", _("Auf Rot")
    YELLOW = "yellow", _("Auf Gelb")
    IMPROVED = "improved", _("Ampel verbessert")
    LIGHT = "light", _("Ampel erstmals oder nicht mehr angegeben")
    ADDED = "added", _("Neu im Plan")
    FINISHED = "finished", _("Abgeschlossen oder eingestellt")
    PHASE = "phase", _("Andere Phase")
    FINANCING = "financing", _("Andere Finanzierung")
    MOVED = "moved", _("Verschobene Termine")
    REACHED = "reached", _("Erreichte Meilensteine")
    MILESTONES = "milestones", _("Neue und entfallene Meilensteine")
    INDICATORS = "indicators", _("Neue Werte und Ziele von Indikatoren")
    LEAD = "lead", _("Andere Federführung")
    PLACE = "place", _("Anderer Platz im Plan")
    REMOVED = "removed", _("Nicht mehr im Plan")


class Direction(models.TextChoices):
    """Which way an indicator is to go."""

    RISING = "rising", _("steigend")
    FALLING = "falling", _("fallend")


class PathState(models.TextChoices):
    """How the latest value of an indicator stands to its target path; computed, and stored only by
    closed rounds. An ended indicator is not judged.
    """

    ON_PATH = "on_path", _("auf Kurs")
    OFF_PATH = "off_path", _("nicht auf Kurs")
    BEFORE_PATH = "before_path", _("vor dem ersten Ziel")
    NO_TARGET = "no_target", _("kein Ziel eingetragen")
    NO_VALUE = "no_value", _("noch kein Wert")
    ENDED = "ended", _("beendet")


UNKNOWN = "unknown"  # in query strings; the columns hold an empty text
UNKNOWN_LABEL = _("nicht belegt")


# Why nobody is asked for a report on a measure, besides the phases of finished ones.
TAKEN_OVER, SUBMITTED_ALREADY = "taken_over", "submitted_already"


class RoundState(models.TextChoices):
    PLANNED = "planned", _("geplant")
    OPEN = "open", _("läuft")
    CLOSED = "closed", _("abgeschlossen")


# The kinds of mail that a round sends to those who have yet to report in it.
REPORT_REQUESTED = "report_requested"
ROUND_CHANGED = "round_changed"
LEAD_REMINDED = "lead_reminded"
REPORT_LINK_REPLACED = "report_link_replaced"
# Also the key of the reminder rule: a reminder with a personal link is a mail of its own.
REPORT_DUE = "report_due"
# Sent outside of rounds.
REPORT_ASKED = "report_asked"
ROUND_MAILS = (REPORT_REQUESTED, ROUND_CHANGED, LEAD_REMINDED, REPORT_LINK_REPLACED)

ROUND_MOVES = {
    "open": Move((RoundState.PLANNED,), RoundState.OPEN, _("Berichtsrunde starten")),
    "close": Move((RoundState.OPEN,), RoundState.CLOSED, _("Berichtsrunde abschließen")),
}


class ReportState(models.TextChoices):
    DRAFT = "draft", _("Entwurf")
    SUBMITTED = "submitted", _("eingereicht")
    RETURNED = "returned", _("zurückgegeben")
    ACCEPTED = "accepted", _("angenommen")


REPORT_BADGE_COLOURS: dict[str, str] = {
    ReportState.DRAFT: "neutral",
    ReportState.SUBMITTED: "info",
    ReportState.RETURNED: "warning",
    ReportState.ACCEPTED: "success",
}
OVERTAKEN = _("Dazu ist inzwischen etwas anderes eingetragen.")
# A measure has at most one report in these states (constraint statusreport_one_open_a_measure).
OPEN_REPORT_STATES = (ReportState.DRAFT, ReportState.SUBMITTED, ReportState.RETURNED)
# A report in one of these states answers a round; a returned one has to be revised first.
GIVEN_REPORT_STATES = (ReportState.SUBMITTED, ReportState.ACCEPTED)
DECIDED_REPORT_STATES = (ReportState.RETURNED, ReportState.ACCEPTED)
# A submitted report is not editable: the office decides on exactly what was submitted.
EDITABLE_REPORT_STATES = (ReportState.DRAFT, ReportState.RETURNED)

# No action starts from an accepted report: a correction is a new report.
REPORT_MOVES = {
    "revise": Move(EDITABLE_REPORT_STATES, ReportState.DRAFT, _("Als Entwurf speichern")),
    "submit": Move(EDITABLE_REPORT_STATES, ReportState.SUBMITTED, _("Bericht einreichen")),
    "accept": Move((ReportState.SUBMITTED,), ReportState.ACCEPTED, _("Bericht annehmen")),
    "return": Move((ReportState.SUBMITTED,), ReportState.RETURNED, _("Bericht zurückgeben")),
}


class ContactRole(models.TextChoices):
    """In which role somebody is to be asked about a measure; in alphabetical order of the values,
    the first comes first.
    """

    CONTACT = "contact", _("Ansprechperson")
    DEPUTY = "deputy", _("Vertretung")


class ImportState(models.TextChoices):
    """An uploaded file of measures."""

    READING = "reading", _("wird gelesen")
    UNREADABLE = "unreadable", _("nicht lesbar")
    PREPARED = "prepared", _("zur Ansicht")
    APPLYING = "applying", _("wird übernommen")
    APPLIED = "applied", _("übernommen")
    UNDOING = "undoing", _("wird rückgängig gemacht")
    UNDONE = "undone", _("rückgängig gemacht")
    DISCARDED = "discarded", _("verworfen")


# A worker is at it, or will be soon.
WORKED_STATES = (ImportState.READING, ImportState.APPLYING, ImportState.UNDOING)
# Only one import at a time (constraint measureimport_one_writes): what one compared with would
# otherwise change under the other.
WRITING_STATES = (ImportState.APPLYING, ImportState.UNDOING)
# Only the last import that is still applied can be undone. `refuse` and `leave` put back what a
# worker could not do.
IMPORT_MOVES = {
    "show": Move((ImportState.READING,), ImportState.PREPARED),
    "reject": Move((ImportState.READING,), ImportState.UNREADABLE),
    "compare": Move((ImportState.PREPARED,), ImportState.READING, _("Neu vergleichen")),
    "confirm": Move((ImportState.PREPARED,), ImportState.APPLYING, _("Übernehmen")),
    "apply": Move((ImportState.APPLYING,), ImportState.APPLIED),
    "refuse": Move((ImportState.APPLYING,), ImportState.PREPARED),
    "discard": Move((ImportState.PREPARED,), ImportState.DISCARDED, _("Verwerfen")),
    "request_undo": Move(
        (ImportState.APPLIED,), ImportState.UNDOING, _("Import rückgängig machen")
    ),
    "undo": Move((ImportState.UNDOING,), ImportState.UNDONE),
    "leave": Move((ImportState.UNDOING,), ImportState.APPLIED),
}

# The history entry of a measure whose status comes from a report. *Verlauf* leaves it out, since it
# shows the report itself.
ADOPTED_STATUS_REASON = _("Stand aus Statusbericht übernommen")

# The history entry of a report, and of what it says, that the office completed.
COMPLETED_REASON = _("Bericht ergänzt und angenommen")

# The history entry of a measure made as a copy of an earlier one; while it is the only one, undoing
# the decision deletes the copy.
COPIED_REASON = _("Für die Fortschreibung angelegt")
# The same for a contact that came along with a measure.
CARRIED_REASON = _("Aus der Vorgängerin mitgenommen")
# The history entry of a section whose level the plan renamed; the plan's *Verlauf* says so once.
LEVEL_RENAMED_REASON = _("Ebene umbenannt")


class ChapterKind(models.TextChoices):
    """The chapters of a Monitoring-Bericht, in the order of the published ones; FIELD occurs once
    for each section on the plan's first level.
    """

    SITUATION = "situation", _("Wo stehen wir?")
    OVERVIEW = "overview", _("Gesamtschau")
    FIELD = "field", _("Handlungsfeld")
    LIGHTHOUSES = "lighthouses", _("Leuchtturmprojekte")
    FUNDING = "funding", _("Förderung und Finanzierung")
    OUTLOOK = "outlook", _("Ausblick")


class Audience(models.TextChoices):
    """For whom a file of a Monitoring-Bericht is."""

    INSIDE = "inside", _("alle Maßnahmen")
    PUBLIC = "public", _("nur veröffentlichte Maßnahmen")


class EditionState(models.TextChoices):
    """One making of the files of a Monitoring-Bericht."""

    WAITING = "waiting", _("wartet")
    MAKING = "making", _("wird erstellt")
    MADE = "made", _("erstellt")
    FAILED = "failed", _("abgebrochen")


OPEN_EDITION_STATES = (EditionState.WAITING, EditionState.MAKING)
EDITION_MOVES = {
    "start": Move(OPEN_EDITION_STATES, EditionState.MAKING),
    "finish": Move((EditionState.MAKING,), EditionState.MADE),
    "fail": Move(OPEN_EDITION_STATES, EditionState.FAILED),
}
