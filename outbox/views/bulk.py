"""Acts on many mails: what the list shows with its filter, or the rows that were ticked. Each is
asked again.
"""

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.errors import ChangedMeanwhile, Refused
from core.views import allowed
from outbox.choices import APPROVE, RESEND, SETTLE, WITHDRAW, Choice
from outbox.filters import MailFilter
from outbox.links import asked_rows, list_url, way_back
from outbox.models import Mail
from outbox.permissions import can_manage_mails
from outbox.progress import done_text, label_for
from outbox.services import approve_mails, resend_mails, settle_mails, withdraw_mails

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
        "Erinnerungen nennen "
        "sie nicht mehr."
    ),
}
MOST_TICKED = 100


class ExpectedForm(forms.Form):
    """The number that the page before named; what is no number expects nothing."""

    expected = forms.IntegerField(min_value=1)

    @property
    def number(self) -> int:
        return self.cleaned_data["expected"] if self.is_valid() else 0


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(can_manage_mails)
def bulk(request, action):
    """Show what `action` would do to how many mails and ask; then do it, unless the number changed
    meanwhile.
    """
    picked = "auswahl" in request.GET
    mails = _picked(request) if picked else _filtered(request)
    if mails is None:
        messages.error(
            request, _("Bitte prüfen Sie die Filter der Liste, oder kreuzen Sie E-Mails an.")
        )
        return redirect(list_url(request.GET))
    outpaced = ""
    if request.method == "POST":
        try:
            return _carry_out(request, action, mails)
        except ChangedMeanwhile as error:
            outpaced = str(error)
        except Refused as error:
            messages.error(request, str(error))
            return redirect(way_back(request.GET))
    return _confirm(request, action, Choice.of(action, mails, picked=picked), outpaced)


def _carry_out(request, action: str, mails: QuerySet[Mail]) -> HttpResponse:
    expected = ExpectedForm(request.POST).number
    count = SERVICES[action](mails=mails, expected=expected, by=request.user, now=timezone.now())
    messages.success(request, done_text(action, count))
    return redirect(way_back(request.GET))


def _confirm(request, action: str, choice: Choice, outpaced: str) -> HttpResponse:
    if not choice.count and not choice.left_out:
        messages.error(
            request, _("In dieser Auswahl gibt es keine E-Mail (mehr), für die das möglich ist.")
        )
        return redirect(way_back(request.GET))
    title = label_for(action, choice.counts) if choice.count else _("Nicht möglich")
    context = {
        "title": title,
        "question": QUESTIONS[action],
        "choice": choice,
        "more": choice.count - len(choice.first),
        "outpaced": outpaced,
        "danger": action == WITHDRAW,
        "asked": [] if "auswahl" in request.GET else asked_rows(MailFilter(request.GET)),
        "more_left_out": sum(count for _text, count in choice.left_out)
        - len(choice.first_left_out),
        "cancel_url": list_url(request.GET),
    }
    return render(request, "outbox/bulk.html", context)


def _filtered(request) -> QuerySet[Mail] | None:
    """Return what the list shows. An address that cannot be understood as a whole reaches nothing."""
    mail_filter = MailFilter(request.GET, queryset=Mail.objects.visible_to(request.user))
    return mail_filter.qs if mail_filter.is_valid() else None


def _picked(request) -> QuerySet[Mail] | None:
    keys = _keys_of(request.GET)
    return Mail.objects.visible_to(request.user).filter(pk__in=keys) if keys else None


def _keys_of(query: QueryDict) -> list[int]:
    return [
        int(key)
        for key in query.getlist("mail")[:MOST_TICKED]
        if key.isascii() and key.isdecimal() and len(key) < 19
    ]
