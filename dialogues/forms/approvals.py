"""The *Leitungsvorlage* that goes with every request for approval."""

import datetime as dt
from collections.abc import Sequence

from django import forms
from django.utils.translation import gettext_lazy as _

from approvals.forms import AttachmentsForm
from approvals.models import ApprovalRequest
from approvals.services import Briefing
from core.dates import add_working_days
from core.forms import DayField
from dialogues.models import DateOption
from dialogues.services.dates import why_too_late

DECISION_DAYS = 5  # working days that the senator's office gets by default


class BriefingForm(AttachmentsForm):
    """Occasion, facts, assessment and vote on one page, and until when a decision is asked for."""

    field_order = ["occasion", "facts", "assessment", "vote", "attachments", "due_on"]

    occasion = forms.CharField(
        label=_("Anlass"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Warum liegt das jetzt vor?"),
    )
    facts = forms.CharField(
        label=_("Sachverhalt"), required=False, widget=forms.Textarea(attrs={"rows": 5})
    )
    assessment = forms.CharField(
        label=_("Bewertung"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Was spricht dafür, was ist zu bedenken?"),
    )
    vote = forms.CharField(
        label=_("Votum"),
        max_length=300,
        help_text=_("Worum bitten Sie? Ein Satz, auf den man Ja sagen kann."),
    )
    due_on = DayField(label=_("Entscheidung bis"))

    def __init__(
        self,
        *args,
        today: dt.date,
        suggestion: Briefing,
        former: ApprovalRequest | None = None,
        dates: Sequence[DateOption] = (),
        **kwargs,
    ):
        """`suggestion` fills the form, unless `former`, the last request about the same subject, had
        words already.

        `dates` are those asked about, before which the decision has to fall.
        """
        self.dates = dates
        source = former or suggestion
        initial = {name: getattr(source, name) for name in suggestion.texts}
        initial["due_on"] = add_working_days(today, DECISION_DAYS)
        super().__init__(*args, initial=initial, former=former, **kwargs)

    def clean_due_on(self) -> dt.date:
        due_on = self.cleaned_data["due_on"]
        if sentence := why_too_late(due_on, self.dates):
            raise forms.ValidationError(sentence)
        return due_on

    @property
    def briefing(self) -> Briefing:
        return Briefing(**{name: self.cleaned_data[name] for name in Briefing._fields})
