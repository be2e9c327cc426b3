"""How a dialogue ends: postponed, cancelled, held, documented, closed."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.dates import local_date
from core.forms import OutcomeForm, ReasonForm
from core.views import redirect_unless_possible, render_confirmation, run_service
from dialogues.enums import DIALOGUE_MOVES
from dialogues.mails import addressees_of_cancellation
from dialogues.models import Dialogue
from dialogues.services import (
    cancel_dialogue,
    close_dialogue,
    document_outcome,
    postpone_dialogue,
    record_held,
)
from dialogues.views.answers import dialogue_for_office, form_page

NAMED = 12  # how many of those who are told are named before the rest is only counted


def postpone(request, pk):
    """Give up the date and tell all who know of it."""
    return _call_off(
        request,
        pk,
        "postpone",
        postpone_dialogue,
        title=_("Gespräch verschieben"),
        submit_label=_("Verschieben"),
        done=_("Das Gespräch ist verschoben. Schlagen Sie neue Termine vor."),
        effect=_(
            "Der Termin wird frei, seine Freigabe erlischt. Die Gästeliste bleibt; alle werden neu "
            "eingeladen."
        ),
    )


def cancel(request, pk):
    """Call the dialogue off for good and tell all who know of it."""
    return _call_off(
        request,
        pk,
        "cancel",
        cancel_dialogue,
        title=_("Gespräch absagen"),
        submit_label=_("Absagen"),
        done=_("Das Gespräch ist abgesagt."),
        effect=_("Eine Absage lässt sich nicht zurücknehmen."),
    )


def _call_off(request, pk, action, service, *, title, submit_label, done, effect):
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, action):
        return back
    now = timezone.now()
    form = ReasonForm(
        request.POST or None,
        help_text=_("Er steht in der Nachricht an alle, die benachrichtigt werden."),
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            service, dialogue=dialogue, reason=form.cleaned_data["reason"], by=request.user, now=now
        )
        if run_service(request, call, form=form, done=done):
            return redirect(dialogue)
    told = addressees_of_cancellation(dialogue, today=local_date(now))
    return render_confirmation(
        request,
        form,
        title=title,
        submit_label=_label(submit_label, len(told)),
        danger=True,
        question=f"{dialogue} · {dialogue.when}",
        details=[effect, *told_lines(told)],
        cancel_url=dialogue.get_absolute_url(),
    )


def _label(verb: str, count: int) -> str:
    """Return the words of the button, with how many people it tells."""
    if not count:
        return verb
    people = ngettext(
        "und %(count)d Person benachrichtigen", "und %(count)d Personen benachrichtigen", count
    )
    return f"{verb} {people % {'count': count}}"


def told_lines(told) -> list[str]:
    """Return who will get a message, the first ones by name."""
    if not told:
        return [
            _(
                "Es wird niemand benachrichtigt: bisher weiß außerhalb der Geschäftsstelle niemand "
                "davon."
            )
        ]
    count = ngettext(
        "%(count)d Person wird benachrichtigt:",
        "%(count)d Personen werden benachrichtigt:",
        len(told),
    )
    lines = [count % {"count": len(told)}]
    lines += [
        f"{entry.to.name} ({entry.to.email})" if entry.to.name else entry.to.email
        for entry in told[:NAMED]
    ]
    return lines + (
        [_("und %(count)d weitere") % {"count": len(told) - NAMED}] if len(told) > NAMED else []
    )


@require_POST
def hold(request, pk):
    dialogue = dialogue_for_office(request, pk)
    call = partial(record_held, dialogue=dialogue, by=request.user, now=timezone.now())
    run_service(
        request,
        call,
        done=_("Das Gespräch ist als durchgeführt vermerkt. Halten Sie jetzt das Ergebnis fest."),
    )
    return redirect(dialogue)


def document(request, pk):
    """Write what came out of the dialogue."""
    dialogue: Dialogue = dialogue_for_office(request, pk)
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "document"):
        return back
    form = OutcomeForm(
        request.POST or None,
        initial={"outcome": dialogue.outcome},
        help_text=_("Die wichtigsten Aussagen, Bedarfe und Zusagen, in wenigen Sätzen."),
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            document_outcome,
            dialogue=dialogue,
            outcome=form.cleaned_data["outcome"],
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, form=form, done=_("Das Ergebnis ist festgehalten.")):
            return redirect(dialogue)
    return form_page(
        request,
        form,
        title=_("Ergebnis festhalten"),
        intro=str(dialogue),
        cancel_url=dialogue.get_absolute_url(),
    )


@require_POST
def close(request, pk):
    dialogue = dialogue_for_office(request, pk)
    call = partial(close_dialogue, dialogue=dialogue, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Das Gespräch ist abgeschlossen."))
    return redirect(dialogue)
