"""The office imports measures: upload, preview, confirmation, undoing."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from core.exports import workbook_response
from core.progress import Button
from core.views import allowed, paginate, render_confirmation, run_service
from measures import services
from measures.forms import ConflictsForm, ImportForm
from measures.models import MeasureImport
from measures.permissions import can_change_measures
from measures.progress import (
    change_lines,
    counted,
    done_lines,
    done_more,
    example_sheets,
    import_facts,
    import_lines,
    measure_lines,
    more_notes,
    part_tables,
    problem_lines,
)
from measures.queries.imports import preview_of, undo_hindrance


@allowed(can_change_measures)
def import_list(request: HttpRequest) -> HttpResponse:
    """Show the past imports and take a new file."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (found := _created(request, form)):
        return redirect(found)
    imports = MeasureImport.objects.visible_to(request.user).defer("content", "effects")
    page = paginate(request, imports.select_related("uploaded_by__person").newest_first())
    context = {
        "form": form,
        "page_obj": page,
        "lines": import_lines(page.object_list),
        "buttons": [
            Button(_("Beispiel herunterladen"), reverse("measures:import_example")),
            Button(_("Vorhandene Maßnahmen exportieren"), reverse("measures:export")),
        ],
    }
    return render(request, "measures/imports.html", context)


def _created(request: HttpRequest, form: ImportForm) -> MeasureImport | None:
    upload = form.cleaned_data["file"]
    create = partial(
        services.create_import, file=upload, name=upload.name, by=request.user, now=timezone.now()
    )
    return run_service(request, create, form=form)


@allowed(can_change_measures)
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Show what an import would do, or did; apply it on POST."""
    record = _visible(request, pk)
    if not record.is_prepared and request.method != "POST":
        return _render_past(request, record)
    preview = preview_of(record.content)
    form = ConflictsForm(request.POST or None, preview=preview)
    if request.method == "POST" and form.is_valid():
        apply = partial(
            services.apply_import,
            measure_import=record,
            version=request.POST.get("version", ""),
            choices=form.cleaned_data,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, apply, done=_("Der Import ist übernommen."), form=form):
            return redirect(record)
    context = {
        "record": record,
        "form": form,
        "preview": preview,
        "counts": counted(preview.counts),
        "problems": problem_lines(preview),
        "changes": change_lines(preview),
        "measures": measure_lines(preview),
        "parts": part_tables(preview),
        "more": more_notes(preview),
        "buttons": [
            Button(_("Verwerfen"), reverse("measures:import_discard", args=[pk]), is_post=True)
        ],
    }
    return render(request, "measures/import.html", context)


def _render_past(request: HttpRequest, record: MeasureImport) -> HttpResponse:
    hindrance = undo_hindrance(record) if record.is_applied else ""
    undo = Button(
        _("Import rückgängig machen"), reverse("measures:import_undo", args=[record.pk]), "danger"
    )
    context = {
        "record": record,
        "facts": import_facts(record),
        "measures": done_lines(record),
        "more": done_more(record),
        "hindrance": hindrance,
        "buttons": [undo] if record.is_applied and not hindrance else [],
    }
    return render(request, "measures/import_done.html", context)


@require_POST
@allowed(can_change_measures)
def import_discard(request: HttpRequest, pk: int) -> HttpResponse:
    record = _visible(request, pk)
    run_service(
        request,
        partial(
            services.discard_import, measure_import=record, by=request.user, now=timezone.now()
        ),
        done=_("Die Datei ist verworfen. Geändert wurde nichts."),
    )
    return redirect("measures:imports")


@allowed(can_change_measures)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    record = _visible(request, pk)
    if request.method == "POST":
        undo = partial(
            services.undo_import, measure_import=record, by=request.user, now=timezone.now()
        )
        run_service(request, undo, done=_("Der Import ist rückgängig gemacht."), seen=[record])
        return redirect(record)
    if not record.is_applied or undo_hindrance(record):
        # Its page says why. Asking here what the service then refuses would waste the answer.
        return redirect(record)
    return render_confirmation(
        request,
        seen=[record],
        title=_("Import rückgängig machen"),
        question=_("Soll der Import „%(file)s“ rückgängig gemacht werden?") % {"file": record},
        details=[
            *counted(record.counts),
            *(f"{line.title} ({line.what})" for line in done_lines(record)),
            *filter(None, [done_more(record)]),
            _("Neue Einträge werden gelöscht, geänderte bekommen ihre früheren Angaben zurück."),
        ],
        submit_label=_("Import rückgängig machen"),
        danger=True,
        cancel_url=record.get_absolute_url(),
    )


@require_safe
@allowed(can_change_measures)
def import_example(request: HttpRequest) -> HttpResponse:
    return workbook_response(_("Beispiel für den Import"), example_sheets(), now=timezone.now())


def _visible(request: HttpRequest, pk: int) -> MeasureImport:
    imports = MeasureImport.objects.visible_to(request.user).select_related("uploaded_by__person")
    return get_object_or_404(imports, pk=pk)
