"""The content of a PDF, as pypdf reads it."""

from io import BytesIO

from pypdf import PdfReader


def read_pdf(content: bytes) -> PdfReader:
    return PdfReader(BytesIO(content))


def text_of(content: bytes) -> str:
    """Return the text of all pages, one line per line of the PDF."""
    return "\n".join(page.extract_text() for page in read_pdf(content).pages)


def fonts_of(content: bytes) -> set[str]:
    """Return the names of the fonts in use, without their subset prefixes."""
    pages = read_pdf(content).pages
    fonts = [
        font.get_object() for page in pages for font in page["/Resources"].get("/Font", {}).values()
    ]
    return {str(font["/BaseFont"]).partition("+")[2].removesuffix("-Identity-H") for font in fonts}


def structure_of(content: bytes) -> list[str]:
    """Return the types of the structure elements in reading order: Document, H1, P, Table …"""
    return list(_kinds(read_pdf(content).trailer["/Root"]["/StructTreeRoot"]))


def _kinds(element):
    element = element.get_object()
    if not isinstance(element, dict):
        return
    if "/S" in element:
        yield str(element["/S"]).lstrip("/")
    children = element.get("/K", [])
    children = children.get_object() if hasattr(children, "get_object") else children
    for child in children if isinstance(children, list) else [children]:
        if not isinstance(child, int):
            yield from _kinds(child)
