"""Helpers for all views: access, services, confirmation, forms, pagination and sorting."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import F, Model, QuerySet
from django.db.models.expressions import OrderBy
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.functional import Promise
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from core.conflicts import SeenForm, VersionedForm, unless_changed, version_of_all
from core.dates import concerns_about_day
from core.errors import ChangedMeanwhile, NotAllowed, Refused, Unreadable, Warned
from core.forms import HEEDED_DAY, WarnedForm
from core.progress import Ticks
from core.queries import keys_from
from core.roles import OFFICE_ONLY, is_office
from core.states import Move, target_of
from core.typed_dates import parse_day

# One size for all lists, so that people know how far a page reaches.
PAGE_SIZE = 50
# Ticked rows are in the address, whose length servers limit.
MAX_TICKED = 200


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer a request that cannot be read.

    Django's own view checks for a CSRF token, which reads the form again and fails again.
    """
    return HttpResponseBadRequest(render_to_string("400.html"))


@require_safe
def day_hint(request: HttpRequest) -> HttpResponse:
    """Return what speaks against the day that is being typed into a `DeadlineInput`, if anything.

    Beside `asks`, which adds the tick that an `AskedDayForm` asks for, the only parameter is named
    like the field.
    """
    typed = request.GET.dict()
    asks = typed.pop("asks", "")
    try:
        concerns = concerns_about_day(parse_day(" ".join(map(str, typed.values()))))
    except Unreadable:
        # Not typed to the end yet; the form says so when it is sent.
        concerns = []
    context = {
        "note": " ".join(concern.text for concern in concerns),
        "name": HEEDED_DAY,
        "keys": " ".join(concern.key for concern in concerns) if asks else "",
    }
    return render(request, "components/day_hint.html", context)


# The URL itself is a secret: keep it out of other sites' logs, caches and search engines.
PRIVATE_HEADERS = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def opened_by_link(find: Callable[[str], Model], closed_template: str):
    """Return a decorator that opens `view(request, find(token))` to everyone who has the personal
    link, without leaking its URL.

    A link for which `find` raises Refused gets a 404 page that says why.
    """

    # Because of `no-referrer`, browsers send `Origin: null`, which Django's CSRF check rejects. The
    # check protects signed-in users; here the secret URL authenticates, and no forger knows it.
    def decorate(view):
        @csrf_exempt
        @login_not_required
        @wraps(view)
        def opened(request, token):
            try:
                response = view(request, find(token))
            except Refused as error:
                response = render(request, closed_template, {"reason": str(error)}, status=404)
            for name, value in PRIVATE_HEADERS.items():
                response[name] = value
            return response

        return opened

    return decorate


def allowed(predicate: Callable, reason: str | Promise = ""):
    """Decorate a view: 403 with `reason` unless `predicate(user)` holds."""

    def decorate(view):
        @wraps(view)
        def checked(request, *args, **kwargs):
            require(predicate(request.user), reason)
            return view(request, *args, **kwargs)

        return checked

    return decorate


def require(is_allowed: bool, reason: str | Promise = "") -> None:
    """Raise PermissionDenied (403) with `reason` unless `is_allowed`."""
    if not is_allowed:
        raise PermissionDenied(str(reason))


def require_office(request: HttpRequest) -> None:
    """Raise PermissionDenied (403) for everyone but the office."""
    require(is_office(request.user), OFFICE_ONLY)


def get_for_office(request: HttpRequest, queryset: QuerySet, pk: int):
    """Return an object that only the office may change: 404 if the user may not see it, 403 if they
    are not the office.
    """
    found = get_object_or_404(queryset.visible_to(request.user), pk=pk)
    require_office(request)
    return found


def run_service(
    request: HttpRequest,
    service: Callable,
    *,
    done: str | Promise = "",
    form: BaseForm | None = None,
    current: Callable | None = None,
    seen: Sequence[Model | None] = (),
    lock: Model | None = None,
):
    """Call `service()` and return its result, or True when it returns None; show `done`.

    Records in `seen` must still be as the page showed them whose version was sent; `lock` is what
    the service locks first, unless that is the first of `seen`.

    If the service refuses, return False; the sentence goes to `form`, or into a message if there is
    none. If somebody else saved meanwhile, the form shows both versions, or asks again;
    `current()` loads the saved object, by default the form's instance. NotAllowed becomes a 403; a
    record that is gone meanwhile a 404, whose page shows the texts that were sent.
    """
    try:
        result = unless_changed(service, seen, version_sent(request), lock=lock)()
    # NotAllowed is a subclass of Refused, so it must come first.
    except NotAllowed as error:
        raise PermissionDenied(str(error)) from error
    except Refused as error:
        _show_refusal(request, error, form, current)
        return False
    # Between the check of this page and the lock of the service, somebody else removed the record.
    except ObjectDoesNotExist as error:
        raise Http404 from error
    if done:
        messages.success(request, str(done))
    return True if result is None else result


def version_sent(request: HttpRequest) -> str:
    """Return the version that the page showed: from its form, or from the address of its button."""
    return request.POST.get("version") or request.GET.get("version", "")


def save_form(
    request: HttpRequest,
    form: VersionedForm,
    service: Callable,
    *,
    done: str | Promise = "",
    **given,
):
    """If `form` was sent and is valid, call `service` with its values, the user, the time and
    `given`; return what `run_service` returns. Otherwise return None: the form has to be shown.

    A form of a saved object also hands over the version it showed, a `WarnedForm` the concerns.
    """
    if not form.is_valid():
        return None
    return run_service(request, saving(request, form, service, **given), done=done, form=form)


def saving(request: HttpRequest, form: VersionedForm, service: Callable, **given) -> Callable:
    """Return the call of `service` with what the valid `form` says, as `save_form` makes it."""
    if form.instance.pk:
        given["version"] = form.version_shown
    if isinstance(form, WarnedForm):
        given["heeded"] = form.heeded_keys
    return partial(service, values=form.values, by=request.user, now=timezone.now(), **given)


def _show_refusal(
    request: HttpRequest, error: Refused, form: BaseForm | None, current: Callable | None
) -> None:
    if form is None:
        # Without a form, no page shows both versions.
        fact = error.fact if isinstance(error, ChangedMeanwhile) else str(error)
        messages.error(request, fact)
    elif isinstance(error, ChangedMeanwhile) and isinstance(form, VersionedForm | SeenForm):
        form.show_conflict(error, _saved_version(form, current))
    elif isinstance(error, Warned) and isinstance(form, WarnedForm):
        form.show_concerns(error)
    else:
        form.add_error(None, str(error))


def _saved_version(form: VersionedForm | SeenForm, current: Callable | None):
    if current:
        return current()
    return type(form.instance).objects.filter(pk=form.instance.pk).first()


def redirect_unless_possible(
    request: HttpRequest, obj, moves: Mapping[str, Move], action: str
) -> HttpResponse | None:
    """Return a redirect to `obj`, with the reason as a message, if its state forbids `action`."""
    return redirect_if_refused(request, obj, partial(target_of, moves, action))


def redirect_if_refused(
    request: HttpRequest, obj, check: Callable, *, to: str = ""
) -> HttpResponse | None:
    """Return a redirect to `obj`, or to the URL `to`, with the reason if `check(obj)` is refused.

    On POST return None: the service refuses with the same reason, and the form keeps the input.
    """
    if request.method == "POST":
        return None
    try:
        check(obj)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(to or obj)
    return None


def render_confirmation(
    request: HttpRequest,
    form: BaseForm | None = None,
    *,
    seen: Sequence[Model | None] = (),
    **context,
) -> HttpResponse:
    """Return the confirmation page; `context` takes `title`, `question`, `details`,
    `submit_label`, `cancel_url`, `danger`, the `mail` it sends (subject and text) with its
    `mail_title`, and the (name, value) of `hidden` fields.

    The page carries the version of the records in `seen`, for `run_service`.
    """
    if seen:
        context["hidden"] = [*context.get("hidden", ()), ("version", version_of_all(*seen))]
    return render(request, "generic/confirm.html", {"form": form, **context})


def render_form(
    request: HttpRequest, form: BaseForm, *, template: str = "generic/form.html", **context
) -> HttpResponse:
    """Return the page of a plain form; `context` takes `title`, `submit_label`, `cancel_url`,
    `intro`.
    """
    return render(request, template, {"form": form, **context})


def render_page_or_fragment(
    request: HttpRequest, fragment: str, context: dict, *, page: str = "generic/chart.html"
) -> HttpResponse:
    """Return the page that contains the template `fragment`, or to htmx the fragment alone."""
    template = fragment if request.htmx else page
    return render(request, template, context | {"fragment": fragment})


def redirect_with_message(request: HttpRequest, message: str | Promise, target) -> HttpResponse:
    """Redirect to `target` (an object, a URL or a URL name), which shows `message`."""
    messages.success(request, str(message))
    return redirect(target)


def paginate(request: HttpRequest, queryset: QuerySet, *, count: int | None = None) -> Page:
    """Return the page `?page=` of the ordered `queryset`; a known `count` saves a query."""
    paginator = Paginator(queryset, PAGE_SIZE)
    if count is not None:
        paginator.count = count
    # Lists with ticks that are posted turn their pages by POST, so that the ticks stay.
    number = request.POST.get("page") or request.GET.get("page")
    # `get_page` accepts any input: invalid numbers show the first or the last page.
    return paginator.get_page(number)


def ticks_of(values: QueryDict, name: str, page: Iterable) -> Ticks:
    """Return the rows that `values` of a form tick as `name`; `page` holds the objects shown."""
    keys = dict.fromkeys(keys_from(values.getlist(name)[:MAX_TICKED]))
    shown = {obj.pk for obj in page}
    return Ticks(name, frozenset(keys), [key for key in keys if key not in shown])


def ordering(
    request: HttpRequest,
    sorts: Mapping[str, tuple[str, ...]],
    default: str,
    *,
    then: tuple[str, ...] = (),
    nulls_last: bool = False,
) -> list[str | OrderBy]:
    """Return the `order_by` columns for `?sort=`: like `default`, a key of `sorts` or `-key`.

    The columns `then` and the primary key break ties. With `nulls_last`, records without a value
    come last in both directions.
    """
    asked = request.GET.get("sort", "")
    if asked.removeprefix("-") not in sorts:
        asked = default
    sign = "-" if asked.startswith("-") else ""
    columns = [sign + column for column in sorts[asked.removeprefix("-")]]
    return [*(map(_nulls_last, columns) if nulls_last else columns), *then, "pk"]


def _nulls_last(column: str) -> OrderBy:
    # Stated explicitly, because PostgreSQL and SQLite put nulls at different ends by default.
    field = F(column.removeprefix("-"))
    return field.desc(nulls_last=True) if column.startswith("-") else field.asc(nulls_last=True)
