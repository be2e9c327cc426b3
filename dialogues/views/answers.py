"""Views for what becomes of a need: answered, looked at again, filed, reopened, followed."""

from collections.abc import Callable
from functools import partial

from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import local_date
from core.views import (
    get_for_office,
    opened_by_link,
    redirect_if_refused,
    redirect_unless_possible,
    render_confirmation,
    render_form,
    require,
    run_service,
)
from dialogues.enums import NEED_MOVES
from dialogues.forms import AnswerForm, ResubmissionForm, SeenReasonForm
from dialogues.models import Need
from dialogues.permissions import can_answer_need, can_manage
from dialogues.progress import (
    answer_cards,
    followed_facts,
    need_cards,
    need_progress,
    untold_note,
)
from dialogues.queries import needs_in_full
from dialogues.services import (
    answer_need,
    file_need,
    open_need,
    reopen_need,
    resubmit_need,
)
from dialogues.services.needs import NOT_YOURS, require_resubmittable
from outbox.views.confirming import confirm_mails, went_back

ANSWERED = gettext_lazy("Der Stand ist eingetragen.")


def answer(request, pk):
    """Say what becomes of a need, as the addressee or for them."""
    need = get_object_or_404(needs_in_full(request.user), pk=pk)
    require(can_answer_need(request.user, need), NOT_YOURS)
    if back := redirect_unless_possible(request, need, NEED_MOVES, "complete"):
        return back
    manages = can_manage(request.user)
    form = AnswerForm(request.POST or None, instance=need)
    page = {
        "title": _("Stand eintragen") if manages else _("Bedarf beantworten"),
        "cancel_url": need.get_absolute_url(),
    }
    if request.method == "POST" and form.is_valid() and not went_back(request):
        call = partial(
            answer_need, need=need, answer=form.answer, by=request.user, now=timezone.now()
        )
        save = _confirm if manages else _save
        if saved := save(request, call, need, form=form, done=ANSWERED, **page):
            return saved
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        cards=answer_cards(need),
        effect=untold_note(need) if manages else "",
        **page,
    )


def _confirm(request, call: Callable, need: Need, *, form=None, done, title, cancel_url):
    """Run `call` once its mails are confirmed; None if the form must be shown again."""
    return confirm_mails(
        request,
        call,
        target=need,
        form=form,
        done=done,
        asks_always=False,
        seen=[need],
        title=title,
        question=str(need),
        submit_label=_("Speichern"),
        cancel_url=cancel_url,
    )


def _save(request, call: Callable, need: Need, *, form, done, **page):
    """Run `call` for a partner, who is not asked about mails of the office."""
    return redirect(need) if run_service(request, call, form=form, done=done, seen=[need]) else None


def resubmit(request, pk):
    """Say when the office looks at a need again, or that nobody has to any more."""
    need = get_for_office(request, Need.objects.all(), pk)
    if back := redirect_if_refused(request, need, require_resubmittable):
        return back
    # The day that has come is done with; a new one is asked for.
    has_come = need.resubmit_on and need.resubmit_on <= local_date(timezone.now())
    initial = {} if has_come else {"resubmit_on": need.resubmit_on}
    initial |= {"resubmit_check": "" if has_come else need.resubmit_check}
    form = ResubmissionForm(request.POST or None, instance=need, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            resubmit_need, need=need, by=request.user, now=timezone.now(), **form.details
        )
        done = _("Die Wiedervorlage ist bestimmt.")
        if not form.cleaned_data["resubmit_on"]:
            done = _("Die Wiedervorlage ist erledigt.")
        if run_service(request, call, form=form, done=done, seen=[need]):
            return redirect(need)
    intro = (
        _("Zu prüfen war: %(check)s") % {"check": need.resubmit_check} if has_come else str(need)
    )
    return render_form(
        request,
        form,
        template="dialogues/need_form.html",
        title=_("Wiedervorlage"),
        intro=intro,
        cancel_url=need.get_absolute_url(),
    )


def file(request, pk):
    """File a settled need at once if there is nobody to tell of it."""
    need = get_for_office(request, needs_in_full(request.user), pk)
    if back := redirect_unless_possible(request, need, NEED_MOVES, "file"):
        return back
    return _confirm(
        request,
        partial(file_need, need=need, by=request.user, now=timezone.now()),
        need,
        done=_("Der Bedarf ist zu den Akten gelegt."),
        title=_("Zu den Akten"),
        cancel_url=need.get_absolute_url(),
    )


def reopen(request, pk):
    """Ask for a reason, then take up a need again that was settled or filed."""
    need = get_for_office(request, needs_in_full(request.user), pk)
    if back := redirect_unless_possible(request, need, NEED_MOVES, "reopen"):
        return back
    hint = _("Steht auf der Seite des Bedarfs.")
    form = SeenReasonForm(request.POST or None, instance=need, help_text=hint)
    page = {"title": _("Wieder aufnehmen"), "cancel_url": need.get_absolute_url()}
    if request.method == "POST" and form.is_valid() and not went_back(request):
        reason = form.cleaned_data["reason"]
        call = partial(reopen_need, need=need, reason=reason, by=request.user, now=timezone.now())
        done = _("Der Bedarf ist wieder aufgenommen.")
        if reopened := _confirm(request, call, need, form=form, done=done, **page):
            return reopened
    note = untold_note(need)
    return render_confirmation(
        request,
        form,
        question=str(need),
        details=[note] if note else [],
        submit_label=_("Wieder aufnehmen"),
        **page,
    )


@opened_by_link(open_need, "dialogues/link_closed.html")
def follow(request, need):
    """Show the contact, who needs no account, what becomes of the need. Changes nothing."""
    context = {
        "need": need,
        "steps": need_progress(need),
        "cards": need_cards(need),
        "facts": followed_facts(need),
    }
    return render(request, "dialogues/need_followed.html", context)
