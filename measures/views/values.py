"""A table of values, pasted or from a file: first its preview, then its values."""

from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import local_date
from core.errors import Refused
from core.tables import as_pasted, read_pasted, read_table
from core.views import require, run_service
from measures import services
from measures.forms import ValuesForm
from measures.forms.value_rows import ValuePreview, preview_of
from measures.models import Indicator
from measures.permissions import can_change_measures
from measures.views.indicators import get_indicator


def values_paste(request, pk):
    indicator = get_indicator(request, pk)
    require(can_change_measures(request.user))
    form, preview = ValuesForm(request.POST or None, request.FILES or None), None
    if form.is_valid():
        preview = _preview(form, indicator)
        is_confirmed = "save" in request.POST and form.cleaned_data["file"] is None
        if preview and is_confirmed and _save(request, form, indicator, preview):
            return redirect(indicator)
    context = {"form": form, "indicator": indicator, "preview": preview}
    return render(request, "measures/values_paste.html", context)


def _preview(form: ValuesForm, indicator: Indicator) -> ValuePreview | None:
    """Return the preview, or None if the table cannot be read, which the form then says."""
    text = form.cleaned_data["rows"]
    try:
        if form.cleaned_data["file"]:
            text = as_pasted(read_table(form.cleaned_data["file"]))
        rows = read_pasted(text)
        preview = preview_of(rows, indicator, local_date(timezone.now()), text)
    except Refused as error:
        form.add_error("file" if form.cleaned_data["file"] else "rows", str(error))
        return None
    # From now on the rows of the file stand in the text, where they can be mended.
    form.data = form.data.copy()
    form.data["rows"], form.data["shown"] = text, preview.version
    return preview


def _save(request, form: ValuesForm, indicator: Indicator, preview: ValuePreview) -> bool:
    if form.cleaned_data["shown"] != preview.version:
        form.add_error(
            None,
            _(
                "Die Zeilen oder die Werte des Indikators haben sich seit der Vorschau geändert. "
                "Bitte prüfen Sie die neue Vorschau."
            ),
        )
        return False
    recorded = run_service(
        request,
        lambda: services.record_values(
            indicator=indicator,
            entries=preview.entries,
            shown=preview.series_version,
            by=request.user,
            now=timezone.now(),
        ),
        done=_done_text(preview),
        form=form,
    )
    return bool(recorded)


def _done_text(preview: ValuePreview) -> str:
    count = len(preview.entries)
    text = ngettext("%(count)d Wert ist übernommen.", "%(count)d Werte sind übernommen.", count)
    return text % {"count": count}
