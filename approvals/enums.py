"""Kinds, states and verdicts of approvals (`docs/domain.md`, *Freigaben*) and their tables."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class ApprovalKind(models.TextChoices):
    SERIES = "series", _("Reihe")
    TOPIC = "topic", _("Thema")
    DATES = "dates", _("Termine")
    VISIT = "visit", _("Besuch")


# „Keiner möglich“ has no state of its own: the subject goes back to the office as after RETURNED,
# and ApprovalRequest.none_possible keeps the difference.
class ApprovalState(models.TextChoices):
    OPEN = "open", _("offen")
    APPROVED = "approved", _("freigegeben")
    CONDITIONAL = "conditional", _("mit Auflage freigegeben")
    RETURNED = "returned", _("zurückgegeben")
    REFUSED = "refused", _("abgelehnt")
    LAPSED = "lapsed", _("erloschen")
    WITHDRAWN = "withdrawn", _("zurückgezogen")


class ConditionState(models.TextChoices):
    OPEN = "open", _("offen")
    MET = "met", _("erfüllt")


class Verdict(models.TextChoices):
    """What the senator's office can decide; NONE_POSSIBLE only answers a question about dates."""

    APPROVE = "approve", _("Freigeben")
    CONDITION = "condition", _("Mit Auflage freigeben")
    NONE_POSSIBLE = "none_possible", _("Keiner möglich")
    RETURN = "return", _("Zurückgeben")
    REFUSE = "refuse", _("Ablehnen")


# An open condition is work for the office, so it is shown as a warning.
CONDITION_BADGE_COLOURS = {ConditionState.OPEN: "warning", ConditionState.MET: "success"}

GRANTING = (Verdict.APPROVE, Verdict.CONDITION)

# The verdict in the past tense, for *Verlauf* and messages.
VERDICT_LABELS = {
    Verdict.APPROVE: _("Freigegeben"),
    Verdict.CONDITION: _("Mit Auflage freigegeben"),
    Verdict.NONE_POSSIBLE: _("Kein Termin möglich"),
    Verdict.RETURN: _("Zurückgegeben"),
    Verdict.REFUSE: _("Abgelehnt"),
}

# What the question of the confirmation step names.
ASKED_ABOUT = {
    ApprovalKind.SERIES: _("diese Reihe"),
    ApprovalKind.TOPIC: _("dieses Thema"),
    ApprovalKind.DATES: _("diese Termine"),
    ApprovalKind.VISIT: _("diesen Besuch"),
}
# For each verdict: the question of the confirmation step, and the label of its button.
VERDICT_CONFIRMATIONS = {
    Verdict.APPROVE: (_("Möchten Sie %(what)s freigeben?"), _("Ja, freigeben")),
    Verdict.CONDITION: (
        _("Möchten Sie %(what)s mit Auflage freigeben?"),
        _("Ja, mit Auflage freigeben"),
    ),
    Verdict.NONE_POSSIBLE: (_("Ist keiner der Termine möglich?"), _("Ja, keiner möglich")),
    Verdict.RETURN: (_("Möchten Sie %(what)s zurückgeben?"), _("Ja, zurückgeben")),
    Verdict.REFUSE: (_("Möchten Sie %(what)s ablehnen?"), _("Ja, ablehnen")),
}


def confirmation_of(verdict: str, kind: str) -> tuple[str, str]:
    """Return the question that confirms `verdict` on an approval of `kind`, and its button."""
    question, label = VERDICT_CONFIRMATIONS[Verdict(verdict)]
    return str(question) % {"what": ASKED_ABOUT[ApprovalKind(kind)]}, str(label)


OPEN = (ApprovalState.OPEN,)
GRANTED = (ApprovalState.APPROVED, ApprovalState.CONDITIONAL)
# These lapse when the subject changes; other outcomes bind nobody.
IN_FORCE = (*OPEN, *GRANTED)

# Keys are the verdicts and the two ways in which an approval ends without one.
MOVES = {
    Verdict.APPROVE: Move(OPEN, ApprovalState.APPROVED, _("Freigeben")),
    Verdict.CONDITION: Move(OPEN, ApprovalState.CONDITIONAL, _("Mit Auflage freigeben")),
    Verdict.NONE_POSSIBLE: Move(OPEN, ApprovalState.RETURNED, _("Keiner möglich")),
    Verdict.RETURN: Move(OPEN, ApprovalState.RETURNED, _("Zurückgeben")),
    Verdict.REFUSE: Move(OPEN, ApprovalState.REFUSED, _("Ablehnen")),
    "withdraw": Move(OPEN, ApprovalState.WITHDRAWN, _("Zurückziehen")),
    "lapse": Move(IN_FORCE, ApprovalState.LAPSED, _("Erlöschen")),
}

CONDITION_MOVES = {"meet": Move((ConditionState.OPEN,), ConditionState.MET, _("Auflage erfüllt"))}
