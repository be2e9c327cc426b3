"""The real dialogues and kindred meetings: taken over with source, basis and doubt, outside the
workflow.
"""

import datetime as dt
import re

from django.utils.translation import gettext_lazy

from core.history import save_as
from core.models import Origin, Precision
from demo.matching import OrganisationIndex
from demo.visits import first_day
from dialogues.enums import DialogueCategory, DialogueFormat, DialogueState
from dialogues.models import Dialogue

DIALOGUE_KIND = "Branchengespräch"  # every other kind of meeting is a Veranstaltung
PRECISIONS = {"month": Precision.MONTH, "year": Precision.YEAR}
# Sentences of the notes that speak to those who gathered the facts, not about the fact.
ASIDES = re.compile(
    r"(Aus masterplan-facts\.md( übernommen)?[.;]|Seed-Text\.|(Namen realer Personen|Sehr gutes Muster):[^.]*\.)\s*"
)
DIGITAL = ("(digital)", "virtuell")
TAKEN_OVER = gettext_lazy("Aus früheren Unterlagen übernommen")


def load_dialogues(data: list[dict], *, now: dt.datetime) -> None:
    """Load every row of `data/dialogues.json`; a host that matches no organisation stays text."""
    organisations = OrganisationIndex()
    for row in data:
        host = organisations.find(row["host"] or "")
        is_dialogue = row["kind"] == DIALOGUE_KIND
        dialogue = Dialogue(
            title=row["topic"] or row["kind"],
            state=DialogueState.HELD,
            origin=Origin.TAKEN_OVER,
            category=DialogueCategory.DIALOGUE if is_dialogue else DialogueCategory.EVENT,
            event_kind="" if is_dialogue else row["kind"],
            host=host.organisation,
            host_text="" if host.organisation else row["host"] or "",
            place=row["place"] or "",
            format=format_of(row),
            participants_text="\n".join(row["participants"]),
            outcome=row["outcome"] or "",
            press_text=row["press"] or "",
            sources=row["source"],
            basis={"starts_on": row["date_basis"]},
            doubts=doubts_of(row),
            **known_day(row),
        )
        save_as(dialogue, by=None, now=now, reason=TAKEN_OVER)


def known_day(row: dict) -> dict:
    """Return `starts_on` and `precision` as exactly as the source knows them."""
    if row["date"]:
        return {"starts_on": dt.date.fromisoformat(row["date"]), "precision": Precision.DAY}
    if not row["date_range"]:
        return {"precision": Precision.UNKNOWN}
    return {
        "starts_on": first_day(row["date_range"]),
        "precision": PRECISIONS.get(row["date_basis"], Precision.DAY),
    }


def format_of(row: dict) -> DialogueFormat:
    """Return the format; what does not say that it was digital took place somewhere."""
    words = f"{row['kind']} {row['place'] or ''}"
    return (
        DialogueFormat.DIGITAL if any(word in words for word in DIGITAL) else DialogueFormat.ON_SITE
    )


def doubts_of(row: dict) -> str:
    """Return what the source leaves open, and the time as it writes it."""
    notes = ASIDES.sub("", row["notes"] or "").strip()
    return f"{notes} Uhrzeit laut Quelle: {row['time']}.".strip() if row["time"] else notes
