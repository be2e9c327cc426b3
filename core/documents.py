"""Documents from templates in this repository: PDF with typst, Word with docxtpl.

User text goes in as data, never as markup. PDFs conform to PDF/UA-1 (accessibility, required by
BIKTG Bln) and PDF/A-2a (archiving) at once.
"""

import datetime as dt
import json
import re
import struct
import unicodedata
import uuid
import zlib
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import typst
from django.conf import settings
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from docxtpl import DocxTemplate

from core.texts import shorten, without_control

# typst checks the rules of both and refuses a document that breaks one.
PDF_STANDARDS: list[Literal["ua-1", "a-2a"]] = ["ua-1", "a-2a"]
NO_GLYPH = "\ufffd"
MAX_PROPERTY_LENGTH = 255
# Characters that Fira Sans or the fonts embedded in typst can draw: PDF/UA forbids missing glyphs.
DRAWN = re.compile(
    "[\n -~\xa0-\u04ff"
    "\u1e00-\u1fff\u2010-\u2027\u202f-\u2040\u2044-\u2052\u2054-\u205e\u2070-\u209c\u20a0-\u20bf"
    "\u2100-\u211e\u2126-\u214f\u2153-\u2184\u2190-\u23ff\u2460-\u2606\u2610-\u2612\u2713\u2714\u2717\u2718"
    "\ufb00-\ufb06\ufffd]"
)
INVISIBLE = re.compile(
    "[\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff\U000e0000-\U000e01ef]"
)


def make_pdf(template: str, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """Return the PDF of a typst template, which reads `data` from `sys.inputs.data`.

    `template` is a path below `templates/`. Every text in `data` goes through `drawable`. Raises
    typst.TypstError when the template violates PDF/UA.
    """
    root = _template_root()
    return typst.compile(
        root / template,
        root=root,
        font_paths=document_fonts(),
        # System fonts would make documents differ between installations.
        ignore_system_fonts=True,
        format="pdf",
        sys_inputs={"data": json.dumps(_each_text(data, drawable))},
        pdf_standards=[*PDF_STANDARDS],
        # With a fixed time, the same data gives the same bytes.
        timestamp=int(made_at.timestamp()),
    )


def make_word(template: str, data: dict[str, Any], *, made_at: dt.datetime) -> bytes:
    """Return the Word document of a docxtpl template filled with `data`.

    `template` is a path below `templates/`. `data["title"]` and `data["author"]` become the
    document's properties.
    """
    values = _each_text(data, writable)
    document = DocxTemplate(_template_root() / template)
    # autoescape: the template is XML, and user text must not become part of its markup.
    document.render(values, autoescape=True)
    properties = document.docx.core_properties
    # Word refuses longer properties.
    properties.title = shorten(values["title"], MAX_PROPERTY_LENGTH)
    properties.author = shorten(values["author"], MAX_PROPERTY_LENGTH)
    # Word stores times in UTC without a time zone.
    properties.created = properties.modified = made_at.astimezone(dt.UTC).replace(tzinfo=None)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def document_response(content: bytes, *, filename: str, media_type: str) -> HttpResponse:
    """Return `content` as a download. `filename` must be ASCII."""
    headers = {"Content-Disposition": content_disposition_header(True, filename) or "attachment"}
    return HttpResponse(content, content_type=media_type, headers=headers)


def writable(text: str) -> str:
    """Return `text` without control characters and with `\\n` as its only line end."""
    return without_control(text).replace("\t", " ")


def drawable(text: str) -> str:
    """Return `text` with only characters that the fonts can draw, `NO_GLYPH` for all others."""
    # NFC first: the fonts draw "ä" but not "a" with a combining mark.
    visible = INVISIBLE.sub("", unicodedata.normalize("NFC", writable(text)))
    return re.sub(
        f"{NO_GLYPH}+", NO_GLYPH, "".join(c if _is_drawn(c) else NO_GLYPH for c in visible)
    )


def _is_drawn(char: str) -> bool:
    # Unassigned code points lie among the others.
    return bool(DRAWN.match(char)) and unicodedata.category(char) != "Cn"


def _each_text(value: Any, clean) -> Any:
    if isinstance(value, dict):
        return {key: _each_text(inner, clean) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [_each_text(inner, clean) for inner in value]
    return value if value is None or isinstance(value, (bool, int)) else clean(str(value))


def _template_root() -> Path:
    return Path(settings.BASE_DIR) / "templates"


# typst uses one font per family and weight, so the subset with rarer letters needs its own family
# name. Both names have the same length, because the name is replaced in place.
FAMILY, EXTENDED_FAMILY = ("Fira Sans", "Fira More")
SOURCE = "node_modules/@fontsource/fira-sans/files"
PARTS = {"latin": FAMILY, "latin-ext": EXTENDED_FAMILY}
WEIGHTS = (400, 600)

# signature, flavour, length, number of tables, reserved, unpacked size
HEADER = struct.Struct(">4sIIHHI24x")
# tag, offset, packed length, length, checksum
ENTRY = struct.Struct(">4sIIII")


def unpack_woff(data: bytes, *, family: str = FAMILY) -> bytes:
    """Return the TrueType font in the WOFF 1.0 file `data`, renamed to `family`.

    Format: W3C *WOFF File Format 1.0*, chapters 3 to 5. Raises ValueError for anything else.
    """
    if data[:4] != b"wOFF":
        raise ValueError("This is no WOFF file.")
    _signature, flavour, _length, count, _reserved, _size = HEADER.unpack_from(data)
    power = count.bit_length() - 1
    head = struct.pack(">IHHHH", flavour, count, 16 << power, power, 16 * count - (16 << power))
    offset, directory, body = len(head) + 16 * count, [], []
    for tag, start, packed, length, checksum in ENTRY.iter_unpack(
        data[HEADER.size :][: ENTRY.size * count]
    ):
        table = data[start : start + packed]
        table = zlib.decompress(table) if packed < length else table
        if tag == b"name" and family != FAMILY:
            table = _renamed(table, family)
            checksum = _checksum(table)
        directory.append(struct.pack(">4sIII", tag, checksum, offset, length))
        body.append(table + bytes(-length % 4))
        offset += len(body[-1])
    return b"".join([head, *directory, *body])


def _renamed(names: bytes, family: str) -> bytes:
    for encoding in ("utf-16-be", "ascii"):
        names = names.replace(FAMILY.encode(encoding), family.encode(encoding))
    return names


def _checksum(table: bytes) -> int:
    """Return the sum of a table's 32-bit numbers (OpenType, *Calculating checksums*)."""
    padded = table + bytes(-len(table) % 4)
    return sum(number for (number,) in struct.iter_unpack(">I", padded)) & 0xFFFFFFFF


def unpack_fonts() -> list[Path]:
    """Write the missing fonts to `FONT_DIR` and return the paths of all of them.

    Raises FileNotFoundError when the npm package is not installed.
    """
    settings.FONT_DIR.mkdir(parents=True, exist_ok=True)
    return [_unpack_one(part, weight) for part in PARTS for weight in WEIGHTS]


def _unpack_one(part: str, weight: int) -> Path:
    target = settings.FONT_DIR / f"{part}-{weight}.ttf"
    if not target.exists():
        source = Path(settings.BASE_DIR) / SOURCE / f"fira-sans-{part}-{weight}-normal.woff"
        # Another process may unpack the same font: write beside the target, then rename atomically.
        unfinished = target.with_suffix(f".{uuid.uuid4().hex}")
        unfinished.write_bytes(unpack_woff(source.read_bytes(), family=PARTS[part]))
        unfinished.replace(target)
    return target


# Cached: loading the fonts takes longer than writing a page.
@cache
def document_fonts() -> typst.Fonts:
    """Return the fonts of documents: Fira Sans and those embedded in typst, no system fonts."""
    folder = unpack_fonts()[0].parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
    )
