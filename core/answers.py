"""How views let people in, run a service and say what was done or why not, or ask whether it is
really meant.
"""

from collections.abc import Callable, Mapping
from functools import wraps

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from core.conflicts import VersionedForm
from core.errors import ChangedMeanwhile, NotAllowed, Refused
from core.states import Move, target_of


def allowed(predicate):
    """Let a view in only for those of whom `predicate(user)` is true; everybody else gets a 403."""

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            if not predicate(request.user):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return checked

    return decorate


def carry_out(
    request: HttpRequest, call: Callable, *, done: str = "", form: BaseForm | None = None
):
    """Run the service `call` and return what it returns, or True; say `done`.

    A refusal goes to the form (without one: above the page) and gives False; a missing right
    becomes a 403. What somebody else saved meanwhile is shown beside what was typed.
    """
    try:
        result = call()
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        _tell(request, error, form)
        return False
    if done:
        messages.success(request, done)
    return True if result is None else result


def _tell(request: HttpRequest, error: Refused, form: BaseForm | None) -> None:
    if form is None:
        messages.error(request, str(error))
    elif (
        isinstance(error, ChangedMeanwhile) and isinstance(form, VersionedForm) and form.instance.pk
    ):
        form.show_conflict(error, type(form.instance).objects.get(pk=form.instance.pk))
    else:
        form.add_error(None, str(error))


def impossible_now(
    request: HttpRequest, row, moves: Mapping[str, Move], action: str
) -> HttpResponse | None:
    """Return the way back to `row`, with the reason, when a page is opened whose action its state
    forbids.

    What is posted goes to the service, which says the same without losing what was typed.
    """
    if request.method == "POST":
        return None
    try:
        target_of(moves, action, row)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(row)
    return None


def confirm_page(request: HttpRequest, form: BaseForm | None = None, **context) -> HttpResponse:
    """Return the page that asks again: `title`, `question`, `details`, `submit_label`,
    `cancel_url`, `danger`.
    """
    return render(request, "generic/confirm.html", {"form": form, **context})
