"""Approvals that have a Leitungsvorlage, and the text of its PDF and Word document."""

from approvals.documents import briefing_pdf, briefing_word
from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest, Attachment
from tests.approvals.builders import make_approval, make_subject
from tests.core.pdfs import text_of
from tests.core.word_files import lines_of_word

SNAPSHOT = [
    ["Thema", "Fachkräfte sichern"],
    ["Vorgeschlagen von", "Verband"],
    ["Presse", "Bild; Wort\nund noch eins"],
]
OPTIONS = [
    {"id": 7, "label": "Di, 18.06.2019, 14:00–16:30 Uhr", "hint": "Gastgeber bevorzugt"},
    {"id": 9, "label": "Do, 20.06.2019, 10:00–12:30 Uhr", "hint": ""},
]
TICK = "\N{BALLOT BOX}"


def some_approval(state=ApprovalState.OPEN, **fields):
    subject = make_subject(snapshot=SNAPSHOT)
    return make_approval(
        state, subject=subject, facts="Erste Zeile.\nZweite Zeile.\n\nNeuer Absatz.", **fields
    )


def dates_approval(state=ApprovalState.OPEN, **fields):
    return make_approval(state, subject=make_subject(ApprovalKind.DATES, options=OPTIONS), **fields)


def attachment(title: str, size: int) -> Attachment:
    return Attachment(title=title, size=size, media_type="application/pdf")


def pdf_lines(approval: ApprovalRequest) -> list[str]:
    """Return the lines of the PDF; a table row is one line of label and value."""
    return text_of(briefing_pdf(approval, [])).splitlines()


def word_lines(approval: ApprovalRequest) -> list[str]:
    """Return the lines of the Word document in the same form as `pdf_lines`."""
    lines = "\n".join(lines_of_word(briefing_word(approval, []))).splitlines()
    return [line.replace("\t", " ").rstrip() for line in lines]
