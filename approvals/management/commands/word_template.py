from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand
from docx.document import Document
from docx.enum.text import WD_TAB_ALIGNMENT, WD_TAB_LEADER
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Length, Pt

from approvals.documents import WORD_TEMPLATE
from core.word import (
    GREY,
    MUTED,
    RED,
    TEXT_WIDTH,
    add_border,
    add_footer,
    hyphenate,
    new_document,
    set_style,
)


class Command(BaseCommand):
    help = (
        "Die Word-Vorlage der Leitungsvorlage neu schreiben "
        "(templates/approvals/leitungsvorlage.docx)."
    )
    requires_system_checks = []

    def handle(self, *args, **options):
        build_template().save(str(Path(settings.BASE_DIR) / "templates" / WORD_TEMPLATE))


COLUMNS = (Cm(5), Cm(11.6))
COLUMNS_OF_CHANGES = (Cm(5), Cm(5.8), Cm(5.8))
# A box that can be ticked in Word: a content control of Word 2010 and later.
TICK_BOX = """<w:sdt {w} xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml">
<w:sdtPr><w14:checkbox>
<w14:checked w14:val="0"/><w14:checkedState w14:val="2612" w14:font="MS Gothic"/>
<w14:uncheckedState w14:val="2610" w14:font="MS Gothic"/>
</w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:rPr>
<w:rFonts w:ascii="MS Gothic" w:eastAsia="MS Gothic" w:hAnsi="MS Gothic" w:hint="eastAsia"/></w:rPr>
<w:t>\N{BALLOT BOX}</w:t></w:r></w:sdtContent></w:sdt>"""


# docxtpl replaces the whole paragraph around `{%p … %}` and the whole table row around `{%tr … %}`.
def build_template() -> Document:
    document = new_document()
    _set_up_styles(document)
    _write_head(document)
    _write_changes(document)
    _write_sections(document)
    _write_attachments(document)
    _write_decision(document)
    add_footer(document, name="{{ name }}", page="{{ page }}", of="{{ of }}")
    return document


def _set_up_styles(document: Document) -> None:
    set_style(document, "Normal", size=10, after=3)
    set_style(document, "Heading 1", size=15, bold=True, before=4, after=6)
    set_style(document, "Heading 2", size=10.5, bold=True, before=9, after=3)
    set_style(document, "List Number", size=10, after=1)
    set_style(document, "Small", size=8, colour=MUTED, new=True)
    cell = set_style(document, "Cell", size=10, before=1.5, after=1.5, new=True)
    hyphenate(document, cell)
    routing = set_style(document, "Routing", size=10, after=1, new=True)
    routing.paragraph_format.keep_together = True
    routing.paragraph_format.left_indent, routing.paragraph_format.first_line_indent = (
        Cm(3.6),
        Cm(-3.6),
    )
    for name, indent in (("Box", Cm(0.7)), ("Inset box", Cm(1.4))):
        box = set_style(document, name, size=10, after=4, new=True)
        box.paragraph_format.left_indent, box.paragraph_format.first_line_indent = indent, Cm(-0.7)
        box.paragraph_format.tab_stops.add_tab_stop(indent)
        box.paragraph_format.tab_stops.add_tab_stop(
            TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT, WD_TAB_LEADER.LINES
        )
        # Boxes and signature stay together on one page.
        box.paragraph_format.keep_with_next = True


def _write_head(document: Document) -> None:
    portal = document.add_paragraph()
    portal.add_run("{{ portal }}").bold = True
    add_border(portal, "left", RED, eighths=36, space=6)
    sender = document.add_paragraph("{{ sender|join(' · ') }}", style="Small")
    add_border(sender, "bottom", GREY, eighths=4, space=4)
    name = document.add_paragraph("{{ name }}\t{{ mark }}", style="Small")
    name.paragraph_format.space_before = Pt(6)
    name.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    document.add_paragraph("{{ subject }}", style="Heading 1")
    _rows(document, "rows")


def _write_changes(document: Document) -> None:
    document.add_paragraph("{%p if changes.rows %}")
    document.add_paragraph("{{ changes.heading }}", style="Heading 2")
    heads = tuple(f"{{{{ changes.columns[{number}] }}}}" for number in range(3))
    _table(document, heads, "changes.rows", COLUMNS_OF_CHANGES)
    document.add_paragraph("{%p endif %}")


def _write_sections(document: Document) -> None:
    document.add_paragraph("{%p for section in sections %}")
    document.add_paragraph("{{ section.heading }}", style="Heading 2")
    document.add_paragraph("{%p for paragraph in section.paragraphs %}")
    document.add_paragraph("{{ paragraph }}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if section.rows %}")
    _table(document, ("{{ fact }}", "{{ value }}"), "section.rows", COLUMNS)
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{{ vote_heading }}", style="Heading 2")
    vote = document.add_paragraph()
    vote.add_run("{{ vote }}").bold = True
    add_border(vote, "left", GREY, eighths=24, space=6)


def _write_attachments(document: Document) -> None:
    document.add_paragraph("{{ attachments_heading }}", style="Heading 2")
    document.add_paragraph("{%p for attachment in attachments %}")
    document.add_paragraph("{{ attachment }}", style="List Number")
    document.add_paragraph("{%p endfor %}")
    document.add_paragraph("{%p if not attachments %}")
    document.add_paragraph("{{ no_attachments }}")
    document.add_paragraph("{%p endif %}")


def _write_decision(document: Document) -> None:
    heading = document.add_paragraph("{{ decision.heading }}", style="Heading 2")
    add_border(heading, "top", GREY, eighths=6, space=6)
    document.add_paragraph("{%p for choice in decision.boxes %}")
    for condition, style in (("{%p if choice.inset %}", "Inset box"), ("{%p else %}", "Box")):
        document.add_paragraph(condition)
        paragraph = document.add_paragraph(style=style)
        paragraph._p.append(parse_xml(TICK_BOX.format(w=nsdecls("w"))))
        paragraph.add_run("\t{{ choice.label }} {% if choice.line %}")
        paragraph.add_run("\t")
        paragraph.add_run("{% endif %}")
    document.add_paragraph("{%p endif %}")
    document.add_paragraph("{%p endfor %}")
    _rows(document, "decision.rows")
    document.add_paragraph("{%p if decision.signature %}")
    signature = document.add_paragraph("{{ decision.signature|join(', ') }}: \t", style="Box")
    signature.paragraph_format.space_before = Pt(16)
    signature.paragraph_format.left_indent = signature.paragraph_format.first_line_indent = Cm(0)
    # Unlike the boxes above, the signature has nothing after it to stay with.
    signature.paragraph_format.keep_with_next = False
    document.add_paragraph("{%p endif %}")


def _table(
    document: Document, heads: tuple[str, ...], name: str, widths: tuple[Length, ...]
) -> None:
    """Write a table with one row for each list in `name`; every page repeats the header `heads`."""
    table = document.add_table(rows=4, cols=len(heads), style="Table Grid")
    table.autofit = False
    values = tuple(f"{{{{ row[{number}] }}}}" for number in range(len(heads)))
    rest = ("",) * (len(heads) - 1)
    texts = (heads, ("{%tr for row in " + name + " %}", *rest), values, ("{%tr endfor %}", *rest))
    for row, words in zip(table.rows, texts, strict=True):
        for cell, width, text in zip(row.cells, widths, words, strict=True):
            cell.width, cell.paragraphs[0].style = width, "Cell"
            cell.paragraphs[0].add_run(text).bold = words is heads
    for column, width in zip(table.columns, widths, strict=True):
        column.width = width
    # Word moves a table left by its cell padding, 108 twentieths of a point; move it back.
    indent = parse_xml(f'<w:tblInd {nsdecls("w")} w:w="108" w:type="dxa"/>')
    table._tbl.tblPr.find(qn("w:tblLayout")).addprevious(indent)
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _rows(document: Document, name: str) -> None:
    """Write one line for each [label, value] in `name`, with the values aligned."""
    document.add_paragraph("{%p for row in " + name + " %}")
    line = document.add_paragraph(style="Routing")
    line.paragraph_format.keep_with_next = True
    line.add_run("{{ row[0] }}").font.color.rgb = MUTED
    line.add_run("\t{{ row[1] }}")
    document.add_paragraph("{%p endfor %}")
