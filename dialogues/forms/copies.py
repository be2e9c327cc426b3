"""The form that plans a dialogue like a former one."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm
from core.forms import CleanCharField, PickList, WarnedForm
from dialogues.models import Topic
from dialogues.queries import topics_to_plan
from dialogues.services.copies import Parts


class CopyForm(SeenForm, WarnedForm):
    """On which topic, under which title, and what is taken over."""

    overrule_label = _("Trotzdem planen")

    topic = forms.ModelChoiceField(
        label=_("Thema"),
        queryset=Topic.objects.none(),
        widget=PickList,
        empty_label=_("bitte wählen"),
        help_text=_("Zur Wahl stehen die freigegebenen Themen."),
    )
    title = CleanCharField(label=_("Titel"), max_length=250)
    programme = forms.BooleanField(label=_("Programm übernehmen"), required=False, initial=True)
    guests = forms.BooleanField(label=_("Gästeliste übernehmen"), required=False, initial=True)
    host = forms.BooleanField(
        label=_("Gastgeber, Ansprechperson und Ort übernehmen"),
        required=False,
        help_text=_("Der Betrieb ist neu zu fragen; seine Zusage gilt nicht weiter."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["topic"].queryset = topics_to_plan()

    @property
    def copy(self) -> dict:
        """The arguments that `copy_dialogue` takes."""
        values = self.cleaned_data
        parts = Parts(**{name: values[name] for name in Parts._fields})
        given = {name: values[name] for name in ("topic", "title")}
        return {**given, "parts": parts, "heeded": self.heeded_keys}
