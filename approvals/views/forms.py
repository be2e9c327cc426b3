"""The form for a Leitungsvorlage, which the apps above show, and that for a condition once met."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from types import MappingProxyType
from typing import Any

from django.contrib import messages
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.forms import BriefingForm, ConditionForm
from approvals.mails import submission_drafts, with_told_note
from approvals.models import Condition
from approvals.permissions import (
    OFFICE_MEETS_CONDITIONS,
    can_submit,
)
from approvals.progress import (
    comment_cards,
)
from approvals.queries import (
    approvals_about,
    differences_since,
)
from approvals.registry import Briefing, Fact, snapshot_of
from approvals.services import meet_condition
from core.dates import local_date
from core.views import (
    render_confirmation,
    render_form,
    require,
    run_service,
)
from outbox.progress.batches import MailPreview, draft_previews
from outbox.views.confirming import TO_PREVIEW, confirm_mails, previews_context, went_back


def submit_briefing(
    request: HttpRequest,
    subject,
    service: Callable,
    *,
    kind: ApprovalKind,
    facts: Iterable[Fact],
    suggest: Callable[[Mapping[str, str]], Briefing],
    done: str,
    template: str,
    options: Sequence[dict] = (),
    others: Sequence[Model] = (),
    form_options: Mapping[str, Any] = MappingProxyType({}),
    **context,
) -> HttpResponse:
    """Show the form for a Leitungsvorlage; on POST, request an approval with `service`.

    `suggest` drafts it from what is shown of `subject` (label → value). `options` are the dates to
    decide on, as the approval will store them; `others` are records that must be as shown too.
    """
    now = timezone.now()
    former = approvals_about(kind, subject.pk).first()
    shown = snapshot_of(facts, subject)
    form = BriefingForm(
        request.POST or None,
        request.FILES or None,
        instance=subject,
        others=others,
        today=local_date(now),
        suggestion=suggest(dict(shown)),
        former=former,
        former_suggestion=suggest(dict(former.snapshot)) if former else None,
        **form_options,
    )
    if form.is_valid():
        due_on = form.cleaned_data["due_on"]
        call = partial(service, briefing=form.briefing, due_on=due_on, by=request.user, now=now)
        done = with_told_note(done, kind, local_date(now))
        if run_service(request, call, form=form, done=done, seen=[subject, *others]):
            return redirect(subject)
    context = {
        "intro": str(subject),
        "cancel_url": subject.get_absolute_url(),
        "cards": comment_cards(_("Anmerkung zur letzten Vorlage"), former),
        **previews_context(_previews(kind, str(subject), now)),
        # The same comparison that the senator's office will see.
        "differences": differences_since(kind, subject.pk, shown, options),
    } | context
    return render_form(request, form, template=template, **context)


def condition(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask how a condition was met, record it and return to the subject."""
    conditions = Condition.objects.visible_to(request.user)
    found = get_object_or_404(conditions.select_related("approval", "met_by__person"), pk=pk)
    require(can_submit(request.user), OFFICE_MEETS_CONDITIONS)
    approval = found.approval
    if request.method != "POST" and not found.is_open:
        messages.info(request, _("Diese Auflage ist schon als erfüllt vermerkt."))
        return redirect(approval)
    form = ConditionForm(request.POST or None)
    page = {
        "title": _("Auflage erfüllt"),
        "question": str(found),
        "details": [f"{approval.get_kind_display()}: {approval.title}"],
        "cancel_url": approval.path,
    }
    if request.method == "POST" and form.is_valid() and not went_back(request):
        note, now = form.cleaned_data["note"], timezone.now()
        confirmed = confirm_mails(
            request,
            partial(meet_condition, condition=found, note=note, by=request.user, now=now),
            target=approval.path,
            form=form,
            done=_("Die Auflage ist als erfüllt vermerkt."),
            may_be_silent=True,
            submit_label=_("Als erfüllt vermerken"),
            **page,
        )
        if confirmed:
            return confirmed
    return render_confirmation(request, form, submit_label=TO_PREVIEW, **page)


def _previews(kind: ApprovalKind, title: str, now: dt.datetime) -> list[MailPreview]:
    # The approval has no page yet.
    return draft_previews(
        submission_drafts(kind, title, now=now), link=_("[Link zu dieser Vorlage]")
    )
