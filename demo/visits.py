"""The real visits and clippings: taken over with source, basis and doubt, outside the workflow."""

import datetime as dt
import re

from django.utils import timezone
from django.utils.translation import gettext_lazy

from core.folding import fold
from core.history import save_as
from core.models import Origin, Precision
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
# What a source calls the press's part → kind of slot, and whether the source says so itself.
PRESS = (
    ("Wort-Bild-Termin", PressKind.WORD_PICTURE, "sourced"),
    ("nicht presseöffentlich", PressKind.NOT_PUBLIC, "sourced"),
    ("Presse- und Fototermin", PressKind.WORD_PICTURE, "inferred"),
    ("öffentlich, Fototermin", PressKind.PICTURE, "inferred"),
)
# Only what is a sector of industry; places, trades and themes stay as the source's text.
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
LEGAL_FORM = re.compile(r"(\s+(ag|se|gmbh|co\.|kg|&))+$")
TAKEN_OVER = gettext_lazy("Aus früheren Unterlagen übernommen")


def load_visits(data: list[dict], *, now: dt.datetime) -> None:
    """Load every row of `data/visits.json`. Their sources are public, so they are published."""
    companies = companies_by_name()
    for row in data:
        visit = Visit(
            company=find_company(row["company"], companies),
            company_text=row["company"],
            title=row["occasion"],
            sectors_text=", ".join(row["sectors"]),
            visitor=row["visitor"] or "",
            address=row["address"] or "",
            press_text=row["press_type"] or "",
            state=STATES[row["status"]],
            is_published=True,
            origin=Origin.TAKEN_OVER,
            sources=row["source"],
            doubts=row["notes"] or "",
            basis={
                "starts_on": row["date_basis"],
                "sectors": row["sectors_basis"] if row["sectors"] else "unknown",
            },
            **known_days(row),
            **known_times(row),
        )
        if visit.state == VisitState.CANCELLED:
            visit.reason = visit.doubts.partition(";")[0]
        slot_kind = press_kind(visit)
        save_as(visit, by=None, now=now, reason=TAKEN_OVER)
        names = {name for text in row["sectors"] for name in SECTORS.get(text, ())}
        visit.sectors.set([Sector.objects.get_or_create(name=name)[0] for name in sorted(names)])
        if slot_kind:
            slot = PressSlot(
                visit=visit, kind=slot_kind, starts_at=visit.starts_at, origin=Origin.TAKEN_OVER
            )
            save_as(slot, by=None, now=now, reason=TAKEN_OVER)


def press_kind(visit: Visit) -> PressKind | None:
    """Return the kind of press slot that the source's words name, and note in the basis how sure it
    is.
    """
    for words, kind, basis in PRESS:
        if visit.press_text.startswith(words):
            visit.basis["press_text"] = basis
            return kind
    return None


def known_days(row: dict) -> dict:
    """Return `starts_on`, `ends_on` and `precision` of a visit as exactly as its source knows them."""
    if row["date"]:
        return {"starts_on": dt.date.fromisoformat(row["date"]), "precision": Precision.DAY}
    if not row["date_range"]:
        return {"precision": Precision.UNKNOWN}
    first, _slash, last = row["date_range"].partition("/")
    precision = Precision.MONTH if row["date_basis"] == "month" else Precision.RANGE
    return {
        "starts_on": first_day(first),
        "ends_on": first_day(last) if last else None,
        "precision": precision,
    }


def known_times(row: dict) -> dict:
    """Return `starts_at` and `ends_at` where a source names the time of a known day (`9:20`,
    `15:00-15:40`).
    """
    if not row["date"] or not row["time"]:
        return {}
    moments = [_moment(row["date"], text) for text in row["time"].split("-")]
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
    """Return the organisations by folded name, short name, and name without its legal form; no
    press.
    """
    known: dict[str, Organisation] = {}
    for organisation in Organisation.objects.exclude(kind="press").order_by("pk"):
        for name in (organisation.name, organisation.short_name):
            if name:
                known.setdefault(fold(name), organisation)
                known.setdefault(LEGAL_FORM.sub("", fold(name)), organisation)
    return known


def find_company(text: str, companies: dict[str, Organisation]) -> Organisation | None:
    """Return the organisation that `text` names, also as `Siemens AG, Schaltwerk` or `Flughafen /
    Betreiber`.
    """
    parts = [text, text.partition(",")[0], text.partition(" / ")[2], split_remark(text)[0]]
    for name in (fold(part.strip()) for part in parts if part.strip()):
        found = companies.get(name) or companies.get(LEGAL_FORM.sub("", name))
        if found:
            return found
    return None


def load_coverage(data: list[dict], *, now: dt.datetime) -> None:
    """Load every row of `data/coverage.json`, linked to a visit where exactly one names the
    clipping as its source.
    """
    visits = visits_by_source()
    for row in data:
        text = row["published_on"] or ""
        coverage = Coverage(
            visit=visits.get(row["url"]),
            medium=row["outlet"],
            publisher=PUBLISHERS[row["outlet_kind"]],
            title=row["title"] or "",
            url=row["url"],
            about=row["about"] or "",
            kind=CoverageKind.RADIO
            if "Radiointerview" in (row["about"] or "")
            else CoverageKind.UNKNOWN,
            starts_on=first_day(text) if text else None,
            precision={0: Precision.UNKNOWN, 4: Precision.YEAR, 7: Precision.MONTH}.get(
                len(text), Precision.DAY
            ),
            origin=Origin.TAKEN_OVER,
            basis={
                "title": row["title_basis"],
                "starts_on": "sourced"
                if row["published_basis"] == "day"
                else row["published_basis"],
            },
        )
        save_as(coverage, by=None, now=now, reason=TAKEN_OVER)


def visits_by_source() -> dict[str, Visit]:
    """Return the visit of each address that is a source of exactly one visit that took place."""
    found: dict[str, list[Visit]] = {}
    for visit in Visit.objects.exclude(state=VisitState.CANCELLED).order_by("pk"):
        for source in visit.sources:
            found.setdefault(source, []).append(visit)
    return {source: visits[0] for source, visits in found.items() if len(visits) == 1}
