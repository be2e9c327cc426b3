"""Forms for needs: what the office records, and what the addressee answers."""

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm, VersionedForm
from core.forms import (
    CleanCharField,
    DayField,
    DeadlineInput,
    PickList,
    WarnedForm,
    formfield_for,
    limit_length,
    offer,
    put_first,
    recently_used,
)
from core.queries import keys_from
from dialogues.enums import NEED_ANSWERS, NEED_MOVES, PAST, NeedState
from dialogues.forms.contributions import ColleaguePickList
from dialogues.models import Dialogue, Need
from dialogues.services import Answer
from dialogues.services.needs import (
    ANSWER_TEXTS,
    CHECK_MISSING,
    DAY_MISSING,
    ONE_PLACE,
    OWN_ADDRESSEE,
)
from measures.models import Measure, Plan
from measures.queries import running_plan, section_choices, sections_of
from partners.forms import PersonField
from partners.models import Organisation, Person

MAX_ANSWER_LENGTH = 2000  # it is part of mails


class RaiserPickList(ColleaguePickList):
    """People to pick from; those of the organisation that raised the need come first."""

    owner_field = "raised_by"


class NeedForm(VersionedForm, WarnedForm):
    """What the office records of a need, in the order in which it is told."""

    fields_together = (
        ("raised_by", "contact"),
        ("measure", "section"),
        ("resubmit_on", "resubmit_check"),
    )
    contact = PersonField(
        label=_("Ansprechperson"),
        queryset=Person.objects.none(),
        required=False,
        widget=RaiserPickList,
        empty_label=_("keine Angabe"),
    )

    class Meta:
        model = Need
        fields = (
            "title",
            "text",
            "raised_by",
            "contact",
            "dialogue",
            "addressee",
            "measure",
            "section",
            "due_on",
            "resubmit_on",
            "resubmit_check",
            "internal_notes",
        )
        formfield_callback = formfield_for
        widgets = {
            "text": forms.Textarea(attrs={"rows": 4}),
            "raised_by": PickList,
            "dialogue": PickList,
            "addressee": PickList,
            "measure": PickList,
            "section": PickList,
            "due_on": DeadlineInput,
            "resubmit_on": DeadlineInput,
            "internal_notes": forms.Textarea(attrs={"rows": 3}),
        }
        help_texts = {
            "due_on": _("Bis wann der Adressat antworten oder seine Zusage einhalten soll."),
            "resubmit_on": _("An diesem Tag steht der Bedarf wieder unter Ihren Aufgaben."),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        organisations = Organisation.objects.order_by("search", "pk")
        offer(self, "raised_by", organisations, Q(is_active=True))
        offer(self, "addressee", organisations, Q(is_active=True))
        self.fields["addressee"].empty_label = _("Geschäftsstelle")
        recent = recently_used(Need.objects, "addressee")
        put_first(self.fields["addressee"], recent, _("Zuletzt gewählt"))
        people = Person.objects.select_related("organisation")
        in_order = people.order_by("organisation__search", "sort_name", "search", "pk")
        offer(self, "contact", in_order, Q(is_active=True))
        # For browsers without JavaScript, where the order cannot follow the choice.
        if chosen := keys_from([str(self["raised_by"].value())]):
            own = people.filter(organisation__in=chosen).values_list("pk", flat=True)
            put_first(self.fields["contact"], own, RaiserPickList.owner_label)
        self._offer_dialogues()
        self._offer_places()

    def _offer_dialogues(self) -> None:
        # Where it came from a contribution, its dialogue is settled.
        if self.instance.contribution_id:
            del self.fields["dialogue"]
            if self.instance.pk:
                # Of the remaining fields; otherwise the first save would report a conflict.
                self.initial["version"] = self._carried_for(self.instance)
            return
        dialogues = Dialogue.objects.order_by("-starts_at", "-pk")
        offer(self, "dialogue", dialogues, Q(state__in=PAST))

    def _offer_places(self) -> None:
        """Offer the measures and sections of the running plan, and what the need touches now."""
        plan = running_plan(list(Plan.objects.newest_first()), timezone.localdate())
        present = self.instance.section.plan if self.instance.section_id else None
        plans = list(dict.fromkeys(filter(None, [plan, present])))
        measures = Measure.objects.only("title", "code", "search").order_by("search", "pk")
        offer(self, "measure", measures, Q(plan=plan))
        section = self.fields["section"]
        section.queryset = section.queryset.filter(plan__in=plans)
        section.choices = [("", section.empty_label), *section_choices(sections_of(plans))]

    @property
    def model_fields(self) -> tuple[str, ...]:
        return tuple(name for name in super().model_fields if name in self.fields)

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("resubmit_on") and not cleaned.get("resubmit_check"):
            self.add_error("resubmit_check", str(CHECK_MISSING))
        if cleaned.get("resubmit_check") and not cleaned.get("resubmit_on"):
            self.add_error("resubmit_on", str(DAY_MISSING))
        if cleaned.get("measure") and cleaned.get("section"):
            self.add_error("section", str(ONE_PLACE))
        if cleaned.get("addressee") and cleaned["addressee"] == cleaned.get("raised_by"):
            self.add_error("addressee", str(OWN_ADDRESSEE))
        return cleaned


class AnswerForm(SeenForm):
    """What becomes of a need: as the addressee says it, or the office for them."""

    action = forms.ChoiceField(
        label=_("Wie steht es?"), widget=forms.RadioSelect(attrs={"class": "choices--cards"})
    )
    text = CleanCharField(
        label=_("Zusage, Ergebnis oder Begründung"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Nur bei „In Arbeit“ freiwillig. Liest auch, wer den Bedarf eingebracht hat."),
    )
    due_on = DayField(
        label=_("Bis wann?"),
        required=False,
        widget=DeadlineInput,
        help_text=_("Der Tag, bis zu dem die Zusage eingehalten wird."),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        need = self.instance
        self.fields["action"].choices = [
            (action, NEED_MOVES[action].label)
            for action in NEED_ANSWERS
            if need.state in NEED_MOVES[action].sources
        ]
        limit_length(self.fields["text"], MAX_ANSWER_LENGTH)
        if need.state in (NeedState.PROMISED, NeedState.IN_PROGRESS):
            self.initial.setdefault("due_on", need.due_on)

    def clean(self):
        cleaned = super().clean()
        _field, missing = ANSWER_TEXTS.get(cleaned.get("action"), ("", ""))
        if missing and not cleaned.get("text") and "text" not in self.errors:
            self.add_error("text", str(missing))
        return cleaned

    @property
    def answer(self) -> Answer:
        return Answer(*(self.cleaned_data[name] for name in Answer._fields))


class ResubmissionForm(SeenForm):
    """When the office looks at a need again, and what it checks then."""

    resubmit_on = DayField(
        label=_("Wiedervorlage"),
        required=False,
        widget=DeadlineInput,
        help_text=_("Leer, wenn niemand mehr danach sehen muss."),
    )
    resubmit_check = CleanCharField(
        label=_("Was dann zu prüfen ist"), required=False, max_length=300
    )

    def clean(self):
        cleaned = super().clean()
        if cleaned.get("resubmit_on") and not cleaned.get("resubmit_check"):
            self.add_error("resubmit_check", str(CHECK_MISSING))
        if cleaned.get("resubmit_check") and not cleaned.get("resubmit_on"):
            self.add_error("resubmit_on", str(DAY_MISSING))
        return cleaned

    @property
    def details(self) -> dict:
        """The arguments that `resubmit_need` takes."""
        return {name: self.cleaned_data[name] for name in ("resubmit_on", "resubmit_check")}
