"""Dates of a dialogue: propose, take back, put before the senator's office, fix one."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.forms import BriefingForm
from approvals.mails import APPROVAL_ASKED
from approvals.queries import approvals_about, differences_since
from approvals.registry import Briefing, snapshot_of
from core.dates import local_date
from core.errors import Refused
from core.roles import senator_office_name
from core.views import redirect_unless_possible, render_confirmation, run_service
from dialogues.enums import DATED, DIALOGUE_MOVES, HostReply, OptionState
from dialogues.forms import DateOptionFormSet, FixDateForm
from dialogues.models import DateOption, Dialogue
from dialogues.registry import DATES_FACTS, options_to_tick
from dialogues.services import (
    add_date_option,
    adopt_counter_dates,
    drop_date_option,
    fix_date,
    renew_date,
    submit_dates,
    withdraw_dates,
)
from dialogues.services.dates import why_too_late
from dialogues.views.answers import dialogue_for_office, form_page
from outbox.wordings import with_waiting_note


def propose(request, pk):
    """Up to three dates at once: all of them are kept, or none."""
    dialogue = dialogue_for_office(request, pk)
    if back := _too_early(request, dialogue):
        return back
    formset = DateOptionFormSet(request.POST or None, prefix="date")
    if request.method == "POST" and formset.is_valid() and _add_all(request, dialogue, formset):
        messages.success(request, _("Die Termine sind vorgeschlagen."))
        return redirect(dialogue)
    context = {"dialogue": dialogue, "formset": formset, "options": _standing(dialogue)}
    return render(request, "dialogues/dates.html", context)


def _too_early(request, dialogue: Dialogue):
    """Lead back to the dialogue while there is no host's yes, or once the date is fixed."""
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "explore"):
        return back
    if request.method != "POST" and dialogue.host_reply != HostReply.ACCEPTED:
        messages.error(
            request, _("Termine werden erst abgestimmt, wenn ein Gastgeber zugesagt hat.")
        )
        return redirect(dialogue)
    return None


def _standing(dialogue: Dialogue):
    return dialogue.date_options.exclude(state=OptionState.DROPPED).order_by("starts_at", "pk")


def _add_all(request, dialogue: Dialogue, formset) -> bool:
    now = timezone.now()
    try:
        with transaction.atomic():
            for form in formset.filled:
                at_fault = form
                add_date_option(dialogue=dialogue, by=request.user, now=now, **form.option)
    except Refused as error:
        at_fault.add_error(None, str(error))
        return False
    return True


@require_POST
def drop(request, dialogue_pk, pk):
    dialogue = dialogue_for_office(request, dialogue_pk)
    option = get_object_or_404(DateOption, pk=pk, dialogue=dialogue)
    run_service(
        request,
        partial(drop_date_option, option=option, by=request.user, now=timezone.now()),
        done=_("Der Termin ist verworfen."),
    )
    return redirect(dialogue)


def submit(request, pk):
    """The Leitungsvorlage for the proposed dates."""
    dialogue = dialogue_for_office(request, pk)
    if back := _too_early(request, dialogue):
        return back
    options = dialogue.date_options.filter(state=OptionState.PROPOSED, starts_at__gt=timezone.now())
    return _submit(
        request,
        dialogue,
        options,
        submit_dates,
        title=_("Termine zur Freigabe vorlegen"),
        done=with_waiting_note(
            _("Die Termine liegen zur Freigabe vor; das Büro ist benachrichtigt."), APPROVAL_ASKED
        ),
    )


def renew(request, pk):
    """The Leitungsvorlage for the fixed date, once its approval lapsed."""
    dialogue = dialogue_for_office(request, pk)
    if request.method != "POST" and dialogue.state not in DATED:
        messages.error(request, _("Erneut vorgelegt wird nur ein Termin, der feststeht."))
        return redirect(dialogue)
    return _submit(
        request,
        dialogue,
        dialogue.date_options.filter(state=OptionState.FIXED),
        renew_date,
        title=_("Termin erneut vorlegen"),
        done=_("Der Termin liegt wieder zur Freigabe vor."),
    )


def _submit(request, dialogue: Dialogue, options, service, *, title: str, done: str):
    """Show and take the Leitungsvorlage about `options`; its words come from the last one, if there
    was one.
    """
    now = timezone.now()
    former = approvals_about(ApprovalKind.DATES, dialogue.pk).first()
    files = request.FILES or None
    options = list(options.order_by("starts_at", "pk"))
    form = BriefingForm(
        request.POST or None,
        files,
        today=local_date(now),
        suggestion=_suggested_briefing(dialogue),
        former=former,
        due_on_error=partial(why_too_late, options=options),
    )
    if request.method == "POST" and form.is_valid():
        due_on = form.cleaned_data["due_on"]
        call = partial(
            service,
            dialogue=dialogue,
            briefing=form.briefing,
            due_on=due_on,
            by=request.user,
            now=now,
        )
        if run_service(request, call, form=form, done=done):
            return redirect(dialogue)
    return form_page(
        request,
        form,
        title=title,
        submit_label=_("Zur Freigabe vorlegen"),
        intro=str(dialogue),
        points=[f"{option} ({option.get_host_preference_display()})" for option in options],
        points_label=_("Vorgelegt werden:"),
        cancel_url=dialogue.get_absolute_url(),
        former=former,
        differences=differences_since(
            ApprovalKind.DATES,
            dialogue.pk,
            snapshot_of(DATES_FACTS, dialogue),
            options_to_tick(options),
        ),
    )


def withdraw(request, pk):
    """Take the request about dates back, after a second look."""
    dialogue = dialogue_for_office(request, pk)
    if request.method == "POST":
        call = partial(withdraw_dates, dialogue=dialogue, by=request.user, now=timezone.now())
        run_service(
            request,
            call,
            done=_("Die Vorlage ist zurückgezogen. Legen Sie die Termine vor, wenn sie stehen."),
        )
        return redirect(dialogue)
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "withdraw_dates"):
        return back
    details = [
        _("Das %(office)s wird benachrichtigt und muss nichts mehr tun.")
        % {"office": senator_office_name()}
    ]
    return render_confirmation(
        request,
        title=_("Vorlage zurückziehen"),
        question=str(dialogue),
        submit_label=_("Zurückziehen"),
        details=details,
        danger=True,
        cancel_url=dialogue.get_absolute_url(),
    )


@require_POST
def take_over(request, pk):
    """The dates that the senator's office proposed become options."""
    dialogue = dialogue_for_office(request, pk)
    call = partial(adopt_counter_dates, dialogue=dialogue, by=request.user, now=timezone.now())
    if taken := run_service(request, call):
        text = ngettext(
            "%(count)d Termin ist übernommen. Fragen Sie den Gastgeber, bevor Sie ihn vorlegen.",
            "%(count)d Termine sind übernommen. Fragen Sie den Gastgeber, bevor Sie sie vorlegen.",
            len(taken),
        )
        messages.success(request, text % {"count": len(taken)})
    return redirect(dialogue)


def _suggested_briefing(dialogue: Dialogue) -> Briefing:
    """Return a first version of the Leitungsvorlage from what is known of the dialogue."""
    facts = _("%(host)s richtet das Gespräch zum Thema „%(topic)s“ aus.") % {
        "host": dialogue.host,
        "topic": dialogue.topic,
    }
    if dialogue.address:
        facts += " " + _("Ort: %(place)s.") % {"place": dialogue.address}
    series = dialogue.topic.series if dialogue.topic else ""
    vote = (
        _("Zustimmung zu einem der Termine, Teilnahme der Leitung")
        if dialogue.senator_attends
        else _("Zustimmung zu einem der Termine")
    )
    return Briefing(
        _("Branchengespräch in der Reihe „%(series)s“") % {"series": series}, facts, "", vote
    )


def fix(request, pk):
    """One of the dates that the senator's office can keep becomes the date."""
    dialogue = dialogue_for_office(request, pk)
    now = timezone.now()
    options = dialogue.date_options.filter(state=OptionState.POSSIBLE, starts_at__gt=now).order_by(
        "starts_at", "pk"
    )
    if request.method != "POST" and (dialogue.starts_at or not options):
        messages.error(
            request, _("Es gibt keinen freigegebenen Termin, der noch festzulegen wäre.")
        )
        return redirect(dialogue)
    initial = {"option": options[0]} if len(options) == 1 else {}
    form = FixDateForm(request.POST or None, options=options, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(fix_date, option=form.cleaned_data["option"], by=request.user, now=now)
        if run_service(
            request,
            call,
            form=form,
            done=with_waiting_note(
                _("Der Termin steht fest. Die Beteiligten sind benachrichtigt."), "date_fixed"
            ),
        ):
            return redirect(dialogue)
    told = [senator_office_name()] + ([str(dialogue.host_contact)] if dialogue.host_contact else [])
    return form_page(
        request,
        form,
        title=_("Termin festlegen"),
        submit_label=_("Termin festlegen"),
        intro=str(dialogue),
        points=told,
        points_label=_("Eine Nachricht mit Kalendereintrag erhalten:"),
        cancel_url=dialogue.get_absolute_url(),
    )
