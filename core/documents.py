"""Documents out of templates of this repository: PDF by typst, Word by docxtpl.

What people wrote goes in as data and never as markup. PDFs are tagged: PDF/UA-1 (BIKTG Bln asks for
accessible documents) and PDF/A-2a (to be filed) at once.
"""

import datetime as dt
import json
import re
import unicodedata
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from docxtpl import DocxTemplate

from core.fonts import document_fonts

PDF_STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
NO_GLYPH = "\ufffd"
# What Fira Sans or the fonts inside typst can draw; PDF/UA allows no character without a glyph.
DRAWN = re.compile(
    "[\n "
    "-~\xa0-\u04ff\u1e00-\u1fff\u2010-\u2027\u202f-\u2040\u2044-\u2052\u2054-\u205e\u2070-\u209c\u20a0-\u20bf"
    "\u2100-\u211e\u2126-\u214f\u2153-\u2184\u2190-\u23ff\u2460-\u2606\u2610-\u2612\u2713\u2714\u2717\u2718"
    "\ufb00-\ufb06\ufffd]"
)
LINE_ENDS = re.compile("\r\n|[\r\x0b\x0c\x85\u2028\u2029]")
INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)


def make_pdf(template: str, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """Return the PDF of the typst `template` (a path below `templates/`), which reads `data` from
    `sys.inputs.data`.

    Every text in `data` is cleaned by `drawable`. Raises typst.TypstError when the template breaks
    a rule of PDF/UA.
    """
    root = _template_root()
    return typst.compile(
        root / template,
        root=root,
        font_paths=document_fonts(),
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(_each_text(data, drawable))},
        pdf_standards=[*PDF_STANDARDS],
        timestamp=int(made_at.timestamp()),
    )


def make_word(template: str, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """Return the Word document of the docxtpl `template` (a path below `templates/`) filled with
    `data`.

    `data["title"]` and `data["author"]` become the document's properties.
    """
    values = _each_text(data, writable)
    document = DocxTemplate(_template_root() / template)
    document.render(values, autoescape=True)
    properties = document.docx.core_properties
    properties.title, properties.author = values["title"][:255], values["author"][:255]
    properties.created = properties.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def document_response(content: bytes, *, filename: str, media_type: str) -> HttpResponse:
    """Return `content` as a download called `filename` (ASCII)."""
    headers = {"Content-Disposition": content_disposition_header(True, filename) or "attachment"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def writable(text: str) -> str:
    """Return `text` without what no document holds: control characters; each end of line is one
    `\\n`.
    """
    lines = LINE_ENDS.sub("\n", text).replace("\t", " ")
    return "".join(
        char
        for char in lines
        if char == "\n" or unicodedata.category(char) not in ("Cc", "Cs", "Cn")
    )


def drawable(text: str) -> str:
    """Return `text` as the fonts can draw it: composed, without invisible characters, `NO_GLYPH`
    for unknown ones.
    """
    visible = INVISIBLE.sub("", unicodedata.normalize("NFC", writable(text)))
    return re.sub(
        f"{NO_GLYPH}+", NO_GLYPH, "".join(c if DRAWN.match(c) else NO_GLYPH for c in visible)
    )


def _each_text(value: Any, clean) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(inner, clean) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each_text(inner, clean) for inner in value]
    return value if value is None or isinstance(value, (bool, int)) else clean(str(value))


def _template_root() -> Path:
    return Path(settings.BASE_DIR) / "templates"
