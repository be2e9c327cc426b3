"""Series: list, page, and the way to the senator's consent."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import BriefingForm, LapseGuard
from approvals.mails import APPROVAL_ASKED
from approvals.permissions import can_see_approvals
from approvals.progress import with_conditions
from approvals.queries import approvals_about, differences_since
from approvals.registry import Briefing, snapshot_of
from core.dates import local_date
from core.roles import OFFICE, SENATOR_OFFICE, has_role, senator_office_name
from core.states import allowed_actions
from core.views import redirect_unless_possible, render_confirmation, run_service
from dialogues.enums import COLOUR_OF_SERIES, COLOUR_OF_TOPIC, SERIES_MOVES
from dialogues.forms import SeriesForm
from dialogues.models import DialogueSeries
from dialogues.permissions import can_manage
from dialogues.progress import series_next_step, series_progress
from dialogues.queries import listed_series, listed_topics, series_history
from dialogues.registry import SERIES_FACTS
from dialogues.services import (
    affirm_series,
    create_series,
    request_consent,
    update_series,
    withdraw_series,
)
from dialogues.views.answers import form_page, page_of, require_office, row_for_office
from dialogues.views.lists import tabs
from outbox.wordings import with_waiting_note


def series_list(request):
    page = page_of(request, listed_series(request.user))
    for row in page.object_list:
        row.colour = COLOUR_OF_SERIES[row.state]
    context = {"page": page, "tabs": tabs("series_list"), "manages": can_manage(request.user)}
    context["inside"] = has_role(request.user, OFFICE, SENATOR_OFFICE)
    return render(request, "dialogues/series_list.html", context)


def detail(request, pk):
    series = get_object_or_404(DialogueSeries.objects.visible_to(request.user), pk=pk)
    now = timezone.now()
    latest = approvals_about(ApprovalKind.SERIES, pk).first()
    topics = list(listed_topics(request.user).filter(series=series).order_by("-pk"))
    for topic in topics:
        topic.colour = COLOUR_OF_TOPIC[topic.state]
    context = {
        "series": series,
        "colour": COLOUR_OF_SERIES[series.state],
        "steps": series_progress(series),
        "topics": topics,
        "today": local_date(now),
        "manages": can_manage(request.user),
        "latest": latest,
    }
    if has_role(request.user, OFFICE, SENATOR_OFFICE):
        box = series_next_step(series, request.user, latest)
        box = with_conditions(box, kind=ApprovalKind.SERIES, subject_id=pk, user=request.user)
        context |= {"inside": True, "box": box, "history": series_history(series, request.user)}
        context["withdraws"] = context["manages"] and "withdraw" in allowed_actions(
            SERIES_MOVES, series
        )
        context["sees_answer"] = can_see_approvals(request.user, ApprovalKind.SERIES)
    return render(request, "dialogues/series.html", context)


def create(request):
    require_office(request)
    form = SeriesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(create_series, values=form.values, by=request.user, now=timezone.now())
        if series := run_service(request, call, form=form, done=_("Die Reihe ist angelegt.")):
            return redirect(series)
    return form_page(
        request, form, title=_("Neue Reihe"), cancel_url="../", submit_label=_("Anlegen")
    )


def edit(request, pk):
    series = row_for_office(request, DialogueSeries.objects.all(), pk)
    guard = LapseGuard(ApprovalKind.SERIES, SERIES_FACTS, series)
    form = SeriesForm(request.POST or None, instance=series)
    if (
        request.method == "POST"
        and form.is_valid()
        and not guard.needs_confirmation(request.POST, form.instance)
    ):
        call = partial(
            update_series,
            series=series,
            values=form.values,
            version=form.version_shown,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, form=form, done=_("Die Angaben sind gespeichert.")):
            return redirect(series)
    cancel_url = series.get_absolute_url()
    return form_page(request, form, title=_("Reihe bearbeiten"), cancel_url=cancel_url, guard=guard)


@require_POST
def affirm(request, pk):
    series = row_for_office(request, DialogueSeries.objects.all(), pk)
    done = _("Vermerkt: Verwaltung und Partner haben die Reihe bekräftigt.")
    run_service(
        request,
        partial(affirm_series, series=series, by=request.user, now=timezone.now()),
        done=done,
    )
    return redirect(series)


def request(request, pk):
    """The Leitungsvorlage for the consent to a series."""
    series = row_for_office(request, DialogueSeries.objects.all(), pk)
    if back := redirect_unless_possible(request, series, SERIES_MOVES, "request"):
        return back
    now = timezone.now()
    suggestion = Briefing(
        "", series.description, "", _("Zustimmung zur Reihe „%(title)s“") % {"title": series}
    )
    former = approvals_about(ApprovalKind.SERIES, pk).first()
    files = request.FILES or None
    form = BriefingForm(
        request.POST or None, files, today=local_date(now), suggestion=suggestion, former=former
    )
    if request.method == "POST" and form.is_valid():
        due_on = form.cleaned_data["due_on"]
        call = partial(
            request_consent,
            series=series,
            briefing=form.briefing,
            due_on=due_on,
            by=request.user,
            now=now,
        )
        if run_service(
            request,
            call,
            form=form,
            done=with_waiting_note(
                _("Die Zustimmung ist beantragt; das Büro ist benachrichtigt."), APPROVAL_ASKED
            ),
        ):
            return redirect(series)
    return form_page(
        request,
        form,
        title=_("Zustimmung beantragen"),
        submit_label=_("Zur Zustimmung vorlegen"),
        intro=str(series),
        cancel_url=series.get_absolute_url(),
        former=former,
        differences=differences_since(ApprovalKind.SERIES, pk, snapshot_of(SERIES_FACTS, series)),
    )


def withdraw(request, pk):
    """Take the request for consent back, after a second look."""
    series = row_for_office(request, DialogueSeries.objects.all(), pk)
    if request.method == "POST":
        call = partial(withdraw_series, series=series, by=request.user, now=timezone.now())
        run_service(
            request,
            call,
            done=_("Der Antrag ist zurückgezogen; Sie können die Reihe wieder bearbeiten."),
        )
        return redirect(series)
    if back := redirect_unless_possible(request, series, SERIES_MOVES, "withdraw"):
        return back
    details = [
        _("Das %(office)s wird benachrichtigt und muss nichts mehr tun.")
        % {"office": senator_office_name()}
    ]
    return render_confirmation(
        request,
        title=_("Antrag zurückziehen"),
        question=str(series),
        submit_label=_("Zurückziehen"),
        details=details,
        danger=True,
        cancel_url=series.get_absolute_url(),
    )
