"""Forms that ask for one text."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.forms.texts import CleanCharField


class ReasonForm(forms.Form):
    """Why something is declined, postponed or cancelled. `help_text` says who reads the reason."""

    # The same length as in the models, so that mails quote it in full.
    reason = CleanCharField(
        label=_("Grund"), max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )

    def __init__(self, *args, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["reason"].help_text = help_text


class OutcomeForm(forms.Form):
    """What came of a dialogue or a visit. `help_text` says what to write down."""

    outcome = CleanCharField(label=_("Ergebnis"), widget=forms.Textarea(attrs={"rows": 8}))

    def __init__(self, *args, help_text="", **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["outcome"].help_text = help_text
