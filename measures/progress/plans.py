"""The choice of a plan above the list of measures."""

from django.http import QueryDict
from django.utils.translation import gettext as _

from measures.models import Plan


def plan_tabs(plans: list[Plan], chosen: str, query: QueryDict) -> list[tuple[str, str, bool]]:
    """Return (label, address, is shown) of each plan and of all together, with the other filters of
    `query` kept; nothing if there is only one plan.
    """
    if len(plans) < 2:
        return []
    return [
        (label, _address(query, key), key == chosen)
        for label, key in [(str(plan), str(plan.pk)) for plan in plans] + [(_("Alle Pläne"), "")]
    ]


def _address(query: QueryDict, plan: str) -> str:
    query = query.copy()
    # The page and the section belong to the plan shown before.
    for name in ("page", "section"):
        query.pop(name, None)
    query["plan"] = plan
    return f"?{query.urlencode()}"
