"""Word documents: their look, and long ones written from blocks (`core.blocks`).

Documents with a fixed layout are templates instead (`core.documents.make_word`).
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from io import BytesIO
from itertools import count, zip_longest
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Cm, Length, Pt, RGBColor
from docx.styles.style import ParagraphStyle
from docx.text.paragraph import Paragraph

from core.blocks import Block
from core.documents import MAX_PROPERTY_LENGTH, writable
from core.texts import shorten

FONT = "Arial"
TEXT_WIDTH = Cm(16.6)
MUTED = RGBColor(0x55, 0x55, 0x55)
# A table of at most so many lines and characters is not broken across pages.
SMALL_ROWS, SMALL_LENGTH = 12, 1200
MANY_COLUMNS = 6
SIDES = ("top", "left", "bottom", "right", "insideH", "insideV")
RED, GREY, PALE = "C40C20", "A5A5A5", "EDEFF2"
# The schema allows borders only before these elements.
AFTER_BORDERS = (
    "w:shd",
    "w:tabs",
    "w:suppressAutoHyphens",
    "w:spacing",
    "w:ind",
    "w:jc",
    "w:rPr",
    "w:sectPr",
)


def new_document() -> Document:
    """Return an empty A4 document in German, with the grey lines of our tables."""
    document = docx.Document()
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.2)
    section.top_margin, section.bottom_margin, section.footer_distance = Cm(1.6), Cm(1.8), Cm(0.9)
    for border in document.styles["Table Grid"].element.iter(*(qn(f"w:{side}") for side in SIDES)):
        border.set(qn("w:color"), GREY)
    defaults = (
        document.styles.element.find(qn("w:docDefaults")).find(qn("w:rPrDefault")).find(qn("w:rPr"))
    )
    defaults.find(qn("w:lang")).set(qn("w:val"), "de-DE")
    # python-docx enters its own name; whoever fills the document sets the real values.
    properties = document.core_properties
    properties.author = properties.title = properties.comments = ""
    properties.language = "de-DE"
    return document


def set_style(
    document: Document, name: str, *, size, bold=False, before=0, after=0, colour=None, new=False
) -> ParagraphStyle:
    """Set the look of a paragraph style, which is created if it is `new`; sizes are in points."""
    styles = document.styles
    style = styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH) if new else styles[name]
    if new:
        style.base_style = styles["Normal"]
    style.font.name, style.font.size, style.font.bold = FONT, Pt(size), bold
    style.font.color.rgb = colour or RGBColor(0, 0, 0)
    fonts = style.element.rPr.rFonts
    # A theme font would take precedence over the name set above.
    for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{theme}"), None)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)
    style.paragraph_format.line_spacing = 1.1
    return style


def hyphenate(document: Document, cell: ParagraphStyle) -> None:
    """Let long words break in the narrow columns of tables, and nowhere else."""
    # Word insists on the order of elements that the schema prescribes: hence `addprevious`.
    document.settings.element.find(qn("w:defaultTabStop")).addnext(OxmlElement("w:autoHyphenation"))
    for style, suppressed in ((document.styles["Normal"], "1"), (cell, "0")):
        element = OxmlElement("w:suppressAutoHyphens")
        element.set(qn("w:val"), suppressed)
        style.element.get_or_add_pPr().find(qn("w:spacing")).addprevious(element)


def add_border(paragraph: Paragraph, side: str, colour: str, *, eighths: int, space: int) -> None:
    """Draw a line at one side of a paragraph, `eighths` of a point wide."""
    line = f'<w:{side} w:val="single" w:sz="{eighths}" w:space="{space}" w:color="{colour}"/>'
    borders = parse_xml(f"<w:pBdr {nsdecls('w')}>{line}</w:pBdr>")
    paragraph._p.get_or_add_pPr().insert_element_before(borders, *AFTER_BORDERS)


def add_footer(document: Document, *, name: str, page: str, of: str) -> None:
    """Write `name` and *Seite 1 von 3*; needs the style `Small`."""
    footer = document.sections[0].footer.paragraphs[0]
    footer.style = document.styles["Small"]
    footer.paragraph_format.tab_stops.add_tab_stop(TEXT_WIDTH, WD_TAB_ALIGNMENT.RIGHT)
    footer.add_run(f"{name}\t{page} ")
    _add_field(footer, "PAGE")
    footer.add_run(f" {of} ")
    _add_field(footer, "NUMPAGES")


def _add_field(paragraph: Paragraph, name: str, shown: str = "1") -> None:
    field = parse_xml(
        f'<w:fldSimple {nsdecls("w")} w:instr="{name}"><w:r><w:t>{shown}</w:t></w:r></w:fldSimple>'
    )
    paragraph._p.append(field)


def write_word(values: dict, *, made_at: dt.datetime) -> bytes:
    """Return a Word document of `values`: `title`, `author`, `portal`, `name` (of the footer),
    `mark`, `rows` ([label, value] of the head), `contents` (its heading), `page`, `of`, `blocks`.

    Headings have Word's styles, tables a header that each page repeats. User text stays text.
    """
    document = new_document()
    _set_styles(document)
    _write_head(document, values)
    body = document.element.body
    end = body.sectPr
    for element in _elements(values["blocks"]):
        end.addprevious(element)
    add_footer(document, name=writable(values["name"]), page=values["page"], of=values["of"])
    properties = document.core_properties
    properties.title = shorten(writable(values["title"]), MAX_PROPERTY_LENGTH)
    properties.author = shorten(writable(values["author"]), MAX_PROPERTY_LENGTH)
    # Word stores times in UTC without a time zone.
    properties.created = properties.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_styles(document: Document) -> None:
    set_style(document, "Normal", size=10, after=4)
    set_style(document, "Title", size=20, bold=True, before=10, after=8)
    # python-docx draws a blue line below titles.
    borders = document.styles["Title"].element.pPr.find(qn("w:pBdr"))
    if borders is not None:
        borders.getparent().remove(borders)
    set_style(document, "Heading 1", size=15, bold=True, before=24, after=6)
    set_style(document, "Heading 2", size=12, bold=True, before=12, after=4)
    set_style(document, "Heading 3", size=10.5, bold=True, before=10, after=3)
    set_style(document, "Caption", size=9, bold=True, before=6, after=3)
    document.styles["Caption"].paragraph_format.keep_with_next = True
    set_style(document, "Small", size=8, colour=MUTED, new=True)
    # Ends a table: Word joins two that follow each other.
    set_style(document, "Gap", size=4, new=True)
    set_style(document, "Contents", size=10, after=1, new=True)
    cell = set_style(document, "Cell", size=9, before=1.5, after=1.5, new=True)
    hyphenate(document, cell)
    small = set_style(document, "CellSmall", size=8, before=1.5, after=1.5, new=True)
    small.base_style = cell


def _write_head(document: Document, values: dict) -> None:
    portal = document.add_paragraph()
    portal.add_run(writable(values["portal"])).bold = True
    add_border(portal, "left", RED, eighths=36, space=6)
    if values["mark"]:
        document.add_paragraph(writable(values["mark"]), style="Small")
    document.add_paragraph(writable(values["title"]), style="Title")
    for label, value in values["rows"]:
        line = document.add_paragraph()
        line.paragraph_format.tab_stops.add_tab_stop(Cm(4.5))
        line.add_run(writable(label)).font.color.rgb = MUTED
        line.add_run(f"\t{writable(value)}")
    contents = document.add_paragraph(writable(values["contents"]), style="Caption")
    contents.paragraph_format.space_before = Pt(18)
    chapters = [block["text"] for block in values["blocks"] if block.get("level") == 1]
    if chapters:
        _add_contents(document, chapters)


def _add_contents(document: Document, chapters: Sequence[str]) -> None:
    """Write the table of contents as a field: Word adds the pages when it updates it; until then,
    each line leads to its chapter.
    """
    begin = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve"> '
        'TOC \\o "1-1" \\h </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>'
    )
    end = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    for number, chapter in enumerate(chapters):
        link = (
            f'<w:hyperlink w:anchor="{_bookmark(number)}" w:history="1"><w:r>'
            f"<w:t>{escape(writable(chapter))}</w:t></w:r></w:hyperlink>"
        )
        start = begin if number == 0 else ""
        finish = end if number == len(chapters) - 1 else ""
        line = _parsed(
            f'<w:p><w:pPr><w:pStyle w:val="Contents"/></w:pPr>{start}{link}{finish}</w:p>'
        )
        document.element.body.sectPr.addprevious(line)


def _bookmark(number: int) -> str:
    return f"_Toc{number + 1:04}"


def _elements(blocks: Iterable[Block]) -> Iterator:
    chapters = count()
    # Bars have no counterpart in Word; the table beside them has the same numbers.
    written = [block for block in blocks if block["kind"] != "bar"]
    for block, following in zip_longest(written, written[1:]):
        kind = block["kind"]
        if kind == "heading":
            style = f"Heading{block['level']}"
            mark = next(chapters) if block["level"] == 1 else None
            yield _parsed(_paragraph(block["text"], style, new_page=block["new_page"], mark=mark))
        elif kind == "paragraph":
            # Or a chapter would begin at the foot of a page with everything but its table.
            introduces = bool(following) and following["kind"] == "table"
            yield _parsed(_paragraph(block["text"], "Normal", keeps_next=introduces))
        elif kind == "note":
            yield _parsed(_paragraph(block["text"], "Small"))
        elif kind == "table":
            if block["caption"]:
                yield _parsed(_paragraph(block["caption"], "Caption"))
            yield _parsed(_table(block))
            yield _parsed(_paragraph("", "Gap"))


def _parsed(xml: str):
    return parse_xml(xml.replace(">", f" {nsdecls('w')}>", 1))


# XML as text: python-docx needs minutes for the cells of a few hundred tables.
def _paragraph(
    text: str,
    style: str,
    *,
    bold: bool = False,
    right: bool = False,
    new_page: bool = False,
    keeps_next: bool = False,
    mark: int | None = None,
) -> str:
    """Return a paragraph; `keeps_next` leaves no page break after it, `mark` numbers a chapter."""
    weight = "<w:rPr><w:b/></w:rPr>" if bold else ""
    # In the order of the schema.
    layout = "<w:keepNext/>" * keeps_next + "<w:pageBreakBefore/>" * new_page
    layout += '<w:jc w:val="right"/>' * right
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in writable(text).split("\n")
    )
    run = f"<w:r>{weight}{lines}</w:r>"
    if mark is not None:
        start = f'<w:bookmarkStart w:id="{mark}" w:name="{_bookmark(mark)}"/>'
        run = f'{start}{run}<w:bookmarkEnd w:id="{mark}"/>'
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{layout}</w:pPr>{run}</w:p>'


def _table(block: Block) -> str:
    total = sum(block["widths"])
    widths = [round(Length(TEXT_WIDTH).twips * width / total) for width in block["widths"]]
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    numbers, rows = block["numbers"], block["rows"]
    # Like the PDF: a small table stays in one piece, a long one at least begins with two lines.
    length = sum(len(text) for cells in rows for text in cells)
    together = len(rows) - 1 if len(rows) <= SMALL_ROWS and length <= SMALL_LENGTH else 1
    header = _line(block["header"], widths, is_header=True, numbers=numbers, keeps_next=True)
    lines = "".join(
        _line(cells, widths, numbers=numbers, keeps_next=index < together)
        for index, cells in enumerate(rows)
    )
    caption = escape(writable(block["caption"]), {'"': "&quot;"})
    # Word moves a table left by its cell padding, 108 twentieths of a point; move it back.
    return (
        '<w:tbl><w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/>'
        '<w:tblInd w:w="108" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblLook w:val="0420" w:firstRow="1" w:noVBand="1"/>'
        f'<w:tblCaption w:val="{caption}"/></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{header}{lines}</w:tbl>"
    )


def _line(
    cells: Sequence[str],
    widths: Sequence[int],
    *,
    is_header: bool = False,
    numbers: bool,
    keeps_next: bool,
) -> str:
    # A row of many headings has no room for long words.
    style = "CellSmall" if is_header and len(cells) >= MANY_COLUMNS else "Cell"

    properties = f"<w:trPr><w:cantSplit/>{'<w:tblHeader/>' * is_header}</w:trPr>"
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>' if is_header else ""
    shown = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>'
        f"{_paragraph(text, style, bold=is_header, right=numbers and i > 0, keeps_next=keeps_next)}"
        "</w:tc>"
        for i, (text, width) in enumerate(zip(cells, widths, strict=True))
    )
    return f"<w:tr>{properties}{shown}</w:tr>"
