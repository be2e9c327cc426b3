"""The accessibility statement with its public form, and the office's list of reports."""

from functools import partial

from allauth.core import ratelimit
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accessibility.enums import BARRIER_MOVES
from accessibility.filters import BarrierFilter
from accessibility.forms import AnswerForm, BarrierForm
from accessibility.models import BarrierReport
from accessibility.permissions import can_answer
from accessibility.progress import barrier_page, sender_note, sender_text
from accessibility.queries import barriers_to_list
from accessibility.services import (
    SEEN_FIELDS,
    answer_barrier,
    reopen_barrier,
    report_barrier,
    require_words,
)
from core.conflicts import SeenForm
from core.dates import local_date
from core.progress import TextCard
from core.roles import OFFICE_ONLY
from core.views import (
    allowed,
    get_for_office,
    ordering,
    paginate,
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    run_service,
)

# Open ones first: their deadline counts.
BARRIER_SORTS = {"due": ("is_answered", "due_on"), "received": ("received_at",)}


@require_http_methods(["GET", "HEAD", "POST"])
@login_not_required
def statement(request: HttpRequest) -> HttpResponse:
    """Show the accessibility statement; record reported barriers for the office."""
    form = BarrierForm(request.POST or None, initial={"page": request.GET.get("seite", "")})
    if request.method == "POST" and form.is_valid():
        # The form is open to everybody, so the mails it can cause are limited.
        if ratelimit.consume(request, action="report_barrier"):
            call = partial(report_barrier, **form.cleaned_data, now=timezone.now())
            done = _("Vielen Dank. Ihr Hinweis ist bei der Geschäftsstelle.")
            if run_service(request, call, done=done, form=form):
                return redirect("accessibility")
        else:
            form.add_error(
                None,
                _(
                    "Das waren viele Hinweise kurz nacheinander. Bitte warten Sie etwas, oder "
                    "schreiben Sie uns."
                ),
            )
    context = {
        # Visitors get no navigation.
        "shell": "base.html" if request.user.is_authenticated else "shell_public.html",
        "form": form,
        "can_answer": can_answer(request.user),
    }
    return render(request, "accessibility/statement.html", context)


@allowed(can_answer, OFFICE_ONLY)
def barrier_list(request: HttpRequest) -> HttpResponse:
    result = BarrierFilter(request.GET, queryset=barriers_to_list(request.user), request=request)
    page = paginate(request, result.qs.order_by(*ordering(request, BARRIER_SORTS, "due")))
    context = {
        "filter": result,
        "page": page,
        "reports": [(report, sender_text(report)) for report in page],
        "today": local_date(timezone.now()),
    }
    return render(request, "accessibility/list.html", context)


def barrier_for_office(request: HttpRequest, pk: int) -> BarrierReport:
    return get_for_office(request, BarrierReport.objects.all(), pk)


def barrier(request: HttpRequest, pk: int) -> HttpResponse:
    report = barrier_for_office(request, pk)
    context = {"report": report, "today": local_date(timezone.now())}
    return render(
        request, "accessibility/report.html", context | barrier_page(report, request.user)
    )


def answer(request: HttpRequest, pk: int) -> HttpResponse:
    """Note how a report was answered."""
    report = barrier_for_office(request, pk)
    if back := redirect_unless_possible(request, report, BARRIER_MOVES, "answer"):
        return back
    form = AnswerForm(
        request.POST or None,
        instance=report,
        seen_fields=SEEN_FIELDS,
        initial={"answer": report.answer},
    )
    if form.is_valid():
        call = partial(
            answer_barrier,
            report=report,
            answer=form.cleaned_data["answer"],
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        done = _("Der Hinweis ist als beantwortet vermerkt.")
        if run_service(request, call, done=done, form=form):
            return redirect(report)
    return render_form(
        request,
        form,
        title=BARRIER_MOVES["answer"].label,
        template="accessibility/answer.html",
        cards=[TextCard(_("Hinweis"), report.message, note=sender_note(report))],
        submit_label=BARRIER_MOVES["answer"].label,
        cancel_url=report.get_absolute_url(),
    )


def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    report = barrier_for_office(request, pk)
    if back := redirect_unless_possible(
        request, report, BARRIER_MOVES, "reopen"
    ) or redirect_if_refused(request, report, require_words):
        return back
    # An empty POST counts as sent as well: without a version, the service asks to look again.
    data = request.POST if request.method == "POST" else None
    form = SeenForm(data, instance=report, seen_fields=SEEN_FIELDS)
    if form.is_valid():
        call = partial(
            reopen_barrier,
            report=report,
            seen=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, done=_("Der Hinweis ist wieder offen."), form=form):
            return redirect(report)
    return render_confirmation(
        request,
        form,
        title=BARRIER_MOVES["reopen"].label,
        question=_("%(report)s wieder öffnen?") % {"report": report},
        details=[
            _("Er steht dann wieder bei den Aufgaben der Geschäftsstelle."),
            _("Es wird niemand benachrichtigt."),
        ],
        submit_label=BARRIER_MOVES["reopen"].label,
        cancel_url=report.get_absolute_url(),
    )
