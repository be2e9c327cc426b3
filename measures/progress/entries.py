"""The plan as a closed round keeps it: on its page, and as a workbook."""

from collections.abc import Iterable
from typing import NamedTuple

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from core.dates import format_date
from core.enums import TrafficLight
from core.exports import Sheet
from core.html import draw_note, draw_traffic_light
from measures.enums import UNKNOWN_LABEL
from measures.models import ReportingRound, RoundEntry

NO_REPORT = gettext_lazy("keine Meldung")
NOT_ASKED = gettext_lazy("nicht gefragt")
ENTRY_HEADER = (
    gettext_lazy("Abschnitt"),
    gettext_lazy("Kennung"),
    gettext_lazy("Maßnahme"),
    gettext_lazy("Federführung"),
    gettext_lazy("Meldung"),
    gettext_lazy("Phase"),
    gettext_lazy("Ampel"),
    gettext_lazy("Ampel der Federführung, wo anders"),
    gettext_lazy("Grund"),
    gettext_lazy("Gewünschte Entscheidung oder Hilfe"),
    gettext_lazy("Finanzierung"),
    gettext_lazy("Hemmnis"),
    gettext_lazy("Sachstand"),
    gettext_lazy("Nächste Schritte"),
    gettext_lazy("Stand vom"),
)


class EntryLine(NamedTuple):
    """One measure as it stood; `report` links to the report or says that there was none."""

    title: str
    url: str
    place: str
    lead: str
    phase: str
    traffic_light: SafeString
    report: str | SafeString


def entry_lines(entries: Iterable[RoundEntry]) -> list[EntryLine]:
    return [
        EntryLine(
            entry.label,
            entry.measure.get_absolute_url(),
            " · ".join(entry.place.splitlines()),
            entry.lead_label or "–",
            entry.get_phase_display() or str(UNKNOWN_LABEL),
            format_html(
                "{}{}", draw_traffic_light(entry.traffic_light), draw_note(entry.lead_light_note)
            ),
            _report_cell(entry),
        )
        for entry in entries
    ]


def missing_report(entry: RoundEntry) -> str:
    """Return what stands instead of the report of an entry without one."""
    return str(NO_REPORT if entry.was_asked else NOT_ASKED)


def _report_cell(entry: RoundEntry) -> str | SafeString:
    if entry.report is None:
        return missing_report(entry)
    day = format_date(entry.report.as_of_on)
    return format_html('<a href="{}">{}</a>', entry.report.get_absolute_url(), day)


def entries_note(reported: int, count: int) -> str:
    text = ngettext(
        "Festgehalten beim Abschluss: %(reported)d von %(count)d Maßnahme mit Meldung.",
        "Festgehalten beim Abschluss: %(reported)d von %(count)d Maßnahmen mit Meldung.",
        count,
    )
    return text % {"reported": reported, "count": count}


def entry_sheet(reporting_round: ReportingRound, entries: Iterable[RoundEntry]) -> Sheet:
    header = [str(title) for title in ENTRY_HEADER]
    return Sheet(_("Stand"), header, [_row(entry) for entry in entries])


def _row(entry: RoundEntry) -> list:
    return [
        entry.place,
        entry.code,
        entry.title,
        entry.lead_label,
        entry.report.as_of_on if entry.report else missing_report(entry),
        entry.get_phase_display() or str(UNKNOWN_LABEL),
        entry.get_traffic_light_display() or str(UNKNOWN_LABEL),
        TrafficLight(entry.lead_light).label if entry.lead_light else "",
        entry.traffic_light_reason,
        entry.help_wanted,
        entry.get_financing_display() or str(UNKNOWN_LABEL),
        entry.get_obstacle_display(),
        entry.summary,
        entry.outlook,
        entry.status_on,
    ]
