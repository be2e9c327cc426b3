"""Forms of the measures app. Their `values` go to the services, which check the rules again."""

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.conflicts import VersionedForm
from core.enums import TRAFFIC_LIGHT_MEANINGS, TrafficLight
from core.errors import Refused
from core.forms import (
    CleanCharField,
    DeadlineInput,
    formfield_for,
    offer,
    put_first,
    recently_used,
)
from core.numbers import format_money
from measures.enums import Financing, Obstacle, Phase
from measures.models import (
    Measure,
    Milestone,
    Plan,
    PlanSection,
    Project,
    ReportingRound,
    StatusReport,
)
from measures.models.milestones import DELAY_MESSAGE
from measures.models.reports import PHASE_MISSING
from measures.progress import names_of
from measures.queries import ReportingSituation, section_choices, sections_of
from measures.services.measures import require_section_of_plan
from measures.services.milestones import is_unexplained_delay
from measures.services.reports import missing_explanations
from partners.enums import OrganisationKind
from partners.models import Organisation, Person, Sector

NO_ANSWER = ("", _("keine Angabe"))
MISSING_EXPLANATION_MESSAGES = {
    "traffic_light_reason": _("Bei Gelb und Rot gehört der Grund dazu."),
    "help_wanted": _("Bei Rot gehört dazu, welche Entscheidung oder Hilfe nötig ist."),
}


class UndertakingForm(VersionedForm):
    def clean_amount(self) -> str:
        amount = self.cleaned_data["amount"]
        # What nobody touched stays as the source has it: saving the form must not change it.
        return format_money(amount) if "amount" in self.changed_data else amount


# Press organisations never lead or support a measure.
def _offer_organisations(form: forms.ModelForm, *names: str) -> None:
    organisations = Organisation.objects.only("name", "short_name", "is_active")
    limit = Q(is_active=True) & ~Q(kind=OrganisationKind.PRESS)
    for name in names:
        offer(form, name, organisations.order_by("search", "pk"), limit)
    recent = recently_used(form._meta.model.objects, names[0])
    put_first(form.fields[names[0]], recent, _("Zuletzt gewählt"))


class MeasureForm(UndertakingForm):
    fields_together = (
        ("plan", "section"),
        ("lead", "lead_text"),
        ("supporters", "supporters_text"),
        ("starts_on", "ends_on", "runtime"),
    )

    class Meta:
        model = Measure
        fields = (
            "title",
            "plan",
            "section",
            "code",
            "description",
            "lead",
            "lead_text",
            "supporters",
            "supporters_text",
            "sectors",
            "starts_on",
            "ends_on",
            "runtime",
            "amount",
            "is_lighthouse",
            "is_published",
            "internal_notes",
        )
        formfield_callback = formfield_for
        help_texts = {
            "runtime": _("Was Beginn und Ende nicht sagen, etwa „laufend“. Beide stehen daneben.")
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _offer_organisations(self, "lead", "supporters")
        self.fields["sectors"].queryset = Sector.objects.order_by("name", "pk")
        self.fields["sectors"].widget.attrs["class"] = "choices--inline"
        plans = list(Plan.objects.newest_first())
        self.fields["plan"].queryset = Plan.objects.newest_first()
        empty = self.fields["plan"].empty_label
        self.fields["plan"].choices = [
            *([] if empty is None else [("", empty)]),
            *((plan.pk, str(plan)) for plan in plans),
        ]
        # Sections of all plans: without JavaScript, the choices cannot follow the chosen plan.
        self.fields["section"].queryset = PlanSection.objects.filter(plan__in=plans)
        self.fields["section"].choices = [
            ("", _("nicht belegt")),
            *section_choices(sections_of(plans)),
        ]

    def clean(self):
        cleaned = super().clean()
        try:
            require_section_of_plan(cleaned.get("section"), cleaned.get("plan"))
        except Refused as error:
            self.add_error("section", str(error))
        return cleaned


class ProjectForm(UndertakingForm):
    fields_together = (
        ("lead", "lead_text"),
        ("supporters", "supporters_text"),
        ("starts_on", "ends_on", "runtime"),
    )

    class Meta:
        model = Project
        fields = (
            "title",
            "description",
            "theme",
            "lead",
            "lead_text",
            "supporters",
            "supporters_text",
            "starts_on",
            "ends_on",
            "runtime",
            "amount",
            "is_lighthouse",
            "is_published",
        )
        formfield_callback = formfield_for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        _offer_organisations(self, "lead", "supporters")


class MilestoneForm(VersionedForm):
    fields_together = (("due_on", "forecast_on", "forecast_reason"), ("owner", "owner_text"))

    class Meta:
        model = Milestone
        fields = (
            "title",
            "due_on",
            "forecast_on",
            "forecast_reason",
            "done_on",
            "weight",
            "owner",
            "owner_text",
            "position",
        )
        formfield_callback = formfield_for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["forecast_reason"].widget.attrs["rows"] = 3
        self.fields["forecast_reason"].is_conditional = True
        _offer_organisations(self, "owner")

    def clean(self):
        cleaned = super().clean()
        names = ("due_on", "forecast_on", "forecast_reason")
        if is_unexplained_delay(*(cleaned.get(name) for name in names)):
            self.add_error("forecast_reason", DELAY_MESSAGE)
        return cleaned


class RoundForm(VersionedForm):
    fields_together = (("cut_off_on", "due_on"),)

    shown_fields = ("state",)

    class Meta:
        model = ReportingRound
        fields = ("plan", "title", "cut_off_on", "due_on")
        widgets = {"due_on": DeadlineInput}
        formfield_callback = formfield_for

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["plan"].queryset = Plan.objects.newest_first()
        # The leads of this plan were asked to report.
        self.fields["plan"].disabled = self.instance.is_open


class ReportForm(VersionedForm):
    """A status report. `is_draft` allows it to be incomplete, so that a lead can continue later.

    The form carries the `ReportingSituation` in which it was shown.
    """

    fields_stand_alone = False

    shown = CleanCharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = StatusReport
        fields = (
            "as_of_on",
            "phase",
            "traffic_light",
            "traffic_light_reason",
            "help_wanted",
            "financing",
            "obstacle",
            "summary",
            "outlook",
        )
        formfield_callback = formfield_for
        # Radio buttons keep the meaning of every colour visible.
        widgets = {
            "phase": forms.RadioSelect,
            "traffic_light": forms.RadioSelect,
            "financing": forms.RadioSelect,
        }
        error_messages = {
            "phase": {"required": PHASE_MISSING},
            "summary": {
                "required": _("Bitte schreiben Sie in ein, zwei Sätzen, was geschehen ist.")
            },
        }
        help_texts = {
            "traffic_light_reason": _("Bei Gelb und Rot nötig: Woran liegt es?"),
            "help_wanted": _("Bei Rot nötig: Wer soll was entscheiden oder tun?"),
        }

    def __init__(self, *args, situation: ReportingSituation, is_draft: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft
        self.initial["shown"] = str(situation)
        for name in MISSING_EXPLANATION_MESSAGES:
            self.fields[name].is_conditional = True
            # Tells the stylesheet of the answers page, which hides it only while it is empty.
            self.fields[name].widget.attrs["placeholder"] = " "
        # The model allows blanks for drafts and for measures from earlier documents.
        for name in ("phase", "summary"):
            self.fields[name].required = not is_draft
            self.fields[name].is_conditional = True
        self.fields["phase"].choices = Phase.choices
        self.fields["obstacle"].choices = [NO_ANSWER, *Obstacle.choices]
        self.fields["financing"].choices = [*Financing.choices, NO_ANSWER]
        self.fields["traffic_light"].choices = [
            *(
                (colour, f"{colour.label}: {TRAFFIC_LIGHT_MEANINGS[colour]}")
                for colour in TrafficLight
            ),
            NO_ANSWER,
        ]

    def clean(self):
        cleaned = super().clean()
        if not self.is_draft:
            missing = missing_explanations(
                cleaned.get("traffic_light", ""),
                reason=cleaned.get("traffic_light_reason", ""),
                help_wanted=cleaned.get("help_wanted", ""),
            )
            for name in missing:
                self.add_error(name, MISSING_EXPLANATION_MESSAGES[name])
        return cleaned

    def show_conflict(self, error, current) -> None:
        super().show_conflict(error, current)
        # The sentence says what has happened, so sending the form again takes it into account.
        data = self.data.copy()
        data[self.add_prefix("shown")] = self.initial["shown"]
        self.data = data


class ReturnForm(forms.Form):
    # Required: a lead cannot revise a report without knowing what is missing.
    comment = CleanCharField(
        label=_("Was soll ergänzt oder geändert werden?"),
        widget=forms.Textarea,
        max_length=4000,
    )
    # Which submission the office has read.
    shown = CleanCharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, people: list[Person], **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["comment"].help_text = (
            _("Dieser Text geht per E-Mail an: %(people)s.") % {"people": names_of(people)}
            if people
            else _("Dieser Text geht an niemanden: Bei der Federführung hat niemand ein Konto.")
        )
