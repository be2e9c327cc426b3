"""The desk of approvals at /freigaben/: what waits, what was decided, and deciding in two taps."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from approvals.answers import decision_of, was_given, why_settled
from approvals.enums import Answer, ApprovalKind, ApprovalState
from approvals.models import ApprovalRequest
from approvals.names import senator_office_name
from approvals.permissions import acts_as_deputy, can_submit, decides_anything, may_decide, why_not
from approvals.queries import (
    attachments_of,
    decided_requests,
    differences_of,
    former_lines,
    open_requests,
    requests_to_show,
    why_hidden,
)
from approvals.times import times_by_kind
from core.errors import NotEntitled, Outpaced, Refused
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from masterplan.decisions import decide
from masterplan.desk_forms import DecisionForm
from masterplan.desk_turns import kind_in, query_of, turn_of

DONE = {
    Answer.APPROVE: gettext_lazy("Freigegeben: %(title)s"),
    Answer.CONDITION: gettext_lazy("Mit Auflage freigegeben: %(title)s"),
    Answer.NONE_POSSIBLE: gettext_lazy("Kein Termin möglich: %(title)s"),
    Answer.RETURN: gettext_lazy("Zurückgegeben: %(title)s"),
    Answer.REFUSE: gettext_lazy("Abgelehnt: %(title)s"),
}


def _require_house(user) -> None:
    """Answer 403 to anybody outside the house, with a sentence for a deputy whose time is over."""
    if not has_role(user, OFFICE, SENATOR_OFFICE):
        raise PermissionDenied(why_not(user, timezone.localdate()))


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the open requests, the oldest deadline first, or with `?stand=entschieden` the decided
    ones.
    """
    _require_house(request.user)
    decided = request.GET.get("stand") == "entschieden"
    rows = decided_requests(request.user) if decided else open_requests(request.user)
    if kind := kind_in(request):
        rows = rows.filter(kind=kind)
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "decided": decided,
        "kind": kind,
        "query": query_of(kind),
        "kinds": ApprovalKind.choices,
        "today": timezone.localdate(),
        "can_decide": decides_anything(request.user),
        "office_name": senator_office_name(),
        "times": times_by_kind(request.user, timezone.now()),
    }
    return render(request, "masterplan/desk/list.html", context)


@require_safe
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: the Leitungsvorlage as submitted, and the form of the decision. Opening
    decides nothing.
    """
    _require_house(request.user)
    approval = _load(request, pk)
    return _show(request, approval, DecisionForm(approval=approval))


@require_http_methods(["GET", "HEAD", "POST"])
def decide_request(request: HttpRequest, pk: int) -> HttpResponse:
    """First tap: ask again. Second tap (`confirmed`): decide and lead on to the next request.

    What was typed stays on the page, also when the way leads `back` or somebody was faster. Who
    comes here without a tap, from signing in after the session lapsed, is led back to the request.
    """
    if request.method != "POST":
        return redirect(reverse("approval", args=[pk]) + query_of(kind_in(request)))
    if not has_role(request.user, OFFICE, SENATOR_OFFICE):
        return _refuse(request, why_not(request.user, timezone.localdate()))
    try:
        approval = _load(request, pk)
    except PermissionDenied as error:
        return _refuse(request, str(error))
    if not may_decide(request.user, approval):
        return _refuse(request, why_not(request.user, timezone.localdate(), approval))
    form = DecisionForm(request.POST, approval=approval)
    if not approval.is_open:
        return _too_late(request, approval, form, why_settled(approval))
    if "back" in request.POST:
        return _show(request, approval, form)
    if not form.is_valid():
        return _show(request, approval, form, status=422)
    if "confirmed" not in request.POST:
        return _ask_again(request, approval, form)
    return _decide(request, approval, form)


def _decide(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    try:
        decide(request=approval, by=request.user, now=timezone.now(), **form.decision)
    except NotEntitled as error:
        return _refuse(request, str(error))
    except Outpaced as error:
        return _too_late(request, _load(request, approval.pk), form, str(error))
    except Refused as error:
        form.add_error(None, str(error))
        return _show(request, approval, form, status=422)
    return _lead_on(request, approval, form)


def _too_late(
    request: HttpRequest, approval: ApprovalRequest, form: DecisionForm, sentence: str
) -> HttpResponse:
    """Say who was faster and show what was typed; who sent the own answer twice hears that it is
    done.
    """
    if form.is_valid() and was_given(approval, decision_of(**form.decision), by=request.user):
        return _lead_on(request, approval, form)
    messages.warning(request, sentence)
    return _show(request, approval, form, status=409, typed=form.typed)


def _lead_on(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    messages.success(request, DONE[Answer(form.cleaned_data["answer"])] % {"title": approval.title})
    kind = kind_in(request)
    following = turn_of(request.user, approval, kind).following
    address = reverse("approval", args=[following]) if following else reverse("approvals_desk")
    return redirect(address + query_of(kind))


def _ask_again(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    context = {
        "approval": approval,
        "form": form,
        "answer": Answer(form.cleaned_data["answer"]),
        "chosen": [o for o in approval.options if o["id"] in form.cleaned_data["chosen"]],
        "as_deputy": acts_as_deputy(request.user, approval.kind),
        "query": query_of(kind_in(request)),
    }
    return render(request, "masterplan/desk/confirm.html", context)


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 403 with the reason and with what was typed, which is nowhere else."""
    typed = DecisionForm(request.POST, approval=ApprovalRequest()).typed
    context = {
        "sentence": sentence,
        "typed": typed,
        "sees_desk": has_role(request.user, OFFICE, SENATOR_OFFICE),
        "query": query_of(kind_in(request)),
    }
    return render(request, "masterplan/desk/refused.html", context, status=403)


def _load(request: HttpRequest, pk: int) -> ApprovalRequest:
    """Answer 404 for what was never the user's to see, 403 with the reason for what a deputyship no
    longer shows.
    """
    if approval := requests_to_show(request.user).filter(pk=pk).first():
        return approval
    if sentence := why_hidden(request.user, pk, timezone.localdate()):
        raise PermissionDenied(sentence)
    raise Http404


def _show(
    request, approval: ApprovalRequest, form: DecisionForm, *, status: int = 200, typed=()
) -> HttpResponse:
    kind = kind_in(request)
    context = {
        "approval": approval,
        "form": form,
        "today": timezone.localdate(),
        "query": query_of(kind),
        "turn": turn_of(request.user, approval, kind),
        "may_decide": approval.is_open and may_decide(request.user, approval),
        "as_deputy": acts_as_deputy(request.user, approval.kind),
        "office_name": senator_office_name(),
        "typed": typed,
        "decides": decides_anything(request.user),
        "is_own": approval.is_open and approval.submitted_by_id == request.user.pk,
        "differences": differences_of(approval),
        "former": approval.former,
        "former_lines": former_lines(approval),
        "conditions": approval.conditions.all(),
        "meets_conditions": approval.state == ApprovalState.CONDITIONAL
        and can_submit(request.user),
        "attachments": attachments_of(approval),
        "vorlage": [
            (_("Anlass"), approval.occasion),
            (_("Sachverhalt"), approval.facts),
            (_("Bewertung"), approval.assessment),
        ],
    }
    return render(request, "masterplan/desk/request.html", context, status=status)
