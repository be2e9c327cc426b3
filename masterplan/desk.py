"""The desk of approvals at /freigaben/: what waits, what was decided, and deciding in two taps."""

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from approvals.enums import Answer, ApprovalKind
from approvals.mails import senator_office_name
from approvals.models import ApprovalRequest
from approvals.permissions import acts_as_deputy, can_decide
from approvals.queries import attachments_of, decided_requests, open_requests
from core.errors import NotEntitled, Outpaced, Refused
from core.roles import OFFICE, SENATOR_OFFICE, has_role
from masterplan.decisions import decide

DONE = {
    Answer.APPROVE: gettext_lazy("Freigegeben: %(title)s"),
    Answer.RETURN: gettext_lazy("Zurückgegeben: %(title)s"),
    Answer.REFUSE: gettext_lazy("Abgelehnt: %(title)s"),
}


class DecisionForm(forms.Form):
    """What the senator's office enters: the answer, the dates it can keep, a comment."""

    answer = forms.ChoiceField(choices=Answer)
    chosen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Welche Termine sind möglich?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--cards"}),
        error_messages={
            "required": gettext_lazy(
                "Bitte kreuzen Sie mindestens einen Termin an, oder geben Sie die Anfrage zurück."
            )
        },
    )
    comment = forms.CharField(
        label=gettext_lazy("Anmerkung"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Beim Zurückgeben und Ablehnen bitte kurz begründen."),
    )

    def __init__(self, *args, approval: ApprovalRequest, **kwargs):
        super().__init__(*args, **kwargs)
        approves = self.data.get("answer", Answer.APPROVE) == Answer.APPROVE
        self.fields["chosen"].required = bool(approval.options) and approves
        self.fields["chosen"].choices = [
            (option["id"], f"{option['label']} – {option['hint']}" if option["hint"] else option["label"])
            for option in approval.options
        ]

    def clean(self):
        data = super().clean()
        answer, comment = data.get("answer"), data.get("comment", "").strip()
        if answer in (Answer.RETURN, Answer.REFUSE) and not comment:
            self.add_error("comment", _("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist."))
        return data


def _require_house(user) -> None:
    if not has_role(user, OFFICE, SENATOR_OFFICE):
        raise PermissionDenied


@require_safe
def desk(request: HttpRequest) -> HttpResponse:
    """List the open requests, the oldest deadline first, or with `?stand=entschieden` the decided ones."""
    _require_house(request.user)
    decided = request.GET.get("stand") == "entschieden"
    rows = decided_requests(request.user) if decided else open_requests(request.user)
    kind = request.GET.get("art", "")
    if kind in ApprovalKind.values:
        rows = rows.filter(kind=kind)
    context = {
        "page": Paginator(rows, 25).get_page(request.GET.get("page")), "decided": decided, "kind": kind,
        "kinds": ApprovalKind.choices, "today": timezone.localdate(), "can_decide": can_decide(request.user),
        "office_name": senator_office_name(),
    }  # fmt: skip
    return render(request, "masterplan/desk/list.html", context)


@require_safe
def request_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one request: the Leitungsvorlage as submitted, and the form of the decision. Opening decides nothing."""
    _require_house(request.user)
    approval = _load(request, pk)
    return _show(request, approval, DecisionForm(approval=approval, initial={"chosen": _preferred(approval)}))


@require_POST
def decide_request(request: HttpRequest, pk: int) -> HttpResponse:
    """First tap: ask again. Second tap (`confirmed`): decide and lead on to the next request."""
    _require_house(request.user)
    approval = _load(request, pk)
    if not can_decide(request.user):
        raise PermissionDenied
    form = DecisionForm(request.POST, approval=approval)
    if not form.is_valid():
        return _show(request, approval, form, status=422)
    if approval.is_open and "confirmed" not in request.POST:
        context = {
            "approval": approval, "form": form, "answer": Answer(form.cleaned_data["answer"]),
            "chosen": [o for o in approval.options if o["id"] in form.cleaned_data["chosen"]],
            "as_deputy": acts_as_deputy(request.user),
        }  # fmt: skip
        return render(request, "masterplan/desk/confirm.html", context)
    try:
        decide(request=approval, by=request.user, now=timezone.now(), **form.cleaned_data)
    except NotEntitled as error:
        raise PermissionDenied(str(error)) from error
    except Outpaced as error:
        messages.warning(request, str(error))
        return redirect("approval", pk=pk)
    except Refused as error:
        form.add_error(None, str(error))
        return _show(request, approval, form, status=422)
    messages.success(request, DONE[Answer(form.cleaned_data["answer"])] % {"title": approval.title})
    following = open_requests(request.user).first()
    return redirect("approval", pk=following.pk) if following else redirect("approvals_desk")


def _load(request: HttpRequest, pk: int) -> ApprovalRequest:
    rows = ApprovalRequest.objects.visible_to(request.user).select_related(
        "submitted_by__person", "decided_by__person"
    )
    return get_object_or_404(rows, pk=pk)


def _preferred(approval: ApprovalRequest) -> list[int]:
    return approval.chosen if not approval.is_open else []


def _show(request: HttpRequest, approval: ApprovalRequest, form: DecisionForm, *, status: int = 200) -> HttpResponse:
    waiting = list(open_requests(request.user).values_list("pk", flat=True))
    position = waiting.index(approval.pk) + 1 if approval.pk in waiting else 0
    context = {
        "approval": approval, "form": form, "today": timezone.localdate(), "position": position, "count": len(waiting),
        "following": waiting[position % len(waiting)] if len(waiting) > 1 and position else None,
        "may_decide": approval.is_open and can_decide(request.user), "as_deputy": acts_as_deputy(request.user),
        "chosen": [o for o in approval.options if o["id"] in approval.chosen], "office_name": senator_office_name(),
        "attachments": attachments_of(approval),
        "vorlage": [
            (_("Anlass"), approval.occasion), (_("Sachverhalt"), approval.facts),
            (_("Bewertung"), approval.assessment),
        ],
    }  # fmt: skip
    return render(request, "masterplan/desk/request.html", context, status=status)
