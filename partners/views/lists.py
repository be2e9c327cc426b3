"""Distribution lists: list, page, export, forms and members."""

from django.contrib import messages
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.exports import list_response
from core.history import entries_of
from core.progress import Button
from core.queries import keys_from
from core.views import (
    allowed,
    ordering,
    paginate,
    redirect_with_message,
    render_form,
    save_form,
    ticks_of,
)
from partners.filters import CandidateFilter, DistributionListFilter
from partners.forms import DistributionListForm
from partners.models import DistributionList, Person
from partners.permissions import can_manage_partners, can_see_lists
from partners.queries import visible_lists, visible_people
from partners.services import add_members, change_list, create_list, remove_members
from partners.views.organisations import add_button, tabs_for
from partners.views.people import EXPORT_HEADER, export_row

MAX_TICKED = 500
SORTS = {"name": ("name",), "members": ("member_count", "name")}
MEMBER_SORTS = {
    "name": ("sort_name", "search"),
    "organisation": ("organisation__search", "sort_name"),
    "email": ("email", "sort_name"),
}


@allowed(can_see_lists)
def list_overview(request):
    listing = DistributionListFilter(request.GET, visible_lists(request.user))
    page = paginate(request, listing.qs.order_by(*ordering(request, SORTS, "name")))
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "tabs": tabs_for(request.user, "lists"),
        "actions": add_button(request.user, "partners:list_add", _("Neuer Verteiler")),
    }
    return render(request, "partners/lists.html", context)


@allowed(can_see_lists)
def list_page(request, pk):
    distribution_list = get_object_or_404(visible_lists(request.user), pk=pk)
    can_edit = can_manage_partners(request.user)
    page = paginate(request, _members(request, distribution_list))
    context = {
        "list": distribution_list,
        "page": page,
        "is_answer": request.method == "POST",
        "ticks": ticks_of(request.POST or request.GET, "person", page) if can_edit else None,
        "can_edit": can_edit,
        "actions": _list_buttons(distribution_list) if can_edit else [],
        "history": entries_of(distribution_list, limit=20) if can_edit else [],
    }
    return render(request, "partners/list.html", context)


def _list_buttons(distribution_list: DistributionList) -> list[Button]:
    pk = distribution_list.pk
    return [
        Button(_("Personen aufnehmen"), reverse("partners:list_members", args=[pk]), "primary"),
        Button(_("Bearbeiten"), reverse("partners:list_edit", args=[pk])),
    ]


@allowed(can_see_lists)
def list_export(request, pk):
    distribution_list = get_object_or_404(visible_lists(request.user), pk=pk)
    rows = [export_row(person) for person in _members(request, distribution_list)]
    title = _("Verteiler %(name)s") % {"name": distribution_list.name}
    return list_response(title, EXPORT_HEADER, rows, now=timezone.now())


def _members(request, distribution_list: DistributionList) -> QuerySet[Person]:
    people = visible_people(request.user).filter(distribution_lists=distribution_list)
    return people.order_by(*ordering(request, MEMBER_SORTS, "name"))


@allowed(can_manage_partners)
def list_add(request):
    form = DistributionListForm(request.POST or None)
    if distribution_list := save_form(request, form, create_list):
        done = _("„%(name)s“ ist angelegt. Wen soll der Verteiler erreichen?")
        return redirect_with_message(
            request,
            done % {"name": distribution_list.name},
            reverse("partners:list_members", args=[distribution_list.pk]),
        )
    return render_form(
        request, form, title=_("Neuer Verteiler"), cancel_url=reverse("partners:lists")
    )


@allowed(can_manage_partners)
def list_edit(request, pk):
    distribution_list = _visible_list(request, pk)
    form = DistributionListForm(request.POST or None, instance=distribution_list)
    done = _("Die Angaben sind gespeichert.")
    if save_form(request, form, change_list, distribution_list=distribution_list, done=done):
        return redirect(distribution_list)
    return render_form(
        request,
        form,
        title=_("Verteiler bearbeiten"),
        cancel_url=distribution_list.get_absolute_url(),
    )


@allowed(can_manage_partners)
def list_members(request, pk):
    """Offer the active people who are not on the list yet; POST adds the ticked ones, or with a
    page only turns to it.
    """
    distribution_list = _visible_list(request, pk)
    if request.method == "POST" and "page" not in request.POST:
        people, count = _change_members(request, add_members, distribution_list)
        left = [person.name for person in people if not person.is_active]
        known = len(people) - len(left) - count
        done = ngettext(
            "%(count)d Person ist aufgenommen.", "%(count)d Personen sind aufgenommen.", count
        )
        idle = ngettext(
            "%(count)d Person stand schon im Verteiler.",
            "%(count)d Personen standen schon im Verteiler.",
            known,
        )
        _show_counts(request, count, done, known, idle)
        if left:
            text = _("Nicht mehr aktiv und deshalb nicht aufgenommen: %(names)s.")
            messages.warning(request, text % {"names": "; ".join(left)})
        if not people:
            _ask_for_ticks(request)
        # Keep the query string, because people are added search by search and page by page.
        return redirect(request.get_full_path())
    others = visible_people(request.user).filter(is_active=True)
    listing = CandidateFilter(request.GET, others.exclude(distribution_lists=distribution_list))
    page = paginate(request, listing.qs.order_by(*ordering(request, MEMBER_SORTS, "name")))
    context = {
        "list": distribution_list,
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "is_answer": request.method == "POST",
        "ticks": ticks_of(request.POST or request.GET, "person", page),
    }
    return render(request, "partners/list_members.html", context)


@allowed(can_manage_partners)
@require_POST
def list_remove(request, pk):
    distribution_list = _visible_list(request, pk)
    people, count = _change_members(request, remove_members, distribution_list)
    done = ngettext("%(count)d Person ist entfernt.", "%(count)d Personen sind entfernt.", count)
    idle = ngettext(
        "%(count)d Person stand nicht mehr im Verteiler.",
        "%(count)d Personen standen nicht mehr im Verteiler.",
        len(people) - count,
    )
    _show_counts(request, count, done, len(people) - count, idle)
    if not people:
        _ask_for_ticks(request)
    return redirect(distribution_list)


def _visible_list(request, pk: int) -> DistributionList:
    return get_object_or_404(DistributionList.objects.visible_to(request.user), pk=pk)


def _change_members(
    request, service, distribution_list: DistributionList
) -> tuple[list[Person], int]:
    """Call `service` with the ticked people; return them and how many it added or removed."""
    people = list(_ticked_people(request))
    count = service(
        distribution_list=distribution_list, people=people, by=request.user, now=timezone.now()
    )
    return people, count


def _ticked_people(request) -> QuerySet[Person]:
    # The form never sends more than one page of boxes, so their number is capped.
    keys = keys_from(request.POST.getlist("person"))
    return Person.objects.visible_to(request.user).filter(pk__in=keys[:MAX_TICKED])


def _show_counts(request, changed: int, done: str, unchanged: int, idle: str) -> None:
    """Say how many people were added or removed, and how many needed no change."""
    if changed:
        messages.success(request, done % {"count": changed})
    # The page was opened before a colleague made the same change.
    if unchanged:
        messages.info(request, idle % {"count": unchanged})


def _ask_for_ticks(request) -> None:
    messages.warning(request, _("Bitte kreuzen Sie mindestens eine Person an."))
