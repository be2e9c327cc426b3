"""Organisations: list, export, page and forms; the tabs of *Partner*."""

from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.exports import list_response
from core.history import entries_of
from core.progress import Button
from core.views import (
    allowed,
    ordering,
    paginate,
    redirect_with_message,
    render_form,
    save_form,
)
from partners.filters import OrganisationFilter
from partners.forms import OrganisationForm
from partners.models import Organisation, Person
from partners.permissions import (
    can_manage_partners,
    can_see_lists,
    can_see_organisations,
    can_see_people,
)
from partners.queries import visible_organisations, visible_people_of
from partners.services import change_organisation, create_organisation
from partners.services.organisations import FIELDS

# *Verlauf* shows former and new values of these. Sectors are not in the history of organisations.
COMPARED = tuple(name for name in FIELDS if name != "sectors")
SORTS = {"name": ("search",), "city": ("city", "search"), "people": ("people_count", "search")}


@allowed(can_see_organisations)
def organisation_list(request):
    listing = OrganisationFilter(request.GET, visible_organisations(request.user))
    page = paginate(request, listing.qs.order_by(*ordering(request, SORTS, "name")))
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "tabs": tabs_for(request.user, "organisations"),
        "actions": add_button(request.user, "partners:organisation_add", _("Neue Organisation")),
        "shows_people": can_see_people(request.user),
    }
    return render(request, "partners/organisations.html", context)


@allowed(can_see_organisations)
def organisation_export(request):
    organisations = OrganisationFilter(request.GET, visible_organisations(request.user)).qs
    header = [
        _("Name"),
        _("Kurzname"),
        _("Art"),
        _("nähere Art"),
        _("Branchen"),
        _("Anschrift"),
        _("Internetseite"),
    ]
    rows = [
        [
            organisation.name,
            organisation.short_name,
            organisation.get_kind_display(),
            organisation.subkind,
            ", ".join(sector.name for sector in organisation.sectors.all()),
            organisation.postal_address,
            organisation.website,
        ]
        for organisation in organisations.order_by(*ordering(request, SORTS, "name"))
    ]
    return list_response(_("Organisationen"), header, rows, now=timezone.now())


@allowed(can_see_organisations)
def organisation_page(request, pk):
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    can_edit = can_manage_partners(request.user)
    context = {
        "organisation": organisation,
        "subtitle": organisation_subtitle(organisation, organisation.get_kind_display()),
        "actions": edit_button(request.user, "partners:organisation_edit", organisation),
        "facts": _facts(organisation),
        "shows_people": can_see_people(request.user),
        "people": visible_people_of(organisation, request.user),
        "can_edit": can_edit,
        "history": entries_of(organisation, limit=20, compare=COMPARED) if can_edit else [],
    }
    return render(request, "partners/organisation.html", context)


@allowed(can_manage_partners)
def organisation_add(request):
    form = OrganisationForm(request.POST or None)
    if organisation := save_form(request, form, create_organisation):
        done = _("„%(name)s“ ist angelegt.") % {"name": organisation.name}
        return redirect_with_message(request, done, organisation)
    return render_form(
        request, form, title=_("Neue Organisation"), cancel_url=reverse("partners:list")
    )


@allowed(can_manage_partners)
def organisation_edit(request, pk):
    organisation = get_object_or_404(Organisation.objects.visible_to(request.user), pk=pk)
    form = OrganisationForm(request.POST or None, instance=organisation)
    done = _("Die Angaben sind gespeichert.")
    if save_form(request, form, change_organisation, organisation=organisation, done=done):
        return redirect(organisation)
    return render_form(
        request,
        form,
        title=_("Organisation bearbeiten"),
        cancel_url=organisation.get_absolute_url(),
    )


def tabs_for(user, current: str) -> list[tuple[str, str, bool]]:
    """Return the tabs of *Partner* that `user` may open, as (label, URL, is current).

    `current` is organisations, people, lists or privacy.
    """
    tabs = [("organisations", _("Organisationen"), "partners:list")]
    if can_see_people(user):
        tabs.append(("people", _("Personen"), "partners:people"))
    if can_see_lists(user):
        tabs.append(("lists", _("Verteiler"), "partners:lists"))
    if can_manage_partners(user):
        tabs.append(("privacy", _("Löschfristen"), "partners:privacy"))
    return [(label, reverse(url_name), key == current) for key, label, url_name in tabs]


def add_button(user, url_name: str, label: str) -> list[Button]:
    """Return the button above a list, if `user` may use it."""
    return [Button(label, reverse(url_name), "primary")] if can_manage_partners(user) else []


def edit_button(user, url_name: str, obj) -> list[Button]:
    """Return the button above the page of `obj`, if `user` may use it."""
    if not can_manage_partners(user):
        return []
    return [Button(_("Bearbeiten"), reverse(url_name, args=[obj.pk]))]


def organisation_subtitle(obj: Organisation | Person, text: str) -> str:
    """Return the line below the title, which also says when `obj` is no longer active."""
    return text if obj.is_active else _("%(text)s · nicht mehr aktiv") % {"text": text}


def _facts(organisation: Organisation) -> list[tuple[str, str]]:
    sectors = organisation.sectors.order_by("name", "pk").values_list("name", flat=True)
    facts = [
        (_("Kurzname"), organisation.short_name),
        (_("Art"), organisation.get_kind_display()),
        (_("nähere Art"), organisation.subkind),
        (_("Branchen"), ", ".join(sectors)),
        (_("Anschrift"), organisation.postal_address),
        (_("Internetseite"), organisation.website),
    ]
    return [(label, value) for label, value in facts if value]
