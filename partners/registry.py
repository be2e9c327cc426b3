"""The kinds of approval that a deputyship can be limited to.

`approvals` registers them, as this app may not import it. A deputyship without kinds covers all of
them, including those registered later.
"""

from collections.abc import Iterable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Refused

_labels: dict[str, str | Promise] = {}


def register_kinds(choices: Iterable[tuple[str, str | Promise]]) -> None:
    """Register kinds of approval as (key, label)."""
    _labels.update(choices)


def kind_choices() -> list[tuple[str, str | Promise]]:
    return list(_labels.items())


def ordered_kinds(keys: Iterable[str]) -> list[str]:
    """Return `keys` without duplicates in their fixed order. Raises Refused for an unknown key."""
    # A fixed order, because a mere change of order would show up as a change in the history.
    wanted = set(keys)
    if unknown := sorted(wanted - set(_labels)):
        raise Refused(_("Unbekannte Art von Freigaben: %(kinds)s.") % {"kinds": ", ".join(unknown)})
    return [key for key in _labels if key in wanted]


def kind_limit_text(keys: Iterable[str]) -> str:
    """Return `nur Freigaben: Thema, Besuch`; empty when there are no `keys`, hence no limit."""
    # Show the key of a kind that is no longer registered rather than hide the limit.
    names = ", ".join(str(_labels.get(key, key)) for key in keys)
    return _("nur Freigaben: %(kinds)s") % {"kinds": names} if names else ""
