"""How many measures a Monitoring-Bericht counts in which state: as bars and as tables."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from core.blocks import Block, bar, table
from core.enums import TrafficLight
from measures.enums import PHASE_BAR_COLOURS, UNKNOWN_LABEL, Financing, Phase
from measures.models import RoundEntry
from measures.queries import EntryCounts, MonitoringState, count_entries

# Value, label and colour of a bar; "" stands for what nobody stated.
Scale = Sequence[tuple[str, str, str]]
LIGHT_COLOURS = {
    TrafficLight.GREEN: "success",
    TrafficLight.YELLOW: "warning",
    TrafficLight.RED: "danger",
}
FINANCING_COLOURS = {
    Financing.SECURED: "strong",
    Financing.PARTIAL: "medium",
    Financing.OPEN: "light",
    Financing.NOT_NEEDED: "faint",
}
# Colour never stands alone: the sign tells the light also in black and white.
SIGNS = {TrafficLight.GREEN: "✓", TrafficLight.YELLOW: "!", TrafficLight.RED: "✗", "": "?"}


def phase_scale() -> Scale:
    parts = [(phase.value, str(phase.label), PHASE_BAR_COLOURS[phase]) for phase in Phase]
    return [*parts, ("", str(UNKNOWN_LABEL), "neutral")]


def light_scale() -> Scale:
    parts = [(light.value, light_label(light), colour) for light, colour in LIGHT_COLOURS.items()]
    return [*parts, ("", light_label(""), "neutral")]


def financing_scale() -> Scale:
    parts = [(one.value, str(one.label), colour) for one, colour in FINANCING_COLOURS.items()]
    return [*parts, ("", str(UNKNOWN_LABEL), "neutral")]


def light_label(light: str) -> str:
    """Return sign and word, for readers who see no colour: `✗ rot`."""
    word = TrafficLight(light).label if light else UNKNOWN_LABEL
    return f"{SIGNS[light]} {word}"


def count_bar(label: str, counts: Counter[str], scale: Scale) -> Block:
    return bar(label, [(word, counts[value], colour) for value, word, colour in scale])


def field_label(field: str) -> str:
    return field or _("Ohne Platz im Plan")


def entries_by_field(
    entries: Iterable[RoundEntry], fields: Iterable[str]
) -> dict[str, list[RoundEntry]]:
    """Return field → its entries, in the order of `fields`, also of those without entries."""
    found: dict[str, list[RoundEntry]] = {field: [] for field in fields}
    for entry in entries:
        found.setdefault(entry.field, []).append(entry)
    return found


def counts_by_field(entries: Iterable[RoundEntry], fields: Iterable[str]) -> dict[str, EntryCounts]:
    return {
        field: count_entries(grouped)
        for field, grouped in entries_by_field(entries, fields).items()
    }


def count_table(
    caption: str,
    counts: Mapping[str, EntryCounts],
    whole: EntryCounts,
    name: str,
    scale: Scale,
    level: str,
) -> Block:
    """Return one line for each field and one of all; `name` is the attribute that is counted."""
    header = [level, _("gesamt"), *(word for _value, word, _colour in scale)]
    rows = [
        [field, one.total, *(getattr(one, name)[value] for value, _word, _colour in scale)]
        for field, one in [
            *((field_label(field), one) for field, one in counts.items()),
            (_("Alle"), whole),
        ]
    ]
    # Room for the longest word of the scales.
    widths = [38, 12, *(15 for _part in scale)]
    return table(caption, header, rows, widths=widths, numbers=True)


def report_labels() -> list[str]:
    """Return the titles of what `report_counts` counts."""
    return [_("mit Meldung"), _("gefragt, keine Meldung"), _("nicht gefragt")]


def report_counts(counts: EntryCounts) -> list[int]:
    return [counts.reported, counts.silent, counts.not_asked]


def key_figures(state: MonitoringState) -> list[tuple[str, int, int | None]]:
    """Return label, number now and number in the round before, None without one."""
    now = _figures(count_entries(state.now.entries))
    former = _figures(count_entries(state.former.entries)) if state.former else {}
    return [(label, number, former.get(label)) for label, number in now.items()]


def _figures(counts: EntryCounts) -> dict[str, int]:
    return {
        _("Maßnahmen"): counts.total,
        **dict(zip(report_labels(), report_counts(counts), strict=True)),
        **{word: counts.phases[value] for value, word, _colour in phase_scale()[:-1]},
        _("Phase %(phase)s") % {"phase": UNKNOWN_LABEL}: counts.phases[""],
        **{
            _("Ampel %(light)s") % {"light": word}: counts.lights[value]
            for value, word, _colour in light_scale()
        },
    }


def figures_table(state: MonitoringState) -> Block:
    figures, label = key_figures(state), state.round.title
    if state.former is None:
        rows = [[name, number] for name, number, _former in figures]
        return table(_("Kennzahlen"), [_("Kennzahl"), label], rows, widths=[60, 40], numbers=True)
    rows = [[name, former, number, _signed(number - former)] for name, number, former in figures]
    header = [_("Kennzahl"), state.former.label, label, _("Unterschied")]
    return table(_("Kennzahlen"), header, rows, widths=[40, 22, 22, 16], numbers=True)


def _signed(number: int) -> str:
    # A minus sign, which is read aloud, not a hyphen.
    return f"+{number}" if number > 0 else str(number).replace("-", "\N{MINUS SIGN}")
