"""Upload a file of measures, and decide the conflicts that its preview shows."""

from collections.abc import Iterable, Mapping
from typing import Any

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Refused
from core.spreadsheets import require_table
from core.tables import ACCEPT_TABLES
from measures.services.imports import FROM_FILE

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
        # A worker reads it later. What is no table at all can be said at once.
        try:
            require_table(upload)
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        return upload


class ConflictsForm(forms.Form):
    """One choice for each of the `conflicts` that a preview shows. None is made beforehand."""

    def __init__(self, *args, conflicts: Iterable[Mapping[str, Any]], **kwargs):
        super().__init__(*args, **kwargs)
        for conflict in conflicts:
            self.fields[conflict["key"]] = forms.ChoiceField(
                label=_("%(measure)s, Zeile %(row)d: %(label)s") % conflict,
                choices=[
                    (FROM_PORTAL, _("im Portal: %(text)s") % {"text": conflict["before"] or "–"}),
                    (FROM_FILE, _("in der Datei: %(text)s") % {"text": conflict["after"] or "–"}),
                ],
                widget=forms.RadioSelect,
                error_messages={"required": _("Bitte wählen Sie, welche Angabe gilt.")},
            )
