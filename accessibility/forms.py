"""The public form, and the note of the office about its answer."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.forms import CleanCharField, CleanEmailField
from outbox.rendering.headers import validate_address


class BarrierForm(forms.Form):
    """A reported barrier. Berlin's law (BIKTG Bln) requires an answer within a month."""

    message = CleanCharField(
        label=_("Welche Barriere haben Sie gefunden, oder was wünschen Sie?"),
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    page = CleanCharField(label=_("Auf welcher Seite?"), max_length=300, required=False)
    email = CleanEmailField(
        label=_("Ihre E-Mail-Adresse"),
        required=False,
        validators=[validate_address],
        help_text=_("Nur wenn Sie eine Antwort wünschen; sie wird für nichts anderes verwendet."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class AnswerForm(SeenForm):
    """How the office answered."""

    answer = CleanCharField(
        label=_("Wie haben Sie geantwortet?"),
        max_length=4000,
        help_text=_(
            "Wann und auf welchem Weg, und was Sie mitgeteilt haben. Das Portal verschickt es "
            "nicht."
        ),
        widget=forms.Textarea(attrs={"rows": 6}),
    )
