"""The office's forms for the contacts of measures and projects."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.views import require, save_form
from measures import services
from measures.forms import ContactForm
from measures.models import Contact, Measure, Project
from measures.permissions import can_change_measures
from measures.progress import contact_lines
from measures.queries import contacts_of, deputies_today, organisations_of
from measures.views import delete_if_confirmed, render_form_about


def contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add(request, get_object_or_404(Measure.objects.visible_to(request.user), pk=pk))


def project_contact_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add(request, get_object_or_404(Project.objects.visible_to(request.user), pk=pk))


def contact_edit(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk)
    owner = contact.owner
    form = ContactForm(request.POST or None, instance=contact, close=organisations_of(owner))
    done = _("Der Kontakt ist gespeichert.")
    if save_form(request, form, services.change_contact, contact=contact, done=done):
        return redirect(owner)
    return _render(request, form, owner, _("Kontakt bearbeiten"))


def contact_remove(request: HttpRequest, pk: int) -> HttpResponse:
    contact = _get_contact(request, pk)
    return delete_if_confirmed(
        request,
        partial(services.remove_contact, contact=contact),
        seen=[contact],
        back=contact.owner,
        title=_("Kontakt entfernen"),
        question=_("Soll „%(contact)s“ hier nicht mehr stehen?") % {"contact": contact},
        details=[_("Die Person selbst bleibt unter Partner."), _("Niemand erhält eine E-Mail.")],
        done=_("Der Kontakt ist entfernt."),
    )


def contact_card(owner: Measure | Project, user) -> dict:
    """Return what `measures/_contacts.html` shows of a measure or project. Up to two queries."""
    contacts = list(contacts_of(owner, user))
    deputies = deputies_today(contacts, user, local_date(timezone.now()))
    name = "contact_add" if isinstance(owner, Measure) else "project_contact_add"
    url = reverse(f"measures:{name}", args=[owner.pk])
    return {
        "contacts": contact_lines(contacts, deputies, user),
        "contact_add_url": url if can_change_measures(user) else "",
    }


def _get_contact(request: HttpRequest, pk: int) -> Contact:
    contacts = Contact.objects.visible_to(request.user)
    found = get_object_or_404(contacts.select_related("measure", "project", "person"), pk=pk)
    require(can_change_measures(request.user))
    return found


def _add(request: HttpRequest, owner: Measure | Project) -> HttpResponse:
    require(can_change_measures(request.user))
    form = ContactForm(request.POST or None, close=organisations_of(owner))
    done = _("Der Kontakt ist eingetragen.")
    if save_form(request, form, services.create_contact, owner=owner, done=done):
        return redirect(owner)
    return _render(request, form, owner, _("Neuer Kontakt"))


def _render(
    request: HttpRequest, form: ContactForm, owner: Measure | Project, title: str
) -> HttpResponse:
    intro = _(
        "Niemand erhält eine E-Mail. Außerhalb beider Büros und der eigenen Organisation steht "
        "nur die Funktion."
    )
    return render_form_about(request, form, owner, title, intro=intro)
