"""How the views answer: a service's refusal becomes an error at the form or a message, never an
error page.
"""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect

from core.errors import ChangedMeanwhile, NotAllowed, Refused


def allow(allowed: bool) -> None:
    """Answer 403 unless `allowed`."""
    if not allowed:
        raise PermissionDenied


def submitted(request):
    """Return what was posted, or None on GET, as forms take it."""
    return request.POST if request.method == "POST" else None


def attempt(
    form, service: Callable, *, current: Callable[[], Any] | None = None, **arguments
) -> Any:
    """Return what `service(**arguments)` returns, or None with the refusal shown at `form`.

    `current` finds the row as it is now for showing both versions; without it the form's own row is
    read again.
    """
    try:
        return service(**arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except ChangedMeanwhile as error:
        row = (
            current()
            if current
            else type(form.instance).objects.filter(pk=form.instance.pk).first()
        )
        if row is None:
            form.add_error(None, str(error))
        else:
            form.show_conflict(error, row)
    except Refused as error:
        form.add_error(None, str(error))
    return None


def act(request, service: Callable, *, done: str, target: str, **arguments):
    """Run a service behind a button and go on to `target` with a message of what happened or why
    not.
    """
    try:
        service(**arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect(target)


def go(request, message: str, target):
    """Answer a written form: say what happened and go on to `target`."""
    messages.success(request, message)
    return redirect(target)
