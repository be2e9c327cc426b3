"""The lines of the list of measures."""

from collections.abc import Iterable, Mapping

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_date
from core.html import draw_note, draw_tick, draw_traffic_light, fill, fill_each
from core.progress import Ticks
from measures.enums import FINANCING_LABELS
from measures.models import Measure, Plan, PlanSection
from measures.progress.measures import (
    demo_badge,
    is_deleted,
    lighthouse_badge,
    phase_badge,
)
from partners.progress import responsible_note

ROW = (
    '<tr>{}<th scope="row">{} {}{}</th>'
    '<td data-label="{}">{}</td><td data-label="{}"><span>{}{}</span></td>'
    '<td data-label="{}">{}</td>'
    '<td data-label="{}">{}</td>{}<td data-label="{}"><span>{} {}</span></td></tr>'
)


def draw_list_rows(
    measures: Iterable[Measure],
    plans: Iterable[Plan],
    tops: Mapping[int, PlanSection],
    *,
    sees_responsible: bool,
    ticks: Ticks | None = None,
    query: str = "",
) -> SafeString:
    """Return the rows of the table; a template would take five times as long.

    `tops` maps section ids to their Handlungsfeld; `query` belongs to the addresses of measures,
    of which one that was deleted since has none. With `ticks`, each row can be ticked.
    """
    plan_names = {plan.pk: str(plan) for plan in plans}
    phase, light, financing = _("Phase"), _("Ampel"), _("Finanzierung")
    lead, status = _("Federführung"), _("Stand vom")
    return fill_each(
        ROW,
        (
            (
                draw_tick(ticks, measure.pk, measure.label) if ticks else "",
                _title(measure, query),
                lighthouse_badge(measure),
                draw_note(_place(measure, plan_names, tops)),
                *(phase, phase_badge(measure) or "–"),
                *(light, draw_traffic_light(measure.traffic_light)),
                draw_note(measure.lead_light_note),
                *(financing, FINANCING_LABELS.get(measure.financing, "–")),
                *(lead, measure.lead_label or "–"),
                _responsible_cell(measure) if sees_responsible else "",
                *(status, format_date(measure.status_on) or "–"),
                demo_badge(measure),
            )
            for measure in measures
        ),
    )


def _title(measure: Measure, query: str) -> str | SafeString:
    if is_deleted(measure):
        return measure.label
    return fill('<a href="{}{}">{}</a>', measure.get_absolute_url(), query, measure.label)


def _place(measure: Measure, plan_names: Mapping[int, str], tops: Mapping[int, PlanSection]) -> str:
    # Plan or section of a measure of the past may be gone.
    top = tops.get(measure.section_id) if measure.section_id else None
    names = plan_names.get(measure.plan_id, ""), top.label if top else ""
    return " · ".join(filter(None, names))


def _responsible_cell(measure: Measure) -> SafeString:
    label, note = _("Zuständig"), responsible_note(measure)
    return fill('<td data-label="{}"><span>{}</span></td>', label, note)
