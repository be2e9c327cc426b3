"""Subtitle and *Eckdaten* on the page of a project."""

from django.utils.translation import gettext as _

from measures.models import Measure, Project
from measures.progress.measures import LIGHTHOUSE, lead_fact, link_to, supporters_fact


def project_subtitle(project: Project) -> str:
    kind = _("Projekt außerhalb des Plans") if project.is_outside_plans else _("Projekt")
    if project.is_lighthouse:
        kind = f"{kind} · {LIGHTHOUSE}"
    return kind if project.is_published else f"{kind} · {_('nicht veröffentlicht')}"


def project_facts(project: Project, *, measure: Measure | None, with_links: bool) -> list[tuple]:
    """Return the *Eckdaten* of `project` as (label, value); `measure` is its measure if visible to
    the reader.
    """
    facts = [
        (_("Maßnahme"), link_to(measure) if measure else ""),
        (_("Plan"), project.plan or (_("außerhalb des Plans") if project.is_outside_plans else "")),
        (_("Passt thematisch zu"), project.theme),
        (_("Federführung"), lead_fact(project, with_links)),
        (_("Unterstützende Akteure"), supporters_fact(project, with_links)),
        (_("Laufzeit"), project.runtime_label),
        (_("Mittel"), project.amount_label),
    ]
    return [(label, value) for label, value in facts if value]
