"""Documents and links of measures and projects: the office's forms, and the download."""

import logging
from functools import partial

from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.views import require, save_form
from measures import services
from measures.forms import DocumentForm, LinkForm, UploadForm
from measures.models import Document, Link, Measure, Project
from measures.permissions import can_change_measures
from measures.progress import material_lines
from measures.queries import materials_of
from measures.views import delete_if_confirmed, render_form_about

logger = logging.getLogger(__name__)


@require_safe
def document(request: HttpRequest, pk: int) -> FileResponse:
    found = get_object_or_404(Document.objects.visible_to(request.user), pk=pk)
    try:
        content = found.file.open("rb")
    except FileNotFoundError as error:
        # Log only the number: file names can contain names of people.
        logger.error("Document %d: its file is missing below MEDIA_ROOT", found.pk)
        raise Http404 from error
    # Always a download: an uploaded file displayed on our own origin could attack the session.
    return FileResponse(
        content, as_attachment=True, filename=found.download_name, content_type=found.media_type
    )


def document_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add_document(request, _get_owner(request, Measure, pk))


def project_document_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add_document(request, _get_owner(request, Project, pk))


def link_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add_link(request, _get_owner(request, Measure, pk))


def project_link_add(request: HttpRequest, pk: int) -> HttpResponse:
    return _add_link(request, _get_owner(request, Project, pk))


def document_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = _get_material(request, Document, pk)
    form = DocumentForm(request.POST or None, instance=found)
    done = _("Das Dokument ist gespeichert.")
    if save_form(request, form, services.change_material, material=found, done=done):
        return redirect(found.owner)
    return render_form_about(request, form, found.owner, _("Dokument bearbeiten"))


def link_edit(request: HttpRequest, pk: int) -> HttpResponse:
    found = _get_material(request, Link, pk)
    form = LinkForm(request.POST or None, instance=found)
    done = _("Der Link ist gespeichert.")
    if save_form(request, form, services.change_material, material=found, done=done):
        return redirect(found.owner)
    return render_form_about(request, form, found.owner, _("Link bearbeiten"))


def document_delete(request: HttpRequest, pk: int) -> HttpResponse:
    details = [_("Die Datei ist danach nicht mehr da. Der Verlauf behält den Titel.")]
    found = _get_material(request, Document, pk)
    return _delete(request, found, _("Dokument löschen"), _("Das Dokument ist gelöscht."), details)


def link_delete(request: HttpRequest, pk: int) -> HttpResponse:
    found = _get_material(request, Link, pk)
    return _delete(request, found, _("Link löschen"), _("Der Link ist gelöscht."), [])


def material_card(owner: Measure | Project, user) -> dict:
    """Return what `measures/_documents.html` shows of a measure or project. Two queries."""
    kind = "" if isinstance(owner, Measure) else "project_"
    adding = [
        (reverse(f"measures:{kind}document_add", args=[owner.pk]), _("Dokument hochladen")),
        (reverse(f"measures:{kind}link_add", args=[owner.pk]), _("Link hinzufügen")),
    ]
    return {
        "materials": material_lines(materials_of(owner, user), user),
        "material_add": adding if can_change_measures(user) else [],
    }


def _get_owner(request: HttpRequest, model: type[Measure] | type[Project], pk: int):
    owner = get_object_or_404(model.objects.visible_to(request.user), pk=pk)
    require(can_change_measures(request.user))
    return owner


def _get_material(request: HttpRequest, model: type[Document] | type[Link], pk: int):
    materials = model.objects.visible_to(request.user).select_related("measure", "project")
    found = get_object_or_404(materials, pk=pk)
    require(can_change_measures(request.user))
    return found


def _add_document(request: HttpRequest, owner: Measure | Project) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    done = _("Das Dokument ist hochgeladen.")
    upload = form.cleaned_data["file"] if form.is_valid() else None
    if save_form(request, form, services.create_document, owner=owner, upload=upload, done=done):
        return redirect(owner)
    return render_form_about(request, form, owner, _("Dokument hochladen"))


def _add_link(request: HttpRequest, owner: Measure | Project) -> HttpResponse:
    form = LinkForm(request.POST or None)
    done = _("Der Link ist eingetragen.")
    if save_form(request, form, services.create_link, owner=owner, done=done):
        return redirect(owner)
    return render_form_about(request, form, owner, _("Neuer Link"))


def _delete(request: HttpRequest, found, title: str, done: str, details: list) -> HttpResponse:
    return delete_if_confirmed(
        request,
        partial(services.delete_material, material=found),
        seen=[found],
        back=found.owner,
        title=title,
        question=_("Soll „%(title)s“ gelöscht werden?") % {"title": found},
        details=details,
        done=done,
    )
