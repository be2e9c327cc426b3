"""Labels, counts and URLs of the quick filters and bulk actions of the list."""

from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from outbox.enums import APPROVE, MOVES, QUEUED_STATES, RESEND, SETTLE, WITHDRAW, MailState
from outbox.queries.bulk import STATE_FILTER_CHOICES, StateCounts

ACTIONS = (APPROVE, RESEND, SETTLE, WITHDRAW)
# Query parameters that are not filters: page, order and the ticked mails.
NOT_FILTERS = ("page", "sort", "mail", "auswahl")


class QuickFilter(NamedTuple):
    """A link that filters the list by one state, with the number of matching mails."""

    value: str
    label: str | Promise
    count: int
    url: str
    is_current: bool


def quick_filters(counts: StateCounts, current: str, query: QueryDict) -> list[QuickFilter]:
    """Return links to `current` and to each state with mails; they keep the other filters."""
    links = [
        QuickFilter(
            value, label, counts.count(value), list_url(query, state=value), value == current
        )
        for value, label in [("", _("alle")), *STATE_FILTER_CHOICES]
    ]
    # The current one stays even when empty; otherwise the page could not show what is selected.
    return [link for link in links if link.count or link.is_current]


def bulk_buttons(
    counts: StateCounts, state_filter: str, query: QueryDict, actions=ACTIONS
) -> list[tuple[str, str, str]]:
    """Return (label, URL, variant) of the `actions` on all mails of the filtered list."""
    reached = [(action, counts.reached_by(action, state_filter)) for action in actions]
    return [
        (
            action_label(action, by_state),
            bulk_url(action, query),
            "danger" if action == WITHDRAW else "secondary",
        )
        for action, by_state in reached
        if by_state
    ]


def ticked_buttons(counts: StateCounts, state_filter: str) -> list[tuple[str, str]]:
    """Return (label, URL) of the actions on ticked mails."""
    return [
        (str(MOVES[action].label) if action in MOVES else _("Erledigt"), _action_url(action))
        for action in ACTIONS
        if counts.reached_by(action, state_filter)
    ]


def filters_only(query: QueryDict, *without: str) -> QueryDict:
    """Return the filters of `query` that are set, except those named in `without`."""
    filters = QueryDict(mutable=True)
    for name, values in query.lists():
        # A form sends its empty fields too; in links they would only hide what is filtered by.
        if name not in (*NOT_FILTERS, *without) and any(values):
            filters.setlist(name, values)
    return filters


def list_url(query: QueryDict, *, state: str | None = None) -> str:
    """Return the URL of the list with the filters of `query`; `state` replaces the one by state."""
    filters = filters_only(query) if state is None else filters_only(query, "state")
    if state:
        filters["state"] = state
    return _with_query(reverse("outbox:list"), filters)


def bulk_url(action: str, query: QueryDict) -> str:
    """Return the URL that asks to confirm `action` on all mails matching the filters of `query`."""
    return _with_query(_action_url(action), filters_only(query))


def action_label(action: str, counts: dict[str, int]) -> str:
    """Return „3 fehlgeschlagene E-Mails erneut senden“; `counts` maps states to numbers."""
    count = sum(counts.values())
    states = {state for state, number in counts.items() if number}
    return _ACTION_LABELS[action](count, states) % {"count": count}


def done_message(action: str, count: int) -> str:
    messages = {
        APPROVE: ngettext(
            "%(count)d E-Mail geht nun hinaus.", "%(count)d E-Mails gehen nun hinaus.", count
        ),
        RESEND: ngettext(
            "%(count)d E-Mail wird erneut gesendet.",
            "%(count)d E-Mails werden erneut gesendet.",
            count,
        ),
        WITHDRAW: ngettext(
            "%(count)d E-Mail ist zurückgezogen und wird nicht gesendet.",
            "%(count)d E-Mails sind zurückgezogen und werden nicht gesendet.",
            count,
        ),
        SETTLE: ngettext(
            "%(count)d E-Mail ist als erledigt abgelegt.",
            "%(count)d E-Mails sind als erledigt abgelegt.",
            count,
        ),
    }
    return messages[action] % {"count": count}


def further_mails(count: int) -> str:
    """Return „und 3 weitere“, or nothing when the list is complete."""
    if not count:
        return ""
    return ngettext("und %(counter)s weitere", "und %(counter)s weitere", count) % {
        "counter": count
    }


def _approve_label(count: int, states: set[str]) -> str:
    return ngettext("%(count)d Entwurf versenden", "%(count)d Entwürfe versenden", count)


def _resend_label(count: int, states: set[str]) -> str:
    if states == {MailState.FAILED}:
        return ngettext(
            "%(count)d fehlgeschlagene E-Mail erneut senden",
            "%(count)d fehlgeschlagene E-Mails erneut senden",
            count,
        )
    if states == {MailState.EXPIRED}:
        return ngettext(
            "%(count)d verfallene E-Mail erneut senden",
            "%(count)d verfallene E-Mails erneut senden",
            count,
        )
    return ngettext(
        "%(count)d fehlgeschlagene oder verfallene E-Mail erneut senden",
        "%(count)d fehlgeschlagene oder verfallene E-Mails erneut senden",
        count,
    )


def _withdraw_label(count: int, states: set[str]) -> str:
    if states == {MailState.DRAFT}:
        return ngettext("%(count)d Entwurf zurückziehen", "%(count)d Entwürfe zurückziehen", count)
    if states <= set(QUEUED_STATES):
        return ngettext(
            "%(count)d wartende E-Mail zurückziehen",
            "%(count)d wartende E-Mails zurückziehen",
            count,
        )
    return ngettext(
        "%(count)d noch nicht versandte E-Mail zurückziehen",
        "%(count)d noch nicht versandte E-Mails zurückziehen",
        count,
    )


def _settle_label(count: int, states: set[str]) -> str:
    return ngettext(
        "%(count)d ungelöste E-Mail als erledigt ablegen",
        "%(count)d ungelöste E-Mails als erledigt ablegen",
        count,
    )


_ACTION_LABELS = {
    APPROVE: _approve_label,
    RESEND: _resend_label,
    WITHDRAW: _withdraw_label,
    SETTLE: _settle_label,
}


def _action_url(action: str) -> str:
    return reverse(f"outbox:bulk_{action}")


def _with_query(path: str, query: QueryDict) -> str:
    return f"{path}?{query.urlencode()}" if query else path
