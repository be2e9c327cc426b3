"""How the views of this app let people in, call a service, and say what came of it."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from core.conflicts import VersionedForm
from core.errors import ChangedMeanwhile, NotAllowed, Refused

PAGE_SIZE = 30


def attempt(form, service, **arguments):
    """Return what `service` returns, or None with its refusal at `form`. A missing right becomes a
    403.
    """
    try:
        return service(**arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except ChangedMeanwhile as error:
        _show_outpaced(form, error)
    except Refused as error:
        form.add_error(None, str(error))
    return None


def act(request, service, *, done: str, **arguments) -> bool:
    """Call `service` for a button: tell with a message what was done or why not. A missing right
    becomes a 403.
    """
    try:
        service(**arguments)
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        messages.error(request, str(error))
        return False
    messages.success(request, done)
    return True


def _show_outpaced(form, error: ChangedMeanwhile) -> None:
    if isinstance(form, VersionedForm) and form.instance.pk:
        form.show_conflict(error, type(form.instance).objects.get(pk=form.instance.pk))
    else:
        form.add_error(None, str(error))


def show_form(
    request, form, *, title: str, cancel_url: str, submit_label: str = "", intro: str = ""
):
    """Answer with the one page of every plain form; 200 in both cases, as browsers expect of a
    shown form.
    """
    context = {"title": title, "form": form, "cancel_url": cancel_url, "intro": intro}
    return render(
        request, "generic/form.html", {**context, "submit_label": submit_label or _("Speichern")}
    )


def saved(request, text: str, target):
    """Answer a change: what happened as a message, then the page `target`."""
    messages.success(request, text)
    return redirect(target)


def page_of(request, queryset, sorts: dict[str, tuple[str, ...]], default: str):
    """Return the page of `queryset` that the address asks for, sorted by a key of `sorts` (`-key`
    the other way).
    """
    rows = queryset.order_by(*order_by(request, sorts, default))
    return Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))


def order_by(request, sorts: dict[str, tuple[str, ...]], default: str) -> list[str]:
    """Return the columns to sort by, ending in the primary key."""
    asked = request.GET.get("sort", "")
    key = asked.removeprefix("-")
    if key not in sorts:
        return [*sorts[default], "pk"]
    sign = "-" if asked.startswith("-") else ""
    return [sign + column for column in sorts[key]] + ["pk"]
