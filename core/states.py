"""State machines as tables, shared by services, buttons and tests."""

from collections.abc import Mapping
from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext as _

from core.errors import Refused


class Move(NamedTuple):
    """One row of a state table. An empty `target` keeps the state."""

    sources: tuple[str, ...]
    target: str
    label: str | Promise = ""


def target_of(table: Mapping[str, Move], action: str, obj) -> str:
    """Return the state of `obj` after `action`.

    Raises Refused when the table does not allow `action` in the current state, and for objects
    taken over from former records, which stay outside the workflow.
    """
    move = table[action]
    require_in_workflow(obj)
    if obj.state not in move.sources:
        # Usually the page was loaded before somebody else acted, so the sentence says so.
        raise Refused(
            _(
                "Das ist im Stand „%(state)s“ nicht möglich. Vielleicht war inzwischen jemand "
                "schneller; was jetzt ansteht, zeigt die Seite des Eintrags."
            )
            % {"state": obj.get_state_display()}
        )
    return move.target or obj.state


def require_in_workflow(obj) -> None:
    """Raise Refused if `obj` was taken over from former records; changes would falsify those."""
    if getattr(obj, "is_taken_over", False):
        raise Refused(
            _(
                "Dieser Eintrag wurde aus früheren Unterlagen übernommen und steht außerhalb des "
                "Ablaufs."
            )
        )


def allowed_actions(table: Mapping[str, Move], obj) -> list[str]:
    if getattr(obj, "is_taken_over", False):
        return []
    # The same table as in `target_of`, so no button leads to a refusal by the state.
    return [name for name, move in table.items() if obj.state in move.sources]
