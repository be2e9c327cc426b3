"""Upload a file of measures, and decide the conflicts that its preview shows."""

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.tables import ACCEPT_TABLES
from measures.queries.imports import ImportPreview
from measures.services.imports import FROM_FILE, choice_key

FROM_PORTAL = "portal"


class ImportForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("Datei"),
        widget=forms.FileInput(attrs={"accept": ACCEPT_TABLES}),
        help_text=format_lazy(
            gettext_lazy(
                "Excel (.xlsx) oder CSV, höchstens {limit} MB. Sie sehen zuerst, was sich ändern "
                "würde; gespeichert wird noch nichts."
            ),
            limit=settings.ATTACHMENT_MAX_MB,
        ),
        error_messages={
            "required": gettext_lazy("Bitte wählen Sie eine Datei."),
            "empty": gettext_lazy("Die Datei ist leer."),
        },
    )

    def clean_file(self):
        upload = self.cleaned_data["file"]
        if upload.size > settings.ATTACHMENT_MAX_MB * 1_000_000:
            raise forms.ValidationError(
                _("Die Datei ist größer als %(limit)d MB. Bitte teilen Sie sie auf.")
                % {"limit": settings.ATTACHMENT_MAX_MB}
            )
        return upload


class ConflictsForm(forms.Form):
    """One choice for each conflict of a preview. None is made beforehand."""

    def __init__(self, *args, preview: ImportPreview, **kwargs):
        super().__init__(*args, **kwargs)
        for change in preview.conflicts:
            for field in change.conflicts:
                self.fields[choice_key(change, field)] = forms.ChoiceField(
                    label=_("%(measure)s, Zeile %(row)d: %(field)s")
                    % {"measure": change.measure, "row": change.row, "field": field.label},
                    choices=[
                        (FROM_PORTAL, _("im Portal: %(text)s") % {"text": field.before or "–"}),
                        (FROM_FILE, _("in der Datei: %(text)s") % {"text": field.after or "–"}),
                    ],
                    widget=forms.RadioSelect,
                    error_messages={"required": _("Bitte wählen Sie, welche Angabe gilt.")},
                )
