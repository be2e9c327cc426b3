"""Distribution lists: list, page, forms, members, export."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.exports import xlsx_response
from core.history import entries_of
from core.views import allowed
from partners.filters import DistributionListFilter, OwnPeopleFilter
from partners.forms import DistributionListForm
from partners.models import DistributionList, Person
from partners.permissions import can_manage_partners, can_see_lists
from partners.queries import lists_shown, people_listed
from partners.services import add_list, add_members, change_list, remove_members
from partners.views.answers import attempt, order_by, page_of, saved, show_form
from partners.views.tabs import tabs_for

LONGEST_KEY = 18  # digits that both databases take as a primary key
SORTS = {"name": ("name",), "members": ("member_count", "name")}
MEMBER_SORTS = {
    "name": ("search",),
    "organisation": ("organisation__search", "search"),
    "email": ("email", "search"),
}


@allowed(can_see_lists)
def list_list(request):
    listing = DistributionListFilter(request.GET, lists_shown(request.user))
    page = page_of(request, listing.qs, SORTS, "name")
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "tabs": tabs_for(request.user, "lists"),
        "can_edit": can_manage_partners(request.user),
    }
    return render(request, "partners/lists.html", context)


@allowed(can_see_lists)
def list_page(request, pk):
    row = get_object_or_404(lists_shown(request.user), pk=pk)
    can_edit = can_manage_partners(request.user)
    context = {
        "list": row,
        "page": page_of(
            request,
            people_listed(request.user).filter(distribution_lists=row),
            MEMBER_SORTS,
            "name",
        ),
        "can_edit": can_edit,
        "history": entries_of(row, limit=20) if can_edit else [],
    }
    return render(request, "partners/list.html", context)


@allowed(can_see_lists)
def list_export(request, pk):
    row = get_object_or_404(lists_shown(request.user), pk=pk)
    members = (
        people_listed(request.user)
        .filter(distribution_lists=row)
        .order_by(*order_by(request, MEMBER_SORTS, "name"))
    )
    header = [_("Name"), _("Funktion"), _("Organisation"), _("E-Mail"), _("Telefon")]
    lines = [
        [
            person.name,
            person.function,
            person.organisation.name if person.organisation else "",
            person.email,
            person.phone,
        ]
        for person in members
    ]
    return xlsx_response(f"Verteiler {row.name}.xlsx", header, lines)


@allowed(can_manage_partners)
def list_add(request):
    form = DistributionListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if row := attempt(form, add_list, values=form.values, by=request.user, now=timezone.now()):
            return saved(
                request,
                _("„%(name)s“ ist angelegt. Wen soll der Verteiler erreichen?")
                % {"name": row.name},
                reverse("partners:list_members", args=[row.pk]),
            )
    return show_form(
        request, form, title=_("Neuer Verteiler"), cancel_url=reverse("partners:lists")
    )


@allowed(can_manage_partners)
def list_edit(request, pk):
    row = get_object_or_404(DistributionList.objects.visible_to(request.user), pk=pk)
    form = DistributionListForm(request.POST or None, instance=row)
    if request.method == "POST" and form.is_valid():
        arguments = {
            "values": form.values,
            "version": form.version_shown,
            "by": request.user,
            "now": timezone.now(),
        }
        if attempt(form, change_list, distribution_list=row, **arguments):
            return saved(request, _("Die Angaben sind gespeichert."), row)
    return show_form(
        request, form, title=_("Verteiler bearbeiten"), cancel_url=row.get_absolute_url()
    )


@allowed(can_manage_partners)
def list_members(request, pk):
    """Search people who are not on the list yet and tick those to add."""
    row = get_object_or_404(DistributionList.objects.visible_to(request.user), pk=pk)
    if request.method == "POST":
        count = add_members(
            distribution_list=row, people=_chosen(request), by=request.user, now=timezone.now()
        )
        text = ngettext(
            "%(count)d Person ist aufgenommen.", "%(count)d Personen sind aufgenommen.", count
        )
        _tell(request, count, text % {"count": count})
        return redirect(request.get_full_path())
    others = people_listed(request.user).filter(is_active=True).exclude(distribution_lists=row)
    listing = OwnPeopleFilter(request.GET, others)
    del listing.form.fields["state"]
    page = page_of(request, listing.qs, MEMBER_SORTS, "name")
    context = {"list": row, "filter": listing, "page": page, "count": page.paginator.count}
    return render(request, "partners/list_members.html", context)


@allowed(can_manage_partners)
@require_POST
def list_remove(request, pk):
    row = get_object_or_404(DistributionList.objects.visible_to(request.user), pk=pk)
    count = remove_members(
        distribution_list=row, people=_chosen(request), by=request.user, now=timezone.now()
    )
    text = ngettext("%(count)d Person ist entfernt.", "%(count)d Personen sind entfernt.", count)
    _tell(request, count, text % {"count": count})
    return redirect(row)


def _chosen(request):
    """Return the ticked people that the user may see."""
    keys = [
        key for key in request.POST.getlist("person") if key.isdecimal() and len(key) <= LONGEST_KEY
    ]
    return Person.objects.visible_to(request.user).filter(pk__in=keys[:500])


def _tell(request, count: int, text: str) -> None:
    if count:
        messages.success(request, text)
    else:
        messages.warning(request, _("Bitte kreuzen Sie mindestens eine Person an."))
