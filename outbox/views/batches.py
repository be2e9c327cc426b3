"""The page of a batch. While mails are under way, htmx refreshes it every few seconds."""

from django.http import Http404, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.views import allowed
from outbox.enums import StateFilter
from outbox.permissions import can_manage_mails
from outbox.progress import batches as progress
from outbox.progress.bulk import list_url
from outbox.queries.batches import Batch, find_batch, unsolved_in_batch

FAILED_MAILS_LIMIT = 25


@require_safe
@allowed(can_manage_mails)
def batch_detail(request, batch_id):
    """Show the page, or to htmx only the fragment that changes."""
    batch = find_batch(batch_id, request.user)
    if batch is None:
        raise Http404
    template = "outbox/_batch.html" if request.htmx else "outbox/batch.html"
    query = QueryDict(mutable=True)
    query["batch"] = str(batch.id)
    # Screen readers hear each step of the percentage, not each refresh.
    announced = progress.announced_percent(batch)
    context = {
        "batch": batch,
        "title": progress.batch_title(batch),
        "heading": progress.batch_heading(batch),
        "summary": progress.batch_summary(batch),
        "announced": announced,
        "is_announcement": request.htmx and request.GET.get("stand") != announced,
        "quick_filters": progress.batch_quick_filters(batch, query),
        "facts": progress.batch_facts(batch),
        "buttons": progress.delivery_buttons(batch, query),
        "list_url": list_url(query),
        "export_query": query.urlencode(),
    }
    return render(request, template, context | _unsolved(batch, request.user, query))


def _unsolved(batch: Batch, user, query: QueryDict) -> dict:
    count = batch.counts.count(StateFilter.UNSOLVED)
    if not count:
        return {}
    return {
        "unsolved": count,
        "failed": list(unsolved_in_batch(batch.id, user)[:FAILED_MAILS_LIMIT]),
        "remedies": progress.remedy_buttons(batch, query),
        "all_failed_url": list_url(query, state=StateFilter.UNSOLVED)
        if count > FAILED_MAILS_LIMIT
        else "",
    }
