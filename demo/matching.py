"""Names in the gathered facts, matched to organisations; remarks in brackets are taken out and kept
apart.
"""

import re
from typing import NamedTuple

from core.folding import fold
from partners.models import Organisation

BRACKETS = re.compile(r"^(?P<name>.+?)\s*\((?P<remark>[^()]*)\)$")


class Named(NamedTuple):
    """A name without its remark, the remark, and the organisation it means, if any."""

    name: str
    remark: str
    organisation: Organisation | None


def split_remark(text: str) -> tuple[str, str]:
    """Return `text` without a remark in brackets at its end, and the remark."""
    found = BRACKETS.match(text.strip())
    return (found["name"], found["remark"]) if found else (text.strip(), "")


class OrganisationIndex:
    """All organisations by name, by short name, and by the abbreviation in brackets behind the
    name.
    """

    def __init__(self):
        self.by_name: dict[str, Organisation] = {}
        for organisation in Organisation.objects.order_by("-pk"):
            name, abbreviation = split_remark(organisation.name)
            for alias in (abbreviation, organisation.short_name, name, organisation.name):
                if alias:
                    self.by_name[fold(alias)] = organisation

    def find(self, text: str) -> Named:
        """Return what `text` means; a remark in brackets does not hinder the match."""
        if whole := self.by_name.get(fold(text)):
            return Named(text, "", whole)
        name, remark = split_remark(text)
        return Named(name, remark, self.by_name.get(fold(name)))
