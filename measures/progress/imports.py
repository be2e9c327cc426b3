"""What the pages of an import show."""

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, format_moment
from core.numbers import format_decimal
from measures.models import Indicator, Measure, MeasureImport
from measures.progress.indicators import rounding_note
from measures.queries.imports import ImportPreview, NewMeasure, Problem, targets_text
from measures.services.imports import choice_key

SHOWN_PROBLEMS, SHOWN_CHANGES, SHOWN_MEASURES = 100, 100, 50


class ChangeLine(NamedTuple):
    """One field that an import changes."""

    title: str
    row: int
    label: str
    before: str
    after: str


class MeasureLine(NamedTuple):
    title: str
    row: int
    place: str
    lead: str
    supporters: str


class PartTable(NamedTuple):
    """New milestones, indicators or values. Each row is its title, its number in the file, and its
    other cells with the titles of their columns, which phones show beside them.
    """

    anchor: str
    title: str
    header: list[str]
    rows: list[tuple[str, int, list[tuple[str, str]]]]
    more: str


class ImportLine(NamedTuple):
    """An import in the list of them."""

    record: MeasureImport
    state: str
    who: str
    what: str


class DoneLine(NamedTuple):
    """A measure that an applied import created or changed."""

    title: str
    url: str
    what: str


def done_lines(record: MeasureImport, shown: int = SHOWN_CHANGES) -> list[DoneLine]:
    """Return the measures that `record` created and changed, by title, the first of them; none
    once it is undone.
    """
    changed = {pk: before for pk, _version, before in record.effects.get("changed", ())}
    created = {pk for pk, _version in record.effects.get("measures", ())}
    keys = [*changed, *sorted(created)][:shown]
    measures = Measure.objects.filter(pk__in=keys).order_by("search", "pk")
    return [
        DoneLine(
            measure.label,
            measure.get_absolute_url(),
            _changed_fields(changed[measure.pk]) if measure.pk in changed else _("neu"),
        )
        for measure in measures
    ]


def done_more(record: MeasureImport, shown: int = SHOWN_CHANGES) -> str:
    total = len(record.effects.get("changed", ())) + len(record.effects.get("measures", ()))
    return more_note(total, shown)


def _changed_fields(before: dict) -> str:
    names = [str(Measure._meta.get_field(name).verbose_name) for name in before]
    return _("geändert: %(fields)s") % {"fields": ", ".join(names)}


def import_lines(records: Iterable[MeasureImport]) -> list[ImportLine]:
    return [
        ImportLine(
            record,
            record.get_state_display(),
            str(record.uploaded_by),
            ", ".join(counted(record.counts)),
        )
        for record in records
    ]


def import_facts(record: MeasureImport) -> list[tuple[str, str]]:
    facts = [
        (_("Stand"), record.get_state_display()),
        (_("hochgeladen"), f"{format_moment(record.uploaded_at)}, {record.uploaded_by}"),
    ]
    if record.applied_at:
        facts.append((_("übernommen"), _moment_and(record.applied_at, record.confirmed_by)))
    if record.undone_at:
        facts.append((_("rückgängig gemacht"), _moment_and(record.undone_at, record.undone_by)))
    if what := ", ".join(counted(record.counts)):
        facts.append((_("Inhalt"), what))
    return facts


def _moment_and(moment: dt.datetime, user) -> str:
    # Imports of the time before a worker did them do not say who confirmed them.
    return f"{format_moment(moment)}, {user}" if user else format_moment(moment)


def whole_number(number: int) -> str:
    return format_decimal(Decimal(number), 0)


def counted(counts: dict[str, int]) -> list[str]:
    """Return `12 neue Maßnahmen`, `3 geänderte Maßnahmen` …; nothing of what does not occur."""
    texts = {
        "plans": lambda n: ngettext("%s neuer Plan", "%s neue Pläne", n),
        "sections": lambda n: ngettext("%s neuer Abschnitt", "%s neue Abschnitte", n),
        "created": lambda n: ngettext("%s neue Maßnahme", "%s neue Maßnahmen", n),
        "changed": lambda n: ngettext("%s geänderte Maßnahme", "%s geänderte Maßnahmen", n),
        "milestones": lambda n: ngettext("%s neuer Meilenstein", "%s neue Meilensteine", n),
        "indicators": lambda n: ngettext("%s neuer Indikator", "%s neue Indikatoren", n),
        "values": lambda n: ngettext("%s neuer Wert", "%s neue Werte", n),
        "unchanged_indicators": lambda n: ngettext(
            "%s unveränderter Indikator", "%s unveränderte Indikatoren", n
        ),
        "unchanged_values": lambda n: ngettext("%s unveränderter Wert", "%s unveränderte Werte", n),
        "unchanged": lambda n: ngettext("%s unveränderte Maßnahme", "%s unveränderte Maßnahmen", n),
    }
    return [
        text(count) % whole_number(count)
        for name, text in texts.items()
        if (count := counts.get(name))
    ]


def shown_of(preview: ImportPreview, now: dt.datetime) -> dict[str, Any]:
    """Return what the page of an import shows of `preview`, as it is kept with the record."""
    return {
        "compared_at": format_moment(now),
        "can_be_applied": preview.can_be_applied,
        "is_empty": preview.is_empty,
        "notes": preview.notes,
        "problems": [line._asdict() for line in problem_lines(preview)],
        "conflicts": [
            {
                "key": choice_key(change, field),
                "measure": str(change.measure),
                "row": change.row,
                "label": field.label,
                "before": field.before,
                "after": field.after,
            }
            for change in preview.conflicts
            for field in change.conflicts
        ],
        "changes": [line._asdict() for line in change_lines(preview)],
        "measures": [line._asdict() for line in measure_lines(preview)],
        "parts": [table._asdict() for table in part_tables(preview)],
        "more": more_notes(preview),
    }


def problem_lines(preview: ImportPreview) -> list[Problem]:
    return preview.problems[:SHOWN_PROBLEMS]


def change_lines(preview: ImportPreview) -> list[ChangeLine]:
    """Return the changes that are no conflicts, one line per field."""
    lines = [
        ChangeLine(str(change.measure), change.row, field.label, field.before, field.after)
        for change in preview.changed
        for field in change.changes
    ]
    return lines[:SHOWN_CHANGES]


def measure_lines(preview: ImportPreview) -> list[MeasureLine]:
    return [
        MeasureLine(
            new.measure.label,
            new.row,
            _place(new.measure),
            _lead(new.measure),
            ", ".join(_supporters(new)),
        )
        for new in preview.created[:SHOWN_MEASURES]
    ]


def part_tables(preview: ImportPreview) -> list[PartTable]:
    """Return what is new beside measures, as far as there is any. What could not be read is None
    and stands among the refused cells.
    """
    tables = [_milestone_table(preview), _indicator_table(preview), _value_table(preview)]
    return [table for table in tables if table.rows]


def _milestone_table(preview: ImportPreview) -> PartTable:
    found = [(new.milestone, new.row) for new in preview.milestones[:SHOWN_MEASURES]]
    rows = [
        (m.title or "", row, [m.measure.label, format_date(m.due_on), m.owner_label])
        for m, row in found
    ]
    header = [_("Meilenstein"), _("Maßnahme"), _("geplant bis"), _("verantwortlich")]
    total = len(preview.milestones)
    return _part_table("new-milestones", _("Neue Meilensteine"), header, rows, total)


def _indicator_table(preview: ImportPreview) -> PartTable:
    rows = []
    for new in preview.indicators[:SHOWN_MEASURES]:
        indicator = new.indicator
        targets = targets_text(new.targets, indicator) if indicator.unit else ""
        cells = [indicator.measure.label, indicator.unit or "", _baseline(indicator), targets]
        rows.append((indicator.title or "", new.row, cells))
    header = [_("Indikator"), _("Maßnahme"), _("Einheit"), _("Ausgangswert"), _("Ziele")]
    total = len(preview.indicators)
    return _part_table("new-indicators", _("Neue Indikatoren"), header, rows, total)


def _value_table(preview: ImportPreview) -> PartTable:
    rows = []
    for new in preview.values[:SHOWN_MEASURES]:
        value, indicator = new.value, new.value.indicator
        number = _number(indicator, value.value)
        if number and (exact := rounding_note(indicator, value.value)):
            number = f"{number} ({exact})"
        cells = [indicator.measure.label, str(value.period), number, value.note]
        rows.append((indicator.title or "", new.row, cells))
    header = [_("Indikator"), _("Maßnahme"), _("Zeitraum"), _("Wert"), _("Bemerkung")]
    total = len(preview.values)
    return _part_table("new-values", _("Neue Werte"), header, rows, total)


def _part_table(
    anchor: str,
    title: str,
    header: list[str],
    rows: list[tuple[str, int, list[str]]],
    total: int,
) -> PartTable:
    labelled = [(name, row, list(zip(header[1:], cells, strict=True))) for name, row, cells in rows]
    return PartTable(anchor, title, header, labelled, more_note(total, SHOWN_MEASURES))


def _number(indicator: Indicator, value: Decimal | None) -> str:
    return indicator.format(value) if indicator.unit else ""


def _baseline(indicator: Indicator) -> str:
    number = _number(indicator, indicator.baseline_value)
    return f"{number} ({format_date(indicator.baseline_on)})" if number else ""


def _supporters(new: NewMeasure) -> list[str]:
    names = [organisation.label for organisation in new.links["supporters"]]
    return [*names, *new.measure.supporters_text.splitlines()]


def more_note(total: int, shown: int) -> str:
    """Return a sentence about what a table leaves out, "" if nothing."""
    if total <= shown:
        return ""
    values = {"shown": shown, "total": whole_number(total)}
    return _("Gezeigt sind die ersten %(shown)d von %(total)s.") % values


def more_notes(preview: ImportPreview) -> dict[str, str]:
    changes = sum(len(change.changes) for change in preview.changed)
    return {
        "problems": more_note(len(preview.problems), SHOWN_PROBLEMS),
        "changes": more_note(changes, SHOWN_CHANGES),
        "measures": more_note(len(preview.created), SHOWN_MEASURES),
    }


def _place(measure: Measure) -> str:
    section = measure.section
    return f"{measure.plan}, {section.label}" if section else str(measure.plan)


def _lead(measure: Measure) -> str:
    if measure.lead_text:
        return _("%(lead)s (als Text, steht nicht unter Partner)") % {"lead": measure.lead_text}
    return measure.lead_label
