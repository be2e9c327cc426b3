"""Choices and the state table of visits (`docs/domain.md`, *Unternehmensbesuche*)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class VisitState(models.TextChoices):
    IDEA = "idea", _("Idee")
    SUBMITTED = "submitted", _("zur Freigabe")
    RETURNED = "returned", _("zurückgegeben")
    APPROVED = "approved", _("freigegeben")
    ANNOUNCED = "announced", _("angekündigt")
    HELD = "held", _("durchgeführt")
    DOCUMENTED = "documented", _("dokumentiert")
    POSTPONED = "postponed", _("verschoben")
    CANCELLED = "cancelled", _("abgesagt")


S = VisitState

# Refusing cancels a visit instead of leading to a separate state; the approval keeps the verdict.
VISIT_MOVES = {
    "submit": Move((S.IDEA, S.RETURNED, S.POSTPONED), S.SUBMITTED, _("Zur Freigabe vorlegen")),
    "withdraw": Move((S.SUBMITTED,), S.IDEA, _("Vorlage zurückziehen")),
    "approve": Move((S.SUBMITTED,), S.APPROVED, _("Freigeben")),
    "condition": Move((S.SUBMITTED,), S.APPROVED, _("Mit Auflage freigeben")),
    "return": Move((S.SUBMITTED,), S.RETURNED, _("Zurückgeben")),
    "refuse": Move((S.SUBMITTED,), S.CANCELLED, _("Ablehnen")),
    "lapse": Move((S.SUBMITTED, S.APPROVED), S.IDEA, _("Freigabe erlischt")),
    "announce": Move((S.APPROVED,), S.ANNOUNCED, _("Ankündigen")),
    # Also what was approved, but never announced before its day.
    "hold": Move((S.APPROVED, S.ANNOUNCED), S.HELD, _("Als durchgeführt vermerken")),
    # What took place without a decision in the portal. It stays internal.
    "record": Move((S.IDEA, S.RETURNED, S.POSTPONED), S.HELD, _("Nachträglich erfassen")),
    "reopen": Move((S.HELD,), S.ANNOUNCED, _("Doch nicht durchgeführt")),
    "reopen_unannounced": Move((S.HELD,), S.APPROVED, _("Doch nicht durchgeführt")),
    "unrecord": Move((S.HELD,), S.IDEA, _("Nachträgliche Erfassung zurücknehmen")),
    "document": Move((S.HELD,), S.DOCUMENTED, _("Ergebnis festhalten")),
    "correct": Move((S.DOCUMENTED,), "", _("Ergebnis berichtigen")),
    "postpone": Move((S.APPROVED, S.ANNOUNCED), S.POSTPONED, _("Verschieben")),
    "cancel": Move(
        (S.IDEA, S.SUBMITTED, S.RETURNED, S.APPROVED, S.ANNOUNCED, S.POSTPONED),
        S.CANCELLED,
        _("Absagen"),
    ),
    "resume": Move((S.CANCELLED,), S.IDEA, _("Wieder aufnehmen")),
}

VISIT_BADGE_COLOURS = {
    S.IDEA: "muted",
    S.SUBMITTED: "warning",
    S.RETURNED: "warning",
    S.APPROVED: "info",
    S.ANNOUNCED: "info",
    S.HELD: "success",
    S.DOCUMENTED: "success",
    S.POSTPONED: "warning",
    S.CANCELLED: "danger",
}

# States with a valid approval, which publishing requires.
APPROVED_STATES = (S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
# A cancelled visit stays public, so that outsiders learn of it. A postponed one does not: its new
# date must not become public before it is approved.
PUBLIC_STATES = (*APPROVED_STATES, S.CANCELLED)
# Visits in these states took place, so they count as attention paid to their sectors.
ATTENTION_STATES = (S.HELD, S.DOCUMENTED)
# Press slots can still be added, changed and removed.
PRESS_OPEN_STATES = (S.IDEA, S.SUBMITTED, S.RETURNED, S.POSTPONED, S.APPROVED, S.ANNOUNCED)
# Nobody in the office has to watch these visits.
UNWATCHED_STATES = (S.DOCUMENTED, S.CANCELLED)
# Company, place and time can no longer change.
OVER_STATES = (S.HELD, S.DOCUMENTED, S.CANCELLED)


# The rule that says how many working days before a visit it has to be announced.
ANNOUNCE_RULE, ANNOUNCE_BY, ANNOUNCE_WORKING_DAYS = "visit_announce", "announce_by", 5


class PressKind(models.TextChoices):
    NOT_PUBLIC = "not_public", _("nicht presseöffentlich")
    PICTURE = "picture", _("Bildtermin")
    WORD_PICTURE = "word_picture", _("Wort-Bild-Termin")
    OPENING_PICTURES = "opening", _("Auftaktbilder")
    POOL = "pool", _("Pool")
    INVITED = "invited", _("nur auf Einladung")


class CoverageKind(models.TextChoices):
    PRINT = "print", _("Print")
    ONLINE = "online", _("online")
    TV = "tv", _("Fernsehen")
    RADIO = "radio", _("Hörfunk")
    SOCIAL = "social", _("soziale Medien")
    UNKNOWN = "unknown", _("nicht belegt")


class Publisher(models.TextChoices):
    """The kind of publisher. Associations and site operators report on themselves."""

    PRESS = "press", _("Presse")
    CHAMBER = "chamber", _("Kammermagazin")
    ASSOCIATION = "association", _("Verband oder Gewerkschaft")
    SITE = "site", _("Standortbetreiber")
    PORTAL = "portal", _("Branchenportal")


class Tone(models.TextChoices):
    """How a report judges its subject; shown to the office and the senator's office only."""

    POSITIVE = "positive", _("zustimmend")
    NEUTRAL = "neutral", _("sachlich")
    CRITICAL = "critical", _("kritisch")
