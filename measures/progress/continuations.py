"""What became of a measure in a later plan, and where it comes from."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import with_version
from core.dates import format_date
from core.html import draw_badge
from core.models import Origin
from core.progress import Button, Segment
from measures.enums import UNDECIDED_LABEL, ContinuationKind
from measures.models import Continuation, Measure, Plan
from measures.permissions import can_change_plans
from measures.progress.measures import demo_badge, phase_badge
from measures.queries import PlanFigures, Succession

OUTCOME_VERBS = {
    ContinuationKind.CONTINUED: gettext_lazy("fortgeführt als"),
    ContinuationKind.MERGED: gettext_lazy("zusammengeführt in"),
    ContinuationKind.SPLIT: gettext_lazy("aufgeteilt in"),
}


def succession_facts(succession: Succession) -> list[tuple]:
    """Return both directions as rows of *Eckdaten*."""
    return [
        (_("Hervorgegangen aus"), _lines(map(origin_line, succession.origins))),
        (_("Was daraus wurde"), _lines(map(outcome_line, succession.continuations))),
    ]


def origin_line(origin: Continuation) -> SafeString:
    """Return `Industriedialog (MPI 2010–2020, fortgeführt)`, the title as a link."""
    return format_html(
        "{} ({}, {}){}",
        measure_link(origin.measure),
        origin.measure.plan,
        origin.get_kind_display(),
        _demo_mark(origin),
    )


def outcome_line(continuation: Continuation) -> SafeString:
    """Return `aufgeteilt in A, B (MPI 2022–2026)`, or `beendet (MPI …): Grund`.

    Without a successor that the reader may see: `fortgeführt (MPI 2022–2026)`.
    """
    links = format_html_join(
        ", ", "{}", ((measure_link(measure),) for measure in continuation.successors.all())
    )
    # A verb without anything after it reads like a mistake; the plain kind does not.
    verb = OUTCOME_VERBS.get(continuation.kind) if links else None
    # `linebreaksbr` escapes.
    reason = format_html(": {}", linebreaksbr(continuation.reason)) if continuation.reason else ""
    return format_html(
        "{}{} ({}){}{}",
        verb or continuation.get_kind_display(),
        format_html(" {}", links) if links else "",
        continuation.plan,
        reason,
        _demo_mark(continuation),
    )


def _demo_mark(continuation: Continuation) -> SafeString:
    if not continuation.is_demo:
        return SafeString("")
    return format_html(" {}", draw_badge(Origin.DEMO.label, "warning"))


def measure_link(measure: Measure) -> SafeString:
    return format_html('<a href="{}">{}</a>', measure.get_absolute_url(), measure.label)


def _lines(lines: Iterable[SafeString]) -> SafeString:
    """Return one line as it is, several as a list, none as an empty text."""
    lines = list(lines)
    if len(lines) < 2:
        return lines[0] if lines else SafeString("")
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="plain-list">{}</ul>', items)


class SuccessionLine(NamedTuple):
    """One measure of a plan with what became of it, where it comes from, and its undo button."""

    pk: int
    is_decided: bool
    title: str
    url: str
    place: str
    phase: SafeString
    status: str
    outcome: SafeString
    origin: SafeString
    demo_badge: SafeString
    undo: Button | None = None


def succession_lines(
    measures: Iterable[Measure], *, plan: Plan | None = None, can_undo: bool = False
) -> list[SuccessionLine]:
    """Return a line for each of `measures_with_succession`: what became of it in `plan`, or in any
    later plan. With `can_undo`, decisions on an unpublished plan have a button.
    """
    return [_succession_line(measure, plan, can_undo) for measure in measures]


def _succession_line(measure: Measure, plan: Plan | None, can_undo: bool) -> SuccessionLine:
    shown = [found for found in measure.shown_continuations if plan in (None, found.plan)]
    undo = None
    # Once the new plan is published, people have read what became of the measure.
    if shown and can_undo and not shown[0].plan.is_published:
        url = reverse("measures:continuation_undo", args=[shown[0].pk])
        undo = Button(_("Zurücknehmen"), with_version(url, shown[0]), "plain", is_post=True)
    return SuccessionLine(
        pk=measure.pk,
        is_decided=bool(shown),
        title=measure.label,
        url=measure.get_absolute_url(),
        place=measure.section.label if measure.section_id else "",
        phase=phase_badge(measure),
        status=format_date(measure.status_on),
        outcome=_lines(map(outcome_line, shown)) or draw_badge(UNDECIDED_LABEL, "neutral"),
        origin=_lines(map(origin_line, measure.shown_origins)),
        demo_badge=demo_badge(measure),
        undo=undo,
    )


OUTCOME_HEADER = (
    gettext_lazy("Plan"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Abschnitt"),
    gettext_lazy("Federführung"),
    gettext_lazy("Phase"),
    gettext_lazy("Stand vom"),
    gettext_lazy("Hervorgegangen aus"),
    gettext_lazy("Verbleib"),
    gettext_lazy("in Plan"),
    gettext_lazy("Maßnahmen dort"),
    gettext_lazy("Grund"),
    gettext_lazy("entschieden am"),
    gettext_lazy("Herkunft"),
)


def outcome_rows(measures: Iterable[Measure], plan: Plan) -> Iterator[list]:
    """Yield a row for each of `measures_with_succession` and each later plan that says what became
    of it, or one row without.
    """
    for measure in measures:
        origins = "\n".join(
            f"{origin.measure.label} ({origin.measure.plan}, {origin.get_kind_display()})"
            for origin in measure.shown_origins
        )
        start = [
            str(plan),
            measure.code,
            measure.title,
            measure.section.label if measure.section_id else "",
            measure.lead_label,
            measure.get_phase_display(),
            measure.status_on,
            origins,
        ]
        # One line per later plan, so that Excel can filter by plan; a list in one cell could not
        # be.
        for found in measure.shown_continuations:
            successors = "\n".join(successor.label for successor in found.successors.all())
            yield [
                *start,
                found.get_kind_display(),
                str(found.plan),
                successors,
                found.reason,
                found.decided_at,
                found.get_origin_display(),
            ]
        if not measure.shown_continuations:
            yield [*start, str(UNDECIDED_LABEL), "", "", "", None, ""]


class PlanLine(NamedTuple):
    """One plan beside others."""

    plan: Plan
    note: str
    levels: str
    state: SafeString
    sections: int
    measures: int
    projects: int
    phases: list[Segment]
    links: list[tuple[str, str]]


def plan_lines(figures: Iterable[PlanFigures], user) -> list[PlanLine]:
    figures = list(figures)
    continued = {shown.plan.predecessor_id for shown in figures}
    return [
        PlanLine(
            plan=shown.plan,
            note=_plan_note(shown.plan),
            levels=" → ".join(shown.plan.levels),
            state=_plan_state(shown.plan),
            sections=shown.sections,
            measures=shown.progress.total,
            projects=shown.projects,
            phases=shown.progress.phase_segments,
            links=_plan_links(shown.plan, user, is_continued=shown.plan.pk in continued),
        )
        for shown in figures
    ]


def plan_period(plan: Plan) -> str:
    """Return `2018–2021`, `ab 2018`, `bis 2021`, or an empty text."""
    if plan.first_year and plan.last_year:
        return f"{plan.first_year}–{plan.last_year}"
    if plan.first_year:
        return _("ab %(year)s") % {"year": plan.first_year}
    return _("bis %(year)s") % {"year": plan.last_year} if plan.last_year else ""


def _plan_state(plan: Plan) -> SafeString:
    return SafeString("") if plan.is_published else draw_badge(_("in Vorbereitung"), "info")


def _plan_note(plan: Plan) -> str:
    parts = [plan_period(plan)]
    if plan.predecessor:
        parts.append(_("Fortschreibung von %(plan)s") % {"plan": plan.predecessor})
    return " · ".join(filter(None, parts))


def _plan_links(plan: Plan, user, *, is_continued: bool) -> list[tuple[str, str]]:
    links = [
        (reverse("measures:outcomes", args=[plan.pk]), _("Was daraus wurde")),
        (f"{reverse('measures:differences')}?plan={plan.pk}", _("Was ist anders geworden?")),
    ]
    if not can_change_plans(user):
        return links
    links.append((reverse("measures:section_add", args=[plan.pk]), _("Abschnitt hinzufügen")))
    if plan.predecessor_id:
        url = reverse("measures:continuation", args=[plan.pk])
        links.append((url, _("Über Maßnahmen entscheiden")))
    if not is_continued:
        links.append((reverse("measures:plan_continue", args=[plan.pk]), _("Fortschreiben")))
    return [*links, (reverse("measures:plan_edit", args=[plan.pk]), _("Bearbeiten"))]


def decision_details(measures: Iterable[Measure], plan: Plan, kind: str) -> list[str]:
    """Name the measures that are decided on together, each with what a copy in `plan` lacks."""
    return [_decision_detail(measure, plan, kind) for measure in measures]


def _decision_detail(measure: Measure, plan: Plan, kind: str) -> str:
    if kind == ContinuationKind.ENDED or not measure.has_runtime_outside(plan):
        return measure.label
    return _(
        "%(measure)s: Die Laufzeit „%(runtime)s“ liegt außerhalb des neuen Plans "
        "(%(period)s). Eine neue Maßnahme beginnt ohne Laufzeit; bitte tragen Sie sie dort ein."
    ) % {"measure": measure.label, "runtime": measure.runtime_label, "period": plan_period(plan)}


def decision_intro(kind: str) -> str:
    """Say what comes along into the new plan, "" where nothing does."""
    if kind == ContinuationKind.ENDED:
        return ""
    return _(
        "Kontakte kommen mit, außer denen, die nicht mehr aktiv sind. Status, Meilensteine, "
        "Indikatoren, Projekte, Dokumente und Links bleiben bei der bisherigen Maßnahme."
    )


def undone_message(kept: Sequence[Measure], plan: Plan) -> str:
    """Say that a decision is undone, and which measures of the new plan stay."""
    done = _("Die Entscheidung ist zurückgenommen.")
    if not kept:
        return done
    titles = ", ".join(f"„{measure.title}“" for measure in kept)
    return f"{done} " + _("In %(plan)s bleibt: %(measures)s.") % {"plan": plan, "measures": titles}
