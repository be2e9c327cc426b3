"""The programme of a dialogue as PDF, for both offices and for guests."""

import datetime as dt

from django.conf import settings
from django.http import HttpResponse
from django.utils.translation import gettext as _

from core.dates import local_date
from core.documents import document_response, make_pdf
from core.enums import PDF
from core.uploads import ascii_name
from dialogues.models import Dialogue
from dialogues.queries import programme_rows

PROGRAMME_TEMPLATE = "dialogues/programme.typ"
MAX_FILE_NAME_LENGTH = 60


def programme_response(dialogue: Dialogue, now: dt.datetime) -> HttpResponse:
    """Return the programme as a download. Guests get the dialogue as they know it
    (`as_announced`).
    """
    content = make_pdf(PROGRAMME_TEMPLATE, programme_values(dialogue), made_at=now)
    # ASCII only: a Content-Disposition header carries other characters unreliably.
    title = ascii_name(dialogue.title).lower()[:MAX_FILE_NAME_LENGTH].strip("-") or dialogue.pk
    day = f"-{local_date(dialogue.starts_at)}" if dialogue.starts_at else ""
    return document_response(content, filename=f"programm-{title}{day}.pdf", media_type=PDF)


def programme_values(dialogue: Dialogue) -> dict:
    """Return all words of the document in reading order."""
    name = _("Programm")
    facts = [
        (_("Termin"), dialogue.when),
        (_("Ort"), dialogue.location),
        (_("Format"), dialogue.get_format_display()),
    ]
    return {
        "title": f"{name}: {dialogue.title}",
        "author": settings.OFFICE_NAME,
        "portal": settings.PORTAL_NAME,
        "kind": _("Programm des Branchengesprächs"),
        "name": f"{name} · {settings.OFFICE_NAME}",
        "mark": _("Demodaten") if dialogue.is_demo else "",
        "subject": dialogue.title,
        "facts": [[label, str(value)] for label, value in facts if value],
        "columns": [_("Zeit"), _("Programmpunkt")],
        "rows": [[row.time, row.what] for row in programme_rows(dialogue)],
        "page": _("Seite"),
        "of": _("von"),
    }
