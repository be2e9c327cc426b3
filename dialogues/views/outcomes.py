"""Views for a dialogue after its day: held, documented, closed."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from approvals.enums import ApprovalKind
from approvals.queries import conditions_to_meet
from core.progress import TextCard
from core.states import allowed_actions
from core.views import (
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    run_service,
)
from dialogues.enums import DIALOGUE_MOVES
from dialogues.forms import SeenOutcomeForm
from dialogues.progress import conditions_of_topic, open_rsvps_point, preparation_of
from dialogues.services import (
    close_dialogue,
    correct_outcome,
    document_outcome,
    record_held,
    reopen_dialogue,
)
from dialogues.services.outcomes import require_begun
from dialogues.views.dialogues import dialogue_for_office, seen_of


def hold(request, pk):
    """Ask, then record that the dialogue took place."""
    dialogue, now = dialogue_for_office(request, pk), timezone.now()
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "hold"):
        return back
    if back := redirect_if_refused(request, dialogue, partial(require_begun, now=now)):
        return back
    if request.method == "POST":
        done = _("Das Gespräch ist als durchgeführt vermerkt. Halten Sie jetzt das Ergebnis fest.")
        call = partial(record_held, dialogue=dialogue, by=request.user, now=now)
        run_service(request, call, done=done, seen=[dialogue])
        return redirect(dialogue)
    return render_confirmation(
        request,
        seen=[dialogue],
        title=_("Als durchgeführt vermerken"),
        question=f"{dialogue} · {dialogue.when}",
        details=[
            _(
                "Danach lässt sich das Gespräch weder ändern noch verschieben oder absagen. Bis "
                "das Ergebnis festgehalten ist, können Sie den Vermerk zurücknehmen."
            ),
            _(
                "Antworten der Gäste lassen sich eintragen, bis das Ergebnis festgehalten ist. "
                "Es wird niemand benachrichtigt."
            ),
        ],
        submit_label=_("Als durchgeführt vermerken"),
        cancel_url=dialogue.get_absolute_url(),
    )


def reopen(request, pk):
    """Ask, then take back that the dialogue took place."""
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, "reopen"):
        return back
    if request.method == "POST":
        call = partial(reopen_dialogue, dialogue=dialogue, by=request.user, now=timezone.now())
        done = _(
            "Der Vermerk ist zurückgenommen. Sie können das Gespräch verschieben oder absagen."
        )
        run_service(request, call, done=done, seen=[dialogue])
        return redirect(dialogue)
    return render_confirmation(
        request,
        seen=[dialogue],
        title=DIALOGUE_MOVES["reopen"].label,
        question=f"{dialogue} · {dialogue.when}",
        details=[
            _("Das Gespräch steht wieder da wie vor dem Vermerk. Es wird niemand benachrichtigt.")
        ],
        submit_label=_("Vermerk zurücknehmen"),
        cancel_url=dialogue.get_absolute_url(),
    )


def document(request, pk):
    """Record the outcome, or correct the one that is recorded."""
    dialogue = dialogue_for_office(request, pk)
    is_correction = "correct" in allowed_actions(DIALOGUE_MOVES, dialogue)
    action = "correct" if is_correction else "document"
    if back := redirect_unless_possible(request, dialogue, DIALOGUE_MOVES, action):
        return back
    form = SeenOutcomeForm(
        request.POST or None,
        instance=dialogue,
        initial={"outcome": dialogue.outcome},
        help_text=_("Die wichtigsten Aussagen, Bedarfe und Zusagen, in wenigen Sätzen."),
    )
    if request.method == "POST" and form.is_valid():
        call = partial(
            correct_outcome if is_correction else document_outcome,
            dialogue=dialogue,
            outcome=form.cleaned_data["outcome"],
            by=request.user,
            now=timezone.now(),
        )
        done = _("Das Ergebnis ist festgehalten.")
        if is_correction:
            done = _("Das Ergebnis ist berichtigt; der Verlauf behält die frühere Fassung.")
        if run_service(request, call, form=form, done=done, seen=[dialogue]):
            return redirect(dialogue)
    preparation = preparation_of(dialogue, timezone.now())
    # A first outcome has no former version that could be compared with what was typed.
    shows_saved = form.errors and is_correction
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=DIALOGUE_MOVES[action].label,
        # After a refusal, what somebody else has saved stands beside what was typed.
        cards=[TextCard(_("Gespeichert ist"), dialogue.outcome)] if shows_saved else [],
        open_point=None if is_correction else open_rsvps_point(dialogue, preparation),
        intro=str(dialogue),
        cancel_url=dialogue.get_absolute_url(),
    )


@require_POST
def close(request, pk):
    dialogue = dialogue_for_office(request, pk)
    subjects = [(ApprovalKind.DATES, dialogue.pk, ""), *conditions_of_topic(dialogue.topic)]
    conditions = conditions_to_meet([(kind, key) for kind, key, _label in subjects])
    # Once it is closed, nothing reminds the office of a condition that nobody has met.
    if conditions and "confirmed" not in request.POST:
        return render_confirmation(
            request,
            seen=seen_of(dialogue),
            title=_("Abschließen"),
            question=_("Soll das Gespräch trotz offener Auflagen abgeschlossen werden?"),
            details=[_("Auflage: %(text)s") % {"text": condition} for condition in conditions],
            hidden=[("confirmed", "1")],
            submit_label=_("Abschließen"),
            cancel_url=dialogue.get_absolute_url(),
        )
    call = partial(close_dialogue, dialogue=dialogue, by=request.user, now=timezone.now())
    run_service(request, call, done=_("Das Gespräch ist abgeschlossen."), seen=seen_of(dialogue))
    return redirect(dialogue)
