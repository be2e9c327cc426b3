"""Where the list of mails leads: quick filters, acts on all it shows or on ticked rows, and the way
back to it.
"""

from typing import NamedTuple

from django.http import QueryDict
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from core.dates import format_date
from outbox.choices import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.filters import MailFilter
from outbox.progress import label_for
from outbox.state_counts import Tally

ACTIONS = (APPROVE, RESEND, SETTLE, WITHDRAW)
# What an address carries besides the filters.
PAGING = ("page", "sort")
PICKING = ("mail", "auswahl")


class QuickLink(NamedTuple):
    """A state with the number of mails in it, and where they are listed."""

    value: str
    label: str | Promise
    count: int
    url: str
    is_current: bool


def quick_links(tally: Tally, state: str, query: QueryDict) -> list[QuickLink]:
    """Return the quick filters of the state; the other filters of `query` are kept."""
    return [
        QuickLink(
            line.value, line.label, line.count, list_url(query, state=line.value), line.is_current
        )
        for line in tally.quick_filters(state)
    ]


def bulk_links(
    tally: Tally, state: str, query: QueryDict, actions=ACTIONS
) -> list[tuple[str, str, str]]:
    """Return (label, address, look) of what can be done to all mails that the list shows, each with
    the number.
    """
    found = [(action, tally.reached_by(action, state)) for action in actions]
    return [
        (
            label_for(action, counts),
            bulk_url(action, query),
            "danger" if action == WITHDRAW else "secondary",
        )
        for action, counts in found
        if counts
    ]


def pick_buttons(tally: Tally, state: str) -> list[tuple[str, str]]:
    """Return (label, address) of what can be done to ticked rows of the list."""
    labels = {
        APPROVE: _("Versenden"),
        RESEND: _("Erneut senden"),
        SETTLE: _("Erledigt"),
        WITHDRAW: _("Zurückziehen"),
    }
    return [
        (labels[action], _act_url(action)) for action in ACTIONS if tally.reached_by(action, state)
    ]


def kept(query: QueryDict, *without: str) -> QueryDict:
    """Return the filters of `query` alone, without those named; what is empty is left out."""
    copy = QueryDict(mutable=True)
    for name, values in query.lists():
        if name not in (*PAGING, *PICKING, *without) and any(values):
            copy.setlist(name, values)
    return copy


def list_url(query: QueryDict, *, state: str | None = None) -> str:
    """Return the address of the list with the filters of `query`; `state` takes the place of its
    state.
    """
    filters = kept(query) if state is None else kept(query, "state")
    if state:
        filters["state"] = state
    return _address(reverse("outbox:list"), filters)


def way_back(query: QueryDict) -> str:
    """Return where to go after an act: to the sending it was about, else to the list in all its
    states.
    """
    batch = MailFilter(query).asked.get("batch")
    return reverse("outbox:sending", args=[batch]) if batch else list_url(query, state="")


def bulk_url(action: str, query: QueryDict) -> str:
    """Return the page that asks before `action` is done to all that the list with `query` shows."""
    return _address(_act_url(action), kept(query))


def asked_rows(mail_filter: MailFilter) -> list[tuple[str, str]]:
    """Return (label, value) of all filters that are set, in German."""
    rows = hidden_filter_rows(mail_filter)
    for name, value in mail_filter.asked.items():
        field = mail_filter.form.fields[name]
        if name in ("batch", "path"):
            continue
        shown = dict(field.choices).get(value, value) if hasattr(field, "choices") else value
        rows.append((field.label, format_date(shown) if name in ("start", "end") else str(shown)))
    return rows


def hidden_filter_rows(mail_filter: MailFilter) -> list[tuple[str, str]]:
    """Return (label, link) of the filters that the form does not show: one sending, one page of the
    portal.
    """
    values, rows = mail_filter.asked, []
    if batch := values.get("batch"):
        url = reverse("outbox:sending", args=[batch])
        rows.append(
            (
                _("Nur dieser Versand"),
                format_html('<a href="{}">{}</a>', url, _("Stand des Versands")),
            )
        )
    if path := values.get("path"):
        is_ours = path.startswith("/") and url_has_allowed_host_and_scheme(path, allowed_hosts=None)
        rows.append((_("Nur zu"), format_html('<a href="{0}">{0}</a>', path) if is_ours else path))
    return rows


def _act_url(action: str) -> str:
    return reverse(f"outbox:bulk_{action}")


def _address(path: str, query: QueryDict) -> str:
    return f"{path}?{query.urlencode()}" if query else path
