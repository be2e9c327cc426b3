"""Documents and links of measures and projects."""

from django import forms
from django.conf import settings
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import VersionedForm
from core.errors import Refused
from core.forms import formfield_for
from core.uploads import ACCEPT, check_uploads
from measures.models import Document, Link


class DocumentForm(VersionedForm):
    """What a document is, and who sees it; the file stays as it was uploaded."""

    class Meta:
        model = Document
        fields = ("heading", "is_internal")
        formfield_callback = formfield_for


class UploadForm(DocumentForm):
    """A new document with its file."""

    file = forms.FileField(
        label=gettext_lazy("Datei"),
        widget=forms.FileInput(attrs={"accept": ACCEPT}),
        help_text=format_lazy(
            gettext_lazy("PDF, Word, Excel, PNG oder JPEG, höchstens {limit} MB."),
            limit=settings.ATTACHMENT_MAX_MB,
        ),
        error_messages={
            "required": gettext_lazy("Bitte wählen Sie eine Datei."),
            "empty": gettext_lazy("Die Datei ist leer."),
        },
    )
    field_order = ["file"]

    def clean_file(self):
        upload = self.cleaned_data["file"]
        try:
            check_uploads([upload])
        except Refused as error:
            raise forms.ValidationError(str(error)) from error
        return upload

    def clean(self):
        cleaned = super().clean()
        upload = self.files.get(self.add_prefix("file"))
        if upload and self.errors and "file" not in self.errors:
            # A browser empties file fields when a form comes back with an error.
            again = _("Bitte wählen Sie die Datei noch einmal aus: %(name)s.")
            self.add_error("file", again % {"name": upload.name})
        return cleaned


class LinkForm(VersionedForm):
    class Meta:
        model = Link
        fields = ("heading", "url", "is_internal")
        formfield_callback = formfield_for
