"""What the desk, the overview and the subjects' pages ask about approvals."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from approvals.enums import ApprovalState
from approvals.models import ApprovalRequest, Attachment
from approvals.permissions import can_decide
from core.roles import OFFICE, has_role
from core.shell import HistoryEntry


def open_requests(user) -> QuerySet[ApprovalRequest]:
    """Return the open requests `user` may see, the oldest deadline first."""
    visible = ApprovalRequest.objects.visible_to(user).open()
    return visible.select_related("submitted_by__person").order_by("due_on", "pk")


def decided_requests(user) -> QuerySet[ApprovalRequest]:
    """Return the requests `user` may see that are no longer open, the latest decision first."""
    visible = ApprovalRequest.objects.visible_to(user).exclude(state="open")
    return visible.select_related("decided_by__person", "submitted_by__person").order_by("-decided_at", "-pk")


def count_open_for(user) -> int:
    """Return how many requests wait: for the senator's office to decide, for the office to watch; 0 for others."""
    if not (can_decide(user) or has_role(user, OFFICE)):
        return 0
    return ApprovalRequest.objects.open().count()


def requests_about(kind: str, subject_id: int) -> QuerySet[ApprovalRequest]:
    """Return all requests about one subject, the latest first."""
    rows = ApprovalRequest.objects.filter(kind=kind, subject_id=subject_id)
    return rows.select_related("submitted_by__person", "decided_by__person").order_by("-submitted_at", "-pk")


def attachments_of(request: ApprovalRequest) -> QuerySet[Attachment]:
    """Return the attachments of a request in the order they were handed in."""
    return request.attachments.order_by("pk")


def approval_entries(kind: str, subject_id: int) -> list[HistoryEntry]:
    """Return the lines that approvals add to a subject's *Verlauf*: each submission and each decision."""
    entries = []
    for row in requests_about(kind, subject_id):
        entries.append(HistoryEntry(row.submitted_at, str(row.submitted_by), _("Freigabe beantragt"), row.vote))
        if row.decided_at:
            who = _("%(who)s, in Vertretung") % {"who": row.decided_by} if row.by_deputy else str(row.decided_by)
            # Only what was granted can lapse after a decision; the lapse itself was nobody's decision.
            lapsed = row.state == ApprovalState.LAPSED
            state = _("freigegeben, später erloschen") if lapsed else row.get_state_display()
            what = _("Freigabe: %(state)s") % {"state": state}
            entries.append(HistoryEntry(row.decided_at, who, what, row.comment))
    return entries
