"""What every form has that puts something before the senator's office."""

from django import forms
from django.conf import settings
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.models import ApprovalRequest
from approvals.queries import attachments_of
from core.uploads import FilesField


class AttachmentsForm(forms.Form):
    """The attachments of a *Leitungsvorlage*. A browser forgets chosen files, so an error asks for
    them again.
    """

    attachments = FilesField(
        label=gettext_lazy("Anlagen"),
        required=False,
        help_text=format_lazy(
            gettext_lazy(
                "PDF, Word, Excel, PNG oder JPEG, zusammen höchstens {limit} MB. Mit dem Vorlegen "
                "stehen sie fest."
            ),
            limit=settings.ATTACHMENT_MAX_MB,
        ),
    )

    def __init__(self, *args, former: ApprovalRequest | None = None, **kwargs):
        """The files of `former`, the last request about the same subject, are named and have to be
        given again.
        """
        super().__init__(*args, **kwargs)
        names = ", ".join(map(str, attachments_of(former))) if former else ""
        if names:
            again = _(
                "Der letzten Vorlage lagen bei: %(names)s. Was weiter gilt, wählen Sie bitte noch "
                "einmal aus."
            )
            field = self.fields["attachments"]
            field.help_text = format_html("{} {}", field.help_text, again % {"names": names})

    def add_error(self, field, error):
        super().add_error(field, error)
        names = [upload.name for upload in self.files.getlist(self.add_prefix("attachments"))]
        if names and "attachments" not in self.errors:
            again = _("Bitte wählen Sie die Dateien noch einmal aus: %(names)s.") % {
                "names": ", ".join(names)
            }
            super().add_error("attachments", again)
