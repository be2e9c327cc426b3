"""Topics as partners propose and the office completes them; series."""

from django import forms
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import formfield_for, limit_length
from dialogues.enums import SeriesState
from dialogues.models import DialogueSeries, Topic
from dialogues.queries import series_to_choose
from partners.models import CrossCuttingTheme, Organisation, Sector

LONGEST_DESCRIPTION = 4000  # it stands in the mail to the office and in invitations


class TopicForm(VersionedForm):
    """A proposal, short and in the order people think."""

    class Meta:
        model = Topic
        fields = ("title", "description", "wish", "sectors", "themes")
        formfield_callback = formfield_for
        widgets = {
            "description": forms.Textarea(attrs={"rows": 5}),
            "wish": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].label = _("Worüber soll gesprochen werden?")
        self.fields["title"].help_text = _(
            "Ein kurzer Titel, zum Beispiel „Digitale Infrastruktur für Betriebe“."
        )
        limit_length(self.fields["description"], LONGEST_DESCRIPTION)
        self.fields["sectors"].queryset = Sector.objects.order_by("name", "pk")
        self.fields["themes"].queryset = CrossCuttingTheme.objects.order_by("name", "pk")
        for name in ("sectors", "themes"):
            self.fields[name].widget.attrs["class"] = "choices--inline"


class OfficeTopicForm(TopicForm):
    """What the office completes: the series, who proposed it, and its own notes besides."""

    class Meta(TopicForm.Meta):
        fields = (
            "title",
            "series",
            "organisation",
            "description",
            "wish",
            "sectors",
            "themes",
            "internal_notes",
        )
        widgets = TopicForm.Meta.widgets | {"internal_notes": forms.Textarea(attrs={"rows": 3})}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        series, organisation = self.fields["series"], self.fields["organisation"]
        series.queryset = series_to_choose(self.instance.series if self.instance.pk else None)
        series.label_from_instance = lambda row: f"{row.title} ({row.get_state_display()})"
        series.empty_label = _("noch keine")
        series.help_text = _(
            "Zur Freigabe geht ein Thema nur in einer Reihe, der zugestimmt wurde."
        )
        organisation.queryset = Organisation.objects.order_by("search", "pk")
        organisation.label = _("Vorgeschlagen von")
        organisation.empty_label = _("Geschäftsstelle")


class SeriesForm(VersionedForm):
    """A series of dialogues."""

    class Meta:
        model = DialogueSeries
        fields = ("title", "period", "description", "internal_notes")
        formfield_callback = formfield_for
        widgets = {
            "description": forms.Textarea(attrs={"rows": 4}),
            "internal_notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["title"].help_text = _("Zum Beispiel „Reihe 2019“.")
        self.fields["period"].help_text = _("Zum Beispiel „Herbst 2019 bis Sommer 2020“.")
        if self.instance.pk and self.instance.state == SeriesState.REFUSED:
            for name in ("title", "period", "description"):
                self.fields[name].disabled = True
            self.fields["title"].help_text = _(
                "Bleibt, wie die Reihe vorgelegt wurde; ändern lässt sich der Vermerk."
            )
            self.fields["period"].help_text = ""
