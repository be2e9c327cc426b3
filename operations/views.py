"""Health checks without sign-in: one for the container engine, one for monitoring."""

from collections.abc import Mapping

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from operations.health import (
    CONTAINER_CHECKS,
    OPERATION_CHECKS,
    check_database,
    run_checks,
)


@require_safe
@never_cache
@login_not_required
def container_health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while this process and the database work, else 503.

    Other parts do not matter here: a container must not be restarted because the broker is down.
    """
    return _answer(run_checks(CONTAINER_CHECKS, timezone.now()))


@require_safe
@never_cache
@login_not_required
def operation_health(request: HttpRequest) -> JsonResponse:
    """Answer 200 while all parts work, else 503; the body names the fault of each part."""
    now = timezone.now()
    # Without the database, the other checks would only raise exceptions.
    checks = CONTAINER_CHECKS if check_database(now) else CONTAINER_CHECKS | OPERATION_CHECKS
    return _answer(run_checks(checks, now))


def _answer(faults: Mapping[str, str]) -> JsonResponse:
    is_healthy = not any(faults.values())
    parts = {
        name: {"ok": False, "grund": fault} if fault else {"ok": True}
        for name, fault in faults.items()
    }
    return JsonResponse(
        {"ok": is_healthy, "teile": parts},
        status=200 if is_healthy else 503,
        json_dumps_params={"ensure_ascii": False},
    )
