"""The choice of a plan above the list of measures, and what the page of a section says."""

from django.http import QueryDict
from django.utils.html import format_html_join
from django.utils.translation import gettext as _

from measures.models import Plan, PlanSection
from measures.progress.measures import link_to
from measures.queries import SectionBranch


def plan_tabs(plans: list[Plan], chosen: str, query: QueryDict) -> list[tuple[str, str, bool]]:
    """Return (label, address, is shown) of each plan and of all together, with the other filters of
    `query` kept; nothing if there is only one plan.
    """
    if len(plans) < 2:
        return []
    return [
        (label, _address(query, key), key == chosen)
        for label, key in [(str(plan), str(plan.pk)) for plan in plans] + [(_("Alle Pläne"), "")]
    ]


def section_facts(section: PlanSection, branch: SectionBranch) -> list[tuple]:
    """Return the *Eckdaten* of `section` as (label, value), without unknown ones."""
    facts = [
        (_("Plan"), link_to(section.plan)),
        *((one.level_label, link_to(one)) for one in branch.path),
        (_("Ebene"), section.level_label),
        (_("Kennung"), section.code),
        (_("Quelle"), section.source_label),
        (_("Übernommen aus"), _in_plans([branch.former] if branch.former else [])),
        (_("Übernommen als"), _in_plans(branch.later)),
    ]
    return [(label, value) for label, value in facts if value]


def _in_plans(sections: list[PlanSection]) -> str:
    lines = ((link_to(section), section.plan) for section in sections)
    return format_html_join("; ", "{}, {}", lines)


def _address(query: QueryDict, plan: str) -> str:
    query = query.copy()
    # The page and the section belong to the plan shown before.
    for name in ("page", "section"):
        query.pop(name, None)
    query["plan"] = plan
    return f"?{query.urlencode()}"
