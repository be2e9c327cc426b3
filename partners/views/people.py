"""People: list, page, forms, export."""

from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import format_date
from core.exports import xlsx_response
from core.views import allowed
from partners.enums import role_names
from partners.filters import OwnPeopleFilter, PersonFilter
from partners.forms import PersonForm
from partners.models import Person
from partners.permissions import can_manage_partners, can_see_lists, can_see_notes, can_see_people
from partners.queries import deputies_of, people_listed
from partners.services import add_person, change_person
from partners.views.answers import attempt, order_by, page_of, saved, show_form
from partners.views.person import account_facts, history_of, person_facts
from partners.views.tabs import tabs_for

SORTS = {
    "name": ("search",),
    "function": ("function", "search"),
    "organisation": ("organisation__search", "search"),
    "email": ("email", "search"),
}


def _filter(request) -> PersonFilter:
    kind = PersonFilter if can_see_lists(request.user) else OwnPeopleFilter
    return kind(request.GET, people_listed(request.user))


@allowed(can_see_people)
def people_list(request):
    listing = _filter(request)
    page = page_of(request, listing.qs, SORTS, "name")
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "rows": [(person, _account_of(person)) for person in page],
        "tabs": tabs_for(request.user, "people"),
        "can_edit": can_manage_partners(request.user),
        "shows_accounts": can_see_lists(request.user),
    }
    return render(request, "partners/people.html", context)


@allowed(can_see_people)
def people_export(request):
    header = [_("Name"), _("Funktion"), _("Organisation"), _("E-Mail"), _("Telefon")]
    notes = can_see_notes(request.user)
    lines = [
        [
            row.name,
            row.function,
            row.organisation.name if row.organisation else "",
            row.email,
            row.phone,
        ]
        + ([row.notes] if notes else [])
        for row in _filter(request).qs.order_by(*order_by(request, SORTS, "name"))
    ]
    header += [_("interner Vermerk")] if notes else []
    return xlsx_response(f"Personen {format_date(timezone.localdate())}.xlsx", header, lines)


@allowed(can_see_people)
def person_page(request, pk):
    person = get_object_or_404(people_listed(request.user), pk=pk)
    today = timezone.localdate()
    can_edit = can_manage_partners(request.user)
    context = {
        "person": person,
        "account": getattr(person, "user", None),
        "facts": person_facts(person),
        "account_facts": account_facts(person),
        "sees_account": can_see_lists(request.user),
        "sees_notes": can_see_notes(request.user),
        "can_edit": can_edit,
        "deputies": [(row, row.is_over(today)) for row in deputies_of(person)],
        "lists": person.distribution_lists.order_by("name", "pk")
        if can_see_lists(request.user)
        else [],
        "history": history_of(person) if can_edit else [],
    }
    return render(request, "partners/person.html", context)


@allowed(can_manage_partners)
def person_add(request):
    form = PersonForm(
        request.POST or None, initial={"organisation": request.GET.get("organisation")}
    )
    if request.method == "POST" and form.is_valid():
        if row := attempt(
            form, add_person, values=form.values, by=request.user, now=timezone.now()
        ):
            return saved(request, _("„%(name)s“ ist angelegt.") % {"name": row.name}, row)
    return show_form(request, form, title=_("Neue Person"), cancel_url=reverse("partners:people"))


@allowed(can_manage_partners)
def person_edit(request, pk):
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if request.method == "POST" and form.is_valid():
        arguments = {
            "values": form.values,
            "version": form.version_shown,
            "by": request.user,
            "now": timezone.now(),
        }
        if row := attempt(form, change_person, person=person, **arguments):
            return saved(request, _("Die Angaben sind gespeichert."), row)
    return show_form(
        request, form, title=_("Person bearbeiten"), cancel_url=person.get_absolute_url()
    )


def _account_of(person: Person) -> tuple[str, str, str] | None:
    """Return state, tone and roles of a person's account for a table row."""
    account = getattr(person, "user", None)
    if account is None:
        return None
    text, colour = account.state
    roles = role_names(
        {group.name for group in account.groups.all()}, is_office_head=account.is_office_head
    )
    return text, colour, ", ".join(roles)
