"""What lists and exports show of a measure, prepared in Python since templates are slow by the
hundred.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.html import draw_ampel, draw_badge
from measures.enums import LIGHT_MEANINGS, Phase
from measures.models import Measure, PlanSection

PHASE_BADGES = {
    Phase.NOT_STARTED: "neutral",
    Phase.PREPARING: "neutral",
    Phase.RUNNING: "info",
    Phase.COMPLETED: "success",
    Phase.DISCONTINUED: "muted",
}
EXPORT_HEADER = (
    _("Plan"),
    _("Handlungsfeld"),
    _("Abschnitt"),
    _("Kennung"),
    _("Maßnahme"),
    _("Phase"),
    _("Ampel"),
    _("Bedeutung der Ampel"),
    _("Grund"),
    _("Gewünschte Entscheidung oder Hilfe"),
    _("Finanzierung"),
    _("Federführung"),
    _("Laufzeit"),
    _("Mittel"),
    _("Stand vom"),
    _("Herkunft der Maßnahme"),
    _("Herkunft des Standes"),
)


class ListRow(NamedTuple):
    """One line of the list of measures."""

    title: str
    url: str
    place: str
    phase: SafeString
    light: SafeString
    lead: str
    financing: str
    status: str
    mark: SafeString


def lead_label(row) -> str:
    """Return who leads a measure or project, or an empty text; its organisation must have been read
    along.
    """
    return row.lead.label if row.lead_id else row.lead_text


def phase_badge(status) -> SafeString:
    """Return the phase of a measure or report as a pill, or an empty text when it is unknown."""
    if not status.phase:
        return SafeString("")
    return draw_badge(status.get_phase_display(), PHASE_BADGES[status.phase])


def list_rows(measures: Iterable[Measure], tops: Mapping[int, PlanSection]) -> list[ListRow]:
    """Return the lines for `measures`; `tops` gives the Handlungsfeld of each section."""
    return [
        ListRow(
            title=f"{measure.code}: {measure.title}" if measure.code else measure.title,
            url=measure.get_absolute_url(),
            place=_place(measure, tops),
            phase=phase_badge(measure),
            light=draw_ampel(measure.light),
            lead=lead_label(measure),
            financing=measure.get_financing_display(),
            status=format_date(measure.status_on),
            mark=_demo_mark(measure),
        )
        for measure in measures
    ]


def _demo_mark(measure: Measure) -> SafeString:
    """Return the mark of an invented measure, or of an invented status on a real one."""
    if measure.is_demo:
        return draw_badge(_("Demodaten"), "warning")
    return (
        draw_badge(_("Stand: Demodaten"), "warning") if measure.has_demo_status else SafeString("")
    )


def export_row(measure: Measure, tops: Mapping[int, PlanSection]) -> list:
    """Return the cells of `measure` in the order of `EXPORT_HEADER`."""
    return [
        str(measure.plan),
        tops[measure.section_id].label if measure.section_id else "",
        measure.section.label if measure.section_id else "",
        measure.code,
        measure.title,
        measure.get_phase_display(),
        measure.get_light_display(),
        str(LIGHT_MEANINGS.get(measure.light, "")),
        measure.light_reason,
        measure.help_wanted,
        measure.get_financing_display(),
        lead_label(measure),
        measure.runtime or _days(measure),
        measure.amount,
        measure.status_on,
        measure.get_origin_display(),
        measure.get_status_origin_display(),
    ]


def _place(measure: Measure, tops: Mapping[int, PlanSection]) -> str:
    parts = [str(measure.plan)]
    if measure.section_id:
        parts.append(tops[measure.section_id].label)
    return " · ".join(parts)


def _days(row) -> str:
    """Return the known days of a measure or project: `01.03.2019 – 31.12.2021`, or an empty text."""
    return " – ".join(format_date(day) for day in (row.starts_on, row.ends_on) if day)


def runtime_label(row) -> str:
    """Return when a measure or project runs, in the words of its source or by its days."""
    return row.runtime or _days(row)
