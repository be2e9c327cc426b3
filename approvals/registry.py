"""How the apps above take part in approvals: each registers, from its `AppConfig.ready`, the service
that carries out decisions of its kinds (`docs/adr/0001`).
"""

import datetime as dt
from collections.abc import Callable

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest

_deciding_services: dict[str, Callable] = {}


def register_deciding_service(kind: ApprovalKind, service: Callable) -> None:
    """Let `service(request=, by=, now=, …)` decide requests of `kind` and move their subject.

    Raises ValueError when another service is registered for `kind`.
    """
    if _deciding_services.setdefault(kind, service) is not service:
        raise ValueError(f"{kind}: two services are registered")


def decide(*, approval: ApprovalRequest, by, now: dt.datetime, **decision) -> None:
    """Decide `approval` through the service of its kind, which moves the subject in the same
    transaction.

    Raises what the service raises: NotEntitled, Outpaced, Refused; KeyError when no app registered
    a service for the kind.
    """
    _deciding_services[approval.kind](request=approval, by=by, now=now, **decision)
