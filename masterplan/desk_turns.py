"""One request after the other: its place among those that wait, which comes next, and the filter on
the way.
"""

from typing import NamedTuple

from django.http import HttpRequest

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from approvals.permissions import decides_anything
from approvals.queries import open_requests, requests_to_decide


class Turn(NamedTuple):
    """The place of a request among those that wait, 0 for one that does not, how many wait, and the
    next one's key.
    """

    position: int
    count: int
    following: int | None


def turn_of(user, approval: ApprovalRequest, kind: str = "") -> Turn:
    """Return the turn of `approval` among what `user` may decide on, of `kind` alone if given,
    oldest deadline first.

    The next one is the one after it, and behind the last the first again: one that was skipped does
    not come back at once. Who decides nothing walks through what is open.
    """
    rows = requests_to_decide(user) if decides_anything(user) else open_requests(user)
    if kind:
        rows = rows.filter(kind=kind)
    places, own = list(rows.values_list("due_on", "pk")), (approval.due_on, approval.pk)
    others = [place for place in places if place != own]
    following = next((place for place in others if place > own), others[0] if others else None)
    return Turn(
        places.index(own) + 1 if own in places else 0,
        len(places),
        following[1] if following else None,
    )


def kind_in(request: HttpRequest) -> str:
    """Return the kind that the address filters by, or an empty string."""
    kind = request.GET.get("art", "")
    return kind if kind in ApprovalKind.values else ""


def query_of(kind: str) -> str:
    """Return what keeps the filter in the address of the next page."""
    return f"?art={kind}" if kind else ""
