"""Forms of plans, and of decisions about what becomes of measures in the next one."""

from collections.abc import Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from core.conflicts import SeenForm, VersionedForm
from core.errors import Refused
from core.forms import CheckboxList, CleanCharField, PickList, formfield_for
from measures.enums import ContinuationKind
from measures.models import Measure, Plan, PlanSection
from measures.queries import descendants_of, section_choices, sections_of
from measures.services.sections import require_place

MAX_LEVELS, MAX_LEVEL_LENGTH = 8, 60
MAX_PARTS, MAX_TITLE_LENGTH = 20, 300


class LinesField(CleanCharField):
    """Several texts, one a line; cleans to a list without empty lines and repetitions."""

    widget = forms.Textarea(attrs={"rows": 4})

    def __init__(self, *, most: int, longest: int, **kwargs):
        super().__init__(**kwargs)
        self.most, self.longest = most, longest

    def prepare_value(self, value):
        return "\n".join(value) if isinstance(value, list | tuple) else value

    def clean(self, value):
        text = super().clean(value) or ""
        # Pasted from a table of contents, lines carry tabs and stray spaces, and some come twice.
        lines = list(dict.fromkeys(" ".join(line.split()) for line in text.splitlines()))
        lines = [line for line in lines if line]
        if len(lines) > self.most:
            raise ValidationError(
                _("Bitte geben Sie höchstens %(most)d Zeilen ein.") % {"most": self.most}
            )
        if any(len(line) > self.longest for line in lines):
            raise ValidationError(
                _("Eine Zeile hat höchstens %(longest)d Zeichen.") % {"longest": self.longest}
            )
        return lines


class PlanForm(VersionedForm):
    """The master data of a plan. It becomes visible to others with `is_published`."""

    fields_together = (("first_year", "last_year"),)

    levels = LinesField(
        label=_("Gliederungsebenen"),
        most=MAX_LEVELS,
        longest=MAX_LEVEL_LENGTH,
        required=False,
        help_text=_("Von oben nach unten, eine je Zeile, etwa „Handlungsfeld“, „Themencluster“."),
    )

    class Meta:
        model = Plan
        fields = (
            "title",
            "short_title",
            "first_year",
            "last_year",
            "adopted_on",
            "levels",
            "is_published",
        )
        formfield_callback = formfield_for
        help_texts = {
            "is_published": _(
                "Für Partner und Steuerungskreis sichtbar. Danach steht fest, was aus den "
                "Maßnahmen des bisherigen Plans wurde."
            ),
        }

    def clean(self):
        values = super().clean()
        first, last = values.get("first_year"), values.get("last_year")
        if first and last and last < first:
            self.add_error("last_year", _("Das Ende liegt vor dem Beginn."))
        return values


class ContinuePlanForm(PlanForm):
    """The next plan. It is not published before its measures are decided on."""

    copy_sections = forms.BooleanField(
        label=_("Abschnitte übernehmen"),
        required=False,
        initial=True,
        help_text=_("Fortgeführte Maßnahmen stehen dann an derselben Stelle wie bisher."),
    )

    class Meta(PlanForm.Meta):
        fields = ("title", "short_title", "first_year", "last_year", "levels")


class SectionForm(VersionedForm):
    """A section of `plan`; it cannot be put below what is below it."""

    fields_together = (("parent", "level"),)

    level = forms.ChoiceField(label=_("Ebene"))

    class Meta:
        model = PlanSection
        fields = ("parent", "level", "code", "title", "page", "position")
        formfield_callback = formfield_for
        help_texts = {
            "parent": _("Leer: oben im Plan. Was zum Abschnitt gehört, zieht mit um."),
            "code": _("So wie im Plan, etwa „C 1“. Nötig, wenn der Abschnitt keinen Titel hat."),
            "title": _("Nötig, wenn der Abschnitt keine Kennung hat."),
            "position": _("Kleinere Zahlen zuerst."),
        }

    def __init__(self, *args, plan: Plan, **kwargs):
        super().__init__(*args, **kwargs)
        self.plan, own = plan, self.instance
        sections = sections_of([plan])
        below = descendants_of(own.pk, sections) if own.pk else set()
        above = [section for section in sections if section.pk not in below]
        self.fields["parent"].queryset = PlanSection.objects.filter(plan=plan).exclude(pk__in=below)
        choices = section_choices(above)
        self.fields["parent"].choices = [
            ("", _("oben im Plan")),
            *(choices[0][1] if choices else []),
        ]
        # The level may be one that the plan no longer names; saving must not drop it.
        names = dict.fromkeys([*plan.levels, *filter(None, [own.level])])
        self.fields["level"].choices = [(name, name) for name in names]
        for name in ("code", "title"):
            self.fields[name].is_conditional = True
        if not own.pk:
            del self.fields["position"]  # at the end

    def clean(self):
        values = super().clean()
        if {"parent", "level", "code", "title"} <= values.keys():
            try:
                require_place(self.plan, self.instance, values)
            except Refused as error:
                self.add_error(None, str(error))
        return values


class DecisionForm(SeenForm):
    """What becomes of `measures` in `plan`. `call` names the service and what it is given."""

    def __init__(self, *args, plan: Plan, measures: Sequence[Measure], **kwargs):
        super().__init__(*args, instance=plan, others=measures, **kwargs)
        self.plan, self.measures = plan, measures
        # The whole plan is offered, so only what an option shows is loaded.
        present = plan.measures.order_by("search", "pk").only("title", "code", "plan_id")
        for name in ("successor", "successors"):
            if name in self.fields:
                self.fields[name].queryset = present
                self.fields[name].label_from_instance = lambda measure: measure.label

    @property
    def given(self) -> dict:
        """What the service is given besides the plan."""
        return {
            "measures": self.measures,
            **{name: value for name, value in self.cleaned_data.items() if name != "version"},
        }


def _successor_field(**kwargs) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        queryset=Measure.objects.none(), required=False, widget=PickList, **kwargs
    )


class ContinueForm(DecisionForm):
    successor = _successor_field(
        label=_("Im neuen Plan ist das"), empty_label=_("eine neue Maßnahme mit denselben Angaben")
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if len(self.measures) > 1:
            # Continuing several in one is a merger, which has a form of its own.
            del self.fields["successor"]


class MergeForm(DecisionForm):
    successor = _successor_field(
        label=_("Maßnahme im neuen Plan"), empty_label=_("eine neue, mit dem Titel darunter")
    )
    title = CleanCharField(
        label=_("Titel der neuen Maßnahme"),
        max_length=MAX_TITLE_LENGTH,
        required=False,
        help_text=_("Ihre übrigen Angaben beginnen als Kopie der ersten Maßnahme."),
    )


class SplitForm(DecisionForm):
    titles = LinesField(
        label=_("Titel neuer Maßnahmen"),
        most=MAX_PARTS,
        longest=MAX_TITLE_LENGTH,
        required=False,
        help_text=_("Eine je Zeile. Ihre übrigen Angaben beginnen als Kopie."),
    )
    successors = forms.ModelMultipleChoiceField(
        label=_("Maßnahmen, die es im neuen Plan schon gibt"),
        queryset=Measure.objects.none(),
        required=False,
        widget=CheckboxList,
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        if not self.fields["successors"].queryset.exists():
            del self.fields["successors"]

    @property
    def given(self) -> dict:
        given = super().given
        (measure,) = given.pop("measures")
        return {"measure": measure, **given}


class EndForm(DecisionForm):
    reason = CleanCharField(
        label=_("Grund"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Wird mit dem neuen Plan veröffentlicht."),
    )


DECISION_FORMS: dict[str, type[DecisionForm]] = {
    ContinuationKind.CONTINUED: ContinueForm,
    ContinuationKind.MERGED: MergeForm,
    ContinuationKind.SPLIT: SplitForm,
    ContinuationKind.ENDED: EndForm,
}
