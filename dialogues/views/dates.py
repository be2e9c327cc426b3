"""Views for dates: propose, submit, adopt, fix; postpone or cancel the dialogue."""

from functools import partial

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.views import submit_briefing
from core.dates import local_date
from core.errors import Refused, Warned
from core.forms import WarnedForm
from core.views import (
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    run_service,
)
from dialogues.enums import DIALOGUE_MOVES, OptionState
from dialogues.facts import DATES_FACTS, options_to_tick, suggest_dates_briefing
from dialogues.forms import DateOptionFormSet, FixDateForm, SeenReasonForm
from dialogues.mails import addressees_of_cancellation
from dialogues.models import DateOption, Dialogue
from dialogues.progress import (
    guests_untold_notes,
    host_untold_notes,
    notified_people,
    programme_changes,
)
from dialogues.services import (
    adopt_counter_dates,
    cancel_dialogue,
    create_date_option,
    drop_date_option,
    fix_date,
    postpone_dialogue,
    renew_date,
    submit_dates,
    withdraw_dates,
)
from dialogues.services.dates import require_accepted_host, require_fixed_date
from dialogues.views.approvals import withdraw_submission
from dialogues.views.dialogues import dialogue_for_office, seen_of
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back


def propose(request, pk):
    """Propose up to three dates at once; all of them are saved, or none."""
    dialogue = dialogue_for_office(request, pk)
    if back := _redirect_unless_exploring(request, dialogue):
        return back
    formset = DateOptionFormSet(request.POST or None, prefix="date")
    if request.method == "POST" and formset.is_valid() and _add_all(request, dialogue, formset):
        messages.success(request, _("Die Termine sind vorgeschlagen."))
        return redirect(dialogue)
    # Dates ruled out by the senator's office are listed too: none can be proposed again.
    options = dialogue.date_options.exclude(state=OptionState.DROPPED).order_by("starts_at", "pk")
    context = {"dialogue": dialogue, "formset": formset, "options": options}
    return render(request, "dialogues/dates.html", context)


def _redirect_unless_exploring(request, dialogue: Dialogue) -> HttpResponse | None:
    """Redirect with the reason if the host has not accepted or the date is already fixed."""
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "explore"):
        return back
    return redirect_if_refused(request, dialogue, require_accepted_host)


def _add_all(request, dialogue: Dialogue, formset) -> bool:
    now = timezone.now()
    with transaction.atomic():
        # All are tried, so that every refusal and warning is shown at its date.
        for form in formset.filled:
            try:
                create_date_option(dialogue=dialogue, by=request.user, now=now, **form.option)
            except Warned as warned:
                form.show_concerns(warned)
            except Refused as error:
                form.add_error(None, str(error))
        is_saved = not any(form.errors for form in formset.filled)
        # A refusal undoes only its own savepoint; the dates accepted beside it must go as well.
        transaction.set_rollback(not is_saved)
    return is_saved


@require_POST
def drop(request, dialogue_pk, pk):
    dialogue = dialogue_for_office(request, dialogue_pk)
    option = get_object_or_404(DateOption, pk=pk, dialogue=dialogue)
    run_service(
        request,
        partial(drop_date_option, option=option, by=request.user, now=timezone.now()),
        done=_("Der Termin ist verworfen."),
        seen=[option],
        # `drop_date_option` locks the dialogue first; locking the date before it could deadlock.
        lock=dialogue,
    )
    return redirect(dialogue)


def submit(request, pk):
    dialogue = dialogue_for_office(request, pk)
    if back := _redirect_unless_exploring(request, dialogue):
        return back
    # As `submit_dates` selects them, or the page would name a date that is not submitted.
    options = dialogue.date_options.filter(state=OptionState.PROPOSED, starts_at__gt=timezone.now())
    return _submit(
        request,
        dialogue,
        options,
        submit_dates,
        title=_("Termine zur Freigabe vorlegen"),
        done=_("Die Termine liegen zur Freigabe vor."),
    )


def renew(request, pk):
    """Submit the fixed date again after its approval lapsed."""
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, dialogue, require_fixed_date):
        return back
    return _submit(
        request,
        dialogue,
        dialogue.date_options.filter(state=OptionState.FIXED),
        renew_date,
        title=_("Termin erneut vorlegen"),
        done=_("Der Termin liegt wieder zur Freigabe vor."),
    )


def _submit(request, dialogue: Dialogue, options, service, *, title: str, done: str):
    options = list(options.order_by("starts_at", "pk"))
    first = options[0].starts_at if options else None
    return submit_briefing(
        request,
        dialogue,
        partial(service, dialogue=dialogue),
        kind=ApprovalKind.DATES,
        facts=DATES_FACTS,
        suggest=partial(suggest_dates_briefing, dialogue),
        options=options_to_tick(options),
        others=options,
        form_options={"starts_at": first},
        title=title,
        submit_label=_("Zur Freigabe vorlegen"),
        done=done,
        template="dialogues/form.html",
        points=[_with_preference(option) for option in options],
        points_label=_("Vorgelegt werden:"),
    )


def _with_preference(option: DateOption) -> str:
    return f"{option} ({option.get_host_preference_display()})"


def withdraw(request, pk):
    dialogue = dialogue_for_office(request, pk)
    return withdraw_submission(
        request,
        dialogue,
        partial(withdraw_dates, dialogue=dialogue),
        DIALOGUE_MOVES,
        "withdraw_dates",
        kind=ApprovalKind.DATES,
        title=_("Vorlage zurückziehen"),
        done=_("Die Vorlage ist zurückgezogen. Legen Sie die Termine vor, wenn sie stehen."),
    )


@require_POST
def adopt(request, pk):
    """Propose the dates that the senator's office suggested instead."""
    dialogue = dialogue_for_office(request, pk)
    form, now = WarnedForm(request.POST), timezone.now()
    # Validated only for the warnings already shown; the dates come from the stored decision.
    form.is_valid()
    heeded = form.heeded_keys
    call = partial(adopt_counter_dates, dialogue=dialogue, heeded=heeded, by=request.user, now=now)
    if options := run_service(request, call, form=form, seen=seen_of(dialogue)):
        text = ngettext(
            "%(count)d Termin ist übernommen. Fragen Sie den Gastgeber, bevor Sie ihn vorlegen.",
            "%(count)d Termine sind übernommen. Fragen Sie den Gastgeber, bevor Sie sie vorlegen.",
            len(options),
        )
        messages.success(request, text % {"count": len(options)})
    elif form.concerns:
        return render_confirmation(
            request,
            form,
            title=_("Gegenvorschlag übernehmen"),
            question=_("%(dialogue)s: die vorgeschlagenen Termine trotzdem übernehmen?")
            % {"dialogue": dialogue},
            submit_label=_("Trotzdem übernehmen"),
            cancel_url=dialogue.get_absolute_url(),
        )
    else:
        messages.error(request, " ".join(form.non_field_errors()))
    return redirect(dialogue)


def fix(request, pk):
    dialogue, now = dialogue_for_office(request, pk), timezone.now()
    options = dialogue.date_options.filter(state=OptionState.POSSIBLE, starts_at__gt=now).order_by(
        "starts_at", "pk"
    )
    # On POST the service answers: it can name the date that a colleague fixed meanwhile.
    if request.method != "POST" and (dialogue.starts_at or not options):
        nothing_left = _("Es gibt keinen freigegebenen Termin, der noch festzulegen wäre.")
        messages.error(request, nothing_left)
        return redirect(dialogue)
    initial = {"option": options[0]} if len(options) == 1 else {}
    changes = programme_changes(dialogue, options)
    form = FixDateForm(
        request.POST or None,
        instance=dialogue,
        options=options,
        programme_changes=[] if dialogue.programme_items.exists() else changes,
        initial=initial,
    )
    if request.method == "POST" and form.is_valid() and not went_back(request):
        if confirmed := _confirm_fix(request, dialogue, form, now):
            return confirmed
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Termin festlegen"),
        submit_label=TO_PREVIEW,
        cancel_url=dialogue.get_absolute_url(),
        intro=_("%(dialogue)s. Bevor eine Nachricht hinausgeht, sehen Sie, wer sie bekommt.")
        % {"dialogue": dialogue},
    )


def _confirm_fix(request, dialogue: Dialogue, form: FixDateForm, now) -> HttpResponse | None:
    """Show the mails about the chosen date, then fix it; None if the form must be shown again."""
    option = form.cleaned_data["option"]
    call = partial(fix_date, option=option, moves_programme=form.moves, by=request.user, now=now)
    # Items always move; the times in an older text move if the office says so.
    moves = form.moves or dialogue.programme_items.exists()
    programme = programme_changes(dialogue, [option]) if moves else []
    return confirm_mails(
        request,
        partial(call, heeded=form.heeded_keys),
        target=dialogue,
        form=form,
        done=_("Der Termin steht fest."),
        seen=[dialogue],
        title=_("Termin festlegen"),
        question=f"{dialogue} · {option}",
        details=[*programme, *host_untold_notes(dialogue)],
        submit_label=_("Termin festlegen"),
        cancel_url=dialogue.get_absolute_url(),
    )


def postpone(request, pk):
    return _give_up_date(
        request,
        pk,
        "postpone",
        postpone_dialogue,
        title=_("Gespräch verschieben"),
        submit_label=_("Verschieben"),
        done=_("Das Gespräch ist verschoben. Schlagen Sie neue Termine vor."),
        effect=_(
            "Der Termin wird frei, seine Freigabe erlischt. Die Gästeliste bleibt; zum neuen "
            "Termin laden Sie neu ein. Bei vertretenen Gästen ist vorher zu klären, wer kommt."
        ),
    )


def cancel(request, pk):
    return _give_up_date(
        request,
        pk,
        "cancel",
        cancel_dialogue,
        title=_("Gespräch absagen"),
        submit_label=_("Absagen"),
        done=_("Das Gespräch ist abgesagt."),
        effect=_("Eine Absage lässt sich nicht zurücknehmen."),
    )


def _give_up_date(request, pk, action, service, *, title, submit_label, done, effect):
    """Ask for the reason, show everyone who will be mailed, then run `service`."""
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, action):
        return back
    now = timezone.now()
    hint = _("Er steht in der Nachricht an alle, die benachrichtigt werden.")
    form = SeenReasonForm(request.POST or None, instance=dialogue, help_text=hint)
    if request.method == "POST" and form.is_valid() and not went_back(request):
        reason = form.cleaned_data["reason"]
        confirmed = confirm_mails(
            request,
            partial(service, dialogue=dialogue, reason=reason, by=request.user, now=now),
            target=dialogue,
            form=form,
            done=done,
            seen=[dialogue],
            title=title,
            question=f"{dialogue} · {dialogue.when}",
            details=[effect, *host_untold_notes(dialogue), *guests_untold_notes(dialogue)],
            danger=True,
            submit_label=submit_label,
            cancel_url=dialogue.get_absolute_url(),
        )
        if confirmed:
            return confirmed
    # Loaded after the service ran, so that a refusal shows who would be mailed now.
    recipients = addressees_of_cancellation(dialogue, today=local_date(now))
    return render_confirmation(
        request,
        form,
        title=title,
        submit_label=TO_PREVIEW,
        danger=True,
        question=f"{dialogue} · {dialogue.when}",
        details=[effect, *notified_people(dialogue, recipients)],
        cancel_url=dialogue.get_absolute_url(),
    )
