"""Which service decides which kind of approval request. What a later kind needs beside its row:
`docs/adr/0001`.
"""

import datetime as dt

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from dialogues.services import decide_dates, decide_series, decide_topic
from media_visits.services import decide_visit

DECIDE = {
    ApprovalKind.SERIES: decide_series,
    ApprovalKind.TOPIC: decide_topic,
    ApprovalKind.DATES: decide_dates,
    ApprovalKind.VISIT: decide_visit,
}


def decide(
    *, request: ApprovalRequest, answer: str, comment: str, by, now: dt.datetime, **details
) -> None:
    """Decide `request` through the service of its kind, which moves the subject in the same
    transaction.

    `details` are those of `approvals.services.record_decision`: `chosen`, `conditions`,
    `proposals`. Raises what the service raises: NotEntitled, Outpaced, Refused.
    """
    DECIDE[ApprovalKind(request.kind)](
        request=request, answer=answer, comment=comment, by=by, now=now, **details
    )
