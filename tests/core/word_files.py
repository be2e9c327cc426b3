"""The content of a Word document, as python-docx reads it."""

from io import BytesIO

import docx


def lines_of_word(content: bytes) -> list[str]:
    """Return the paragraphs of the body in order, including those in tables and text boxes."""
    body = docx.Document(BytesIO(content)).element.body
    name = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    signs = {f"{name}br": "\n", f"{name}tab": "\t"}
    return [
        "".join(
            signs.get(node.tag) or node.text or ""
            for run in paragraph.iter(f"{name}r")
            for node in run
        )
        for paragraph in body.iter(f"{name}p")
    ]
