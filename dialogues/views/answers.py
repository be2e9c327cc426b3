"""How the views of this app load a row for the office, show a form and page a list; the rest is in
`core.views`.
"""

from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import BaseForm
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from dialogues.models import Dialogue
from dialogues.permissions import can_manage

PAGE_SIZE = 30


def require_office(request) -> None:
    """Answer 403 to anybody but the office."""
    if not can_manage(request.user):
        raise PermissionDenied(_("Das ist der Geschäftsstelle vorbehalten."))


def row_for_office(request, rows: QuerySet, pk: int):
    """Return the row for the office: 404 when the user may not see it, 403 when only looking is
    allowed.
    """
    row = get_object_or_404(rows.visible_to(request.user), pk=pk)
    require_office(request)
    return row


def dialogue_for_office(request, pk: int) -> Dialogue:
    """Return the dialogue for the office with its topic and host."""
    return row_for_office(
        request, Dialogue.objects.select_related("topic__series", "host", "host_contact"), pk
    )


def form_page(request, form: BaseForm, **context) -> HttpResponse:
    """Return the page of a plain form: `title`, `submit_label`, `cancel_url`, optionally `intro`."""
    return render(request, "dialogues/form.html", {"form": form, **context})


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
