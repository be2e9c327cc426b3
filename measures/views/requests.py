"""People without an account whom the office asks to report in a round."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.queries import keys_from
from core.views import redirect_if_refused, render_confirmation, render_form, require, run_service
from measures import services
from measures.forms import RequestForm
from measures.models import ReportingRound, ReportRequest
from measures.permissions import can_run_rounds
from measures.queries import leads_of_round
from measures.services.requests import require_asking, require_revocable, require_valid_request
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back


def request_create(request, pk):
    reporting_round = get_object_or_404(
        ReportingRound.objects.visible_to(request.user).select_related("plan"), pk=pk
    )
    require(can_run_rounds(request.user))
    if refused := redirect_if_refused(request, reporting_round, require_asking):
        return refused
    # Addresses are typed and changed by hand, so the key may be none.
    chosen = keys_from([request.GET.get("federfuehrung", "")])
    form = RequestForm(
        request.POST or None,
        instance=ReportRequest(round=reporting_round),
        initial={"organisation": next(iter(chosen), None)},
        leads=leads_of_round(reporting_round),
    )
    labels = {
        "title": _("Person ohne Konto fragen"),
        "cancel_url": reporting_round.get_absolute_url(),
    }
    if form.is_valid() and not went_back(request):
        call = partial(
            services.create_report_request,
            reporting_round=reporting_round,
            values=form.values,
            by=request.user,
            now=timezone.now(),
        )
        asked = confirm_mails(
            request,
            call,
            target=reporting_round,
            form=form,
            done=_("Die Person wird gefragt."),
            asks_always=False,
            question=_("„%(round)s“: Die Person bekommt einen persönlichen Link.")
            % {"round": reporting_round.title},
            submit_label=_("Person fragen"),
            **labels,
        )
        if asked:
            return asked
    return render_form(
        request,
        form,
        template="measures/form.html",
        intro=_("Die Person berichtet über einen persönlichen Link. Er gilt nur für diese Runde."),
        submit_label=TO_PREVIEW if reporting_round.is_open else _("Person fragen"),
        **labels,
    )


def request_link(request, pk):
    """Ask, then show the personal link once. Only the answer to a POST contains it, so that no
    other page, cache or log does (docs/adr/0024).
    """
    asked = _get_request(request, pk)
    if back := redirect_if_refused(request, asked, require_valid_request, to=_round_url(asked)):
        return back
    title = _("Persönlichen Link kopieren")
    if request.method == "POST":
        call = partial(
            services.show_report_link, request=asked, by=request.user, now=timezone.now()
        )
        if not (address := run_service(request, call, seen=[asked.round, asked])):
            return redirect(_round_url(asked))
        context = {
            "title": title,
            "guest": asked.person,
            "address": address,
            "back_url": _round_url(asked),
            "back_label": _("Zur Berichtsrunde"),
            "replace_url": reverse("measures:request_replace", args=[asked.pk]),
        }
        response = render(request, "generic/personal_link.html", context)
        response["Cache-Control"] = "no-store"
        return response
    return render_confirmation(
        request,
        seen=[asked.round, asked],
        title=title,
        question=str(asked.person),
        details=[
            _("Wer den Link hat, kann im Namen der Person berichten. Geben Sie ihn nur ihr."),
            _("Der Verlauf hält fest, dass Sie den Link gesehen haben."),
        ],
        submit_label=_("Link anzeigen"),
        cancel_url=_round_url(asked),
    )


def request_replace(request, pk):
    """Show the mail with the new link, then replace the personal link."""
    asked = _get_request(request, pk)
    return confirm_mails(
        request,
        partial(services.replace_report_link, request=asked, by=request.user, now=timezone.now()),
        target=_round_url(asked),
        done=_("Der Link ist ersetzt. Der bisherige gilt nicht mehr."),
        seen=[asked.round, asked],
        title=_("Persönlichen Link ersetzen"),
        question=str(asked.person),
        details=[_("Der bisherige Link gilt dann nicht mehr; Entwürfe bleiben.")],
        may_be_silent=True,
        submit_label=_("Link ersetzen"),
        cancel_url=_round_url(asked),
    )


def request_revoke(request, pk):
    asked = _get_request(request, pk)
    if back := redirect_if_refused(request, asked, require_revocable, to=_round_url(asked)):
        return back
    if request.method == "POST":
        call = partial(
            services.revoke_report_request, request=asked, by=request.user, now=timezone.now()
        )
        done = _("Die Person wird nicht mehr gefragt.")
        run_service(request, call, done=done, seen=[asked.round, asked])
        return redirect(_round_url(asked))
    return render_confirmation(
        request,
        seen=[asked.round, asked],
        title=_("Nicht mehr fragen"),
        question=str(asked.person),
        details=[
            _("Der persönliche Link gilt dann nicht mehr, und es wird nicht mehr erinnert."),
            _("Gespeicherte Entwürfe und eingereichte Berichte bleiben."),
            _("Niemand erhält eine E-Mail."),
        ],
        submit_label=_("Nicht mehr fragen"),
        danger=True,
        cancel_url=_round_url(asked),
    )


def _round_url(asked: ReportRequest) -> str:
    return f"{asked.round.get_absolute_url()}#anfragen"


def _get_request(request, pk) -> ReportRequest:
    rounds = ReportingRound.objects.visible_to(request.user)
    requests = ReportRequest.objects.filter(round__in=rounds)
    found = get_object_or_404(requests.select_related("round", "person", "organisation"), pk=pk)
    require(can_run_rounds(request.user))
    return found
