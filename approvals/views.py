"""The desk of approvals at /freigaben/: what waits, what was decided, and deciding in two taps."""

import logging
from collections.abc import Callable, Iterable
from typing import NamedTuple

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from approvals.documents import briefing_filename, briefing_pdf, briefing_word
from approvals.enums import ApprovalKind, ApprovalState, Verdict
from approvals.forms import ConditionForm, DecisionForm
from approvals.models import ApprovalRequest, Attachment, Condition
from approvals.permissions import (
    can_decide,
    can_decide_any,
    can_submit,
    is_deputy_for,
    refusal_reason,
    refusal_reason_when_closed,
)
from approvals.progress import decision_durations
from approvals.queries import (
    attachments_of,
    decidable_approvals,
    decided_approvals,
    differences_of,
    former_lines,
    open_approvals,
    refusal_reason_when_hidden,
    viewable_approvals,
)
from approvals.registry import decide
from approvals.services import is_same_decision, meet_condition
from core.documents import document_response
from core.enums import PDF, WORD
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.roles import OFFICE, SENATOR_OFFICE, has_role, senator_office_name

DONE = {
    Verdict.APPROVE: gettext_lazy("Freigegeben: %(title)s"),
    Verdict.CONDITION: gettext_lazy("Mit Auflage freigegeben: %(title)s"),
    Verdict.NONE_POSSIBLE: gettext_lazy("Kein Termin möglich: %(title)s"),
    Verdict.RETURN: gettext_lazy("Zurückgegeben: %(title)s"),
    Verdict.REFUSE: gettext_lazy("Abgelehnt: %(title)s"),
}


def _require_house(user) -> None:
    """Answer 403 to anybody outside the house, with a sentence for a deputy whose time is over."""
    if not has_role(user, OFFICE, SENATOR_OFFICE):
        raise PermissionDenied(refusal_reason(user, timezone.localdate()))


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the open requests, the oldest deadline first, or with `?stand=entschieden` the decided
    ones.
    """
    _require_house(request.user)
    decided = request.GET.get("stand") == "entschieden"
    rows = decided_approvals(request.user) if decided else open_approvals(request.user)
    if kind := kind_in(request):
        rows = rows.filter(kind=kind)
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")),
        "decided": decided,
        "kind": kind,
        "query": query_of(kind),
        "kinds": ApprovalKind.choices,
        "today": timezone.localdate(),
        "can_decide": can_decide_any(request.user),
        "office_name": senator_office_name(),
        "durations": decision_durations(request.user, timezone.now()),
    }
    return render(request, "approvals/list.html", context)


@require_safe
def approval_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: the Leitungsvorlage as submitted, and the form of the decision. Opening
    decides nothing.
    """
    _require_house(request.user)
    approval = _load(request, pk)
    return _show(request, approval, DecisionForm(approval=approval))


@require_http_methods(["GET", "HEAD", "POST"])
def decide_page(request: HttpRequest, pk: int) -> HttpResponse:
    """First tap: ask again. Second tap (`confirmed`): decide and lead on to the next request.

    What was typed stays on the page, also when the way leads `back` or somebody was faster. Who
    comes here without a tap, from signing in after the session lapsed, is led back to the request.
    """
    if request.method != "POST":
        return redirect(reverse("approval", args=[pk]) + query_of(kind_in(request)))
    if not has_role(request.user, OFFICE, SENATOR_OFFICE):
        return _refuse(request, refusal_reason(request.user, timezone.localdate()))
    try:
        approval = _load(request, pk)
    except PermissionDenied as error:
        return _refuse(request, str(error))
    if not can_decide(request.user, approval):
        return _refuse(request, refusal_reason(request.user, timezone.localdate(), approval))
    form = DecisionForm(request.POST, approval=approval)
    if not approval.is_open:
        return _too_late(request, approval, form, refusal_reason_when_closed(approval))
    if "back" in request.POST:
        return _show(request, approval, form)
    if not form.is_valid():
        return _show(request, approval, form, status=422)
    if "confirmed" not in request.POST:
        return _ask_again(request, approval, form)
    return _decide(request, approval, form)


def _decide(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    try:
        decide(approval=approval, decision=form.decision, by=request.user, now=timezone.now())
    except NotAllowed as error:
        return _refuse(request, str(error))
    except ChangedMeanwhile as error:
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
    if form.is_valid() and is_same_decision(approval, form.decision, by=request.user):
        return _lead_on(request, approval, form)
    messages.warning(request, sentence)
    return _show(request, approval, form, status=409, entered_texts=form.entered_texts)


def _lead_on(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    messages.success(
        request, DONE[Verdict(form.cleaned_data["verdict"])] % {"title": approval.title}
    )
    kind = kind_in(request)
    following = turn_of(request.user, approval, kind).following
    address = reverse("approval", args=[following]) if following else reverse("approvals_desk")
    return redirect(address + query_of(kind))


def _ask_again(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm) -> HttpResponse:
    context = {
        "approval": approval,
        "form": form,
        "verdict": Verdict(form.cleaned_data["verdict"]),
        "chosen": [o for o in approval.options if o["id"] in form.cleaned_data["chosen"]],
        "as_deputy": is_deputy_for(request.user, approval.kind),
        "query": query_of(kind_in(request)),
    }
    return render(request, "approvals/confirm.html", context)


def _refuse(request: HttpRequest, sentence: str) -> HttpResponse:
    """Answer 403 with the reason and with what was typed, which is nowhere else."""
    entered_texts = DecisionForm(request.POST, approval=ApprovalRequest()).entered_texts
    context = {
        "sentence": sentence,
        "entered_texts": entered_texts,
        "sees_desk": has_role(request.user, OFFICE, SENATOR_OFFICE),
        "query": query_of(kind_in(request)),
    }
    return render(request, "approvals/refused.html", context, status=403)


def _load(request: HttpRequest, pk: int) -> ApprovalRequest:
    """Answer 404 for what was never the user's to see, 403 with the reason for what a deputyship no
    longer shows.
    """
    if approval := viewable_approvals(request.user).filter(pk=pk).first():
        return approval
    if sentence := refusal_reason_when_hidden(request.user, pk, timezone.localdate()):
        raise PermissionDenied(sentence)
    raise Http404


def _show(
    request, approval: ApprovalRequest, form: DecisionForm, *, status: int = 200, entered_texts=()
) -> HttpResponse:
    kind = kind_in(request)
    context = {
        "approval": approval,
        "form": form,
        "today": timezone.localdate(),
        "query": query_of(kind),
        "turn": turn_of(request.user, approval, kind),
        "can_decide": approval.is_open and can_decide(request.user, approval),
        "as_deputy": is_deputy_for(request.user, approval.kind),
        "office_name": senator_office_name(),
        "entered_texts": entered_texts,
        "decides": can_decide_any(request.user),
        "is_own": approval.is_open and approval.submitted_by_id == request.user.pk,
        "differences": differences_of(approval),
        "former": approval.former,
        "former_lines": former_lines(approval),
        "conditions": approval.conditions.all(),
        "meets_conditions": approval.state == ApprovalState.CONDITIONAL
        and can_submit(request.user),
        "attachments": attachments_of(approval),
        "briefing": [
            (_("Anlass"), approval.occasion),
            (_("Sachverhalt"), approval.facts),
            (_("Bewertung"), approval.assessment),
        ],
    }
    return render(request, "approvals/request.html", context, status=status)


logger = logging.getLogger(__name__)


@require_safe
def pdf(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the Leitungsvorlage as an accessible PDF."""
    return _document(request, pk, briefing_pdf, "pdf", PDF)


@require_safe
def word(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer with the Leitungsvorlage as a Word document."""
    return _document(request, pk, briefing_word, "docx", WORD)


@require_safe
def attachment(request: HttpRequest, approval_pk: int, pk: int) -> FileResponse:
    """Answer with an attached file, always to be saved and never shown within the portal."""
    found = get_object_or_404(
        Attachment.objects.visible_to(request.user), approval=approval_pk, pk=pk
    )
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        logger.error("Attachment %d: its file is missing below MEDIA_ROOT", found.pk)
        raise Http404 from error
    return FileResponse(
        content, as_attachment=True, filename=found.download_name, content_type=found.media_type
    )


def _document(
    request: HttpRequest,
    pk: int,
    make: Callable[[ApprovalRequest, Iterable[Attachment]], bytes],
    suffix: str,
    media_type: str,
) -> HttpResponse:
    approval = get_object_or_404(viewable_approvals(request.user), pk=pk)
    content = make(approval, attachments_of(approval))
    return document_response(
        content, filename=briefing_filename(approval, suffix), media_type=media_type
    )


def condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how a condition was met, then note it and lead back to the subject. Opening the page
    notes nothing.
    """
    rows = Condition.objects.visible_to(request.user).select_related("approval", "met_by__person")
    row = get_object_or_404(rows, pk=pk)
    if not can_submit(request.user):
        raise PermissionDenied(_("Auflagen vermerkt die Geschäftsstelle als erfüllt."))
    if request.method != "POST" and not row.is_open:
        messages.info(request, _("Diese Auflage ist schon als erfüllt vermerkt."))
        return redirect(row.approval.get_absolute_url())
    form = ConditionForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _meet(request, row, form):
        return redirect(row.approval.path)
    context = {
        "form": form,
        "title": _("Auflage erfüllt"),
        "question": str(row),
        "submit_label": _("Als erfüllt vermerken"),
        "details": [
            f"{row.approval.get_kind_display()}: {row.approval.title}",
            _("Das %(office)s wird benachrichtigt.") % {"office": senator_office_name()},
        ],
        "cancel_url": row.approval.path,
    }
    return render(request, "generic/confirm.html", context)


def _meet(request: HttpRequest, row: Condition, form: ConditionForm) -> bool:
    try:
        meet_condition(
            condition=row, note=form.cleaned_data["note"], by=request.user, now=timezone.now()
        )
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        form.add_error(None, str(error))
        return False
    messages.success(request, _("Die Auflage ist als erfüllt vermerkt."))
    return True


class Turn(NamedTuple):
    """The place of a request among those that wait, 0 for one that does not, how many wait, and the
    next one's key.
    """

    position: int
    count: int
    following: int | None


def turn_of(user, approval: ApprovalRequest, kind: str = "") -> Turn:
    """Return the turn of `approval` among what `user` may decide on, of `kind` alone if given,
    oldest deadline first.

    The next one is the one after it, and behind the last the first again: one that was skipped does
    not come back at once. Who decides nothing walks through what is open.
    """
    rows = decidable_approvals(user) if can_decide_any(user) else open_approvals(user)
    if kind:
        rows = rows.filter(kind=kind)
    places, own = list(rows.values_list("due_on", "pk")), (approval.due_on, approval.pk)
    others = [place for place in places if place != own]
    following = next((place for place in others if place > own), others[0] if others else None)
    return Turn(
        places.index(own) + 1 if own in places else 0,
        len(places),
        following[1] if following else None,
    )


def kind_in(request: HttpRequest) -> str:
    """Return the kind that the address filters by, or an empty string."""
    kind = request.GET.get("art", "")
    return kind if kind in ApprovalKind.values else ""


def query_of(kind: str) -> str:
    """Return what keeps the filter in the address of the next page."""
    return f"?art={kind}" if kind else ""
