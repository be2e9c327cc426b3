"""Views for a dialogue after its day: held, documented, closed."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.forms import OutcomeForm
from core.views import redirect_unless_possible, render_form, run_service
from dialogues.enums import DIALOGUE_MOVES
from dialogues.services import close_dialogue, document_outcome, record_held
from dialogues.views.dialogues import dialogue_for_office


@require_POST
def hold(request, pk):
    dialogue = dialogue_for_office(request, pk)
    run_service(
        request,
        partial(record_held, dialogue=dialogue, by=request.user, now=timezone.now()),
        done=_("Das Gespräch ist als durchgeführt vermerkt. Halten Sie jetzt das Ergebnis fest."),
    )
    return redirect(dialogue)


def document(request, pk):
    dialogue = dialogue_for_office(request, pk)
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
    return render_form(
        request,
        form,
        template="dialogues/form.html",
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
