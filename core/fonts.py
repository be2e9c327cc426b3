"""Fira Sans for documents: unpacked once from the web fonts that npm brings, since typst reads
TrueType alone.
"""

import struct
import uuid
import zlib
from functools import cache
from pathlib import Path

import typst
from django.conf import settings

FAMILY, MORE = (
    "Fira Sans",
    "Fira More",
)  # a name of its own, as long as the other, for the part with rarer letters
SOURCE = "node_modules/@fontsource/fira-sans/files"
PARTS = {"latin": FAMILY, "latin-ext": MORE}
WEIGHTS = (400, 600)

HEADER = struct.Struct(
    ">4sIIHHI24x"
)  # signature, flavour, length, number of tables, reserved, size when unpacked
ENTRY = struct.Struct(">4sIIII")  # tag, offset, packed length, length, checksum


def unpack_woff(data: bytes, *, family: str = FAMILY) -> bytes:
    """Return the TrueType font inside the WOFF 1.0 file `data` (W3C *WOFF File Format 1.0*,
    chapters 3 to 5).

    It is called `family`, since typst takes one font of a name and weight and never asks a second.
    Raises ValueError when `data` is no WOFF file.
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
    """Return the table of names with `family` instead of `FAMILY`; both have the same length, so
    nothing moves.
    """
    for encoding in ("utf-16-be", "ascii"):
        names = names.replace(FAMILY.encode(encoding), family.encode(encoding))
    return names


def _checksum(table: bytes) -> int:
    """Return the sum of a table's 32-bit numbers (OpenType, *Calculating checksums*)."""
    padded = table + bytes(-len(table) % 4)
    return sum(number for (number,) in struct.iter_unpack(">I", padded)) & 0xFFFFFFFF


def unpack_fonts() -> list[Path]:
    """Write the fonts of documents to `FONT_DIR` as far as they are missing; return where all of
    them are.

    Raises FileNotFoundError when neither they nor their sources are there. Two processes may do it
    at once.
    """
    settings.FONT_DIR.mkdir(parents=True, exist_ok=True)
    return [_unpack_one(part, weight) for part in PARTS for weight in WEIGHTS]


def _unpack_one(part: str, weight: int) -> Path:
    target = settings.FONT_DIR / f"{part}-{weight}.ttf"
    if not target.exists():
        source = Path(settings.BASE_DIR) / SOURCE / f"fira-sans-{part}-{weight}-normal.woff"
        unfinished = target.with_suffix(f".{uuid.uuid4().hex}")
        unfinished.write_bytes(unpack_woff(source.read_bytes(), family=PARTS[part]))
        unfinished.replace(target)
    return target


@cache
def document_fonts() -> typst.Fonts:
    """Return the fonts of documents: the two parts of Fira Sans and those inside typst; never those
    of the system.
    """
    folder = unpack_fonts()[0].parent
    return typst.Fonts(
        include_system_fonts=False, include_embedded_fonts=True, font_paths=[str(folder)]
    )
