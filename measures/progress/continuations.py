"""What became of a measure in a later plan, and where it comes from."""

from collections.abc import Iterable

from django.template.defaultfilters import linebreaksbr
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from measures.enums import ContinuationKind
from measures.models import Continuation, Measure
from measures.queries import Succession


def succession_facts(succession: Succession) -> list[tuple]:
    """Return both directions as rows of *Eckdaten*."""
    return [
        (_("Hervorgegangen aus"), _lines(map(origin_line, succession.origins))),
        (_("Was daraus wurde"), _lines(map(outcome_line, succession.continuations))),
    ]


def origin_line(origin: Continuation) -> SafeString:
    """Return `Industriedialog (MPI 2010–2020, fortgeführt)`, the title as a link."""
    return format_html(
        "{} ({}, {})",
        measure_link(origin.measure),
        origin.measure.plan,
        origin.get_kind_display(),
    )


def outcome_line(continuation: Continuation) -> SafeString:
    """Return `aufgeteilt in A, B (MPI 2022–2026)`, or `beendet (MPI …): Grund`.

    Without a successor that the reader may see: `fortgeführt (MPI 2022–2026)`.
    """
    kind = continuation.get_kind_display()
    if continuation.kind == ContinuationKind.ENDED:
        reason = linebreaksbr(continuation.reason)  # escapes
        return format_html("{} ({}): {}", kind, continuation.plan, reason)
    links = format_html_join(
        ", ", "{}", ((measure_link(measure),) for measure in continuation.successors.all())
    )
    if not links:
        return format_html("{} ({})", kind, continuation.plan)
    text = {
        ContinuationKind.CONTINUED: _("fortgeführt als"),
        ContinuationKind.MERGED: _("zusammengeführt in"),
        ContinuationKind.SPLIT: _("aufgeteilt in"),
    }[ContinuationKind(continuation.kind)]
    return format_html("{} {} ({})", text, links, continuation.plan)


def measure_link(measure: Measure) -> SafeString:
    return format_html('<a href="{}">{}</a>', measure.get_absolute_url(), measure.label)


def _lines(lines: Iterable[SafeString]) -> SafeString:
    """Return one line as it is, several as a list, none as an empty text."""
    lines = list(lines)
    if len(lines) < 2:
        return lines[0] if lines else SafeString("")
    items = format_html_join("", "<li>{}</li>", ((line,) for line in lines))
    return format_html('<ul class="plain-list">{}</ul>', items)
