"""What series, topics and dates share: withdrawing their submission."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.queries import approvals_about
from core.roles import senator_office_name
from core.states import Move
from core.views import redirect_unless_possible
from outbox.views.confirming import confirm_mails


def withdraw_submission(
    request,
    subject,
    service: Callable,
    moves: Mapping[str, Move],
    action: str,
    *,
    kind: ApprovalKind,
    title: str,
    done: str,
    submit_label: str = "",
    details: Sequence[str] = (),
) -> HttpResponse:
    """Show the mails that tell of the withdrawal of `subject`, then withdraw it with `service`.

    By default `details` says that the senator's office need not decide any more.
    """
    if back := redirect_unless_possible(request, subject, moves, action):
        return back
    note = _("Das %(office)s muss dann nichts mehr entscheiden.")
    return confirm_mails(
        request,
        partial(service, by=request.user, now=timezone.now()),
        target=subject,
        done=done,
        # With the approval: one that was given meanwhile must not be undone unseen.
        seen=(subject, approvals_about(kind, subject.pk).first()),
        title=title,
        question=str(subject),
        submit_label=submit_label or _("Zurückziehen"),
        details=details or [note % {"office": senator_office_name()}],
        danger=True,
        cancel_url=subject.get_absolute_url(),
    )
