"""Views for series: page, editing, and the request for the senator's consent."""

from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from approvals.progress import with_conditions
from approvals.queries import approvals_about
from approvals.views import submit_briefing
from core.dates import local_date
from core.progress import Button
from core.roles import is_inside
from core.views import (
    get_for_office,
    redirect_unless_possible,
    render_form,
    require_office,
    run_service,
    saving,
)
from dialogues.enums import SERIES_MOVES
from dialogues.facts import SERIES_FACTS, suggest_series_briefing
from dialogues.forms import SeriesForm
from dialogues.models import Dialogue, DialogueSeries
from dialogues.permissions import can_manage
from dialogues.progress import (
    internal_notes_cards,
    series_actions,
    series_cards,
    series_facts,
    series_next_step,
    series_progress,
)
from dialogues.queries import first_fixed_start, listed_topics, series_history
from dialogues.services import (
    affirm_series,
    change_series,
    create_series,
    request_consent,
    withdraw_series,
)
from dialogues.views.approvals import withdraw_submission
from outbox.views.confirming import confirm_mails, went_back

SERIES = DialogueSeries.objects.all()


def detail(request, pk):
    visible = DialogueSeries.objects.visible_to(request.user)
    series = get_object_or_404(visible.select_related("responsible__person"), pk=pk)
    user, manages = request.user, can_manage(request.user)
    latest = approvals_about(ApprovalKind.SERIES, pk).first()
    edit_url = reverse("dialogues:series_edit", args=[pk])
    can_edit = manages and not series.is_taken_over
    context = {
        "series": series,
        "seen": [series],
        "subtitle": " · ".join(filter(None, [_("Reihe"), series.period])),
        "steps": series_progress(series),
        "buttons": [Button(_("Bearbeiten"), edit_url)] if can_edit else [],
        "cards": series_cards(series, user, latest),
        "topics": listed_topics(user).filter(series=series).order_by("-pk"),
        "internal_notes": internal_notes_cards(series.internal_notes, user),
        "facts": series_facts(series, user),
        "actions": series_actions(series, user),
        "today": local_date(timezone.now()),
    }
    # How consent is reached stays between the office and the senator's office.
    if is_inside(user):
        first = first_fixed_start(Dialogue.objects.filter(topic__series=series), context["today"])
        box = series_next_step(series, user, latest, first)
        box = with_conditions(box, user, (ApprovalKind.SERIES, pk, _("Auflage")))
        context |= {"box": box, "history": series_history(series, user)}
    return render(request, "dialogues/series.html", context)


def create(request):
    require_office(request)
    form = SeriesForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(create_series, values=form.values, by=request.user, now=timezone.now())
        if series := run_service(request, call, form=form, done=_("Die Reihe ist angelegt.")):
            return redirect(series)
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Neue Reihe"),
        submit_label=_("Anlegen"),
        cancel_url=reverse("dialogues:series_list"),
    )


def edit(request, pk):
    series = get_for_office(request, SERIES, pk)
    # Created before the form, because validation writes the entered values into the instance.
    guard = LapseGuard(ApprovalKind.SERIES, SERIES_FACTS, series)
    form = SeriesForm(request.POST or None, instance=series)
    is_complete = request.method == "POST" and form.is_valid() and not went_back(request)
    if is_complete and not guard.needs_confirmation(request.POST, form.instance):
        # Whoever takes part in an approval always learns that it lapses.
        saved = confirm_mails(
            request,
            guard.watch(saving(request, form, change_series, series=series)),
            target=series,
            form=form,
            done=_("Die Angaben sind gespeichert."),
            asks_always=False,
            title=_("Reihe bearbeiten"),
            question=_("%(series)s: Diese Änderung wird mitgeteilt.") % {"series": series},
            submit_label=_("Speichern"),
            cancel_url=series.get_absolute_url(),
        )
        if saved:
            return saved
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Reihe bearbeiten"),
        cancel_url=series.get_absolute_url(),
        guard=guard,
    )


@require_POST
def affirm(request, pk):
    series = get_for_office(request, SERIES, pk)
    run_service(
        request,
        partial(affirm_series, series=series, by=request.user, now=timezone.now()),
        done=_("Vermerkt: Verwaltung und Partner haben die Reihe bekräftigt."),
        seen=[series],
    )
    return redirect(series)


def submit(request, pk):
    series = get_for_office(request, SERIES, pk)
    if back := redirect_unless_possible(request, series, SERIES_MOVES, "request"):
        return back
    dialogues = Dialogue.objects.filter(topic__series=series)
    return submit_briefing(
        request,
        series,
        partial(request_consent, series=series),
        kind=ApprovalKind.SERIES,
        facts=SERIES_FACTS,
        suggest=suggest_series_briefing,
        form_options={"starts_at": first_fixed_start(dialogues, timezone.localdate())},
        title=_("Zustimmung beantragen"),
        submit_label=_("Zur Zustimmung vorlegen"),
        done=_("Die Zustimmung ist beantragt."),
        template="dialogues/form.html",
    )


def withdraw(request, pk):
    series = get_for_office(request, SERIES, pk)
    return withdraw_submission(
        request,
        series,
        partial(withdraw_series, series=series),
        SERIES_MOVES,
        "withdraw",
        kind=ApprovalKind.SERIES,
        title=_("Antrag zurückziehen"),
        done=_("Der Antrag ist zurückgezogen; Sie können die Reihe wieder bearbeiten."),
    )
