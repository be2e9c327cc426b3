"""The page of one sending: how far it has come. While it is under way the page asks again every few
seconds.
"""

from django.http import Http404, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.views import allowed
from outbox.batches import UNSOLVED_SHOWN, Sending, sending_of, unsolved_of
from outbox.choices import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.enums import MailState
from outbox.filters import UNSOLVED
from outbox.links import bulk_links, list_url, quick_links
from outbox.permissions import can_manage_mails

STEP = 10  # per cent: what changed less is shown, but not read out


@require_safe
@allowed(can_manage_mails)
def sending_page(request, batch):
    """Show how many mails of how many are sent, wait and failed, and why. To htmx only the part
    that changes.
    """
    sending = sending_of(batch, request.user)
    if sending is None:
        raise Http404
    template = "outbox/_sending.html" if request.htmx else "outbox/sending.html"
    return render(request, template, _context(sending, request))


def _context(sending: Sending, request) -> dict:
    query = QueryDict(mutable=True)
    query["batch"] = str(sending.batch)
    unsolved = sending.tally.count(UNSOLVED)
    failed = unsolved_of(sending.batch, request.user)[:UNSOLVED_SHOWN] if unsolved else []
    stage = str(sending.percent // STEP * STEP) if sending.under_way else "fertig"
    return {
        "sending": sending,
        "stage": stage,
        "reads_out": request.htmx and request.GET.get("stand") != stage,
        "quick_links": [
            link for link in quick_links(sending.tally, "", query) if link.value in MailState
        ],
        "unsolved": unsolved,
        "failed": list(failed),
        "all_failed_url": list_url(query, state=UNSOLVED),
        "list_url": list_url(query),
        "acts": bulk_links(sending.tally, "", query, (APPROVE, WITHDRAW)),
        "cures": bulk_links(sending.tally, "", query, (RESEND, SETTLE)),
        "export_query": query.urlencode(),
    }
