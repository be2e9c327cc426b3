"""Kinds, states and answers of approval requests (DOMAIN, *Freigabe*)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class ApprovalKind(models.TextChoices):
    """What can be asked of the senator's office."""

    SERIES = "series", _("Reihe")
    TOPIC = "topic", _("Thema")
    DATES = "dates", _("Termine")
    VISIT = "visit", _("Besuch")


class ApprovalState(models.TextChoices):
    OPEN = "open", _("offen")
    APPROVED = "approved", _("freigegeben")
    CONDITIONAL = "conditional", _("mit Auflage freigegeben")
    RETURNED = "returned", _("zurückgegeben")
    REFUSED = "refused", _("abgelehnt")
    LAPSED = "lapsed", _("erloschen")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


class Answer(models.TextChoices):
    """What the senator's office can decide."""

    APPROVE = "approve", _("Freigeben")
    RETURN = "return", _("Zurückgeben")
    REFUSE = "refuse", _("Ablehnen")


# How a decision is told in *Verlauf*, once it is there.
DECIDED = {
    Answer.APPROVE: _("Freigegeben"),
    Answer.RETURN: _("Zurückgegeben"),
    Answer.REFUSE: _("Abgelehnt"),
}

OPEN = (ApprovalState.OPEN,)
GRANTED = (ApprovalState.APPROVED, ApprovalState.CONDITIONAL)

MOVES = {
    Answer.APPROVE: Move(OPEN, ApprovalState.APPROVED, _("Freigeben")),
    Answer.RETURN: Move(OPEN, ApprovalState.RETURNED, _("Zurückgeben")),
    Answer.REFUSE: Move(OPEN, ApprovalState.REFUSED, _("Ablehnen")),
    "withdraw": Move(OPEN, ApprovalState.WITHDRAWN, _("Zurückziehen")),
    "lapse": Move((*OPEN, *GRANTED), ApprovalState.LAPSED, _("Erlöschen")),
}
