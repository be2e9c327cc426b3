"""The form for an office's own words."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm, version_of
from outbox.models import Wording
from outbox.rendering.headers import SUBJECT_LENGTH
from outbox.texts import MailText
from outbox.validators import clean_words, faults_of
from outbox.wordings import FIELDS, as_shown


class WordingForm(VersionedForm):
    """Subject and body of one kind of mail, with the default's words where the office has none of
    its own.
    """

    class Meta:
        model = Wording
        fields = FIELDS
        widgets = {
            "subject": forms.TextInput(attrs={"maxlength": SUBJECT_LENGTH}),
            "body": forms.Textarea(attrs={"rows": 14}),
        }
        help_texts = {
            "body": _(
                "Anrede, Gruß und Absender setzt das Portal dazu. Eine leere Zeile trennt Absätze, "
                "**zwei Sterne** "
                "machen fett, - am Zeilenanfang gibt eine Aufzählung. [Worte]({link}) wird zum "
                "Link, allein in einem "
                "Absatz zum Knopf."
            ),
            "needs_release": _(
                "Sie entstehen dann als Entwurf im Postausgang. Was dort niemand versendet, geht "
                "nicht hinaus."
            ),
        }

    def __init__(self, *args, default: MailText, row: Wording | None, **kwargs):
        super().__init__(*args, instance=as_shown(default, row), **kwargs)
        self.default = default
        self.initial["version"] = version_of(self.instance, self.model_fields)
        self.fields["subject"].required = self.fields["body"].required = True
        if not default.can_wait:
            del self.fields["needs_release"]

    @property
    def is_unsaved(self) -> bool:
        """Whether the form holds words that are stored nowhere."""
        if not self.is_bound:
            return False
        return bool(self.errors) or any(
            value != self.initial[name] for name, value in self.values.items()
        )

    def clean(self):
        values = super().clean()
        if "subject" not in values or "body" not in values:
            return values
        words = clean_words(values["subject"], values["body"])
        for fault in faults_of(self.default, words):
            self.add_error(fault.field, fault.sentence)
        return values | words._asdict() if not self.errors else values
