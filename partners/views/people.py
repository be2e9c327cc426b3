"""People: list, export, page and forms."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.dates import format_date, format_moment
from core.exports import list_response
from core.history import entries_from, entries_of
from core.progress import Button, HistoryEntry
from core.queries import keys_from
from core.views import (
    allowed,
    ordering,
    paginate,
    redirect_with_message,
    render_form,
    save_form,
)
from partners.enums import role_names
from partners.filters import OwnPeopleFilter, PersonFilter
from partners.forms import PersonForm
from partners.models import FormerPerson, Organisation, Person, User
from partners.permissions import (
    can_manage_partners,
    can_see_accounts,
    can_see_lists,
    can_see_notes,
    can_see_people,
)
from partners.progress import handover_url, saved_message
from partners.queries import (
    deputyships_for,
    open_records_in_charge,
    similar_people,
    visible_people,
)
from partners.services import change_person, create_person
from partners.services.people import FIELDS
from partners.views import following_merges
from partners.views.organisations import add_button, edit_button, organisation_subtitle, tabs_for
from partners.views.privacy import privacy_buttons

SORTS = {
    "name": ("sort_name", "search"),
    "function": ("function", "sort_name"),
    "organisation": ("organisation__search", "sort_name"),
    "email": ("email", "sort_name"),
}
# *Verlauf* shows former and new values of these, as the privacy page says. The note is not copied.
COMPARED = tuple(name for name in FIELDS if name != "notes")
EXPORT_HEADER = [
    gettext_lazy("Anrede"),
    gettext_lazy("Titel"),
    gettext_lazy("Vorname"),
    gettext_lazy("Familienname"),
    gettext_lazy("Funktion"),
    gettext_lazy("Organisation"),
    gettext_lazy("E-Mail"),
    gettext_lazy("Telefon"),
    gettext_lazy("Anrede im Brief"),
    gettext_lazy("Stand"),
]


@allowed(can_see_people)
def people_list(request):
    listing = _filter(request)
    page = paginate(request, listing.qs.order_by(*ordering(request, SORTS, "name")))
    context = {
        "filter": listing,
        "page": page,
        "count": page.paginator.count,
        "people": [(person, *_account_and_roles(person)) for person in page],
        "tabs": tabs_for(request.user, "people"),
        "actions": add_button(request.user, "partners:person_add", _("Neue Person")),
        "shows_accounts": can_see_accounts(request.user),
    }
    return render(request, "partners/people.html", context)


@allowed(can_see_people)
def people_export(request):
    people = _filter(request).qs.order_by(*ordering(request, SORTS, "name"))
    header, rows = [*EXPORT_HEADER], [export_row(person) for person in people]
    if can_see_notes(request.user):
        header.append(_("interner Vermerk"))
        rows = [[*export_row(person), person.notes] for person in people]
    return list_response(_("Personen"), header, rows, now=timezone.now())


def export_row(person: Person) -> list[str]:
    """Return the values under `EXPORT_HEADER`."""
    organisation = person.organisation.name if person.organisation else ""
    return [
        person.get_salutation_display(),
        person.title,
        person.given_name,
        person.family_name,
        person.function,
        organisation,
        person.email,
        person.phone,
        person.greeting,
        "" if person.is_active else _("nicht mehr aktiv"),
    ]


def _filter(request) -> PersonFilter:
    # A filter reveals what it filters by, and partners must not learn who has an account.
    filter_class = PersonFilter if can_see_accounts(request.user) else OwnPeopleFilter
    return filter_class(request.GET, visible_people(request.user).known())


@allowed(can_see_people)
@following_merges
def person_page(request, pk):
    people = visible_people(request.user)
    # The entry is still there where it has an account.
    former = FormerPerson.objects.filter(number=pk, person__in=people).first()
    person = get_object_or_404(people, pk=pk)
    can_edit = can_manage_partners(request.user)
    context = {
        "person": person,
        "organisation": person.organisation,
        # The notice says that the entry was deleted, so "no longer active" would only confuse.
        "subtitle": "" if person.anonymised_at else organisation_subtitle(person, person.function),
        "actions": _person_buttons(person, former, request.user),
        "merged_into": former.person if former else None,
        "doubles": similar_people(person) if can_edit and not former else [],
        "facts": _person_facts(person),
        "notes": person.notes if can_see_notes(request.user) else "",
        "can_edit": can_edit,
        "lists": _lists_of(person, request.user),
        "history": _history(person) if can_edit else [],
        "shows_account": can_see_accounts(request.user) and not person.anonymised_at,
        "deleted_at": person.anonymised_at,
        "kept_note": _kept_note(person) if can_edit else "",
        "privacy_buttons": privacy_buttons(person) if can_edit else [],
    }
    if context["shows_account"]:
        context |= _account_context(person, request.user)
    return render(request, "partners/person.html", context)


def _kept_note(person: Person) -> str:
    if not person.kept_until:
        return ""
    values = {"day": format_date(person.kept_until), "reason": person.kept_reason}
    return _("Wird behalten bis %(day)s: %(reason)s") % values


def _person_buttons(person: Person, former: FormerPerson | None, user) -> list[Button]:
    if person.anonymised_at:
        return []
    buttons = edit_button(user, "partners:person_edit", person)
    if buttons and not former:
        url = reverse("partners:merge_choose", args=[person.pk])
        buttons.append(Button(_("Zusammenführen"), url))
    return buttons


def _account_context(person: Person, user) -> dict:
    """Return the part of the context about the account, which most people do not have."""
    account = getattr(person, "user", None)
    can_edit = can_manage_partners(user)
    if account is None:
        return {
            "no_account": _("Diese Person hat kein Konto und kann sich nicht anmelden.")
            if can_edit
            else _("Diese Person hat kein Konto."),
            "invite_label": _("Zum Portal einladen") if can_edit else "",
        }
    today = timezone.localdate()
    return {
        "account": account,
        "account_facts": _account_facts(account),
        "account_buttons": _account_buttons(account, user),
        "deputyships": [
            (deputyship, deputyship.is_over(today)) for deputyship in deputyships_for(person)
        ],
    }


def _account_buttons(account: User, user) -> list[Button]:
    if not can_manage_partners(user):
        return []

    def url(name: str) -> str:
        return reverse(f"partners:{name}", args=[account.person_id])

    buttons = [Button(_("Konto ändern"), url("account_edit"))]
    if account.is_pending:
        resend = Button(_("Einladung erneut senden"), url("account_resend"))
        buttons.insert(0, resend)
    if open_records_in_charge(account):
        buttons.append(Button(_("Aufgaben übergeben"), handover_url(account)))
    if not account.is_active:
        buttons.append(Button(_("Aktivieren"), url("account_activate")))
    elif account.pk != user.pk:
        buttons.append(Button(_("Deaktivieren"), url("account_deactivate"), "danger"))
    return buttons


@allowed(can_manage_partners)
def person_add(request):
    # The page of an organisation links here with `?organisation=`.
    # Anything may stand in the address; what is no organisation is ignored.
    keys = keys_from([request.GET.get("organisation", "")])
    initial = {"organisation": Organisation.objects.filter(pk__in=keys).first()}
    form = PersonForm(request.POST or None, initial=initial)
    if person := save_form(request, form, create_person):
        done = _("„%(name)s“ ist angelegt.") % {"name": person.name}
        return redirect_with_message(request, done, person)
    return render_form(request, form, title=_("Neue Person"), cancel_url=reverse("partners:people"))


@allowed(can_manage_partners)
@following_merges
def person_edit(request, pk):
    person = get_object_or_404(Person.objects.visible_to(request.user), pk=pk)
    form = PersonForm(request.POST or None, instance=person)
    if saved := save_form(request, form, change_person, person=person):
        _person, change = saved
        done = saved_message(_("Die Angaben sind gespeichert."), change, timezone.now())
        messages.success(request, done)
        return redirect(person)
    return render_form(
        request, form, title=_("Person bearbeiten"), cancel_url=person.get_absolute_url()
    )


def _lists_of(person: Person, user):
    return person.distribution_lists.order_by("name", "pk") if can_see_lists(user) else []


def _account_and_roles(person: Person) -> tuple[User | None, str]:
    account = getattr(person, "user", None)
    return account, _roles_text(account) if account else ""


def _roles_text(account: User) -> str:
    # `account.own_roles` would cost a query per person; the groups are prefetched.
    roles = {group.name for group in account.groups.all()}
    return ", ".join(role_names(roles, is_office_head=account.is_office_head))


def _person_facts(person: Person) -> list[tuple[str, str]]:
    facts = [
        (_("Funktion"), person.function),
        (_("E-Mail"), person.email),
        (_("Telefon"), person.phone),
        (_("Anrede im Brief"), person.greeting),
    ]
    return [(label, value) for label, value in facts if value]


def _account_facts(account: User) -> list[tuple[str, str]]:
    # The last sign-in is deliberately missing: the portal does not monitor when people work.
    facts = [
        (_("Anmeldung mit"), account.email),
        (_("Rollen"), _roles_text(account) or _("keine")),
        (_("Eingeladen"), format_moment(account.invited_at)),
    ]
    return [(label, value) for label, value in facts if value]


def _history(person: Person) -> list[HistoryEntry]:
    """Return the changes of contact, merged entries and account, latest first."""
    entries = entries_of(person, limit=20, compare=COMPARED)
    for former in person.former_entries.order_by("pk"):
        # The entry that stays says when they were merged.
        changes = Person.history.filter(id=former.number).exclude(history_date=former.merged_at)
        text = _("Früherer Eintrag „%(name)s“: %(what)s")
        entries += [
            entry._replace(what=text % {"name": former.name, "what": entry.what})
            for entry in entries_from(changes, limit=20, compare=COMPARED)
        ]
    if account := getattr(person, "user", None):
        entries += [
            entry._replace(what=_("Konto: %(what)s") % {"what": entry.what})
            for entry in entries_of(account, limit=20)
        ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)
