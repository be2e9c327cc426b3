"""Forms for the facts of a dialogue and the reply of its host."""

from collections.abc import Mapping

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm, VersionedForm, version_of
from core.forms import (
    CleanCharField,
    DayField,
    DeadlineInput,
    GermanIntegerField,
    OutcomeForm,
    PickList,
    ReasonForm,
    WarnedForm,
    formfield_for,
    offer,
    put_first,
)
from core.queries import keys_from
from dialogues.enums import DialogueState, HostReply
from dialogues.models import Dialogue
from dialogues.queries import HostTurns, host_turns
from partners.forms import PersonField
from partners.models import REACHABLE, Organisation, Person

MAX_SEATS = 1000


class ContactPickList(PickList):
    """People to pick from; those of the host chosen in the same form come first."""

    owner_field = "host"
    owner_label = _("Beim gewählten Gastgeber")

    @staticmethod
    def owner_of(record: Person) -> int | None:
        return record.organisation_id


class HostField(forms.ModelChoiceField):
    """A choice of organisations, each labelled with its turns as a host."""

    # Primary key → turns; the form sets them.
    turns: Mapping[int, HostTurns] = {}

    def label_from_instance(self, organisation: Organisation) -> str:
        turns = self.turns.get(organisation.pk)
        if turns is None:
            return str(organisation)
        # The year only: of some dialogues taken over from sources, nothing else is known.
        return gettext("%(organisation)s (%(count)d × Gastgeber, zuletzt %(year)d)") % {
            "organisation": organisation,
            "count": turns.count,
            "year": turns.last_on.year,
        }


class DialogueForm(VersionedForm, WarnedForm):
    """The facts of a dialogue, in the order in which the office plans it."""

    fields_together = (("host", "host_contact"), ("format", "place", "video_link"))

    host = HostField(
        label=_("Gastgeber"),
        queryset=Organisation.objects.none(),
        required=False,
        widget=PickList,
        empty_label=_("noch offen"),
        help_text=_(
            "Der Betrieb, in dem das Gespräch stattfindet. Das Portal schreibt ihn nicht an: "
            "Fragen Sie dort, und vermerken Sie die Antwort."
        ),
    )
    host_contact = PersonField(
        label=_("Ansprechperson beim Gastgeber"),
        queryset=Person.objects.none(),
        required=False,
        widget=ContactPickList,
        empty_label=_("keine"),
        help_text=_(
            "Erfährt, wenn der Termin feststeht, sich ändert, verschoben oder abgesagt wird."
        ),
    )
    seats = GermanIntegerField(label=_("Plätze"), min_value=1, max_value=MAX_SEATS, initial=30)

    class Meta:
        model = Dialogue
        fields = (
            "title",
            "host",
            "host_contact",
            "format",
            "place",
            "video_link",
            "senator_attends",
            "seats",
            "offers_seats",
            "rsvp_by",
            "internal_notes",
        )
        formfield_callback = formfield_for
        widgets = {
            "rsvp_by": DeadlineInput,
            "internal_notes": forms.Textarea(attrs={"rows": 3}),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "host", Organisation.objects.order_by("search", "pk"), Q(is_active=True))
        # The contact is mailed when the date is fixed or changes, so an address is needed.
        people = Person.objects.select_related("organisation")
        in_order = people.order_by("organisation__search", "sort_name", "search", "pk")
        offer(self, "host_contact", in_order, REACHABLE)
        self.fields["host"].turns = host_turns(timezone.localdate())
        put_first(
            self.fields["host"],
            self.fields["host"].turns,
            _("Schon einmal Gastgeber, am längsten her zuerst"),
        )
        # For browsers without JavaScript, where the order cannot follow the choice of a host.
        if host := keys_from([str(self["host"].value())]):
            contacts = people.filter(organisation__in=host).values_list("pk", flat=True)
            put_first(self.fields["host_contact"], contacts, ContactPickList.owner_label)
        # The first release sets this day; before it, there is nothing to change.
        self.fields["rsvp_by"].required = True
        if self.instance.state != DialogueState.INVITED:
            del self.fields["rsvp_by"]
        if self.instance.pk:
            # Computed from the remaining fields; otherwise the first save would report a conflict.
            self.initial["version"] = version_of(self.instance, self.model_fields)

    @property
    def model_fields(self) -> tuple[str, ...]:
        return tuple(name for name in super().model_fields if name in self.fields)


class HostReplyForm(SeenForm):
    """The reply of the host company and its day."""

    reply = forms.ChoiceField(
        label=_("Antwort"),
        choices=[(value, value.label) for value in HostReply if value != HostReply.OPEN],
        widget=forms.RadioSelect(attrs={"class": "choices--cards"}),
    )
    replied_on = DayField(label=_("Antwort vom"))
    note = CleanCharField(
        label=_("Vermerk"),
        max_length=250,
        required=False,
        help_text=_("Zum Beispiel: telefonisch, mit wem, Bedingungen."),
    )

    @property
    def reply_details(self) -> dict:
        """The arguments that `record_host_reply` takes."""
        return {name: self.cleaned_data[name] for name in ("reply", "replied_on", "note")}


class SeenReasonForm(SeenForm, ReasonForm):
    """Why a topic is declined, or a dialogue postponed or cancelled."""


class SeenOutcomeForm(SeenForm, OutcomeForm):
    """What came of a dialogue."""
