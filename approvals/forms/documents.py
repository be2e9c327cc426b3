"""The Leitungsvorlage with its attachments and the deadline of the decision."""

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

from approvals.models import ApprovalRequest
from approvals.queries import attachments_of
from approvals.registry import (
    Briefing,
    deadline_error,
)
from core.conflicts import SeenForm
from core.dates import add_working_days, latest_working_day, local_date
from core.forms import AskedDayForm, CleanCharField, DayField, DeadlineInput
from core.texts import renewed_text
from core.uploads import FilesField

DECISION_WORKING_DAYS = 5  # the deadline that a briefing suggests


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
        self.today, self.starts_at = today, starts_at
        self.fields["occasion"].required = needs_occasion
        for name, text in help_texts.items():
            self.fields[name].help_text = text

    def clean_due_on(self) -> dt.date:
        due_on = self.cleaned_data["due_on"]
        if error := deadline_error(due_on, self.starts_at, self.today):
            raise forms.ValidationError(error)
        return due_on

    @property
    def briefing(self) -> Briefing:
        """What was entered, apart from `due_on`. Only for a valid form."""
        return Briefing(**{name: self.cleaned_data[name] for name in Briefing._fields})
