"""What every form has that puts something before the senator's office."""

import datetime as dt
from collections.abc import Callable, Mapping
from types import MappingProxyType

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from approvals.enums import GRANTING, Verdict
from approvals.models import ApprovalRequest
from approvals.queries import approval_in_force, attachments_of
from approvals.registry import (
    Briefing,
    Change,
    CounterDate,
    Decision,
    Fact,
    binding_labels,
    binding_snapshot_of,
    snapshot_changes,
)
from core.dates import add_working_days
from core.forms import DayField, TimeInput
from core.uploads import FilesField


class AttachmentsForm(forms.Form):
    """The attachments of a *Leitungsvorlage*. A browser forgets chosen files, so an error asks for
    them again.
    """

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
        """The files of `former`, the last request about the same subject, are named and have to be
        given again.
        """
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
        names = [upload.name for upload in self.files.getlist(self.add_prefix("attachments"))]
        if names and "attachments" not in self.errors:
            again = _("Bitte wählen Sie die Dateien noch einmal aus: %(names)s.") % {
                "names": ", ".join(names)
            }
            super().add_error("attachments", again)


DECISION_WORKING_DAYS = 5  # that the senator's office gets by default


class BriefingForm(AttachmentsForm):
    """The *Leitungsvorlage* on one page, and until when a decision is asked for."""

    field_order = ["occasion", "facts", "assessment", "vote", "attachments", "due_on"]

    occasion = forms.CharField(
        label=gettext_lazy("Anlass"),
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Warum liegt das jetzt vor?"),
    )
    facts = forms.CharField(
        label=gettext_lazy("Sachverhalt"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    assessment = forms.CharField(
        label=gettext_lazy("Bewertung"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Was spricht dafür, was ist zu bedenken?"),
    )
    vote = forms.CharField(
        label=gettext_lazy("Votum"),
        max_length=300,
        help_text=gettext_lazy("Worum bitten Sie? Ein Satz, auf den man Ja sagen kann."),
    )
    due_on = DayField(label=gettext_lazy("Entscheidung bis"))

    def __init__(
        self,
        *args,
        today: dt.date,
        suggestion: Briefing,
        former: ApprovalRequest | None = None,
        needs_occasion: bool = False,
        help_texts: Mapping[str, str | Promise] = MappingProxyType({}),
        due_on_error: Callable[[dt.date], str] = lambda due_on: "",
        **kwargs,
    ):
        """The words of `former`, the last request about the same subject, fill the form, those of
        `suggestion` the first time.

        `help_texts` replace those of the fields. `due_on_error(due_on)` returns why a day suits the
        subject badly, or an empty string.
        """
        source = former or suggestion
        initial = {name: getattr(source, name) for name in suggestion.texts}
        initial["due_on"] = add_working_days(today, DECISION_WORKING_DAYS)
        super().__init__(*args, initial=initial, former=former, **kwargs)
        self.due_on_error = due_on_error
        self.fields["occasion"].required = needs_occasion
        for name, text in help_texts.items():
            self.fields[name].help_text = text

    def clean_due_on(self) -> dt.date:
        due_on = self.cleaned_data["due_on"]
        if error := self.due_on_error(due_on):
            raise forms.ValidationError(error)
        return due_on

    @property
    def briefing(self) -> Briefing:
        """What was entered, without the deadline. Only for a valid form."""
        return Briefing(**{name: self.cleaned_data[name] for name in Briefing._fields})


MAX_COUNTER_DATES = 3  # how many dates can be proposed instead


class CounterDateForm(forms.Form):
    """A date proposed instead: day and beginning, and an end if it matters. An empty row is left
    out.
    """

    day = DayField(
        label=gettext_lazy("Tag"),
        error_messages={"required": gettext_lazy("Bitte nennen Sie den Tag.")},
    )
    begins = forms.TimeField(
        label=gettext_lazy("von"),
        widget=TimeInput,
        error_messages={"required": gettext_lazy("Bitte nennen Sie, wann es beginnt.")},
    )
    ends = forms.TimeField(label=gettext_lazy("bis"), widget=TimeInput, required=False)

    def clean(self):
        data = super().clean()
        begins, ends = data.get("begins"), data.get("ends")
        if begins and ends and ends <= begins:
            self.add_error("ends", _("Das Ende muss nach dem Beginn liegen."))
        return data

    @property
    def counter_date(self) -> CounterDate | None:
        """The date in Berlin's time, or None for an empty row."""
        data = self.cleaned_data
        if not data.get("day") or not data.get("begins"):
            return None
        ends_at = _moment(data["day"], data["ends"]) if data.get("ends") else None
        return CounterDate(_moment(data["day"], data["begins"]), ends_at)

    @property
    def as_typed(self) -> str:
        """What was entered, for a row that is no date (yet)."""
        return " ".join(filter(None, (self[name].data for name in self.fields)))


def _moment(day: dt.date, time: dt.time) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, time))


CounterDateFormSet = forms.formset_factory(
    CounterDateForm,
    extra=MAX_COUNTER_DATES,
    max_num=MAX_COUNTER_DATES,
    absolute_max=MAX_COUNTER_DATES,
)


class DecisionForm(forms.Form):
    """The answer, the dates that can be kept or are proposed instead, conditions, a comment."""

    verdict = forms.ChoiceField(choices=Verdict)
    chosen = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Welche Termine sind möglich?"),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple(attrs={"class": "choices--cards"}),
        error_messages={
            "required": gettext_lazy(
                "Bitte kreuzen Sie mindestens einen Termin an, oder antworten Sie, dass keiner "
                "möglich ist."
            )
        },
    )
    comment = forms.CharField(
        label=gettext_lazy("Anmerkung"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy("Beim Zurückgeben und Ablehnen bitte kurz begründen."),
    )
    conditions = forms.CharField(
        label=gettext_lazy("Auflage"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy(
            "Eine Zeile je Auflage. Die Geschäftsstelle sieht sie, bis sie erfüllt ist."
        ),
        error_messages={
            "required": gettext_lazy("Bitte nennen Sie die Auflage, die zu erfüllen ist.")
        },
    )

    def __init__(self, *args, approval: ApprovalRequest, **kwargs):
        super().__init__(*args, **kwargs)
        self.approval, verdict = approval, self.data.get("verdict")
        self.fields["chosen"].required = bool(approval.options) and verdict in GRANTING
        self.fields["conditions"].required = not self.is_bound or verdict == Verdict.CONDITION
        self.fields["chosen"].choices = [
            (
                option["id"],
                f"{option['label']} – {option['hint']}" if option["hint"] else option["label"],
            )
            for option in approval.options
        ]
        has_rows = "proposal-TOTAL_FORMS" in self.data
        self.counter_dates = CounterDateFormSet(self.data if has_rows else None, prefix="proposal")

    @property
    def pressed_verdict(self) -> str:
        """The button that was pressed, to show what belongs to it again."""
        return self.data.get("verdict", "") if self.is_bound else ""

    @property
    def opens_counter_dates(self) -> bool:
        """Whether the part with other dates holds something that must be seen."""
        return self.pressed_verdict == Verdict.NONE_POSSIBLE or self._proposes

    def clean(self):
        data = super().clean()
        verdict, comment = data.get("verdict"), data.get("comment", "").strip()
        if verdict in (Verdict.RETURN, Verdict.REFUSE) and not comment:
            self.add_error(
                "comment",
                _("Bitte begründen Sie kurz, damit die Geschäftsstelle weiß, was zu tun ist."),
            )
        if verdict == Verdict.NONE_POSSIBLE:
            self._clean_counter_dates(comment)
        self._refuse_what_would_be_dropped(verdict)
        return data

    def _refuse_what_would_be_dropped(self, verdict: str | None) -> None:
        """A condition, a date or a tick that does not go with the button says that another answer
        was meant.
        """
        if verdict != Verdict.CONDITION and self.lines:
            self.add_error(
                "conditions",
                _(
                    "Hier steht eine Auflage. Bitte wählen Sie „Mit Auflage freigeben“, oder "
                    "leeren Sie das Feld."
                ),
            )
        if verdict != Verdict.NONE_POSSIBLE and self._proposes:
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
    def _proposes(self) -> bool:
        return any(row.has_changed() for row in self.counter_dates)

    def _clean_counter_dates(self, comment: str) -> None:
        if self.counter_dates.is_bound and not self.counter_dates.is_valid():
            self.add_error(None, _("Bitte prüfen Sie die vorgeschlagenen Termine."))
        elif not self.dates and not comment:
            self.add_error(
                "comment",
                _(
                    "Bitte schlagen Sie einen anderen Termin vor, oder schreiben Sie, wann es "
                    "möglich wäre."
                ),
            )

    @property
    def dates(self) -> list[CounterDate]:
        """The dates proposed instead; none while one of them is wrong."""
        if not (self.counter_dates.is_bound and self.counter_dates.is_valid()):
            return []
        return [date for form in self.counter_dates if (date := form.counter_date)]

    @property
    def lines(self) -> list[str]:
        """The conditions, one a line."""
        return [
            line.strip()
            for line in self.cleaned_data.get("conditions", "").splitlines()
            if line.strip()
        ]

    @property
    def decision(self) -> Decision:
        """What was entered. Only for a valid form."""
        data = self.cleaned_data
        return Decision(data["verdict"], data["comment"], data["chosen"], self.lines, self.dates)

    @property
    def entered_texts(self) -> list[str]:
        """The words and dates that were entered, to be shown where they could not be saved."""
        words = [self.data.get(name, "").strip() for name in ("comment", "conditions")]
        rows = self.dates or [row.as_typed for row in self.counter_dates]
        return [text for text in [*words, *map(str, rows)] if text]

    def hidden_values(self) -> list[tuple[str, str]]:
        """Return all that was entered as (name, value), so that nothing is lost on the page that
        asks again.
        """
        names = {"csrfmiddlewaretoken", "verdict", "confirmed", "back"}
        return [
            (name, value)
            for name in self.data
            if name not in names
            for value in self.data.getlist(name)
        ]


class ConditionForm(forms.Form):
    """How a condition was met."""

    note = forms.CharField(
        label=gettext_lazy("Vermerk"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=gettext_lazy(
            "Wie ist die Auflage erfüllt? Steht auch in der Nachricht an das Büro."
        ),
    )


LAPSE_CONFIRMED = "lapse"  # the field of a form that says that the user was asked


class LapseGuard:
    """Knows what the approval of a subject hangs on, and asks once before a form changes it.

    Make it before the form is checked, since checking a form writes what was typed into its row.
    """

    def __init__(self, kind: str, facts: tuple[Fact, ...], subject):
        self.facts = facts
        self.approval = approval_in_force(kind, subject.pk)
        self.before = binding_snapshot_of(facts, subject) if self.approval else []
        self.changes: list[Change] = []

    def needs_confirmation(self, data: Mapping, changed) -> bool:
        """Say whether saving the row `changed` lets the approval lapse and the user was not asked
        yet.
        """
        if self.approval is None or LAPSE_CONFIRMED in data:
            return False
        self.changes = snapshot_changes(self.before, binding_snapshot_of(self.facts, changed))
        return bool(self.changes)

    @property
    def notice(self) -> str:
        """What stands above the form from the beginning; empty where nothing can lapse."""
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
