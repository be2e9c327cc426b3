"""Choices and the state table of visits (DOMAIN, *Unternehmensbesuche* and the line *Besuch*)."""

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

# A refusal ends the visit: the table of DOMAIN knows no state of its own for it, the approval keeps
# the answer.
VISIT_MOVES = {
    "submit": Move((S.IDEA, S.RETURNED, S.POSTPONED), S.SUBMITTED, _("Zur Freigabe vorlegen")),
    "withdraw": Move((S.SUBMITTED,), S.IDEA, _("Vorlage zurückziehen")),
    "approve": Move((S.SUBMITTED,), S.APPROVED, _("Freigeben")),
    "condition": Move((S.SUBMITTED,), S.APPROVED, _("Mit Auflage freigeben")),
    "return": Move((S.SUBMITTED,), S.RETURNED, _("Zurückgeben")),
    "refuse": Move((S.SUBMITTED,), S.CANCELLED, _("Ablehnen")),
    "lapse": Move((S.SUBMITTED, S.APPROVED), S.IDEA, _("Freigabe erlischt")),
    "announce": Move((S.APPROVED,), S.ANNOUNCED, _("Ankündigen")),
    "hold": Move((S.ANNOUNCED,), S.HELD, _("Als durchgeführt vermerken")),
    "document": Move((S.HELD,), S.DOCUMENTED, _("Dokumentieren")),
    "postpone": Move((S.APPROVED, S.ANNOUNCED), S.POSTPONED, _("Verschieben")),
    "cancel": Move(
        (S.IDEA, S.SUBMITTED, S.RETURNED, S.APPROVED, S.ANNOUNCED, S.POSTPONED),
        S.CANCELLED,
        _("Absagen"),
    ),
}

STATE_TONES = {
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

# States in which the consent of the senator's office is in force: only here is a visit published.
CONSENTED = (S.APPROVED, S.ANNOUNCED, S.HELD, S.DOCUMENTED)
# What is public when it is called off stays so, and tells the outside that it is called off. Put
# off, it does not: the
# next date may not be known outside before it is approved as well.
SHOWN_OUTSIDE = (*CONSENTED, S.CANCELLED)
# States in which a visit counts as attention given to a sector.
TAKES_PLACE = (S.ANNOUNCED, S.HELD, S.DOCUMENTED)


class PressKind(models.TextChoices):
    """How the press may accompany a visit."""

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
    """Who stands behind a medium; associations and operators of sites report on themselves."""

    PRESS = "press", _("Presse")
    CHAMBER = "chamber", _("Kammermagazin")
    ASSOCIATION = "association", _("Verband oder Gewerkschaft")
    SITE = "site", _("Standortbetreiber")
    PORTAL = "portal", _("Branchenportal")


class Tone(models.TextChoices):
    POSITIVE = "positive", _("zustimmend")
    NEUTRAL = "neutral", _("sachlich")
    CRITICAL = "critical", _("kritisch")
