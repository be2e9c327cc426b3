"""The page of a Monitoring-Bericht: its chapters, its files, and what the office can do."""

from collections.abc import Sequence
from typing import NamedTuple

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.blocks import Block
from core.conflicts import with_version
from core.dates import format_moment
from core.html import draw_stacked_bar
from core.progress import Button, Segment
from measures.enums import Audience, RoundState
from measures.models import (
    Measure,
    MonitoringChapter,
    MonitoringEdition,
    MonitoringFile,
    MonitoringReport,
    ReportingRound,
)
from measures.permissions import can_run_rounds
from measures.progress.monitoring.chapters import chapter_blocks, chapter_title, fields_of
from measures.progress.monitoring.making import Making
from measures.queries import MonitoringState, audience_of


class ShownTable(NamedTuple):
    """A table of a chapter, each cell with the title of its column, which phones show beside it.

    One that is too long for the page has `rows` in the files only.
    """

    caption: str
    header: list[str]
    rows: list[list[tuple[str, str]]]
    numbers: bool
    is_left_out: bool


class ChapterCard(NamedTuple):
    """A chapter on the page. `parts` are headings, bars, notes and tables, in their order: each is
    (kind, content).
    """

    title: str
    anchor: str
    edit_url: str
    is_proposed: bool
    text: str
    parts: list[tuple[str, str | SafeString | ShownTable]]


def chapter_cards(
    chapters: Sequence[MonitoringChapter], state: MonitoringState
) -> list[ChapterCard]:
    fields = fields_of(chapters)
    return [chapter_card(chapter, state, fields) for chapter in chapters]


def chapter_card(
    chapter: MonitoringChapter, state: MonitoringState, fields: Sequence[str]
) -> ChapterCard:
    return ChapterCard(
        title=chapter_title(chapter),
        anchor=f"kapitel-{chapter.position}",
        edit_url=reverse("measures:chapter_edit", args=[chapter.pk]),
        is_proposed=chapter.is_proposed,
        text=chapter.text,
        parts=[
            _part(block)
            for block in chapter_blocks(chapter, state, fields)
            # The text stands in the card already, with the link to edit it.
            if block["kind"] != "paragraph"
        ],
    )


def _part(block: Block) -> tuple[str, str | SafeString | ShownTable]:
    if block["kind"] == "bar":
        segments = [Segment(**part) for part in block["segments"]]
        picture = draw_stacked_bar(segments, block["label"])
        return "bar", format_html('<p class="card__note">{}</p>{}', block["label"], picture)
    if block["kind"] == "table":
        shown = ShownTable(
            block["caption"],
            block["header"],
            [] if block["only_in_file"] else _labelled(block),
            block["numbers"],
            block["only_in_file"],
        )
        return "table", shown
    return block["kind"], block["text"]


def _labelled(block: Block) -> list[list[tuple[str, str]]]:
    return [list(zip(block["header"], cells, strict=True)) for cells in block["rows"]]


class EditionCard(NamedTuple):
    """The newest finished edition: when it was made, and its files by audience."""

    made: str
    note: str
    files: list[tuple[str, list[MonitoringFile]]]


def edition_card(
    edition: MonitoringEdition,
    user,
    lacks_texts: bool,
    withdrawn: Sequence[Measure] = (),
) -> EditionCard:
    """Return what `user` may read of the edition: insiders everything, others what is public.

    The note is for the office, which alone can make new files: changed texts, and measures
    `withdrawn` from publication since.
    """
    readable = list(Audience) if audience_of(user) == Audience.INSIDE else [Audience.PUBLIC]
    found = sorted(edition.files.all(), key=lambda file: file.pk)
    by_audience = [
        (str(audience.label), [file for file in found if file.audience == audience])
        for audience in readable
    ]
    notes = []
    if lacks_texts:
        notes.append(_("Seitdem wurden Texte geändert. Sie stehen erst in neu erstellten Dateien."))
    if withdrawn:
        text = _(
            "Die Veröffentlichung ist zurückgenommen von: %(names)s. In den Dateien für Partner "
            "und Steuerungskreis steht das noch; bitte erstellen Sie die Dateien neu."
        )
        notes.append(text % {"names": ", ".join(measure.label for measure in withdrawn)})
    note = " ".join(notes) if can_run_rounds(user) else ""
    return EditionCard(format_moment(edition.requested_at), note, by_audience)


def monitoring_buttons(
    report: MonitoringReport, edition: MonitoringEdition | None, making: Making | None
) -> list[Button]:
    """Return what the office can do with the report; making files is primary until there are
    some.
    """
    buttons = []
    if making is None or making.can_restart:
        url = reverse("measures:monitoring_make", args=[report.round_id])
        label = _("Dateien neu erstellen") if edition else _("Dateien erstellen")
        variant = "secondary" if edition else "primary"
        # What others can read is replaced only after a question.
        if report.is_published:
            buttons.append(Button(label, url, variant))
        else:
            buttons.append(Button(label, with_version(url, report), variant, is_post=True))
    if edition:
        url = reverse("measures:monitoring_publish", args=[report.round_id])
        # Withdrawing is no next step to suggest, so it never is the primary button.
        if report.is_published:
            buttons.append(Button(_("Veröffentlichung zurücknehmen"), url))
        else:
            buttons.append(Button(_("Veröffentlichen"), url, "primary"))
    return buttons


def publishing_effect(edition: MonitoringEdition) -> str:
    """Return what others can read once the report is published with the newest `edition`."""
    text = _(
        "Partner und Steuerungskreis können dann die neueste Fassung (vom %(moment)s) laden, in "
        "der nur veröffentlichte Maßnahmen stehen. Die Texte stehen darin, wie sie sind."
    )
    return text % {"moment": format_moment(edition.requested_at)}


def monitoring_links(
    reporting_round: ReportingRound, user, report: MonitoringReport | None
) -> list[Button]:
    """Return the link from the round to its report, for those who may see or begin one."""
    is_closed = reporting_round.state == RoundState.CLOSED
    if report is None and not (is_closed and can_run_rounds(user)):
        return []
    return [
        Button(_("Monitoring-Bericht"), reverse("measures:monitoring", args=[reporting_round.pk]))
    ]


def still_published_note(reports: Sequence[MonitoringReport]) -> SafeString:
    """Return that these reports still contain a measure that is withdrawn now, "" without any."""
    if not reports:
        return SafeString("")
    links = format_html_join(
        ", ",
        '<a href="{}">{}</a>',
        ((report.get_absolute_url(), report.round.title) for report in reports),
    )
    text = _("Im veröffentlichten Monitoring-Bericht steht sie noch, bis Sie ihn neu erstellen:")
    return format_html("{} {}", text, links)
