"""Actions on all mails of the filtered list, or on the ticked ones, after a confirmation."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.errors import ChangedMeanwhile, Refused
from core.queries import keys_from
from core.views import MAX_TICKED, allowed
from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.filters import MailFilter
from outbox.forms import ExpectedForm
from outbox.models import Mail
from outbox.permissions import can_manage_mails
from outbox.progress.bulk import action_label, done_message, further_mails, list_url
from outbox.queries.bulk import Selection, select_mails
from outbox.services import approve_mails, resend_mails, settle_mails, withdraw_mails
from outbox.services.bulk import NO_MAIL_LEFT

SERVICES = {
    APPROVE: approve_mails,
    RESEND: resend_mails,
    WITHDRAW: withdraw_mails,
    SETTLE: settle_mails,
}
QUESTIONS = {
    APPROVE: gettext_lazy("Diese Entwürfe gehen dann an die angeschriebenen Personen hinaus."),
    RESEND: gettext_lazy("Diese E-Mails werden dann noch einmal zum Versand gegeben."),
    WITHDRAW: gettext_lazy(
        "Diese E-Mails werden dann nicht gesendet. Das lässt sich nicht zurücknehmen."
    ),
    SETTLE: gettext_lazy(
        "Diese E-Mails behalten ihren Stand, gelten aber nicht mehr als ungelöst: Übersicht und "
        "Erinnerungen nennen sie nicht mehr."
    ),
}


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(can_manage_mails)
def bulk_action(request, action):
    """Ask for confirmation, then run `action`. The POST repeats the count that was shown; nothing
    happens if it has changed.
    """
    # Filters and ticked mails are in the URL, so that a reload shows the same question.
    were_ticked = "auswahl" in request.GET
    mails = _ticked_mails(request) if were_ticked else _filtered_mails(request)
    if mails is None:
        messages.error(
            request, _("Bitte prüfen Sie die Filter der Liste, oder kreuzen Sie E-Mails an.")
        )
        return redirect(list_url(request.GET))
    error = ""
    if request.method == "POST":
        try:
            return _carry_out(request, action, mails)
        except ChangedMeanwhile as changed:
            error = str(changed)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(_url_afterwards(request.GET))
    selection = select_mails(action, mails, were_ticked=were_ticked)
    return _confirm(request, action, selection, error)


def _carry_out(request, action: str, mails: QuerySet[Mail]) -> HttpResponse:
    # The number stands for the list: hundreds of keys could have changed their state since.
    expected = ExpectedForm(request.POST).number
    count = SERVICES[action](mails=mails, expected=expected, by=request.user, now=timezone.now())
    messages.success(request, done_message(action, count))
    return redirect(_url_afterwards(request.GET))


def _confirm(request, action: str, selection: Selection, error: str) -> HttpResponse:
    if not selection.count and not selection.left_out:
        messages.error(request, NO_MAIL_LEFT)
        return redirect(_url_afterwards(request.GET))
    left_out = sum(count for _reason, count in selection.left_out)
    context = {
        "title": action_label(action, selection.counts) if selection.count else _("Nicht möglich"),
        "question": QUESTIONS[action],
        "selection": selection,
        "further": further_mails(selection.count - len(selection.examples)),
        "further_left_out": further_mails(left_out - len(selection.left_out_examples)),
        "error": error,
        "button_style": "kern-btn--secondary btn--danger"
        if action == WITHDRAW
        else "kern-btn--primary",
        "filters": [] if "auswahl" in request.GET else MailFilter(request.GET).facts(),
        "cancel_url": list_url(request.GET),
    }
    return render(request, "outbox/bulk.html", context)


def _filtered_mails(request) -> QuerySet[Mail] | None:
    """Return None for an invalid filter: ignoring it would apply the action to more mails."""
    mail_filter = MailFilter(request.GET, queryset=Mail.objects.visible_to(request.user))
    return mail_filter.qs if mail_filter.is_valid() else None


def _ticked_mails(request) -> QuerySet[Mail] | None:
    keys = keys_from(request.GET.getlist("mail")[:MAX_TICKED])
    return Mail.objects.visible_to(request.user).filter(pk__in=keys) if keys else None


def _url_afterwards(query: QueryDict) -> str:
    """Return the URL of the batch, if filtered by one, or of the list without its filter by state,
    as the action has just changed the states.
    """
    batch = MailFilter(query).values.get("batch")
    return reverse("outbox:batch", args=[batch]) if batch else list_url(query, state="")
