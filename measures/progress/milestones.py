"""Where a milestone stands, for the page of its measure, the timeline and the export."""

import datetime as dt
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date
from core.html import draw_due, draw_note
from core.progress import Segment
from measures.models import Measure, Milestone

DAYS_OF_WEEK = 7
# A shorter shift is said in days, a longer one in weeks.
WEEKS_FROM_DAYS = 2 * DAYS_OF_WEEK


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


def days_after_baseline(milestone: Milestone) -> int:
    """Return by how many days `milestone` is or will be later than agreed at first; negative if
    earlier.
    """
    return (milestone.expected_on - milestone.baseline_on).days


def describe_shift(days: int) -> str:
    """Return `9 Tage später`, `3 Wochen früher`, or "" without a difference."""
    if not days:
        return ""
    number = abs(days)
    if number < WEEKS_FROM_DAYS:
        length = ngettext("%(number)d Tag", "%(number)d Tage", number) % {"number": number}
    else:
        # Half a week counts as one.
        weeks = (number + DAYS_OF_WEEK // 2) // DAYS_OF_WEEK
        length = ngettext("%(number)d Woche", "%(number)d Wochen", weeks) % {"number": weeks}
    return (_("%(length)s später") if days > 0 else _("%(length)s früher")) % {"length": length}


class MilestoneLine(NamedTuple):
    """One line of the table of milestones; `due` also says for how long one is overdue, `forecast`
    and `done` how far that is from the `baseline`.
    """

    milestone: Milestone
    baseline: str
    due: SafeString
    forecast: SafeString
    done: SafeString
    notes: list[str | SafeString]


def milestone_lines(
    milestones: Sequence[Milestone], measure: Measure, today: dt.date
) -> list[MilestoneLine]:
    """Return the lines of the table; load `milestones` with `queries.milestones_for`."""
    has_weights = len({milestone.weight for milestone in milestones}) > 1
    return [
        MilestoneLine(
            milestone,
            format_date(milestone.baseline_on),
            _due_cell(milestone, measure, today),
            _forecast_cell(milestone),
            _done_cell(milestone),
            _notes(milestone, has_weights, today),
        )
        for milestone in milestones
    ]


def _due_cell(milestone: Milestone, measure: Measure, today: dt.date) -> SafeString:
    day = format_date(milestone.due_on)
    if not is_overdue(milestone, measure, today):
        return format_html("<span>{}</span>", day)
    return format_html("<span>{}, {}</span>", day, draw_due(milestone.due_on, today))


def _forecast_cell(milestone: Milestone) -> SafeString:
    if milestone.done_on:
        return SafeString("")
    shift = describe_shift(days_after_baseline(milestone))
    day = milestone.forecast_on or (milestone.due_on if shift else None)
    if day is None:
        return SafeString("")
    return format_html(
        "<span>{}{}</span>",
        format_date(day),
        draw_note(shift),
    )


def _done_cell(milestone: Milestone) -> SafeString:
    if not milestone.done_on:
        return SafeString("")
    shift = describe_shift(days_after_baseline(milestone))
    return format_html("<span>{}{}</span>", format_date(milestone.done_on), draw_note(shift))


def _notes(milestone: Milestone, has_weights: bool, today: dt.date) -> list[str | SafeString]:
    notes: list[str | SafeString] = []
    if milestone.forecast_reason and not milestone.done_on:
        # `linebreaksbr` escapes user input.
        reason = linebreaksbr(milestone.forecast_reason)
        notes.append(format_html("{}: {}", _("Grund der Verschiebung"), reason))
    if milestone.owner_label:
        notes.append(_("verantwortlich: %(owner)s") % {"owner": milestone.owner_label})
    # Where all count the same, the weight says nothing.
    if has_weights:
        notes.append(_("Gewicht %(weight)d") % {"weight": milestone.weight})
    for dependency in milestone.dependencies.all():
        notes.append(_requirement_note(milestone, dependency.requirement, today))
    return notes


def _requirement_note(milestone: Milestone, requirement: Milestone, today: dt.date) -> SafeString:
    measure, title = requirement.measure, requirement.title
    name: str | SafeString = title
    if requirement.measure_id != milestone.measure_id:
        url = measure.get_absolute_url()
        name = format_html('{} (<a href="{}">{}</a>)', title, url, measure.label)
    when = _when(requirement, measure, today)
    note = format_html("{}: {}, {}", _("setzt voraus"), name, when)
    # Said here, because the two dates may stand on different pages.
    if not milestone.done_on and requirement.expected_on > milestone.expected_on:
        warning = _("später als dieser Meilenstein")
        return format_html('{}, <span class="due due--over">{}</span>', note, warning)
    return note


def _when(milestone: Milestone, measure: Measure, today: dt.date) -> SafeString:
    """Return `erreicht am …`, `voraussichtlich …`, `bis …` or for how long it is overdue."""
    if milestone.done_on:
        text = _("erreicht am %(day)s") % {"day": format_date(milestone.done_on)}
        return format_html("{}", text)
    if is_overdue(milestone, measure, today):
        return draw_due(milestone.due_on, today)
    day = format_date(milestone.expected_on)
    text = _("voraussichtlich %(day)s") if milestone.forecast_on else _("bis %(day)s")
    return format_html("{}", text % {"day": day})


class RequirementLine(NamedTuple):
    """One line of the page of requirements."""

    milestone: Milestone
    measure: Measure
    when: SafeString


def requirement_lines(milestones: Iterable[Milestone], today: dt.date) -> list[RequirementLine]:
    """Return the lines of `milestones`, whose measures must be loaded."""
    return [
        RequirementLine(milestone, milestone.measure, _when(milestone, milestone.measure, today))
        for milestone in milestones
    ]


class WeightedProgress(NamedTuple):
    """How much of the milestones of a measure is reached: `done` of `total` by weight."""

    done: int
    total: int

    @property
    def percent(self) -> int:
        # Rounded down: 100 % means that everything is reached.
        return 100 * self.done // self.total if self.total else 0

    @property
    def segments(self) -> list[Segment]:
        return [
            Segment(_("erreicht"), self.done, "strong"),
            Segment(_("offen"), self.total - self.done, "faint"),
        ]


def weighted_progress(milestones: Iterable[Milestone]) -> WeightedProgress:
    weights = [(milestone.weight, milestone.done_on) for milestone in milestones]
    done = sum(weight for weight, done_on in weights if done_on)
    return WeightedProgress(done, sum(weight for weight, _done_on in weights))
