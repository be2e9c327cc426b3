"""Loads the real visits and their press coverage, which bypass the workflow."""

import datetime as dt
import re

from django.utils import timezone

from core.folding import fold
from core.history import save_as
from core.models import Origin, Precision
from demo import TAKEN_OVER
from demo.matching import split_remark
from media_visits.enums import CoverageKind, PressKind, Publisher, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from partners.models import Organisation, Sector

STATES = {
    "durchgeführt": VisitState.HELD,
    "angekündigt": VisitState.ANNOUNCED,
    "kurzfristig abgesagt": VisitState.CANCELLED,
}
PUBLISHERS = {
    "press": Publisher.PRESS,
    "association/union": Publisher.ASSOCIATION,
    "site operator": Publisher.SITE,
    "chamber magazine": Publisher.CHAMBER,
    "industry portal": Publisher.PORTAL,
}
# Wording of the source → kind of press slot, and the basis of that reading.
PRESS = (
    ("Wort-Bild-Termin", PressKind.WORD_PICTURE, "sourced"),
    ("nicht presseöffentlich", PressKind.NOT_PUBLIC, "sourced"),
    ("Presse- und Fototermin", PressKind.WORD_PICTURE, "inferred"),
    ("öffentlich, Fototermin", PressKind.PICTURE, "inferred"),
)
# Industrial sectors only: places, trades and themes remain in `sectors_text`.
SECTORS = {
    "Maschinenbau/Lasertechnik": ("Maschinenbau", "Optik/Photonik"),
    "Elektrotechnik": ("Elektroindustrie",),
    "Umwelttechnik": ("Umwelttechnik",),
    "IT-Sicherheit": ("Software/IT",),
    "Sensorik/Mikroelektronik": ("Elektroindustrie",),
    "Energietechnik/Turbinenbau": ("Energietechnik", "Maschinenbau"),
    "Medizintechnik/Optik": ("Medizintechnik", "Optik/Photonik"),
    "Software/IoT": ("Software/IT",),
    "Optik/Photonik": ("Optik/Photonik",),
    "Sensorik/Automobilzulieferer": ("Elektroindustrie", "Fahrzeugbau"),
    "Elektronik/Speichermedien": ("Elektroindustrie",),
    "Fahrzeugbau/Motorräder": ("Fahrzeugbau",),
    "Schienenfahrzeugbau": ("Fahrzeugbau",),
    "Chemie/Lederpflege": ("Chemie/Pharma",),
    "Metall/Spielgeräte": ("Metall",),
    "Musikelektronik/Software": ("Elektroindustrie", "Software/IT"),
    "Energiespeicher": ("Energietechnik",),
    "Sensorik": ("Elektroindustrie",),
    "Apparatebau": ("Maschinenbau",),
    "Turbomaschinen": ("Maschinenbau",),
    "Funktechnik": ("Elektroindustrie",),
    "Chemie/Mikrotechnik": ("Chemie/Pharma",),
    "Kosmetik": ("Chemie/Pharma",),
    "Lebensmittel": ("Lebensmittel",),
    "Lasertechnik": ("Optik/Photonik",),
    "Elektronik": ("Elektroindustrie",),
}
# Sources mention companies both with and without their legal form.
LEGAL_FORM = re.compile(r"(\s+(ag|se|gmbh|co\.|kg|&))+$")


def load_visits(records: list[dict], *, now: dt.datetime) -> None:
    """Load `data/visits.json`. The visits are published, because their sources are public."""
    companies = companies_by_name()
    for record in records:
        visit = Visit(
            company=find_company(record["company"], companies),
            # Kept even when the company is known: the text may name one of its plants.
            company_text=record["company"],
            title=record["occasion"],
            sectors_text=", ".join(record["sectors"]),
            visitor=record["visitor"] or "",
            address=record["address"] or "",
            press_text=record["press_type"] or "",
            state=STATES[record["status"]],
            is_published=True,
            origin=Origin.TAKEN_OVER,
            sources=record["source"],
            doubts=record["notes"] or "",
            basis={
                "starts_on": record["date_basis"],
                "sectors": record["sectors_basis"] if record["sectors"] else "unknown",
            },
            **known_days(record),
            **known_times(record),
        )
        if visit.state == VisitState.CANCELLED:
            # A cancelled visit needs a reason. In the data it is the beginning of the notes.
            visit.reason = visit.doubts.partition(";")[0]
        slot_kind = press_kind(visit)
        save_as(visit, by=None, now=now, reason=TAKEN_OVER)
        names = {name for text in record["sectors"] for name in SECTORS.get(text, ())}
        # Sorted, because the order of a set differs between runs and new sectors get keys in order.
        visit.sectors.set([Sector.objects.get_or_create(name=name)[0] for name in sorted(names)])
        if slot_kind:
            slot = PressSlot(
                visit=visit, kind=slot_kind, starts_at=visit.starts_at, origin=Origin.TAKEN_OVER
            )
            save_as(slot, by=None, now=now, reason=TAKEN_OVER)


def press_kind(visit: Visit) -> PressKind | None:
    """Return the kind of press slot the source names; record the basis in `visit.basis`."""
    for words, kind, basis in PRESS:
        if visit.press_text.startswith(words):
            visit.basis["press_text"] = basis
            return kind
    return None


def known_days(record: dict) -> dict:
    """Return `starts_on`, `ends_on` and `precision`, no more exact than the source."""
    if record["date"]:
        return {"starts_on": dt.date.fromisoformat(record["date"]), "precision": Precision.DAY}
    if not record["date_range"]:
        return {"precision": Precision.UNKNOWN}
    first, _slash, last = record["date_range"].partition("/")
    precision = Precision.MONTH if record["date_basis"] == "month" else Precision.RANGE
    return {
        "starts_on": first_day(first),
        "ends_on": first_day(last) if last else None,
        "precision": precision,
    }


def known_times(record: dict) -> dict:
    """Return `starts_at` and `ends_at` if day and time (`9:20`, `15:00-15:40`) are known."""
    if not record["date"] or not record["time"]:
        return {}
    moments = [_moment(record["date"], text) for text in record["time"].split("-")]
    return {"starts_at": moments[0], "ends_at": moments[1] if len(moments) > 1 else None}


def _moment(day: str, text: str) -> dt.datetime:
    hour, minute = map(int, text.split(":"))
    return timezone.make_aware(
        dt.datetime.combine(dt.date.fromisoformat(day), dt.time(hour, minute))
    )


def first_day(text: str) -> dt.date:
    """Return the first day of `2017`, `2017-07` or `2017-07-25`."""
    numbers = [int(part) for part in text.split("-")]
    return dt.date(*numbers, *[1] * (3 - len(numbers)))


def companies_by_name() -> dict[str, Organisation]:
    """Return all organisations but the press, by folded name and short name, each also without the
    legal form.
    """
    known: dict[str, Organisation] = {}
    for organisation in Organisation.objects.exclude(kind="press").order_by("pk"):
        for name in (organisation.name, organisation.short_name):
            if name:
                known.setdefault(fold(name), organisation)
                known.setdefault(LEGAL_FORM.sub("", fold(name)), organisation)
    return known


def find_company(text: str, companies: dict[str, Organisation]) -> Organisation | None:
    """Return the organisation that `text` names, even with its site (`Siemens AG, Schaltwerk`,
    `Flughafen / Betreiber`).
    """
    # The whole text first; a part of it counts only when the whole is unknown.
    parts = [text, text.partition(",")[0], text.partition(" / ")[2], split_remark(text)[0]]
    for name in (fold(part.strip()) for part in parts if part.strip()):
        found = companies.get(name) or companies.get(LEGAL_FORM.sub("", name))
        if found:
            return found
    return None


def load_coverage(records: list[dict], *, now: dt.datetime) -> None:
    """Load `data/coverage.json` and link each report to the visit whose source it is."""
    visits = visits_by_source()
    for record in records:
        text = record["published_on"] or ""
        coverage = Coverage(
            visit=visits.get(record["url"]),
            medium=record["outlet"],
            publisher=PUBLISHERS[record["outlet_kind"]],
            title=record["title"] or "",
            url=record["url"],
            about=record["about"] or "",
            # The data have no kind; only radio interviews can be told from the description.
            kind=CoverageKind.RADIO
            if "Radiointerview" in (record["about"] or "")
            else CoverageKind.UNKNOWN,
            starts_on=first_day(text) if text else None,
            # The length of the text shows the precision: 2017, 2017-07 or 2017-07-25.
            precision={0: Precision.UNKNOWN, 4: Precision.YEAR, 7: Precision.MONTH}.get(
                len(text), Precision.DAY
            ),
            origin=Origin.TAKEN_OVER,
            basis={
                "title": record["title_basis"],
                "starts_on": "sourced"
                if record["published_basis"] == "day"
                else record["published_basis"],
            },
        )
        save_as(coverage, by=None, now=now, reason=TAKEN_OVER)


def visits_by_source() -> dict[str, Visit]:
    """Return source URL → visit, for URLs that are the source of exactly one visit.

    An article about several visits belongs to none of them alone. Cancelled visits do not count.
    """
    found: dict[str, list[Visit]] = {}
    for visit in Visit.objects.exclude(state=VisitState.CANCELLED).order_by("pk"):
        for source in visit.sources:
            found.setdefault(source, []).append(visit)
    return {source: visits[0] for source, visits in found.items() if len(visits) == 1}
