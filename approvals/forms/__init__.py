"""The decision with all it needs, and a condition that was met."""

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import GRANTING, Verdict
from approvals.forms.documents import AttachmentsForm, BriefingForm
from approvals.forms.registry import LAPSE_CONFIRMED, LapseGuard
from approvals.models import ApprovalRequest
from approvals.progress import option_labels
from approvals.registry import (
    CONDITION_MISSING,
    DATE_MISSING,
    CounterDate,
    Decision,
)
from core.forms import CleanCharField, PeriodForm, TimeField

__all__ = [
    "AttachmentsForm",
    "BriefingForm",
    "DecisionForm",
    "LAPSE_CONFIRMED",
    "LapseGuard",
]


MAX_COUNTER_DATES = 3


class CounterDateForm(PeriodForm):
    """An alternative date, whose end may stay open. Empty forms are ignored."""

    ends = TimeField(label=gettext_lazy("bis"), required=False)

    @property
    def counter_date(self) -> CounterDate | None:
        """The date in Berlin's time, or None for an empty form."""
        return CounterDate(self.starts_at, self.ends_at) if self.starts_at else None

    @property
    def as_typed(self) -> str:
        """The input, valid or not."""
        return " ".join(filter(None, (self[name].data for name in self.fields)))


# `absolute_max`: a forged TOTAL_FORMS must not create thousands of forms.
CounterDateFormSet = forms.formset_factory(
    CounterDateForm,
    extra=MAX_COUNTER_DATES,
    max_num=MAX_COUNTER_DATES,
    absolute_max=MAX_COUNTER_DATES,
)


class DecisionForm(forms.Form):
    """A verdict with all it needs. Entries that do not fit it are errors, never dropped."""

    # Sent by the pressed button, so it has no widget on the page.
    verdict = forms.ChoiceField(label=gettext_lazy("Entscheidung"), choices=Verdict)
    chosen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Welche Termine sind möglich?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--cards"}),
        error_messages={"required": DATE_MISSING},
    )
    comment = CleanCharField(
        label=gettext_lazy("Anmerkung"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Nötig beim Zurückgeben und Ablehnen."),
    )
    conditions = CleanCharField(
        label=gettext_lazy("Auflage"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Eine Zeile je Auflage. Die Geschäftsstelle sieht sie, bis sie erfüllt ist."
        ),
        error_messages={"required": CONDITION_MISSING},
    )

    def __init__(self, *args, approval: ApprovalRequest, **kwargs):
        super().__init__(*args, **kwargs)
        self.approval, verdict = approval, self.data.get("verdict")
        # Marks the field for the user; the rule itself is `Decision.missing`.
        self.fields["chosen"].required = bool(approval.options) and verdict in GRANTING
        self.fields["conditions"].required = not self.is_bound or verdict == Verdict.CONDITION
        # Only some verdicts need them, so the page must not call them optional.
        for name in ("chosen", "comment", "conditions"):
            self.fields[name].is_conditional = True
        self.fields["chosen"].choices = option_labels(approval)
        # The form has no formset if the approval asks about no dates.
        has_formset = "counter_date-TOTAL_FORMS" in self.data
        self.counter_dates = CounterDateFormSet(
            self.data if has_formset else None, prefix="counter_date"
        )

    @property
    def first_fields(self) -> list[forms.BoundField]:
        """The fields above the verdicts; the others are collapsed below them."""
        return [self["chosen"], self["comment"]] if self.approval.options else [self["comment"]]

    @property
    def shows_conditions(self) -> bool:
        return bool(self["conditions"].value()) or self._pressed_verdict == Verdict.CONDITION

    @property
    def shows_counter_dates(self) -> bool:
        return self._has_counter_dates or self._pressed_verdict == Verdict.NONE_POSSIBLE

    @property
    def _pressed_verdict(self) -> str:
        return self.data.get("verdict", "") if self.is_bound else ""

    @property
    def _has_counter_dates(self) -> bool:
        return any(form.has_changed() for form in self.counter_dates)

    def clean(self):
        data = super().clean()
        verdict = data.get("verdict")
        are_dates_valid = not self.counter_dates.is_bound or self.counter_dates.is_valid()
        if verdict == Verdict.NONE_POSSIBLE and not are_dates_valid:
            self.add_error(None, _("Bitte prüfen Sie die vorgeschlagenen Termine."))
        elif verdict:
            self._require_complete(verdict)
        self._refuse_what_would_be_dropped(verdict)
        return data

    def _require_complete(self, verdict: str) -> None:
        data, has_options = self.cleaned_data, bool(self.approval.options)
        entered = (data.get("comment", ""), data.get("chosen", ()))
        decision = Decision(verdict, *entered, self.condition_texts, self.counter_date_list)
        for name, sentence in decision.missing(has_options=has_options).items():
            if name not in self.errors:
                self.add_error(name, sentence)
        # On the confirmation page it would be too late: nothing can be changed there.
        for name, sentence in decision.impossible(timezone.now()).items():
            self.add_error(name if name in self.fields else None, sentence)

    def _refuse_what_would_be_dropped(self, verdict: str | None) -> None:
        if verdict != Verdict.CONDITION and self.condition_texts:
            self.add_error(
                "conditions",
                _(
                    "Hier steht eine Auflage. Bitte wählen Sie „Mit Auflage freigeben“, oder "
                    "leeren Sie das Feld."
                ),
            )
        if verdict != Verdict.NONE_POSSIBLE and self._has_counter_dates:
            self.add_error(
                None,
                _(
                    "Sie schlagen andere Termine vor. Bitte wählen Sie „Keiner möglich“, oder "
                    "leeren Sie diese Felder."
                ),
            )
        if verdict not in GRANTING and self.cleaned_data.get("chosen"):
            self.add_error(
                "chosen",
                _(
                    "Sie haben Termine angekreuzt. Bitte geben Sie diese frei, oder nehmen Sie die "
                    "Kreuze zurück."
                ),
            )

    @property
    def counter_date_list(self) -> list[CounterDate]:
        """The alternative dates; none if one of them is invalid."""
        if not self.counter_dates.is_bound or not self.counter_dates.is_valid():
            return []
        return [date for form in self.counter_dates if (date := form.counter_date)]

    @property
    def condition_texts(self) -> list[str]:
        lines = self.cleaned_data.get("conditions", "").splitlines()
        return [line.strip() for line in lines if line.strip()]

    @property
    def decision(self) -> Decision:
        """What was entered. Only for a valid form."""
        data = self.cleaned_data
        entered = (data["comment"], data["chosen"])
        return Decision(data["verdict"], *entered, self.condition_texts, self.counter_date_list)

    @property
    def entered_texts(self) -> list[str]:
        """All texts and dates entered, valid or not, to show where they could not be saved."""
        texts = [self.data.get(name, "").strip() for name in ("comment", "conditions")]
        dates = self.counter_date_list or [form.as_typed for form in self.counter_dates]
        return [text for text in [*texts, *map(str, dates)] if text]

    def hidden_values(self) -> list[tuple[str, str]]:
        """Return everything entered as (name, value), for the hidden fields of the confirmation."""
        # The template writes its own token and verdict; the buttons send the other two.
        names = {"csrfmiddlewaretoken", "verdict", "confirmed", "back"}
        return [
            (name, value)
            for name in self.data
            if name not in names
            for value in self.data.getlist(name)
        ]


class ConditionForm(forms.Form):
    note = CleanCharField(
        label=gettext_lazy("Vermerk"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Wie ist die Auflage erfüllt? Steht auch in der Nachricht an das Büro."
        ),
    )
