"""Organisations: list, page, forms, export."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date
from core.exports import xlsx_response
from core.history import entries_of
from core.views import allowed
from partners.filters import OrganisationFilter
from partners.forms import OrganisationForm
from partners.models import Organisation
from partners.permissions import can_manage_partners, can_see_organisations, can_see_people
from partners.queries import organisations_listed, people_shown_at
from partners.services import add_organisation, change_organisation
from partners.views.answers import attempt, order_by, page_of, saved, show_form
from partners.views.tabs import tabs_for

SORTS = {"name": ("search",), "city": ("city", "search"), "people": ("people_count", "search")}


@allowed(can_see_organisations)
def organisation_list(request):
    listing = OrganisationFilter(request.GET, organisations_listed(request.user))
    page = page_of(request, listing.qs, SORTS, "name")
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "tabs": tabs_for(request.user, "organisations"),
        "can_edit": can_manage_partners(request.user),
        "shows_people": can_see_people(request.user),
    }
    return render(request, "partners/organisations.html", context)


@allowed(can_see_organisations)
def organisation_export(request):
    rows = OrganisationFilter(request.GET, organisations_listed(request.user)).qs
    header = [
        _("Name"),
        _("Kurzname"),
        _("Art"),
        _("nähere Art"),
        _("Branchen"),
        _("Anschrift"),
        _("Internetseite"),
    ]
    lines = [
        [row.name, row.short_name, row.get_kind_display(), row.subkind]
        + [", ".join(sector.name for sector in row.sectors.all()), row.postal_address, row.website]
        for row in rows.order_by(*order_by(request, SORTS, "name"))
    ]
    return xlsx_response(f"Organisationen {format_date(timezone.localdate())}.xlsx", header, lines)


@allowed(can_see_organisations)
def organisation_page(request, pk):
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    can_edit = can_manage_partners(request.user)
    context = {
        "organisation": organisation,
        "facts": facts_of(organisation),
        "sees_people": can_see_people(request.user),
        "people": people_shown_at(organisation, request.user),
        "can_edit": can_edit,
        "history": entries_of(organisation, limit=20) if can_edit else [],
    }
    return render(request, "partners/organisation.html", context)


@allowed(can_manage_partners)
def organisation_add(request):
    form = OrganisationForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if row := attempt(
            form, add_organisation, values=form.values, by=request.user, now=timezone.now()
        ):
            return saved(request, _("„%(name)s“ ist angelegt.") % {"name": row.name}, row)
    return show_form(
        request, form, title=_("Neue Organisation"), cancel_url=reverse("partners:list")
    )


@allowed(can_manage_partners)
def organisation_edit(request, pk):
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    form = OrganisationForm(request.POST or None, instance=organisation)
    if request.method == "POST" and form.is_valid():
        arguments = {
            "values": form.values,
            "version": form.version_shown,
            "by": request.user,
            "now": timezone.now(),
        }
        if row := attempt(form, change_organisation, organisation=organisation, **arguments):
            return saved(request, _("Die Angaben sind gespeichert."), row)
    return show_form(
        request,
        form,
        title=_("Organisation bearbeiten"),
        cancel_url=organisation.get_absolute_url(),
    )


def facts_of(organisation: Organisation) -> list[tuple[str, str]]:
    """Return the *Eckdaten* that are known."""
    sectors = ", ".join(organisation.sectors.order_by("name", "pk").values_list("name", flat=True))
    rows = [
        (_("Kurzname"), organisation.short_name),
        (_("Art"), organisation.get_kind_display()),
        (_("nähere Art"), organisation.subkind),
        (_("Branchen"), sectors),
        (_("Anschrift"), organisation.postal_address),
        (_("Internetseite"), organisation.website),
    ]
    return [(label, value) for label, value in rows if value]
