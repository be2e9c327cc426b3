"""Pages shared by series, topics and dates: submit for approval, withdraw the submission."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.forms import BriefingForm
from approvals.progress import comment_cards
from approvals.queries import approvals_about, differences_since
from approvals.registry import snapshot_of
from core.dates import local_date
from core.roles import senator_office_name
from core.states import Move
from core.views import redirect_unless_possible, render_confirmation, render_form, run_service


def submit_briefing(
    request,
    subject,
    service,
    *,
    kind,
    facts,
    suggestion,
    done,
    options=(),
    form_options=None,
    **context,
):
    """Show the form for a Leitungsvorlage; on POST, request an approval with `service`.

    The form starts with the last Leitungsvorlage about `subject`, or else with `suggestion`.
    `options` are the dates to decide on, as the approval will store them; `form_options` are
    passed to `BriefingForm`.
    """
    now = timezone.now()
    former = approvals_about(kind, subject.pk).first()
    form = BriefingForm(
        request.POST or None,
        request.FILES or None,
        today=local_date(now),
        suggestion=suggestion,
        former=former,
        **(form_options or {}),
    )
    if request.method == "POST" and form.is_valid():
        due_on = form.cleaned_data["due_on"]
        call = partial(service, briefing=form.briefing, due_on=due_on, by=request.user, now=now)
        if run_service(request, call, form=form, done=done):
            return redirect(subject)
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        intro=str(subject),
        cancel_url=subject.get_absolute_url(),
        cards=comment_cards(_("Anmerkung zur letzten Vorlage"), former),
        differences=differences_since(kind, subject.pk, snapshot_of(facts, subject), options),
        **context,
    )


def withdraw_submission(
    request,
    subject,
    service: Callable,
    moves: Mapping[str, Move],
    action: str,
    *,
    title: str,
    done: str,
    submit_label: str = "",
    details: Sequence[str] = (),
) -> HttpResponse:
    """Show the page that confirms the withdrawal of `subject`; on POST, withdraw with `service`.

    By default `details` says that the senator's office is told.
    """
    if back := redirect_unless_possible(request, subject, moves, action):
        return back
    if request.method == "POST":
        run_service(request, partial(service, by=request.user, now=timezone.now()), done=done)
        return redirect(subject)
    note = _("Das %(office)s wird benachrichtigt und muss nichts mehr tun.")
    return render_confirmation(
        request,
        title=title,
        question=str(subject),
        submit_label=submit_label or _("Zurückziehen"),
        details=details or [note % {"office": senator_office_name()}],
        danger=True,
        cancel_url=subject.get_absolute_url(),
    )
