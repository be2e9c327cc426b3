"""Forms for topics, as partners propose them and as the office completes them."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.forms import formfield_for, limit_length, offer, put_first, recently_used
from dialogues.enums import TopicState
from dialogues.models import DialogueSeries, Topic
from dialogues.queries import series_to_choose
from partners.models import CrossCuttingTheme, Organisation, Sector

MAX_DESCRIPTION_LENGTH = 4000  # it is part of the mail to the office and of invitations


def _series_label(series: DialogueSeries) -> str:
    return f"{series.title} ({series.get_state_display()})"


class TopicForm(VersionedForm):
    """A partner's proposal: few fields, in the order in which people think of them."""

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
        limit_length(self.fields["description"], MAX_DESCRIPTION_LENGTH)
        # The button saves a draft, which needs nothing but a title to be found again.
        is_draft = self.instance.pk is None or self.instance.state == TopicState.DRAFT
        if is_draft and self.data.get("act") == "save":
            self.fields["description"].required = False
        self.fields["sectors"].queryset = Sector.objects.order_by("name", "pk")
        self.fields["themes"].queryset = CrossCuttingTheme.objects.order_by("name", "pk")
        for name in ("sectors", "themes"):
            self.fields[name].widget.attrs["class"] = "choices--inline"


class OfficeTopicForm(TopicForm):
    """Adds what only the office enters: series, proposing organisation and internal notes."""

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
        # The current series stays selectable even if refused; otherwise saving would clear it.
        series.queryset = series_to_choose(self.instance.series if self.instance.pk else None)
        series.label_from_instance = _series_label
        series.empty_label = _("noch keine")
        series.help_text = _(
            "Zur Freigabe geht ein Thema nur in einer Reihe, der zugestimmt wurde."
        )
        in_order = Organisation.objects.order_by("search", "pk")
        offer(self, "organisation", in_order, Q(is_active=True))
        organisation.label = _("Vorgeschlagen von")
        recent = recently_used(Topic.objects, "organisation")
        put_first(organisation, recent, _("Zuletzt gewählt"))
        organisation.empty_label = _("Geschäftsstelle")
