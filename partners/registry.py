"""What a deputyship can be limited to: kinds of approval, whose keys and words the floor above
makes known.

A deputyship that names no kind holds for all of them, also for those that join later.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Refused

_labels: dict[str, str | Promise] = {}


def register_kinds(choices: Iterable[tuple[str, str | Promise]]) -> None:
    """Make kinds of approval known, as (key, label)."""
    _labels.update(choices)


def kind_choices() -> list[tuple[str, str | Promise]]:
    """Return the known kinds as choices of a form."""
    return list(_labels.items())


def ordered_kinds(keys: Iterable[str]) -> list[str]:
    """Return `keys` once each in their fixed order. Raises Refused for a key that nobody made
    known.
    """
    wanted = set(keys)
    if unknown := sorted(wanted - set(_labels)):
        raise Refused(_("Unbekannte Art von Freigaben: %(kinds)s.") % {"kinds": ", ".join(unknown)})
    return [key for key in _labels if key in wanted]


def kind_limit_text(keys: Iterable[str]) -> str:
    """Return `nur Freigaben: Thema, Besuch`, or an empty string without a key."""
    names = ", ".join(str(_labels.get(key, key)) for key in keys)
    return _("nur Freigaben: %(kinds)s") % {"kinds": names} if names else ""
