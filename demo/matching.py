"""Matches names in the gathered facts to organisations and splits off remarks in brackets."""

import re
from typing import NamedTuple

from core.folding import fold
from partners.models import Organisation

BRACKETS = re.compile(r"^(?P<name>.+?)\s*\((?P<remark>[^()]*)\)$")


class Named(NamedTuple):
    """A name, the remark that followed it in brackets, and the matching organisation, if any."""

    name: str
    remark: str
    organisation: Organisation | None


def split_remark(text: str) -> tuple[str, str]:
    """Return `text` without the remark in brackets at its end, and that remark or ""."""
    found = BRACKETS.match(text.strip())
    return (found["name"], found["remark"]) if found else (text.strip(), "")


class OrganisationIndex:
    """Looks up organisations by name, short name, and the abbreviation in brackets after a name."""

    def __init__(self):
        self.by_name: dict[str, Organisation] = {}
        # Newest first, so that the organisation loaded first overwrites others of the same name.
        for organisation in Organisation.objects.order_by("-pk"):
            name, abbreviation = split_remark(organisation.name)
            for alias in (abbreviation, organisation.short_name, name, organisation.name):
                if alias:
                    self.by_name[fold(alias)] = organisation

    def find(self, text: str) -> Named:
        """Return the match for `text`, without an organisation if none is known."""
        # The whole text first: brackets may be part of the name.
        if whole := self.by_name.get(fold(text)):
            return Named(text, "", whole)
        name, remark = split_remark(text)
        return Named(name, remark, self.by_name.get(fold(name)))
