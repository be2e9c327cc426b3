"""Which service decides each kind of approval."""

import datetime as dt
from collections.abc import Callable

from approvals.enums import ApprovalKind
from approvals.registry.models import Decision

# Filled once per process at start-up; views call `decide` without importing the apps above.
_deciding_services: dict[str, Callable] = {}


def register_deciding_service(kind: ApprovalKind, service: Callable) -> None:
    """Register `service(approval=, decision=, by=, now=)`, which decides approvals of `kind` and
    moves their subject.

    Raises ValueError when another service is registered for `kind`.
    """
    if _deciding_services.setdefault(kind, service) is not service:
        raise ValueError(f"{kind}: two services are registered")


def decide(*, approval, decision: Decision, by, now: dt.datetime) -> None:
    """Decide `approval` through the service of its kind, which moves the subject in the same
    transaction.

    Raises what the service raises: NotAllowed, ChangedMeanwhile, Refused; KeyError when no app
    registered a service for the kind.
    """
    _deciding_services[approval.kind](approval=approval, decision=decision, by=by, now=now)
