"""What the page of a batch shows about its delivery."""

from django.http import QueryDict
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_moment
from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW, MailState
from outbox.progress.bulk import QuickFilter, bulk_buttons, quick_filters
from outbox.queries.batches import Batch

# The page refreshes every few seconds, but screen readers announce only every further tenth.
ANNOUNCED_STEP_PERCENT = 10


def batch_title(batch: Batch) -> str:
    return _("Versand vom %(when)s") % {"when": format_moment(batch.written_at)}


def batch_heading(batch: Batch) -> str:
    if batch.under_way:
        return _("Versand läuft")
    return _("Alles versandt") if batch.sent == batch.total else _("Stand des Versands")


def batch_summary(batch: Batch) -> str:
    return ngettext(
        "%(sent)s von %(total)s E-Mail ist versandt.",
        "%(sent)s von %(total)s E-Mails sind versandt.",
        batch.total,
    ) % {"sent": batch.sent, "total": batch.total}


def announced_percent(batch: Batch) -> str:
    """Return the percentage sent, rounded down to a step; `fertig` when nothing is under way."""
    if not batch.under_way:
        return "fertig"
    return str(batch.percent // ANNOUNCED_STEP_PERCENT * ANNOUNCED_STEP_PERCENT)


def batch_facts(batch: Batch) -> list[tuple[str, str]]:
    facts = [
        (_("Geschrieben"), format_moment(batch.written_at)),
        (_("Erste versandt"), format_moment(batch.first_sent_at)),
        (_("Letzte versandt"), format_moment(batch.last_sent_at)),
        (_("Seite im Portal"), _path_link(batch.path)),
    ]
    return [(label, value) for label, value in facts if value]


def batch_quick_filters(batch: Batch, query: QueryDict) -> list[QuickFilter]:
    return [link for link in quick_filters(batch.counts, "", query) if link.value in MailState]


def remedy_buttons(batch: Batch, query: QueryDict) -> list[tuple[str, str, str]]:
    """Return the buttons for mails that could not be sent; the first one is primary."""
    buttons = bulk_buttons(batch.counts, "", query, (RESEND, SETTLE))
    return [(label, url, "primary") for label, url, _variant in buttons[:1]] + buttons[1:]


def delivery_buttons(batch: Batch, query: QueryDict) -> list[tuple[str, str, str]]:
    """Return the buttons for mails not yet sent; sending is primary unless there are failures."""
    buttons = bulk_buttons(batch.counts, "", query, (APPROVE, WITHDRAW))
    if remedy_buttons(batch, query):
        return buttons
    return [
        (label, url, "primary" if variant == "secondary" else variant)
        for label, url, variant in buttons
    ]


def _path_link(path: str) -> str:
    # The id lets htmx restore the focus after a refresh.
    return format_html('<a id="about" href="{0}">{0}</a>', path) if path else ""
