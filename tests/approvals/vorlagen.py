"""Requests whose Leitungsvorlage is made in tests."""

from approvals.enums import ApprovalKind, ApprovalState
from approvals.models import Attachment
from tests.approvals.builders import make_request, make_subject

SNAPSHOT = [["Thema", "Fachkräfte sichern"], ["Vorgeschlagen von", "Verband"], ["Presse", "Bild; Wort\nund noch eins"]]
OPTIONS = [
    {"id": 7, "label": "Di, 18.06.2019, 14:00–16:30 Uhr", "hint": "Gastgeber bevorzugt"},
    {"id": 9, "label": "Do, 20.06.2019, 10:00–12:30 Uhr", "hint": ""},
]
TICK = "\N{BALLOT BOX}"


def some_request(state=ApprovalState.OPEN, **fields):
    subject = make_subject(snapshot=SNAPSHOT)
    return make_request(state, subject=subject, facts="Erste Zeile.\nZweite Zeile.\n\nNeuer Absatz.", **fields)


def dates_request(state=ApprovalState.OPEN, **fields):
    return make_request(state, subject=make_subject(ApprovalKind.DATES, options=OPTIONS), **fields)


def attachment(title: str, size: int) -> Attachment:
    return Attachment(title=title, size=size, media_type="application/pdf")
