"""The start page, the search, *Branchenbilanz*, and everything about organisations and people."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.roles import is_inside, is_office
from core.views import allowed, paginate, render_page_or_fragment
from measures.queries import current_plan, open_rounds, progress_figures
from outbox.queries.mails import mails_waiting
from overview.permissions import can_see_sector_balance
from overview.progress import (
    BALANCE_KINDS,
    KIND_LABELS,
    RELATION_LABELS,
    alerts,
    balance_lines,
    grouped_hits,
    hits_of,
    next_events,
    nothing_waiting_text,
    office_tasks,
    own_tasks,
    own_tasks_title,
    plan_line,
    received_lately,
    related_groups,
    task_lines,
    tasks_of_others,
    without_sector_line,
)
from overview.queries import (
    KINDS,
    MAX_WORDS_LENGTH,
    RELATED_TO_ORGANISATION,
    RELATED_TO_PERSON,
    Relation,
    TaskList,
    find,
    is_too_short,
    ranked,
    related,
    sector_balance,
)
from partners.models import Organisation, Person
from partners.permissions import can_see_organisations, can_see_people

# Lines of the two cards; each links the page that lists all.
MAX_OWN_TASKS, MAX_OTHERS = 10, 6


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Show alerts, pending work, upcoming events and the progress of the plan."""
    user, now = request.user, timezone.now()
    today = local_date(now)
    # The rounds are read once, for the line of the plan and for what others have to do.
    rounds, plan = open_rounds(), current_plan(user, today)
    problems, drafts = mails_waiting(now) if is_office(user) else (None, None)
    context = {
        "today": today,
        "plan": plan,
        "plan_line": plan_line(plan, rounds),
        "has_role": bool(user.roles),
        "alerts": alerts(user, now, problems),
        "own_title": own_tasks_title(user),
        "empty_text": nothing_waiting_text(user),
        "received": received_lately(user, now),
        "events": next_events(user, today),
        "figures": progress_figures(user, plan, today) if plan else None,
        "can_see_sector_balance": can_see_sector_balance(user),
    }
    if is_office(user):
        own, of_colleagues = office_tasks(user, now, drafts)
        context |= {
            "own": _first_tasks(own, now, MAX_OWN_TASKS),
            "others": _first_tasks(tasks_of_others(user, now, rounds), now, MAX_OTHERS, rounds),
            "colleagues_count": len(of_colleagues),
        }
    else:
        context["own"] = _first_tasks(own_tasks(user, now), now, MAX_OWN_TASKS)
    return render(request, "overview/overview.html", context)


def _first_tasks(tasks: TaskList, now, limit: int, rounds=()) -> dict:
    """Return the first lines of a card, and how many there are in all."""
    lines = task_lines(tasks[:limit], now, rounds)
    count = len(tasks)
    return {"lines": lines, "count": count, "has_more": count > limit}


@require_safe
def tasks_page(request: HttpRequest) -> HttpResponse:
    """List all tasks: the user's own, or with `?wer=` those of colleagues and of others, for the
    office.
    """
    user, now, rounds = request.user, timezone.now(), open_rounds()
    title = own_tasks_title(user)
    if is_office(user):
        own, of_colleagues = office_tasks(user, now)
        # All of them, because each tab says how many tasks it has.
        lists = {"": (title, own), "team": (_("Im Team"), of_colleagues)}
        lists["andere"] = (_("Wartet auf andere"), tasks_of_others(user, now, rounds))
    else:
        lists = {"": (title, own_tasks(user, now))}
    chosen = request.GET.get("wer", "")
    chosen = chosen if chosen in lists else ""
    title, tasks = lists[chosen]
    page = paginate(request, tasks)
    page.object_list = task_lines(page.object_list, now, rounds)
    url = reverse("tasks")
    tabs = [
        (f"{label} ({len(found)})", f"{url}?wer={key}" if key else url, key == chosen)
        for key, (label, found) in lists.items()
    ]
    context = {
        "title": title,
        "page": page,
        "tabs": tabs if len(tabs) > 1 else [],
        "today": local_date(now),
        "shows_who": chosen == "andere",
        "empty_text": _("Zurzeit wartet hier nichts.") if chosen else nothing_waiting_text(user),
    }
    return render(request, "overview/tasks.html", context)


@require_safe
def search_page(request: HttpRequest) -> HttpResponse:
    """Show the best hits of each kind for `?q=`, or with `?art=` all hits of one kind."""
    # PostgreSQL rejects NUL in text.
    words = request.GET.get("q", "").replace("\0", " ").strip()[:MAX_WORDS_LENGTH]
    context = {"words": words, "max_length": MAX_WORDS_LENGTH}
    kind = next((kind for kind in KINDS if kind.key == request.GET.get("art")), None)
    if not words:
        return render(request, "overview/search.html", context | {"is_empty": True})
    if is_too_short(words):
        note = _("Bitte geben Sie mindestens zwei Buchstaben oder Ziffern ein.")
        return render(request, "overview/search.html", context | {"note": note})
    if kind:
        page = paginate(request, ranked(kind, request.user, words))
        count = page.paginator.count
        page.object_list = hits_of(kind.key, page.object_list, request.user)
        context |= {"page": page, "label": KIND_LABELS[kind.key]}
    else:
        groups = grouped_hits(find(request.user, words), words, request.user)
        count = sum(group.count for group in groups)
        context["groups"] = groups
    text = ngettext("%(count)d Treffer für „%(words)s“", "%(count)d Treffer für „%(words)s“", count)
    result = text % {"count": count, "words": words}
    return render(request, "overview/search.html", context | {"result": result, "count": count})


@require_safe
@allowed(can_see_organisations)
def organisation_related(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything about an organisation; its page loads this view as a fragment."""
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    empty = _("Zurzeit gibt es zu dieser Organisation keinen Vorgang.")
    if not is_inside(request.user):
        empty = _("Zurzeit gibt es zu dieser Organisation keinen Vorgang, den Sie sehen dürfen.")
    return _related_page(request, organisation, RELATED_TO_ORGANISATION, empty)


@require_safe
@allowed(can_see_people)
def person_related(request: HttpRequest, pk: int) -> HttpResponse:
    """Show everything about a person; their page loads this view as a fragment."""
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    empty = _("Zurzeit gibt es zu dieser Person keinen Vorgang.")
    if not is_inside(request.user):
        empty = _("Zurzeit gibt es zu dieser Person keinen Vorgang, den Sie sehen dürfen.")
    return _related_page(request, person, RELATED_TO_PERSON, empty)


def _related_page(
    request: HttpRequest,
    subject: Organisation | Person,
    relations: tuple[Relation, ...],
    empty_text: str,
) -> HttpResponse:
    """Show the first records of each relation, or with `?art=` all of one."""
    user, chosen = request.user, request.GET.get("art")
    relation = next((relation for relation in relations if relation.key == chosen), None)
    context: dict = {"subject": subject, "url": request.path, "empty_text": empty_text}
    if relation:
        page = paginate(request, relation.find(user, subject))
        page.object_list = hits_of(relation.kind, page.object_list, user)
        context |= {"page": page, "title": RELATION_LABELS[relation.key]}
    else:
        groups = related_groups(related(relations, user, subject), request.path, user)
        context |= {"groups": groups, "title": _("Vorgänge")}
    return render_page_or_fragment(
        request, "overview/_related.html", context, page="overview/related.html"
    )


@require_safe
@allowed(can_see_sector_balance)
def sector_balance_page(request: HttpRequest) -> HttpResponse:
    """Show the attention each sector got; the start page loads this view as a fragment."""
    today = timezone.localdate()
    context = {"title": _("Branchenbilanz"), "kinds": BALANCE_KINDS}
    if balance := sector_balance(request.user, today):
        text = _("Gespräche, Besuche und Presseberichte %(first)s–%(last)s")
        context |= {
            "years": balance.years,
            "period": text % {"first": balance.years[0], "last": balance.years[-1]},
            "lines": balance_lines(balance),
            "without_sector": without_sector_line(balance.without_sector),
        }
    return render_page_or_fragment(
        request, "overview/_sector_balance.html", context, page="overview/sector_balance.html"
    )
