"""The three questions of a measure's page: where does it stand, what happens next, what are its
facts.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date
from core.html import draw_badge, draw_traffic_light
from core.progress import NextStep, ProgressStep, progress_steps
from measures.enums import TRAFFIC_LIGHT_MEANINGS, Phase, ReportState, RoundState
from measures.models import Measure, Milestone, PlanSection, Project, StatusReport
from measures.permissions import can_decide_reports, can_record_report, leads_measure

STEPS = (Phase.NOT_STARTED, Phase.PREPARING, Phase.RUNNING)


def steps_of(measure: Measure) -> list[ProgressStep]:
    """Return the phases as a line of steps; without a known phase none is reached."""
    last = Phase.DISCONTINUED if measure.phase == Phase.DISCONTINUED else Phase.COMPLETED
    labels = [str(phase.label) for phase in (*STEPS, last)]
    if not measure.phase:
        return progress_steps(labels, -1)
    return progress_steps(
        labels, len(labels) - 1 if measure.is_finished else STEPS.index(measure.phase)
    )


def next_step_of(
    measure: Measure,
    *,
    user,
    report: StatusReport | None,
    milestones: Iterable[Milestone],
    owes_in=None,
) -> NextStep:
    """Return what happens next with `measure`, who must do it, and the one button that `user` has
    for it.

    `report` is its open report if any, `owes_in` the open round in which its lead still owes one.
    What was taken over has no deadline.
    """
    if report and report.state == ReportState.SUBMITTED:
        action = _("Bericht prüfen") if can_decide_reports(user) else ""
        text = _("Der Statusbericht ist eingereicht und wird geprüft.")
        return NextStep(text, _("Geschäftsstelle"), None, action, report.get_absolute_url())
    if report and report.state == ReportState.RETURNED:
        due_on = (
            report.round.due_on if report.round and report.round.state == RoundState.OPEN else None
        )
        return _asked_to_report(measure, user, _("Der Statusbericht ist zu überarbeiten."), due_on)
    if owes_in:
        text = _("Statusbericht zum Stichtag %(day)s") % {"day": format_date(owes_in.cut_off_on)}
        return _asked_to_report(measure, user, text, owes_in.due_on)
    if measure.is_finished:
        return _asked_to_report(
            measure, user, _("Die Maßnahme ist beendet. Es steht nichts mehr an."), None
        )
    for milestone in milestones:
        if milestone.done_on is None:
            due_on = None if measure.is_taken_over else milestone.due_on
            return _asked_to_report(measure, user, milestone.title, due_on)
    return _asked_to_report(
        measure, user, _("Kein Meilenstein offen. Der nächste Bericht zeigt, wie es steht."), None
    )


def _asked_to_report(measure: Measure, user, text: str, due_on: dt.date | None) -> NextStep:
    action = ""
    if leads_measure(user, measure):
        action = _("Statusbericht schreiben")
    elif can_record_report(user, measure):
        action = _("Stand festhalten")
    url = reverse("measures:write_report", args=[measure.pk]) if action else ""
    return NextStep(text, lead_label(measure), due_on, action, url)


def facts_of(
    measure: Measure, *, place: list, relatives: tuple, can_see_organisations: bool
) -> list[tuple]:
    """Return the rows of *Eckdaten*; what no source names is said so for the lead and left out
    elsewhere.

    `place` are the sections from the top down to the measure's own, `relatives` what it continues
    and what continues it, as far as the reader may see them.
    """
    before, after = relatives
    supporters = [*measure.supporters.all(), *filter(None, measure.supporters_text.splitlines())]
    rows = [
        (
            _("Plan"),
            format_html('<a href="{}">{}</a>', measure.plan.get_absolute_url(), measure.plan),
        ),
        *((section.level, section.label) for section in place),
        (_("Kennung"), measure.code),
        (_("Federführung"), _lead(measure, can_see_organisations) or _("nicht belegt")),
        (_("Unterstützende"), _listed(supporters, can_see_organisations)),
        (_("Laufzeit"), runtime_label(measure)),
        (_("Mittel"), measure.amount),
        (_("Führt fort"), _all_linked(before)),
        (_("Fortgeführt in"), _all_linked(after)),
    ]
    return [(label, value) for label, value in rows if value]


def project_facts_of(
    project: Project, *, measure: Measure | None, can_see_organisations: bool
) -> list[tuple]:
    """Return the rows of *Eckdaten* of a project; `measure` is its measure if the reader may see
    it.
    """
    supporters = [*project.supporters.all(), *filter(None, project.supporters_text.splitlines())]
    rows = [
        (_("Maßnahme"), _linked(measure)),
        (_("Plan"), project.plan or (_("außerhalb des Plans") if project.is_outside_plans else "")),
        (_("Passt thematisch zu"), project.theme),
        (_("Federführung"), _lead(project, can_see_organisations) or _("nicht belegt")),
        (_("Unterstützende"), _listed(supporters, can_see_organisations)),
        (_("Laufzeit"), runtime_label(project)),
        (_("Mittel"), project.amount),
    ]
    return [(label, value) for label, value in rows if value]


def _linked(row):
    return format_html('<a href="{}">{}</a>', row.get_absolute_url(), row) if row else ""


def _all_linked(rows: list):
    return format_html_join(", ", "{}", ((_linked(row),) for row in rows))


def _lead(row, can_see_organisations: bool):
    return _linked(row.lead) if row.lead_id and can_see_organisations else lead_label(row)


def _listed(names: list, can_see_organisations: bool):
    """Return organisations (linked) and plain names as one list."""
    items = (
        (_linked(name) if can_see_organisations and not isinstance(name, str) else name,)
        for name in names
    )
    return (
        format_html('<ul class="plain-list">{}</ul>', format_html_join("", "<li>{}</li>", items))
        if names
        else ""
    )


PHASE_BADGES = {
    Phase.NOT_STARTED: "neutral",
    Phase.PREPARING: "neutral",
    Phase.RUNNING: "info",
    Phase.COMPLETED: "success",
    Phase.DISCONTINUED: "muted",
}
EXPORT_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Handlungsfeld"),
    gettext_lazy("Abschnitt"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Phase"),
    gettext_lazy("Ampel"),
    gettext_lazy("Bedeutung der Ampel"),
    gettext_lazy("Grund"),
    gettext_lazy("Gewünschte Entscheidung oder Hilfe"),
    gettext_lazy("Finanzierung"),
    gettext_lazy("Federführung"),
    gettext_lazy("Laufzeit"),
    gettext_lazy("Mittel"),
    gettext_lazy("Stand vom"),
    gettext_lazy("Herkunft der Maßnahme"),
    gettext_lazy("Herkunft des Standes"),
)


class ListRow(NamedTuple):
    """One line of the list of measures."""

    title: str
    url: str
    place: str
    phase: SafeString
    traffic_light: SafeString
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
            traffic_light=draw_traffic_light(measure.traffic_light),
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
        measure.get_traffic_light_display(),
        str(TRAFFIC_LIGHT_MEANINGS.get(measure.traffic_light, "")),
        measure.traffic_light_reason,
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
