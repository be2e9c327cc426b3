"""The files of a Monitoring-Bericht: PDF, Word and Excel from the same blocks."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from core.blocks import Block, heading
from core.dates import format_date
from core.documents import make_pdf
from core.enums import PDF, WORD, XLSX
from core.exports import Sheet, write_workbook
from core.texts import shorten
from core.uploads import ascii_name
from core.word import write_word
from measures.enums import Audience
from measures.models import MonitoringChapter, RoundEntry
from measures.progress.differences import difference_groups, difference_sheet
from measures.progress.entries import entry_sheet
from measures.progress.indicators import period_then
from measures.progress.monitoring.annex import (
    annex_blocks,
    indicator_lines,
    measure_level,
    milestone_lines,
)
from measures.progress.monitoring.chapters import chapter_blocks, chapter_title, fields_of
from measures.progress.monitoring.counts import (
    Scale,
    counts_by_field,
    entries_by_field,
    field_label,
    financing_scale,
    key_figures,
    light_scale,
    phase_scale,
    report_counts,
    report_labels,
)
from measures.queries import EntryCounts, MonitoringState, count_entries

PDF_TEMPLATE = "measures/monitoring.typ"
SUFFIXES = {PDF: "pdf", WORD: "docx", XLSX: "xlsx"}
MAX_SHEET_TITLE = 31  # Excel refuses longer ones, and these characters
FORBIDDEN_IN_SHEET_TITLES = re.compile(r"[\[\]:*?/\\']")


def file_title(state: MonitoringState, audience: str, media_type: str) -> str:
    """Return the name of the file: `Monitoring-Bericht-2026-03-01-alle-Massnahmen.pdf`."""
    name = f"{_('Monitoring-Bericht')} {state.round.cut_off_on} {Audience(audience).label}"
    return f"{ascii_name(name)}.{SUFFIXES[media_type]}"


def make_file(
    media_type: str,
    state: MonitoringState,
    chapters: Sequence[MonitoringChapter],
    *,
    audience: str,
    now: dt.datetime,
) -> bytes:
    """Return one file of the report. Raises typst.TypstError if a PDF violates PDF/UA."""
    if media_type == XLSX:
        title = document_title(state)
        sheets = monitoring_sheets(state, chapters, audience)
        file = BytesIO()
        write_workbook(file, title, sheets, now=now)
        return file.getvalue()
    values = document_values(state, chapters, audience=audience, now=now)
    if media_type == WORD:
        return write_word(values, made_at=now)
    return make_pdf(PDF_TEMPLATE, values, made_at=now)


def document_title(state: MonitoringState) -> str:
    return _("Monitoring-Bericht zum %(day)s") % {"day": format_date(state.round.cut_off_on)}


def document_values(
    state: MonitoringState,
    chapters: Sequence[MonitoringChapter],
    *,
    audience: str,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return all words of the document in reading order."""
    title = document_title(state)
    return {
        "title": title,
        "author": settings.OFFICE_NAME,
        "portal": settings.PORTAL_NAME,
        "name": f"{title} · {settings.OFFICE_NAME}",
        "mark": _("Demodaten") if state.round.is_demo else "",
        "rows": _head(state, audience, now),
        "contents": _("Inhalt"),
        "page": _("Seite"),
        "of": _("von"),
        "blocks": list(_blocks(state, chapters)),
    }


def _head(state: MonitoringState, audience: str, now: dt.datetime) -> list[list[str]]:
    # Readers of both files would otherwise take their different numbers for a mistake.
    public = _("Nur veröffentlichte Maßnahmen: Sie allein zählen die Tabellen und Diagramme.")
    rows = [
        [_("Plan"), state.round.plan.title],
        [_("Berichtsrunde"), state.round.title],
        [_("Stichtag"), format_date(state.round.cut_off_on)],
        [_("Verglichen mit"), state.former.label if state.former else ""],
        [_("Herausgegeben von"), settings.OFFICE_NAME],
        [_("Erstellt am"), format_date(now)],
        [_("Umfang"), public if audience == Audience.PUBLIC else _("Alle Maßnahmen des Plans")],
    ]
    # The first round of a plan is compared with nothing.
    return [cells for cells in rows if cells[1]]


def _blocks(state: MonitoringState, chapters: Sequence[MonitoringChapter]) -> Iterator[Block]:
    fields = fields_of(chapters)
    for chapter in chapters:
        yield heading(chapter_title(chapter), 1, new_page=chapter == chapters[0])
        yield from chapter_blocks(chapter, state, fields)
    yield from annex_blocks(state, fields)


def monitoring_sheets(
    state: MonitoringState, chapters: Sequence[MonitoringChapter], audience: str
) -> list[Sheet]:
    """Return the same report as sheets: numbers, differences, texts, fields, lighthouses, annex,
    indicators.
    """
    entries, fields = state.entries, fields_of(chapters)
    sheets = [_overview_sheet(state, fields), _figures_sheet(state)]
    if state.former:
        groups = difference_groups(state.former, state.now)
        sheets.append(difference_sheet(groups, state.former.label, state.now.label))
    # The texts too: an office that passes on the workbook alone must not lose what it wrote.
    texts = [[chapter_title(chapter), chapter.text] for chapter in chapters]
    sheets.append(Sheet(_("Texte"), [_("Kapitel"), _("Text")], texts))
    names: set[str] = {sheet.title for sheet in sheets}
    for field, grouped in entries_by_field(entries, fields).items():
        sheets.append(_measure_sheet(_sheet_title(field_label(field), names), state, grouped))
    lighthouses = [entry for entry in entries if entry.is_lighthouse]
    sheets.append(_measure_sheet(_sheet_title(_("Leuchttürme"), names), state, lighthouses))
    sheets.append(_measure_sheet(_sheet_title(_("Anlage"), names), state, entries))
    return [*sheets, _indicator_sheet(_sheet_title(_("Indikatoren"), names), state)]


def _indicator_sheet(title: str, state: MonitoringState) -> Sheet:
    """Return the latest value of each indicator beside that of the round before."""
    former = {
        indicator.indicator_id: indicator
        for entry in (state.former.entries if state.former else ())
        for indicator in entry.indicators.all()
    }
    header = [
        _("Maßnahme"),
        _("Indikator"),
        _("Einheit"),
        _("Wert in der Runde davor"),
        _("Zeitraum"),
        _("Wert"),
        _("Zielpfad verlangt"),
        _("Zielpfad"),
        _("Zielwert"),
        _("zu erreichen bis"),
        _("beendet am"),
        _("Grund des Endes"),
    ]
    rows = [
        [
            entry.label,
            indicator.title,
            indicator.unit,
            getattr(former.get(indicator.indicator_id), "value", None),
            period_then(indicator),
            indicator.value,
            indicator.expected,
            indicator.get_path_state_display(),
            indicator.target_value,
            indicator.target_on,
            indicator.ended_on,
            indicator.ended_reason,
        ]
        for entry in state.entries
        for indicator in entry.indicators.all()
    ]
    return Sheet(title, header, rows)


def _sheet_title(title: str, taken: set[str]) -> str:
    """Return `title` as Excel takes it, different from those `taken`, to which it is added."""
    plain = FORBIDDEN_IN_SHEET_TITLES.sub(" ", title).strip() or "-"
    found, number = shorten(plain, MAX_SHEET_TITLE), 2
    # Excel does not tell capital letters apart.
    while found.lower() in {name.lower() for name in taken}:
        found, number = f"{shorten(plain, MAX_SHEET_TITLE - 4)} {number}", number + 1
    taken.add(found)
    return found


def _overview_sheet(state: MonitoringState, fields: Sequence[str]) -> Sheet:
    scales: list[tuple[str, str, Scale]] = [
        ("phases", "", phase_scale()),
        ("lights", _("Ampel"), light_scale()),
        ("financing", _("Finanzierung"), financing_scale()),
    ]
    header = [measure_level(state), _("gesamt"), *report_labels()]
    header += [
        f"{prefix} {word}".strip() for _name, prefix, scale in scales for _value, word, _c in scale
    ]
    counts = counts_by_field(state.entries, fields)
    lines = [(field_label(field), one) for field, one in counts.items()]
    lines.append((_("Alle"), count_entries(state.entries)))
    return Sheet(
        _("Gesamtschau"), header, [_count_cells(label, one, scales) for label, one in lines]
    )


def _count_cells(label: str, counts: EntryCounts, scales: Iterable) -> list:
    numbers = [
        getattr(counts, name)[value] for name, _prefix, scale in scales for value, _w, _c in scale
    ]
    return [label, counts.total, *report_counts(counts), *numbers]


def _figures_sheet(state: MonitoringState) -> Sheet:
    former = state.former.label if state.former else _("Runde davor")
    rows = [[name, before, number] for name, number, before in key_figures(state)]
    return Sheet(_("Kennzahlen"), [_("Kennzahl"), former, state.now.label], rows)


def _measure_sheet(title: str, state: MonitoringState, entries: Sequence[RoundEntry]) -> Sheet:
    """Return what the page of the round exports, with funds, lighthouse and milestones."""
    sheet = entry_sheet(state.round, entries)
    more = [
        [
            entry.amount_label,
            _("ja") if entry.is_lighthouse else "",
            milestone_lines(entry.milestones.all()),
            indicator_lines(entry.indicators.all()),
        ]
        for entry in entries
    ]
    titles = [_("Mittel"), _("Leuchtturmprojekt"), _("Meilensteine"), _("Indikatoren")]
    header = [*sheet.header, *titles]
    rows = [[*cells, *extra] for cells, extra in zip(sheet.rows, more, strict=True)]
    return Sheet(title, header, rows)
