from django import forms
from django.db.models import Model
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.conflicts import Conflict, VersionedForm, version_of
from core.errors import ChangedMeanwhile
from core.forms import CleanCharField, GermanIntegerField, formfield_for
from outbox.models import Mail, Wording
from outbox.queries.wordings import WORDING_FIELDS, wording_for_form
from outbox.rendering.wordings import as_shown, faults_as_typed, stored_words
from outbox.texts import MailText, Recipient


class WordingForm(VersionedForm):
    """Pre-filled with the default text while the office has none of its own."""

    class Meta:
        model = Wording
        fields = WORDING_FIELDS
        formfield_callback = formfield_for
        widgets = {
            "subject": forms.TextInput,
            "body": forms.Textarea(attrs={"rows": 14}),
        }
        help_texts = {
            "body": _(
                "Anrede, Gruß und Absender setzt das Portal dazu. Eine leere Zeile trennt Absätze, "
                "**zwei Sterne** machen fett, - am Zeilenanfang gibt eine Aufzählung. "
                "[Worte](Link) wird zum Link, allein in einem Absatz zum Knopf. Platzhalter stehen "
                "mit ihrem Namen in eckigen Klammern."
            ),
            "needs_release": _(
                "Sie entstehen dann als Entwurf im Postausgang. Was dort niemand versendet, geht "
                "nicht hinaus."
            ),
        }

    def __init__(self, *args, default: MailText, wording: Wording | None, **kwargs):
        super().__init__(*args, instance=wording_for_form(default, wording), **kwargs)
        self.default = default
        # The base class sets it for saved instances only; an unsaved default needs a version too.
        self.initial["version"] = version_of(self.instance, self.model_fields)
        self.stored = {name: getattr(self.instance, name) for name in self.model_fields}
        for name in ("subject", "body"):
            self.initial[name] = as_shown(default, self.stored[name])
        self.fields["subject"].required = self.fields["body"].required = True
        if not default.can_wait:
            del self.fields["needs_release"]

    @property
    def is_unsaved(self) -> bool:
        """Whether leaving the page would lose unsaved input."""
        if not self.is_bound:
            return False
        return bool(self.errors) or any(
            value != self.stored[name] for name, value in self.values.items()
        )

    def show_conflict(self, error: ChangedMeanwhile, current: Model | None) -> None:
        super().show_conflict(error, current)
        # Both versions as they are typed, not as they are stored.
        self.conflicts = [
            Conflict(found.label, *(as_shown(self.default, text) for text in found[1:]))
            for found in self.conflicts
        ]

    def clean(self):
        values = super().clean()
        if "subject" not in values or "body" not in values:
            return values
        words = stored_words(self.default, values["subject"], values["body"])
        for fault in faults_as_typed(self.default, words):
            self.add_error(fault.field, fault.sentence)
        return values | words._asdict() if not self.errors else values


class ExpectedForm(forms.Form):
    """The number of mails that the user confirmed."""

    expected = GermanIntegerField(min_value=1)

    @property
    def number(self) -> int:
        """Zero for invalid input, which matches no count: the service then names the real one."""
        return self.cleaned_data["expected"] if self.is_valid() else 0


class ResendForm(forms.Form):
    """Whether a mail goes to the address that its recipient has now, or to its own once more."""

    NEW, OLD = "new", "old"

    address = forms.ChoiceField(
        label=_("An welche Adresse?"), widget=forms.RadioSelect(attrs={"class": "choices--cards"})
    )

    def __init__(self, *args, mail: Mail, to: Recipient, **kwargs):
        super().__init__(*args, initial={"address": self.NEW}, **kwargs)
        self.to = to
        self.fields["address"].choices = [
            (self.NEW, gettext("%(address)s (jetzige Adresse)") % {"address": to.email}),
            (self.OLD, gettext("%(address)s (bisherige Adresse)") % {"address": mail.recipient}),
        ]

    @property
    def recipient(self) -> Recipient | None:
        """The recipient whose address was chosen; None to keep the one that the mail has."""
        return self.to if self.cleaned_data["address"] == self.NEW else None


class ConfirmationForm(forms.Form):
    """What the confirmation page of an act adds to the input of the form before it."""

    mails = CleanCharField(required=False, widget=forms.HiddenInput)
    is_silent = forms.BooleanField(
        label=_("Ohne Benachrichtigung"),
        required=False,
        help_text=_("Dann gilt die Änderung, ohne dass sie jemandem mitgeteilt wird."),
    )

    def __init__(self, *args, may_be_silent: bool = False, **kwargs):
        # A prefix, because the page carries the fields of any other form as well.
        super().__init__(*args, prefix="confirmation", **kwargs)
        if not may_be_silent:
            del self.fields["is_silent"]

    @property
    def shown(self) -> str:
        """The fingerprint of the mails that the page showed; empty if it was not shown yet."""
        return self.cleaned_data.get("mails", "") if self.is_valid() else ""

    @property
    def silences(self) -> bool:
        return self.is_valid() and self.cleaned_data.get("is_silent", False)
