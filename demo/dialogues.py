"""Loads the real dialogues and similar meetings, which bypass the workflow."""

import datetime as dt
import re

from core.history import save_as
from core.models import Origin, Precision
from demo import TAKEN_OVER
from demo.matching import OrganisationIndex
from demo.visits import first_day
from dialogues.enums import DialogueCategory, DialogueFormat, DialogueState
from dialogues.models import Dialogue

# Any other kind of meeting is loaded as a *Veranstaltung*.
DIALOGUE_KIND = "Branchengespräch"
PRECISIONS = {"month": Precision.MONTH, "year": Precision.YEAR}
# Sentences in the notes that address the people who gathered the facts, not the readers.
INTERNAL_REMARKS = re.compile(
    r"(Aus masterplan-facts\.md( übernommen)?[.;]|Seed-Text\.|"
    r"(Namen realer Personen|Sehr gutes Muster):[^.]*\.)\s*"
)
DIGITAL = ("(digital)", "virtuell")


def load_dialogues(records: list[dict], *, now: dt.datetime) -> None:
    """Load `data/dialogues.json`; a host that matches no organisation stays text."""
    organisations = OrganisationIndex()
    for record in records:
        host = organisations.find(record["host"] or "")
        is_dialogue = record["kind"] == DIALOGUE_KIND
        dialogue = Dialogue(
            title=record["topic"] or record["kind"],
            # The facts list only meetings that have taken place.
            state=DialogueState.HELD,
            origin=Origin.TAKEN_OVER,
            category=DialogueCategory.DIALOGUE if is_dialogue else DialogueCategory.EVENT,
            event_kind="" if is_dialogue else record["kind"],
            host=host.organisation,
            host_text="" if host.organisation else record["host"] or "",
            place=record["place"] or "",
            format=format_of(record),
            participants_text="\n".join(record["participants"]),
            outcome=record["outcome"] or "",
            press_text=record["press"] or "",
            sources=record["source"],
            basis={"starts_on": record["date_basis"]},
            doubts=doubts_of(record),
            **known_day(record),
        )
        save_as(dialogue, by=None, now=now, reason=TAKEN_OVER)


def known_day(record: dict) -> dict:
    """Return `starts_on` and `precision`, no more exact than the source."""
    if record["date"]:
        return {"starts_on": dt.date.fromisoformat(record["date"]), "precision": Precision.DAY}
    if not record["date_range"]:
        return {"precision": Precision.UNKNOWN}
    return {
        "starts_on": first_day(record["date_range"]),
        "precision": PRECISIONS.get(record["date_basis"], Precision.DAY),
    }


def format_of(record: dict) -> DialogueFormat:
    """Assume that a meeting took place on site unless its source says otherwise."""
    words = f"{record['kind']} {record['place'] or ''}"
    return (
        DialogueFormat.DIGITAL if any(word in words for word in DIGITAL) else DialogueFormat.ON_SITE
    )


def doubts_of(record: dict) -> str:
    """Return the open questions about the record, with the time of day as the source words it."""
    notes = INTERNAL_REMARKS.sub("", record["notes"] or "").strip()
    return f"{notes} Uhrzeit laut Quelle: {record['time']}.".strip() if record["time"] else notes
