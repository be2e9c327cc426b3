"""The approvals desk: open and decided approvals, and decisions in two steps."""

from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from approvals.enums import VERDICT_LABELS, ApprovalKind, confirmation_of
from approvals.forms import DecisionForm
from approvals.models import ApprovalRequest
from approvals.permissions import (
    can_decide,
    can_open_desk,
    is_deputy_for,
    refusal_reason,
    refusal_reason_when_closed,
)
from approvals.progress import (
    briefing_texts,
    condition_items,
    confirmation_lists,
    date_notes,
    decision_durations,
    desk_empty_text,
    desk_subtitle,
    earlier_decision,
    notified_notes,
    option_labels,
    outcome_lists,
    waiting_note,
)
from approvals.queries import (
    attachments_of,
    decided_approvals,
    differences_of,
    former_lines,
    open_approvals,
    place_in_queue,
    refusal_reason_when_hidden,
    viewable_approvals,
)
from approvals.registry import decide
from approvals.services import is_same_decision
from approvals.views.documents import attachment, pdf, word
from approvals.views.forms import condition, submit_briefing
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.views import (
    paginate,
    redirect_with_message,
)

__all__ = [
    "approval_page",
    "attachment",
    "condition",
    "decide_page",
    "desk",
    "pdf",
    "submit_briefing",
    "word",
]


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the open approvals, or with `?stand=entschieden` the closed ones."""
    _require_desk(request)
    is_closed = request.GET.get("stand") == "entschieden"
    kind = _kind_filter(request)
    approvals = decided_approvals(request.user) if is_closed else open_approvals(request.user)
    if kind:
        approvals = approvals.filter(kind=kind)
    context = {
        "page": paginate(request, approvals),
        "subtitle": desk_subtitle(request.user),
        "heading": _("Entschieden") if is_closed else _("Offen"),
        "states": [
            (_("Offen"), None, not is_closed),
            (_("Entschieden"), "entschieden", is_closed),
        ],
        "kinds": [
            (_("alle"), None, not kind),
            *((label, value, value == kind) for value, label in ApprovalKind.choices),
        ],
        "empty_text": desk_empty_text(request.user, kind, is_closed),
        "query": _kind_query(kind),
        "today": timezone.localdate(),
        "durations": decision_durations(request.user, timezone.now()),
    }
    return render(request, "approvals/list.html", context)


def _require_desk(request: HttpRequest) -> None:
    if not can_open_desk(request.user):
        raise PermissionDenied(refusal_reason(request.user, timezone.localdate()))


@require_safe
def approval_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show the *Leitungsvorlage* as submitted, and the decision form."""
    _require_desk(request)
    approval = _get_approval(request, pk)
    return _render_approval(request, approval, DecisionForm(approval=approval))


@require_http_methods(["GET", "HEAD", "POST"])
def decide_page(request: HttpRequest, pk: int) -> HttpResponse:
    """First step: ask for confirmation. Second step (`confirmed`): decide, then show the next one.

    The page keeps all input, even after `back`, a refusal or somebody else's decision.
    """
    if request.method != "POST":
        # Users who sign in again after their session expired arrive here by GET.
        return redirect(reverse("approval", args=[pk]) + _kind_query(_kind_filter(request)))
    if not can_open_desk(request.user):
        return _render_refusal(request, refusal_reason(request.user, timezone.localdate()))
    try:
        approval = _get_approval(request, pk)
    except PermissionDenied as error:
        return _render_refusal(request, str(error))
    if not can_decide(request.user, approval):
        sentence = refusal_reason(request.user, timezone.localdate(), approval)
        return _render_refusal(request, sentence)
    form = DecisionForm(request.POST, approval=approval)
    if not approval.is_open:
        return _decide_too_late(request, approval, form, refusal_reason_when_closed(approval))
    # Before validation: going back is not an attempt to decide, so it shows no errors.
    if "back" in request.POST:
        return _render_approval(request, approval, form)
    if not form.is_valid():
        return _render_approval(request, approval, form, status=422)
    if "confirmed" not in request.POST:
        return _render_decision_confirmation(request, approval, form)
    return _decide(request, approval, form)


def _decide(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    # Not `run_service`: here every refusal has its own page, which shows the input.
    try:
        decide(approval=approval, decision=form.decision, by=request.user, now=timezone.now())
    except NotAllowed as error:
        return _render_refusal(request, str(error))
    except ChangedMeanwhile as error:
        return _decide_too_late(request, _get_approval(request, approval.pk), form, str(error))
    except Refused as error:
        form.add_error(None, str(error))
        return _render_approval(request, approval, form, status=422)
    return _redirect_to_next(request, approval, form)


def _decide_too_late(
    request: HttpRequest, approval: ApprovalRequest, form: DecisionForm, sentence: str
) -> HttpResponse:
    """Say who was first. Users whose own decision arrives twice see it as successful."""
    if form.is_valid() and is_same_decision(approval, form.decision, by=request.user):
        return _redirect_to_next(request, approval, form)
    messages.warning(request, sentence)
    return _render_approval(request, approval, form, status=409, entered_texts=form.entered_texts)


def _redirect_to_next(
    request: HttpRequest, approval: ApprovalRequest, form: DecisionForm
) -> HttpResponse:
    kind = _kind_filter(request)
    # Straight on to the next one: the senator's office often decides several in a row.
    next_pk = place_in_queue(request.user, approval, kind).next_pk
    url = reverse("approval", args=[next_pk]) if next_pk else reverse("approvals_desk")
    message = f"{VERDICT_LABELS[form.decision.verdict]}: {approval.title}"
    return redirect_with_message(request, message, url + _kind_query(kind))


def _render_decision_confirmation(
    request: HttpRequest, approval: ApprovalRequest, form: DecisionForm
) -> HttpResponse:
    decision, verdict = form.decision, form.decision.verdict
    question, submit_label = confirmation_of(verdict, approval.kind)
    context = {
        "approval": approval,
        "verdict": verdict,
        "hidden_values": form.hidden_values(),
        "question": question,
        "submit_label": submit_label,
        "lists": confirmation_lists(approval, decision, request.user, timezone.now()),
        "comment": form.cleaned_data["comment"],
        "notes": notified_notes(approval, request.user),
        "query": _kind_query(_kind_filter(request)),
    }
    return render(request, "approvals/confirm.html", context)


def _render_refusal(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 403 with the reason and the input, which is saved nowhere."""
    # An empty approval: the input is shown although the user may not see the real one.
    form = DecisionForm(request.POST, approval=ApprovalRequest())
    context = {
        "sentence": sentence,
        "entered_texts": form.entered_texts,
        "can_open_desk": can_open_desk(request.user),
        "query": _kind_query(_kind_filter(request)),
    }
    return render(request, "approvals/refused.html", context, status=403)


def _get_approval(request: HttpRequest, pk: int) -> ApprovalRequest:
    """Raise Http404 for an approval that the user could never see, PermissionDenied with the reason
    for one that they can no longer see.
    """
    if approval := viewable_approvals(request.user).filter(pk=pk).first():
        return approval
    if sentence := refusal_reason_when_hidden(request.user, pk, timezone.localdate()):
        raise PermissionDenied(sentence)
    raise Http404


def _render_approval(
    request: HttpRequest,
    approval: ApprovalRequest,
    form: DecisionForm,
    *,
    status: int = 200,
    entered_texts: Iterable[str] = (),
) -> HttpResponse:
    kind = _kind_filter(request)
    is_deputy = is_deputy_for(request.user, approval.kind)
    notes = date_notes(approval, request.user, timezone.now())
    options = option_labels(approval, notes)
    form.fields["chosen"].choices = options
    context = {
        "approval": approval,
        "form": form,
        "options": [label for _pk, label in options],
        "date_notes": notes.get(None, []),
        "today": timezone.localdate(),
        "query": _kind_query(kind),
        "place": place_in_queue(request.user, approval, kind),
        "can_decide": approval.is_open and can_decide(request.user, approval),
        "deputy_note": _("Sie entscheiden in Vertretung.") if is_deputy else "",
        "waiting_note": waiting_note(approval, request.user),
        "entered_texts": entered_texts,
        "differences": differences_of(approval),
        "former": approval.former,
        "former_lines": former_lines(approval),
        "earlier_decision": earlier_decision(approval),
        "outcome_lists": outcome_lists(approval),
        "conditions": condition_items(approval, request.user),
        "attachments": attachments_of(approval),
        "briefing": briefing_texts(approval),
    }
    return render(request, "approvals/approval.html", context, status=status)


def _kind_filter(request: HttpRequest) -> str:
    kind = request.GET.get("art", "")
    return kind if kind in ApprovalKind.values else ""


def _kind_query(kind: str) -> str:
    return f"?art={kind}" if kind else ""
