"""Finds the organisation that a name in the gathered facts means, and splits off remarks."""

import re
from typing import NamedTuple

from core.folding import fold
from partners.models import Organisation

BRACKETS = re.compile(r"^(?P<name>.+?)\s*\((?P<remark>[^()]*)\)$")


class Named(NamedTuple):
    """A name without its remark in brackets, and the organisation it means, if one is known."""

    name: str
    remark: str
    organisation: Organisation | None


def split_remark(text: str) -> tuple[str, str]:
    """Return `text` without a remark in brackets at its end, and the remark."""
    found = BRACKETS.match(text.strip())
    return (found["name"], found["remark"]) if found else (text.strip(), "")


class OrganisationIndex:
    """All organisations by name, short name, and the abbreviation in brackets behind the name."""

    def __init__(self):
        self.by_name: dict[str, Organisation] = {}
        # In reverse, so that of two with the same name the first loaded one wins.
        for organisation in Organisation.objects.order_by("-pk"):
            name, abbreviation = split_remark(organisation.name)
            for alias in (abbreviation, organisation.short_name, name, organisation.name):
                if alias:
                    self.by_name[fold(alias)] = organisation

    def find(self, text: str) -> Named:
        """Try the whole text first, since brackets may be part of a name."""
        if whole := self.by_name.get(fold(text)):
            return Named(text, "", whole)
        name, remark = split_remark(text)
        return Named(name, remark, self.by_name.get(fold(name)))
