"""The chapters of a Monitoring-Bericht: the office's text, then numbers and tables."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.blocks import Block, heading, note, paragraphs, table
from core.dates import add_months, format_date
from core.enums import TrafficLight
from measures.enums import ChapterKind, Financing
from measures.models import MonitoringChapter, RoundEntry
from measures.progress.differences import GROUP_SIZE, NOTHING, difference_groups
from measures.progress.entries import missing_report
from measures.progress.indicators import target_then, value_then
from measures.progress.monitoring.annex import facts_table, measure_level
from measures.progress.monitoring.counts import (
    count_bar,
    count_table,
    counts_by_field,
    field_label,
    figures_table,
    financing_scale,
    light_label,
    light_scale,
    phase_scale,
    report_counts,
    report_labels,
)
from measures.queries import MonitoringState, count_entries

OUTLOOK_MONTHS = 6  # until the next round: there are two a year
PROBLEMS = (TrafficLight.RED, TrafficLight.YELLOW)
UNSECURED = (Financing.OPEN, Financing.PARTIAL)
WHY_NOT_ASKED = gettext_lazy(
    "Nicht gefragt wird, was abgeschlossen, eingestellt oder aus früheren Unterlagen übernommen "
    "ist, und wo keine Organisation des Portals die Federführung hat."
)


def fields_of(chapters: Sequence[MonitoringChapter]) -> list[str]:
    return [chapter.field for chapter in chapters if chapter.kind == ChapterKind.FIELD]


def chapter_title(chapter: MonitoringChapter) -> str:
    return f"{chapter.position} {chapter.heading}"


def chapter_blocks(
    chapter: MonitoringChapter, state: MonitoringState, fields: Sequence[str]
) -> list[Block]:
    """Return what follows the heading of `chapter`; `fields` are those of the whole report."""
    # As functions, because each chapter needs only its own, and the longest read every measure.
    numbers = {
        ChapterKind.SITUATION: lambda: _situation(state),
        ChapterKind.OVERVIEW: lambda: _overview(state, fields),
        ChapterKind.FIELD: lambda: _field(state, chapter.field),
        ChapterKind.LIGHTHOUSES: lambda: _lighthouses(state),
        ChapterKind.FUNDING: lambda: _funding(state, fields),
        ChapterKind.OUTLOOK: lambda: _outlook(state),
    }
    return [*paragraphs(chapter.text), *numbers[ChapterKind(chapter.kind)]()]


def _situation(state: MonitoringState) -> Iterator[Block]:
    yield figures_table(state)
    if state.former is None:
        yield note(_("Vor dieser Runde hat das Portal keinen Stand festgehalten."))


def _overview(state: MonitoringState, fields: Sequence[str]) -> Iterator[Block]:
    whole, level = count_entries(state.entries), measure_level(state)
    counts = counts_by_field(state.entries, fields)
    for caption, name, scale in (
        (_("Phasen"), "phases", phase_scale()),
        (_("Ampeln"), "lights", light_scale()),
    ):
        yield count_bar(caption, getattr(whole, name), scale)
        caption = _("%(what)s nach %(level)s") % {"what": caption, "level": level}
        yield count_table(caption, counts, whole, name, scale, level)
    rows = [[field_label(field), one.total, *report_counts(one)] for field, one in counts.items()]
    rows.append([_("Alle"), whole.total, *report_counts(whole)])
    header = [level, _("gesamt"), *report_labels()]
    yield table(
        _("Meldungen nach %(level)s") % {"level": level},
        header,
        rows,
        widths=[40, 15, 15, 15, 15],
        numbers=True,
    )
    if whole.not_asked:
        yield note(str(WHY_NOT_ASKED))
    yield from _differences(state)


def _differences(state: MonitoringState) -> Iterator[Block]:
    if state.former is None:
        return
    yield heading(_("Unterschied zu „%(round)s“") % {"round": state.former.label}, 2)
    groups = difference_groups(state.former, state.now)
    if not groups:
        yield note(_("Nichts hat sich geändert."))
    for group in groups:
        header, widths = [_("Maßnahme"), _("bisher"), _("jetzt")], [52, 24, 24]
        if group.has_reasons or group.has_targets:
            header.append(_("Ziel") if group.has_targets else _("Grund"))
            widths = [30, 20, 20, 30] if group.has_targets else [32, 16, 16, 36]
        rows = [
            [
                "\n".join(filter(None, [line.label, line.part])),
                line.old,
                line.new,
                line.reason or line.target or NOTHING,
            ][: len(header)]
            for line in group.differences
        ]
        yield _list_table(group.heading, header, rows, widths)


def _field(state: MonitoringState, field: str) -> Iterator[Block]:
    entries = [entry for entry in state.entries if entry.field == field]
    counts = count_entries(entries)
    if not entries:
        yield note(_("Hier steht keine Maßnahme."))
        return
    yield count_bar(_("Phasen"), counts.phases, phase_scale())
    yield count_bar(_("Ampeln"), counts.lights, light_scale())
    yield _list_table(
        _("Maßnahmen (%(count)d)") % {"count": len(entries)},
        [_("Maßnahme"), _("Federführung"), _("Phase"), _("Ampel"), _("Meldung")],
        [
            [
                entry.label,
                entry.lead_label or "–",
                _display(entry.get_phase_display()),
                _lights(entry),
                _("ja") if entry.report_id else missing_report(entry),
            ]
            for entry in entries
        ],
        [34, 25, 16, 13, 12],
    )
    yield from _indicators(entries)
    # Red first: these need a decision of the house, yellow ones are to be known.
    problems = [entry for light in PROBLEMS for entry in entries if entry.traffic_light == light]
    if problems:
        yield _list_table(
            _("Probleme und gewünschte Entscheidungen"),
            [_("Maßnahme"), _("Ampel"), _("Grund"), _("Gewünschte Entscheidung oder Hilfe")],
            [
                [
                    entry.label,
                    _lights(entry),
                    entry.traffic_light_reason,
                    entry.help_wanted or "–",
                ]
                for entry in problems
            ],
            [30, 12, 29, 29],
        )


def _lights(entry: RoundEntry) -> str:
    """Return the official light, and below it the lead's where it differs."""
    return "\n".join(filter(None, [light_label(entry.traffic_light), entry.lead_light_note]))


def _indicators(entries: Sequence[RoundEntry]) -> Iterator[Block]:
    rows = [
        [f"{entry.label}\n{indicator}", value_then(indicator), target_then(indicator) or NOTHING]
        for entry in entries
        for indicator in entry.indicators.all()
    ]
    if rows:
        header = [_("Maßnahme und Indikator"), _("Stand"), _("Ziel")]
        yield _list_table(_("Indikatoren"), header, rows, [40, 28, 32])


def _lighthouses(state: MonitoringState) -> Iterator[Block]:
    lighthouses = [entry for entry in state.entries if entry.is_lighthouse]
    if not lighthouses and not state.projects:
        yield note(_("Keine Maßnahme und kein Projekt ist als Leuchtturm gekennzeichnet."))
    for entry in lighthouses:
        yield heading(entry.label, 2)
        yield facts_table(entry, with_milestones=False)
    if state.projects:
        yield heading(_("Projekte"), 2)
        yield table(
            "",
            [_("Projekt"), _("Federführung"), _("Maßnahme")],
            [
                [project.title, project.lead_label or "–", str(project.measure or "–")]
                for project in state.projects
            ],
            widths=[44, 28, 28],
        )
        # A round keeps measures only, and readers must not take the projects for as old as those.
        yield note(_("Angaben zu Projekten vom Tag, an dem diese Fassung erstellt wurde."))


def _funding(state: MonitoringState, fields: Sequence[str]) -> Iterator[Block]:
    whole, level = count_entries(state.entries), measure_level(state)
    yield count_bar(_("Finanzierung"), whole.financing, financing_scale())
    yield count_table(
        _("Finanzierung nach %(level)s") % {"level": level},
        counts_by_field(state.entries, fields),
        whole,
        "financing",
        financing_scale(),
        level,
    )
    unsecured = [
        entry for financing in UNSECURED for entry in state.entries if entry.financing == financing
    ]
    if unsecured:
        yield _list_table(
            _("Teilweise gesichert oder ungeklärt"),
            [_("Maßnahme"), _("Federführung"), _("Finanzierung"), _("Mittel")],
            [
                [
                    entry.label,
                    entry.lead_label or "–",
                    entry.get_financing_display(),
                    entry.amount_label or "–",
                ]
                for entry in unsecured
            ],
            [40, 26, 16, 18],
        )


def _outlook(state: MonitoringState) -> Iterator[Block]:
    first = state.round.cut_off_on
    last = add_months(first, OUTLOOK_MONTHS)
    open_ones = sorted(
        (milestone.expected_on, entry.label, milestone.title, entry.lead_label or "–")
        for entry in state.entries
        for milestone in entry.milestones.all()
        if milestone.done_on is None
    )
    ahead = [line for line in open_ones if first < line[0] <= last]
    header = [_("Tag"), _("Meilenstein"), _("Maßnahme"), _("Federführung")]
    for caption, lines in (
        (_("Meilensteine bis %(day)s") % {"day": format_date(last)}, ahead),
        # By the cut-off day, not by today: the report is read long after it was written.
        (_("Am Stichtag überfällig"), [line for line in open_ones if line[0] <= first]),
    ):
        if lines:
            rows = [[format_date(day), title, label, lead] for day, label, title, lead in lines]
            yield _list_table(caption, header, rows, [14, 31, 31, 24])
    if not open_ones:
        yield note(_("Kein Meilenstein steht aus."))


def _list_table(
    caption: str, header: Sequence[str], rows: Sequence[Sequence], widths: Sequence[int]
) -> Block:
    """Return a table with one line a measure, which pages leave out when it is long."""
    # A page with hundreds of rows would hide the texts that the office edits there.
    return table(caption, header, rows, widths=widths, only_in_file=len(rows) > GROUP_SIZE)


def _display(text: str) -> str:
    return text or _("nicht belegt")


def upcoming_count(state: MonitoringState) -> int:
    """Return how many milestones are expected until the next round."""
    first = state.round.cut_off_on
    last = add_months(first, OUTLOOK_MONTHS)
    return sum(
        milestone.done_on is None and first < milestone.expected_on <= last
        for entry in state.entries
        for milestone in entry.milestones.all()
    )
