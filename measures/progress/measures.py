"""Status and next step of a measure for its page, the list and the export."""

import datetime as dt
from collections.abc import Iterable

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_date
from core.html import draw_badge, draw_traffic_light
from core.progress import NextStep, ProgressStep, office_step, progress_steps
from measures.enums import (
    PHASE_BADGE_COLOURS,
    PHASE_LABELS,
    UNKNOWN_LABEL,
    Phase,
    ReportState,
    RoundState,
)
from measures.models import Measure, Milestone, PlanSection, ReportingRound, StatusReport
from measures.permissions import (
    can_change_measures,
    can_decide_reports,
    can_record_report,
    leads_measure,
)
from partners.progress import inactive_note

PHASES_BEFORE_THE_END = (Phase.NOT_STARTED, Phase.PREPARING, Phase.RUNNING)
NOT_REACHED = -1
LIGHTHOUSE = gettext_lazy("Leuchtturmprojekt")


def measure_subtitle(measure: Measure) -> str:
    parts = [_("Maßnahme")]
    if measure.is_lighthouse:
        parts.append(str(LIGHTHOUSE))
    if measure.section_id:
        parts.append(measure.section.label)
    if not measure.is_published:
        parts.append(_("nicht veröffentlicht"))
    return " · ".join(parts)


def phase_steps(measure: Measure) -> list[ProgressStep]:
    """Return the phases as a progress bar; with an unknown phase, no step is reached."""
    end = Phase.DISCONTINUED if measure.phase == Phase.DISCONTINUED else Phase.COMPLETED
    phases = (*PHASES_BEFORE_THE_END, end)
    # The last step is *completed* or *discontinued*, so a finished measure is always at the end.
    current = phases.index(measure.phase) if measure.phase else NOT_REACHED
    return progress_steps([str(phase.label) for phase in phases], current)


def next_step_of(
    measure: Measure,
    *,
    user,
    report: StatusReport | None,
    milestones: Iterable[Milestone],
    awaited_in: ReportingRound | None = None,
) -> NextStep:
    """Return the next step of `measure`: what, who, by when, and the button if `user` may take it.

    `report` is the measure's open report if `user` may see it, `awaited_in` the open round in which
    the lead still owes a report.
    """
    # Most urgent first. A report on the office's desk comes before everything the lead may owe.
    if report and report.state == ReportState.SUBMITTED:
        step = report_check_step(report)
        return step if can_decide_reports(user) else step.without_button()
    if report and report.state == ReportState.RETURNED:
        text = _("Der Statusbericht ist zu überarbeiten.")
        return _step_of_lead(measure, user, text, _deadline(report))
    if awaited_in:
        text = _("Statusbericht zum Stichtag %(day)s") % {"day": format_date(awaited_in.cut_off_on)}
        return _step_of_lead(measure, user, text, awaited_in.due_on)
    if measure.is_finished:
        return _step_of_lead(measure, user, _("Die Maßnahme ist beendet. Es steht nichts mehr an."))
    milestone = next((milestone for milestone in milestones if not milestone.done_on), None)
    if milestone is None:
        text = _("Kein Meilenstein offen. Der nächste Bericht zeigt, wie es steht.")
        return _step_of_lead(measure, user, text)
    # Milestones from earlier documents are long past: show them, but not as overdue.
    due_on = None if milestone.is_taken_over else milestone.expected_on
    return _step_of_lead(measure, user, milestone.title, due_on)


def report_check_step(report: StatusReport) -> NextStep:
    """Return the step of a submitted report, which the office accepts or returns."""
    text = _("Der Statusbericht ist eingereicht und wird geprüft.")
    url, task = report.get_absolute_url(), _("Statusbericht prüfen")
    return office_step(text, _("Bericht prüfen"), url, due_on=_deadline(report), task=task)


def _deadline(report: StatusReport) -> dt.date | None:
    # Once the round is closed, reminders stop, so no deadline is shown either.
    is_in_open_round = report.round and report.round.state == RoundState.OPEN
    return report.round.due_on if is_in_open_round else None


def _step_of_lead(measure: Measure, user, text: str, due_on: dt.date | None = None) -> NextStep:
    action = ""
    if leads_measure(user, measure):
        action = _("Statusbericht schreiben")
    elif can_record_report(user, measure):
        action = _("Stand festhalten")
    url = reverse("measures:write_report", args=[measure.pk]) if action else ""
    return NextStep(text, measure.lead_label, due_on, action, url)


def status_facts(status) -> list[tuple]:
    """Return the status of a measure or report as (label, value), without empty explanations."""
    traffic_light = draw_traffic_light(status.traffic_light)
    if status.traffic_light:
        traffic_light = format_html(
            '{} <span class="muted">{}</span>', traffic_light, status.traffic_light_meaning
        )
    # `linebreaksbr` escapes user input.
    explanations = [
        (_("Grund"), linebreaksbr(status.traffic_light_reason)),
        (_("Gewünschte Entscheidung oder Hilfe"), linebreaksbr(status.help_wanted)),
    ]
    return [
        (_("Phase"), status.get_phase_display() or UNKNOWN_LABEL),
        (_("Ampel"), traffic_light),
        *((label, text) for label, text in explanations if text),
        (_("Finanzierung"), status.get_financing_display() or UNKNOWN_LABEL),
    ]


def measure_facts(
    measure: Measure, *, path: list[PlanSection], succession: Iterable[tuple], with_links: bool
) -> list[tuple]:
    """Return the *Eckdaten* of `measure` as (label, value).

    Unknown values are left out, except the lead, whose absence matters.

    `path` leads from the top of the plan to the measure's section; `succession` are the rows that
    `succession_facts` returns; `with_links` turns organisations into links.
    """
    facts = [
        (_("Plan"), link_to(measure.plan)),
        *((section.level, section.label) for section in path),
        (_("Quelle"), _source_of(path)),
        (_("Kennung"), measure.code),
        (_("Federführung"), lead_fact(measure, with_links)),
        (_("Unterstützende Akteure"), supporters_fact(measure, with_links)),
        (_("Branchen"), ", ".join(sector.name for sector in measure.sectors.all())),
        (_("Laufzeit"), measure.runtime_label),
        (_("Mittel"), measure.amount_label),
        *succession,
    ]
    return [(label, value) for label, value in facts if value]


def _source_of(path: list[PlanSection]) -> str:
    """Return plan and page of the lowest section whose page is known."""
    # A page that prints the section above is still where a reader has to look.
    return next((section.source_label for section in reversed(path) if section.page), "")


def inactive_lead_note(measure: Measure, user) -> str:
    """Return for the office that the lead of an unfinished measure is no longer active."""
    if not measure.lead or measure.lead.is_active or measure.is_finished:
        return ""
    if not can_change_measures(user):
        return ""
    text = _("Die Federführung %(name)s ist nicht mehr aktiv.") % {"name": measure.lead}
    url = reverse("measures:edit", args=[measure.pk])
    return inactive_note(text, _("Andere Federführung eintragen"), url)


def lead_fact(undertaking, with_links: bool):
    # Plain text for partners, who may not open the pages of other organisations.
    if undertaking.lead_id and with_links:
        return link_to(undertaking.lead)
    return undertaking.lead_label or UNKNOWN_LABEL


def supporters_fact(undertaking, with_links: bool):
    """Return the supporters as an HTML list, organisations before plain names; "" if none."""
    organisations = undertaking.supporters.all()
    names = filter(None, undertaking.supporters_text.splitlines())
    items = [
        *(link_to(supporter) if with_links else supporter for supporter in organisations),
        *names,
    ]
    if not items:
        return ""
    lines = format_html_join("", "<li>{}</li>", ((item,) for item in items))
    return format_html('<ul class="plain-list">{}</ul>', lines)


def link_to(obj) -> SafeString:
    return format_html('<a href="{}">{}</a>', obj.get_absolute_url(), obj)


def publishing_details(measures: Iterable[Measure]) -> list[str]:
    """Return what publishing `measures` shows, what it changes nothing about, and what stays hidden
    because its plan is.
    """
    measures = list(measures)
    hidden = [measure for measure in measures if not measure.is_published]
    details = [str(measure) for measure in hidden]
    if len(hidden) < len(measures):
        count = len(measures) - len(hidden)
        text = ngettext(
            "%(count)d angekreuzte Maßnahme ist schon veröffentlicht.",
            "%(count)d angekreuzte Maßnahmen sind schon veröffentlicht.",
            count,
        )
        details.append(text % {"count": count})
    plans = dict.fromkeys(measure.plan for measure in hidden if not measure.plan.is_published)
    details += [
        _("%(plan)s ist noch nicht veröffentlicht; so lange bleibt die Maßnahme verborgen.")
        % {"plan": plan}
        for plan in plans
    ]
    return [*details, _("Niemand erhält eine E-Mail.")]


def is_deleted(measure: Measure) -> bool:
    """Return whether a measure of the past (`queries.past`) has no page today."""
    return getattr(measure, "is_deleted", False)


def phase_badge(measure: Measure) -> SafeString:
    if not measure.phase:
        return SafeString("")
    return draw_badge(PHASE_LABELS[measure.phase], PHASE_BADGE_COLOURS[measure.phase])


def lighthouse_badge(undertaking) -> SafeString:
    return draw_badge(LIGHTHOUSE, "info") if undertaking.is_lighthouse else SafeString("")


def demo_badge(measure: Measure) -> SafeString:
    return draw_badge(measure.demo_label, "warning") if measure.demo_label else SafeString("")
