"""Loads the real organisations with their sources, the basis of each fact, and doubts."""

import datetime as dt

from core.history import save_as
from core.models import Origin
from demo import TAKEN_OVER
from demo.matching import split_remark
from partners.enums import OrganisationKind
from partners.models import Organisation

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
# Brackets after a name hold an abbreviation, a place or a kind. The data do not say which, hence
# these lists; anything else is a remark on the source.
ABBREVIATIONS = {"BSR", "BVG", "KPM", "B.I.G.", "nd"}
PLACES = {"Hamburg"}
KINDS_IN_BRACKETS = {"IHK-Magazin"}
# English note in the data → basis of the name, and the German note for readers.
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


def load_organisations(records: list[dict], *, now: dt.datetime) -> None:
    """Load `data/organisations.json` as history without an author."""
    for record in records:
        save_as(organisation_from(record), by=None, now=now, reason=TAKEN_OVER)


def organisation_from(record: dict) -> Organisation:
    """Return an unsaved organisation; what its name leaves open goes to `basis` and `doubts`."""
    name, remark = split_remark(record["name"])
    basis, note = NAME_BASIS.get(record["notes"], ("", record["notes"] or ""))
    short_name, city, subkind, doubts = (
        record["short_name"] or "",
        "",
        record["subkind"] or "",
        [note],
    )
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
        kind=KINDS[record["kind"]],
        subkind=SUBKINDS.get(subkind, subkind),
        description=record["role"] or "",
        city=city,
        # The sources leave `https://` out.
        website=f"https://{record['website']}" if record["website"] else "",
        origin=Origin.TAKEN_OVER,
        sources=record["source"],
        basis={"name": basis} if basis else {},
        doubts=" ".join(filter(None, doubts)),
    )
