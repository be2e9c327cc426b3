"""What approvals add to the box *Nächster Schritt* of their subjects."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from approvals.mails import condition_path
from approvals.models import Condition
from approvals.permissions import can_see_requests, can_submit
from approvals.queries import conditions_to_meet
from core.shell import NextStep, Point


def with_conditions(box: NextStep | None, *, kind: str, subject_id: int, user) -> NextStep | None:
    """Return `box` with the conditions of a subject's approval that are still to be met, for who
    may know of them.

    They make a box of their own where nothing else is left to do.
    """
    if not can_see_requests(user, kind):
        return box
    points = tuple(_point(condition, user) for condition in conditions_to_meet(kind, subject_id))
    if not points:
        return box
    if box is None:
        text = ngettext(
            "Eine Auflage ist noch zu erfüllen.", "Auflagen sind noch zu erfüllen.", len(points)
        )
        box = NextStep(text, _("Geschäftsstelle"))
    return box._replace(points=points)


def _point(condition: Condition, user) -> Point:
    text = _("Auflage: %(text)s") % {"text": condition}
    if not can_submit(user):
        return Point(text)
    return Point(text, _("Als erfüllt vermerken"), condition_path(condition))
