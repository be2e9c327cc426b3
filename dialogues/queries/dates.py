from approvals.enums import GRANTED, ApprovalKind
from approvals.queries import approvals_about
from dialogues.models import DateOption


def is_granted(option: DateOption) -> bool:
    """Return whether an approval in force includes the date `option`."""
    approvals = approvals_about(ApprovalKind.DATES, option.dialogue_id).filter(state__in=GRANTED)
    return any(option.pk in approval.chosen for approval in approvals)
