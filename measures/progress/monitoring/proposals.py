"""The chapters with which the office begins a Monitoring-Bericht: sentences computed from the
numbers. They name no measure, because the text also stands in the files for the public.
"""

from typing import NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_months, format_date
from measures.enums import ChapterKind
from measures.progress.differences import counted_kinds, difference_groups
from measures.progress.monitoring.chapters import OUTLOOK_MONTHS, upcoming_count
from measures.progress.monitoring.counts import (
    Scale,
    field_label,
    financing_scale,
    light_scale,
    phase_scale,
)
from measures.queries import EntryCounts, MonitoringState, count_entries


class ProposedChapter(NamedTuple):
    kind: ChapterKind
    heading: str
    text: str
    field: str = ""


def proposed_chapters(state: MonitoringState, fields: list[str]) -> list[ProposedChapter]:
    """Return the chapters in their order, one for each of `fields`."""
    whole = count_entries(state.entries)
    chapters = [
        (ChapterKind.SITUATION, _situation(state, whole)),
        (ChapterKind.OVERVIEW, _overview(state, whole)),
        (ChapterKind.FIELD, ""),
        (ChapterKind.LIGHTHOUSES, _lighthouses(state)),
        (ChapterKind.FUNDING, _listed(_("Finanzierung"), whole.financing, financing_scale())),
        (ChapterKind.OUTLOOK, _outlook(state)),
    ]
    found = []
    for kind, text in chapters:
        if kind == ChapterKind.FIELD:
            # As many chapters as the plan has fields, at the place where published reports have
            # them.
            found += [_field(state, field) for field in fields]
        else:
            found.append(ProposedChapter(kind, str(kind.label), text))
    return found


def _situation(state: MonitoringState, whole: EntryCounts) -> str:
    text = ngettext(
        "Am Stichtag %(day)s zählt der Plan %(count)d Maßnahme. Mit Meldung: %(reported)d, "
        "gefragt, aber ohne Meldung: %(silent)d, nicht gefragt: %(not_asked)d.",
        "Am Stichtag %(day)s zählt der Plan %(count)d Maßnahmen. Mit Meldung: %(reported)d, "
        "gefragt, aber ohne Meldung: %(silent)d, nicht gefragt: %(not_asked)d.",
        whole.total,
    )
    return text % {
        "day": format_date(state.round.cut_off_on),
        "count": whole.total,
        "reported": whole.reported,
        "silent": whole.silent,
        "not_asked": whole.not_asked,
    }


def _overview(state: MonitoringState, whole: EntryCounts) -> str:
    sentences = [_phases_and_lights(whole)]
    if state.former:
        groups = difference_groups(state.former, state.now)
        unchanged = _("Gegenüber der „%(round)s“ hat sich nichts geändert.")
        changed = _("Gegenüber der „%(round)s“: %(changes)s.")
        values = {"round": state.former.label, "changes": counted_kinds(groups)}
        sentences.append((changed if groups else unchanged) % values)
    return " ".join(sentences)


def _phases_and_lights(counts: EntryCounts) -> str:
    return " ".join(
        [
            _listed(_("Phasen"), counts.phases, phase_scale()),
            # Without the signs that tables need.
            _listed(
                _("Ampeln"),
                counts.lights,
                [(value, word[2:], colour) for value, word, colour in light_scale()],
            ),
        ]
    )


def _listed(what: str, counts, scale: Scale) -> str:
    """Return `Phasen: 3 in Umsetzung, 1 abgeschlossen.`"""
    parts = [f"{counts[value]} {word}" for value, word, _colour in scale if counts[value]]
    return f"{what}: {', '.join(parts) or _('keine Angaben')}."


def _field(state: MonitoringState, field: str) -> ProposedChapter:
    counts = count_entries(entry for entry in state.entries if entry.field == field)
    number = ngettext("%(count)d Maßnahme.", "%(count)d Maßnahmen.", counts.total)
    text = f"{number % {'count': counts.total}} {_phases_and_lights(counts)}"
    return ProposedChapter(ChapterKind.FIELD, field_label(field), text, field)


def _lighthouses(state: MonitoringState) -> str:
    count = sum(entry.is_lighthouse for entry in state.entries) + len(state.projects)
    text = ngettext(
        "%(count)d Vorhaben ist als Leuchtturmprojekt gekennzeichnet.",
        "%(count)d Vorhaben sind als Leuchtturmprojekt gekennzeichnet.",
        count,
    )
    return text % {"count": count}


def _outlook(state: MonitoringState) -> str:
    count = upcoming_count(state)
    text = ngettext(
        "Bis zum %(day)s steht %(count)d Meilenstein an.",
        "Bis zum %(day)s stehen %(count)d Meilensteine an.",
        count,
    )
    day = format_date(add_months(state.round.cut_off_on, OUTLOOK_MONTHS))
    return text % {"day": day, "count": count}
