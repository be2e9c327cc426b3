"""How the views of this app load a row for the office, run a service and answer."""

from collections.abc import Callable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from core.conflicts import VersionedForm
from core.errors import NotEntitled, Outpaced, Refused
from core.states import target_of
from dialogues.models import Dialogue
from dialogues.permissions import can_manage

PAGE_SIZE = 30


def require_office(request) -> None:
    """Answer 403 to anybody but the office."""
    if not can_manage(request.user):
        raise PermissionDenied(_("Das ist der Geschäftsstelle vorbehalten."))


def row_for_office(request, rows: QuerySet, pk: int):
    """Return the row for the office: 404 when the user may not see it, 403 when only looking is allowed."""
    row = get_object_or_404(rows.visible_to(request.user), pk=pk)
    require_office(request)
    return row


def dialogue_for_office(request, pk: int) -> Dialogue:
    """Return the dialogue for the office with its topic and host."""
    return row_for_office(request, Dialogue.objects.select_related("topic__series", "host", "host_contact"), pk)


def carry_out(request, call: Callable, *, done: str = "", form: BaseForm | None = None):
    """Run the service `call` and return what it returns, or True; say `done`.

    A refusal goes to the form (without one: above the page) and gives False; a missing right becomes a 403. What
    somebody else saved meanwhile is shown beside what was typed.
    """
    try:
        result = call()
    except NotEntitled as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        _tell(request, error, form)
        return False
    if done:
        messages.success(request, done)
    return True if result is None else result


def _tell(request, error: Refused, form: BaseForm | None) -> None:
    if form is None:
        messages.error(request, str(error))
    elif isinstance(error, Outpaced) and isinstance(form, VersionedForm) and form.instance.pk:
        form.show_conflict(error, type(form.instance).objects.get(pk=form.instance.pk))
    else:
        form.add_error(None, str(error))


def impossible_now(request, row, moves, action: str) -> HttpResponse | None:
    """Return the way back to `row`, with the reason, when a page is opened whose action its state forbids.

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


def form_page(request, form: BaseForm, **context) -> HttpResponse:
    """Return the page of a plain form: `title`, `submit_label`, `cancel_url`, optionally `intro`."""
    return render(request, "dialogues/form.html", {"form": form, **context})


def confirm_page(request, form: BaseForm | None = None, **context) -> HttpResponse:
    """Return the page that asks again: `title`, `question`, `details`, `submit_label`, `cancel_url`, `danger`."""
    return render(request, "generic/confirm.html", {"form": form, **context})


def page_of(request, rows: QuerySet):
    """Return the page of the ordered `rows` that the address asks for."""
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def order_by(request, sorts: dict[str, tuple[str, ...]], default: tuple[str, ...]) -> list[str]:
    """Return the columns to sort by, as `?sort=key` or `-key` asks, ending in the primary key."""
    asked = request.GET.get("sort", "")
    columns = sorts.get(asked.removeprefix("-"))
    if columns is None:
        return [*default, "pk"]
    sign = "-" if asked.startswith("-") else ""
    return [sign + column for column in columns] + ["pk"]
