"""What pages say about the documents and links of a measure or project."""

from collections.abc import Iterable
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from core.dates import format_moment
from core.html import draw_badge
from core.roles import is_inside
from measures.models import Document, Link
from measures.permissions import can_change_measures


class MaterialLine(NamedTuple):
    """One document or link; `links` are (URL, label) of what the office can do."""

    title: str
    url: str
    is_outside: bool
    note: str
    internal: SafeString
    links: list[tuple[str, str]]


def material_lines(materials: Iterable[Document | Link], user) -> list[MaterialLine]:
    return [_line(material, user) for material in materials]


def _line(material: Document | Link, user) -> MaterialLine:
    is_document = isinstance(material, Document)
    kind = "document" if is_document else "link"
    links = [
        (reverse(f"measures:{kind}_edit", args=[material.pk]), _("Ändern")),
        (reverse(f"measures:{kind}_delete", args=[material.pk]), _("Löschen")),
    ]
    return MaterialLine(
        title=material.heading,
        url=material.get_absolute_url(),
        is_outside=not is_document,
        note=_document_note(material, user) if isinstance(material, Document) else material.url,
        internal=draw_badge(_("intern"), "warning") if material.is_internal else SafeString(""),
        links=links if can_change_measures(user) else [],
    )


def _document_note(document: Document, user) -> str:
    note = f"{document.description}, {format_moment(document.uploaded_at)}"
    # Who works in the office is no business of others.
    return f"{note}, {document.uploaded_by}" if is_inside(user) else note
