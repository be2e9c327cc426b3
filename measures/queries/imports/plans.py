"""The plan of an imported workbook and its sections."""

import re
from typing import Any

from django.utils.translation import gettext as _

from measures.models import Plan, PlanSection
from measures.queries.imports.drafts import ImportPreview
from measures.queries.imports.tables import ImportRow, ImportSheet
from measures.queries.imports.values import Unfit, parse_answer, parse_plain

LEVEL_SEPARATORS = re.compile(r"[\n;→>]")


def read_plan(
    sheet: ImportSheet | None, sections: ImportSheet | None, preview: ImportPreview
) -> None:
    """Set `plan` and `sections` of `preview`; what is wrong goes to its problems."""
    if sheet is None:
        if sections and sections.rows:
            reason = _("Zur Gliederung gehört ein Blatt „Plan“ mit dem Plan, den sie gliedert.")
            preview.problems.append(sections.problem(0, "number", reason))
        return
    if len(sheet.rows) != 1:
        reason = _("Das Blatt nennt genau einen Plan. Hier stehen %(count)d Zeilen.")
        preview.problems.append(sheet.problem(0, "title", reason % {"count": len(sheet.rows)}))
        return
    preview.plan = _plan_of(sheet, sheet.rows[0], preview)
    if sections:
        _read_sections(sections, preview.plan, preview)


def _plan_of(sheet: ImportSheet, row: ImportRow, preview: ImportPreview) -> Plan:
    plan = Plan(position=max((p.position for p in preview.directory.plans.values()), default=0) + 1)
    for name in ("title", "short_title", "first_year", "last_year", "adopted_on"):
        _set(plan, name, sheet, row, preview)
    plan.levels = [
        level.strip()
        for level in LEVEL_SEPARATORS.split(row.texts.get("levels", ""))
        if level.strip()
    ]
    try:
        plan.is_published = parse_answer(row.texts.get("is_published", ""))
    except Unfit as error:
        preview.problems.append(sheet.problem(row.number, "is_published", str(error)))
    if predecessor := row.texts.get("predecessor"):
        try:
            plan.predecessor = preview.directory.plan(predecessor)
        except Unfit as error:
            preview.problems.append(sheet.problem(row.number, "predecessor", str(error)))
    if plan.first_year and plan.last_year and plan.last_year < plan.first_year:
        reason = _("Das Ende liegt vor dem Beginn.")
        preview.problems.append(sheet.problem(row.number, "last_year", reason))
    for known in preview.directory.plans.values():
        # The usual cause is a second upload of the same workbook, which would double the plan.
        if plan.title == known.title or plan.short_title == known.short_title:
            reason = _(
                "Den Plan „%(plan)s“ gibt es schon. Maßnahmen eines vorhandenen Plans importieren "
                "Sie ohne das Blatt „Plan“."
            )
            problem = sheet.problem(row.number, "title", reason % {"plan": known})
            preview.problems.append(problem)
    return plan


def _set(obj: Any, name: str, sheet: ImportSheet, row: ImportRow, preview: ImportPreview) -> None:
    """Set the field `name` of the unsaved `obj` to what `row` says, or note why it cannot."""
    text = row.texts.get(name, "")
    try:
        value = parse_plain(type(obj), name, text)
    except Unfit as error:
        preview.problems.append(sheet.problem(row.number, name, str(error)))
        return
    setattr(obj, name, value)


def _read_sections(sheet: ImportSheet, plan: Plan, preview: ImportPreview) -> None:
    for position, row in enumerate(sheet.rows, start=1):
        # The order of the rows is that of the printed plan, so no column asks for it.
        section = PlanSection(plan=plan, position=position)
        for name in ("level", "code", "title", "page"):
            _set(section, name, sheet, row, preview)
        number = row.texts.get("number", "")
        if not number:
            preview.problems.append(sheet.problem(row.number, "number", _("Die Nummer fehlt.")))
        elif number in preview.sections:
            reason = _("Die Nummer „%(number)s“ kommt zweimal vor.") % {"number": number}
            preview.problems.append(sheet.problem(row.number, "number", reason))
        if not (section.code or section.title):
            reason = _("Ein Abschnitt braucht eine Kennung oder einen Titel.")
            preview.problems.append(sheet.problem(row.number, "title", reason))
        if plan.levels and section.level and section.level not in plan.levels:
            reason = _("Diese Ebene nennt das Blatt „Plan“ nicht. Es nennt: %(levels)s.")
            reason %= {"levels": ", ".join(plan.levels)}
            preview.problems.append(sheet.problem(row.number, "level", reason))
        if parent := row.texts.get("parent", ""):
            # Only a row above can be the parent, so there are no cycles.
            section.parent = preview.sections.get(parent)
            if section.parent is None:
                reason = _("Über dieser Zeile steht kein Abschnitt mit der Nr. „%(number)s“.")
                reason %= {"number": parent}
                preview.problems.append(sheet.problem(row.number, "parent", reason))
        preview.sections.setdefault(number, section)
