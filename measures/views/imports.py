"""The office imports measures: upload, preview, confirmation, undoing."""

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from core.exports import workbook_response
from core.progress import Button
from core.views import allowed, paginate, render_confirmation, run_service
from measures import services
from measures.enums import ImportState
from measures.forms import ConflictsForm, ImportForm
from measures.models import MeasureImport
from measures.permissions import can_change_measures
from measures.progress import (
    Importing,
    counted,
    done_lines,
    done_more,
    example_sheets,
    import_facts,
    import_lines,
    importing_of,
)
from measures.queries.imports import undo_hindrance

# Few enough that the button below them is on the first screen.
SHOWN_BEFORE_UNDOING = 10
# What lists do not show.
LARGE = ("upload", "content", "shown", "effects")


@allowed(can_change_measures)
def import_list(request: HttpRequest) -> HttpResponse:
    """Show the past imports and take a new file."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if form.is_valid() and (found := _created(request, form)):
        return redirect(found)
    imports = MeasureImport.objects.visible_to(request.user).defer(*LARGE)
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
    """Show what an import would do, or did, or how far it is; confirm it on POST."""
    record = _visible(request, pk)
    form = ConflictsForm(request.POST or None, conflicts=record.shown.get("conflicts", ()))
    if request.method == "POST" and (not record.is_prepared or form.is_valid()):
        confirm = partial(
            services.confirm_import,
            measure_import=record,
            version=request.POST.get("version", ""),
            choices=getattr(form, "cleaned_data", {}),
            by=request.user,
            now=timezone.now(),
        )
        # Its page shows the preview no more, so that the refusal has no form to stand in.
        if run_service(request, confirm, form=form if record.is_prepared else None):
            return redirect(record)
        # Somebody may have compared it again: what is shown must be what is confirmed next.
        record = _visible(request, pk)
    if importing := importing_of(record, timezone.now()):
        return _render_progress(request, record, importing)
    if request.htmx:
        return HttpResponseClientRefresh()
    if not record.is_prepared:
        return _render_past(request, record)
    return _render_preview(request, record, form)


def _render_progress(
    request: HttpRequest, record: MeasureImport, importing: Importing
) -> HttpResponse:
    resume = Button(
        _("Fortsetzen"), reverse("measures:import_resume", args=[record.pk]), is_post=True
    )
    context = {
        "record": record,
        "importing": importing,
        "buttons": [resume] if importing.can_resume else [],
        # Screen readers hear each stage once, not each number.
        "is_announcement": request.htmx and request.GET.get("stand") != importing.stage,
    }
    name = "_import_progress" if request.htmx else "import_progress"
    return render(request, f"measures/{name}.html", context)


def _render_preview(
    request: HttpRequest, record: MeasureImport, form: ConflictsForm
) -> HttpResponse:
    compare = reverse("measures:import_compare", args=[record.pk])
    discard = reverse("measures:import_discard", args=[record.pk])
    context = {
        "record": record,
        "form": form,
        "shown": record.shown,
        "counts": counted(record.counts),
        "buttons": [
            Button(_("Neu vergleichen"), compare, is_post=True),
            Button(_("Verwerfen"), discard, is_post=True),
        ],
    }
    return render(request, "measures/import.html", context)


def _render_past(request: HttpRequest, record: MeasureImport) -> HttpResponse:
    hindrance = undo_hindrance(record) if record.is_applied else ""
    context = {
        "record": record,
        "facts": import_facts(record),
        "note": record.note,
        "measures": done_lines(record),
        "more": done_more(record),
        "hindrance": hindrance,
        "buttons": _buttons_of(record, hindrance),
    }
    return render(request, "measures/import_done.html", context)


def _buttons_of(record: MeasureImport, hindrance: str) -> list[Button]:
    if record.state == ImportState.UNREADABLE:
        return [Button(_("Andere Datei hochladen"), reverse("measures:imports"), "primary")]
    if not record.is_applied or hindrance:
        return []
    url = reverse("measures:import_undo", args=[record.pk])
    return [Button(_("Import rückgängig machen"), url, "danger")]


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


@require_POST
@allowed(can_change_measures)
def import_compare(request: HttpRequest, pk: int) -> HttpResponse:
    record = _visible(request, pk)
    run_service(
        request,
        partial(
            services.compare_import, measure_import=record, by=request.user, now=timezone.now()
        ),
    )
    return redirect(record)


@require_POST
@allowed(can_change_measures)
def import_resume(request: HttpRequest, pk: int) -> HttpResponse:
    record = _visible(request, pk)
    run_service(
        request,
        partial(services.resume_import, measure_import=record, by=request.user, now=timezone.now()),
        done=_("Es geht weiter."),
    )
    return redirect(record)


@allowed(can_change_measures)
def import_undo(request: HttpRequest, pk: int) -> HttpResponse:
    record = _visible(request, pk)
    if request.method == "POST":
        undo = partial(
            services.request_undo, measure_import=record, by=request.user, now=timezone.now()
        )
        run_service(request, undo, seen=[record])
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
            *(f"{line.title} ({line.what})" for line in done_lines(record, SHOWN_BEFORE_UNDOING)),
            *filter(None, [done_more(record, SHOWN_BEFORE_UNDOING)]),
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
    people = [f"{name}__person" for name in ("uploaded_by", "confirmed_by", "undone_by")]
    imports = MeasureImport.objects.visible_to(request.user).select_related(*people)
    # Large, and only for the worker.
    return get_object_or_404(imports.defer("upload", "content"), pk=pk)
