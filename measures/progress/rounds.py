"""The buttons of a reporting round."""

from django.urls import reverse
from django.utils.translation import gettext as _

from core.progress import Button
from core.states import allowed_actions
from measures.enums import ROUND_MOVES
from measures.models import ReportingRound
from measures.permissions import can_run_rounds


def round_buttons(reporting_round: ReportingRound, user) -> list[Button]:
    """Return the office's buttons: moves that the state allows, and editing until the end."""
    actions = allowed_actions(ROUND_MOVES, reporting_round)
    if not actions or not can_run_rounds(user):
        return []
    buttons = []
    if "open" in actions:
        url = reverse("measures:round_open", args=[reporting_round.pk])
        buttons.append(Button(str(ROUND_MOVES["open"].label), url, "primary"))
    if "close" in actions:
        url = reverse("measures:round_close", args=[reporting_round.pk])
        buttons.append(Button(_("Abschließen"), url))
    url = reverse("measures:round_edit", args=[reporting_round.pk])
    return [*buttons, Button(_("Bearbeiten"), url)]
