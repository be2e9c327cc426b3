"""Forms of a submission and of a decision, and the warning before an approval lapses."""

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import GRANTING, Verdict
from approvals.models import ApprovalRequest
from approvals.progress import option_labels
from approvals.queries import approval_in_force, attachments_of
from approvals.registry import (
    CONDITION_MISSING,
    DATE_MISSING,
    Briefing,
    Change,
    CounterDate,
    Decision,
    Fact,
    binding_labels,
    binding_snapshot_of,
    deadline_error,
    snapshot_changes,
)
from core.conflicts import SeenForm
from core.dates import add_working_days, latest_working_day, local_date
from core.forms import AskedDayForm, CleanCharField, DayField, DeadlineInput, PeriodForm, TimeField
from core.texts import renewed_text
from core.uploads import FilesField

DECISION_WORKING_DAYS = 5  # the deadline that a briefing suggests
MAX_COUNTER_DATES = 3


class AttachmentsForm(forms.Form):
    attachments = FilesField(
        label=gettext_lazy("Anlagen"),
        required=False,
        help_text=format_lazy(
            gettext_lazy(
                "PDF, Word, Excel, PNG oder JPEG, zusammen höchstens {limit} MB. Mit dem Vorlegen "
                "stehen sie fest."
            ),
            limit=settings.ATTACHMENT_MAX_MB,
        ),
    )

    def __init__(self, *args, former: ApprovalRequest | None = None, **kwargs):
        """Ask users to choose the files of `former`, the subject's last approval, once more."""
        super().__init__(*args, **kwargs)
        names = ", ".join(map(str, attachments_of(former))) if former else ""
        if names:
            again = _(
                "Der letzten Vorlage lagen bei: %(names)s. Was weiter gilt, wählen Sie bitte noch "
                "einmal aus."
            )
            field = self.fields["attachments"]
            field.help_text = format_html("{} {}", field.help_text, again % {"names": names})

    def add_error(self, field, error):
        super().add_error(field, error)
        # A browser empties file fields when a form comes back with an error.
        names = [upload.name for upload in self.files.getlist(self.add_prefix("attachments"))]
        if names and "attachments" not in self.errors:
            again = _("Bitte wählen Sie die Dateien noch einmal aus: %(names)s.") % {
                "names": ", ".join(names)
            }
            super().add_error("attachments", again)


def suggested_deadline(today: dt.date, starts_at: dt.datetime | None) -> dt.date | None:
    """Return the usual deadline of a decision, or the last working day before `starts_at` if that
    is earlier; today when none is left, None when it is too late.
    """
    usual = add_working_days(today, DECISION_WORKING_DAYS)
    if starts_at is None or usual < local_date(starts_at):
        return usual
    if local_date(starts_at) < today:
        return None
    # Over a long weekend there may be no working day left, but today is still possible.
    return max(latest_working_day(local_date(starts_at) - dt.timedelta(days=1)), today)


class BriefingForm(AskedDayForm, SeenForm, AttachmentsForm):
    """The *Leitungsvorlage* of a series, topic, date or visit, and the deadline of the decision."""

    field_order = ["occasion", "facts", "assessment", "vote", "attachments", "due_on"]

    occasion = CleanCharField(
        label=gettext_lazy("Anlass"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Warum liegt das jetzt vor?"),
    )
    facts = CleanCharField(
        label=gettext_lazy("Sachverhalt"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    assessment = CleanCharField(
        label=gettext_lazy("Bewertung"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Was spricht dafür, was ist zu bedenken?"),
    )
    vote = CleanCharField(
        label=gettext_lazy("Votum"),
        max_length=300,
        help_text=gettext_lazy("Worum bitten Sie? Ein Satz, auf den man Ja sagen kann."),
    )
    due_on = DayField(label=gettext_lazy("Entscheidung bis"), widget=DeadlineInput(asks=True))
    overrule_label = gettext_lazy("Trotzdem vorlegen")
    question = gettext_lazy(
        "Bitte sehen Sie sich den Tag an, bis zu dem Sie um Entscheidung bitten: Erinnert wird nur "
        "an Arbeitstagen. Noch ist nichts vorgelegt."
    )

    def __init__(
        self,
        *args,
        today: dt.date,
        suggestion: Briefing,
        former: ApprovalRequest | None = None,
        former_suggestion: Briefing | None = None,
        needs_occasion: bool = False,
        help_texts: Mapping[str, str | Promise] = MappingProxyType({}),
        starts_at: dt.datetime | None = None,
        **kwargs,
    ):
        """Fill the form from `former`, the subject's last approval, or else from `suggestion`.

        What `former` took over from `former_suggestion` is replaced by what `suggestion` says now.
        `help_texts` replace those of the fields. `starts_at` is the start of what is asked about,
        by which it has to be decided.
        """
        # A returned briefing is usually corrected and submitted again.
        initial = dict(suggestion.texts)
        for name, text in initial.items() if former else ():
            outdated = getattr(former_suggestion or suggestion, name)
            initial[name] = renewed_text(getattr(former, name), outdated, text)
        initial["due_on"] = suggested_deadline(today, starts_at)
        super().__init__(*args, initial=initial, former=former, **kwargs)
        self.starts_at = starts_at
        self.fields["occasion"].required = needs_occasion
        for name, text in help_texts.items():
            self.fields[name].help_text = text

    def clean_due_on(self) -> dt.date:
        due_on = self.cleaned_data["due_on"]
        if error := deadline_error(due_on, self.starts_at):
            raise forms.ValidationError(error)
        return due_on

    @property
    def briefing(self) -> Briefing:
        """What was entered, apart from `due_on`. Only for a valid form."""
        return Briefing(**{name: self.cleaned_data[name] for name in Briefing._fields})


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
        help_text=gettext_lazy("Beim Zurückgeben und Ablehnen bitte kurz begründen."),
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


# Name of the form field that confirms that the user saw the warning.
LAPSE_CONFIRMED = "lapse"


class LapseGuard:
    """Asks for confirmation before a form changes facts that an approval is bound to.

    Create it before validating the form: validation writes the entered values into the object.
    """

    def __init__(self, kind: str, facts: tuple[Fact, ...], subject):
        self.facts = facts
        self.approval = approval_in_force(kind, subject.pk)
        self.before = binding_snapshot_of(facts, subject) if self.approval else []
        self.changes: list[Change] = []

    def needs_confirmation(self, data: Mapping, changed) -> bool:
        """Return whether `data` lacks a confirmation for saving `changed`; sets `changes`."""
        if self.approval is None:
            return False
        # Also after the confirmation: a form that is shown again for another reason stays
        # confirmed.
        self.changes = snapshot_changes(self.before, binding_snapshot_of(self.facts, changed))
        return bool(self.changes) and LAPSE_CONFIRMED not in data

    @property
    def notice(self) -> str:
        """The warning above the form; empty when nothing can lapse."""
        if self.approval is None:
            return ""
        if self.approval.is_open:
            text = _(
                "Das liegt zur Freigabe vor. Wenn Sie eine dieser Angaben ändern, erlischt die "
                "Vorlage: %(what)s."
            )
        else:
            text = _(
                "Das ist freigegeben. Wenn Sie eine dieser Angaben ändern, erlischt die Freigabe: "
                "%(what)s."
            )
        return text % {"what": binding_labels(self.facts)}
