"""The content of a long document as blocks that a page, a PDF and a Word file lay out alike.

Blocks are plain dictionaries, because typst reads them as JSON.
"""

from collections.abc import Iterable, Sequence
from typing import Any

Block = dict[str, Any]


def heading(text: str, level: int, *, new_page: bool = False) -> Block:
    """Return a heading; level 1 starts a chapter, with `new_page` on a page of its own."""
    return {"kind": "heading", "text": text, "level": level, "new_page": new_page}


def paragraphs(text: str) -> list[Block]:
    """Split `text` at blank lines; single line breaks stay."""
    return [{"kind": "paragraph", "text": part} for part in split_paragraphs(text)]


def note(text: str) -> Block:
    """Return a sentence in small print."""
    return {"kind": "note", "text": text}


def table(
    caption: str,
    header: Sequence[str],
    rows: Iterable[Sequence],
    *,
    widths: Sequence[int],
    numbers: bool = False,
    only_in_file: bool = False,
) -> Block:
    """Return a table. `widths` are shares of the line; with `numbers`, all columns but the first
    hold numbers. A table `only_in_file` is too long for a page.
    """
    return {
        "kind": "table",
        "caption": caption,
        "header": list(header),
        "rows": [[str(value) for value in cells] for cells in rows],
        "widths": list(widths),
        "numbers": numbers,
        "only_in_file": only_in_file,
    }


def bar(label: str, segments: Iterable[tuple[str, int, str]]) -> Block:
    """Return a stacked bar of (label, count, colour), without those that count nothing.

    A table with the same numbers belongs beside it: files show the bar as decoration.
    """
    parts = [
        {"label": label, "count": count, "colour": colour}
        for label, count, colour in segments
        if count
    ]
    return {"kind": "bar", "label": label, "segments": parts}


def split_paragraphs(text: str) -> list[str]:
    blocks = "\n".join(line.rstrip() for line in text.splitlines()).split("\n\n")
    return [block.strip("\n") for block in blocks if block.strip()]
