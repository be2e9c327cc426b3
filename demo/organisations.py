"""The real organisations: taken over with source, basis and doubt."""

import datetime as dt

from core.history import save_as
from core.models import Origin
from demo.matching import split_remark
from partners.enums import OrganisationKind
from partners.models import Organisation

TAKEN_OVER = "Aus früheren Unterlagen übernommen"
KINDS = {
    "senate department": OrganisationKind.SENATE,
    "district": OrganisationKind.DISTRICT,
    "chamber": OrganisationKind.CHAMBER,
    "association": OrganisationKind.ASSOCIATION,
    "union": OrganisationKind.UNION,
    "agency": OrganisationKind.AGENCY,
    "bank": OrganisationKind.BANK,
    "network": OrganisationKind.NETWORK,
    "university": OrganisationKind.UNIVERSITY,
    "company": OrganisationKind.COMPANY,
    "press": OrganisationKind.PRESS,
}
SUBKINDS = {"research institute": "Forschungsinstitut"}
# What stands in brackets behind a name is an abbreviation, a place or a kind; the rest is a remark
# on the source.
ABBREVIATIONS = {"BSR", "BVG", "KPM", "B.I.G.", "nd"}
PLACES = {"Hamburg"}
KINDS_IN_BRACKETS = {"IHK-Magazin"}
NAME_BASIS = {
    "Source names it without regional suffix.": (
        "inferred",
        "Die Quelle nennt den Verband ohne Zusatz der Region.",
    ),
    "Full name from general knowledge, not shown in the source excerpt.": (
        "inferred",
        "Der volle Name ist Allgemeinwissen und steht nicht im Auszug der Quelle.",
    ),
    "Former name Beuth-Hochschule für Technik (general knowledge, not from the source excerpt).": (
        "",
        "Früher Beuth-Hochschule für Technik; das ist Allgemeinwissen und steht nicht im Auszug "
        "der Quelle.",
    ),
}


def load_organisations(data: list[dict], *, now: dt.datetime) -> None:
    """Load every row of `data/organisations.json`; remarks in a name go to basis and doubts."""
    for row in data:
        save_as(organisation_from(row), by=None, now=now, reason=TAKEN_OVER)


def organisation_from(row: dict) -> Organisation:
    """Return the unsaved organisation that `row` describes."""
    name, remark = split_remark(row["name"])
    basis, note = NAME_BASIS.get(row["notes"], ("", row["notes"] or ""))
    short_name, city, subkind, doubts = row["short_name"] or "", "", row["subkind"] or "", [note]
    if remark in ABBREVIATIONS:
        short_name = short_name or remark
    elif remark in PLACES:
        city = remark
    elif remark in KINDS_IN_BRACKETS:
        subkind = remark
    elif remark:
        doubts.insert(0, f"Zum Namen: {remark}.")
    return Organisation(
        name=name,
        short_name=short_name,
        kind=KINDS[row["kind"]],
        subkind=SUBKINDS.get(subkind, subkind),
        description=row["role"] or "",
        city=city,
        website=row["website"] or "",
        origin=Origin.TAKEN_OVER,
        sources=row["source"],
        basis={"name": basis} if basis else {},
        doubts=" ".join(filter(None, doubts)),
    )
