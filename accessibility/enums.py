"""States of a reported barrier. Berlin's law (BIKTG Bln) requires an answer within a month."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from core.states import Move


class BarrierState(models.TextChoices):
    OPEN = "open", _("offen")
    ANSWERED = "answered", _("beantwortet")


S = BarrierState

BARRIER_MOVES = {
    "answer": Move((S.OPEN,), S.ANSWERED, _("Als beantwortet vermerken")),
    "reopen": Move((S.ANSWERED,), S.OPEN, _("Wieder öffnen")),
}

BARRIER_BADGE_COLOURS = {S.OPEN: "warning", S.ANSWERED: "success"}
