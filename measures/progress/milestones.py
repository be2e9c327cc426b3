"""Where a milestone stands, for the page of its measure, the timeline and the export."""

import datetime as dt
from collections.abc import Iterable
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.html import draw_due
from measures.models import Measure, Milestone


def is_overdue(milestone: Milestone, measure: Measure, today: dt.date) -> bool:
    """Return whether somebody should have reached `milestone` by now. Those of finished measures
    and those taken over from earlier documents are long past, but not overdue.
    """
    is_watched = not measure.is_finished and not milestone.is_taken_over
    return is_watched and milestone.done_on is None and milestone.due_on < today


def milestone_state(milestone: Milestone, measure: Measure, today: dt.date) -> str:
    if milestone.done_on:
        return _("erreicht")
    return _("überfällig") if is_overdue(milestone, measure, today) else _("offen")


class MilestoneLine(NamedTuple):
    """One line of the table of milestones; `due` also says for how long one is overdue."""

    milestone: Milestone
    due: SafeString
    done: str


def milestone_lines(
    milestones: Iterable[Milestone], measure: Measure, today: dt.date
) -> list[MilestoneLine]:
    return [
        MilestoneLine(
            milestone, _due_cell(milestone, measure, today), format_date(milestone.done_on)
        )
        for milestone in milestones
    ]


def _due_cell(milestone: Milestone, measure: Measure, today: dt.date) -> SafeString:
    day = format_date(milestone.due_on)
    if not is_overdue(milestone, measure, today):
        return format_html("<span>{}</span>", day)
    return format_html("<span>{}, {}</span>", day, draw_due(milestone.due_on, today))
