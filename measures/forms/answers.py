"""What is asked of a measure: the report, milestones and indicators. The page of all answers and
the form of one report share these forms.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import Conflict
from core.dates import local_date
from core.errors import ChangedMeanwhile
from core.forms import formfield_for
from measures.forms.indicators import PeriodField
from measures.forms.measures import ReportForm
from measures.forms.statements import CARRIED, KNOWN, StatementForm, texts_not_asked
from measures.models import IndicatorValue, Milestone, ReportedForecast, ReportedValue
from measures.models.milestones import DELAY_MESSAGE
from measures.queries import Answer, ReportingSituation, proposed_period, subject_version
from measures.services import Statement
from measures.services.milestones import is_unexplained_delay
from measures.services.values import overlap_error, period_error


class ForecastForm(StatementForm):
    """When the lead expects to reach a milestone, and why later than planned. A draft may still
    lack the reason.
    """

    class Meta:
        model = ReportedForecast
        fields = ("forecast_on", "forecast_reason")
        formfield_callback = formfield_for
        widgets = {"forecast_reason": forms.Textarea(attrs={"rows": 2})}

    def __init__(self, *args, is_draft: bool = False, **kwargs):
        super().__init__(*args, **kwargs)
        self.is_draft = is_draft
        self.fields["forecast_reason"].is_conditional = True

    @property
    def subject(self):
        return self.instance.milestone

    @property
    def current(self) -> Milestone:
        """What the milestone itself says."""
        return self.subject

    @property
    def known(self) -> dict:
        """The forecast that the lead saw, if the form says it."""
        try:
            day = self.was_shown[KNOWN]
            return {"known_on": dt.date.fromisoformat(day) if day else None}
        except (KeyError, TypeError, ValueError):
            return {}

    def clean(self):
        cleaned = super().clean()
        names = ("forecast_on", "forecast_reason")
        days = (self.subject.due_on, *(cleaned.get(name) for name in names))
        if not self.is_draft and is_unexplained_delay(*days):
            self.add_error("forecast_reason", DELAY_MESSAGE)
        return cleaned


class ReportedValueForm(StatementForm):
    """The value of an indicator; `series` are the values it has, by day."""

    shown_fields = ("starts_on", "ends_on")
    period = PeriodField(
        label=gettext_lazy("Zeitraum"),
        max_length=60,
        required=False,
        help_text=gettext_lazy("Zum Beispiel 2026, 2. Quartal 2026 oder 30.06.2026."),
    )
    field_order = ["period"]

    class Meta:
        model = ReportedValue
        fields = ("value", "note", "source")
        formfield_callback = formfield_for

    def __init__(self, *args, series: Sequence[IndicatorValue] = (), **kwargs):
        super().__init__(*args, **kwargs)
        self.series = series
        self.fields["value"].required = False
        if self.instance.pk:
            self.initial["period"] = str(self.instance.period)

    @property
    def subject(self):
        return self.instance.indicator

    @property
    def current(self) -> IndicatorValue | None:
        """The value for the period that was typed, or else the latest one."""
        period = self.cleaned_data.get("period")
        same = (value for value in self.series if value.period == period)
        return next(same, next(iter(self.series[-1:]), None))

    @property
    def known(self) -> dict:
        """The value that the lead saw for the period, if the form says it: it shows the latest."""
        period = self.cleaned_data.get("period")
        if not period or KNOWN not in self.was_shown:
            return {}
        latest = self.was_shown[KNOWN]
        if not latest:
            return {"known_value": None}
        try:
            starts_on, ends_on = map(dt.date.fromisoformat, latest[:2])
            value = self.fields["value"].clean(Decimal(latest[2]))
        except (LookupError, TypeError, ValueError, InvalidOperation, forms.ValidationError):
            return {}
        if (starts_on, ends_on) == tuple(period):
            return {"known_value": value}
        return {"known_value": None} if period.starts_on > ends_on else {}

    @property
    def values(self) -> dict:
        period = self.cleaned_data.get("period")
        # Both are named even without a period, because the version covers them.
        days = (period.starts_on, period.ends_on) if period else (None, None)
        return super().values | dict(zip(self.shown_fields, days, strict=True))

    def show_conflict(self, error, current) -> None:
        super().show_conflict(error, current)
        period = self.cleaned_data.get("period")
        if current and period != current.period:
            label = str(self.fields["period"].label)
            self.conflicts.append(Conflict(label, str(current.period), str(period or "–")))

    def clean(self):
        cleaned = super().clean()
        period, value = cleaned.get("period"), cleaned.get("value")
        if value is None:
            # An emptied number takes the value back, whatever is left of its note.
            is_said = any(cleaned.get(name) for name in ("period", "note", "source"))
            if is_said and "value" not in self.changed_data and self.changed_data:
                self.add_error("value", _("Welcher Wert gilt für diesen Zeitraum?"))
        elif period is None:
            if "period" not in self.errors:
                self.add_error("period", _("Für welchen Zeitraum gilt der Wert?"))
        elif error := self._period_error(period):
            self.add_error("period", error)
        return cleaned

    def _period_error(self, period) -> str:
        if error := period_error(self.subject, period, local_date(timezone.now())):
            return error
        if any(value.period == period for value in self.series):
            return ""
        for value in self.series:
            if value.period.overlaps(period):
                return overlap_error(self.subject, value.period, value.value)
        return ""


@dataclass
class AnswerForms:
    """The forms of one answer, or none if it cannot be edited.

    `notice` says at the measure why it was not submitted.
    """

    answer: Answer
    form: ReportForm | None = None
    forecasts: list[ForecastForm] = field(default_factory=list)
    values: list[ReportedValueForm] = field(default_factory=list)
    notice: str = ""

    @property
    def is_sent(self) -> bool:
        return bool(self.form and self.form.is_bound)

    @property
    def statements(self) -> list[ForecastForm | ReportedValueForm]:
        return [*self.forecasts, *self.values]

    @property
    def is_filled(self) -> bool:
        """Whether anything was entered since the page was shown."""
        if self.form is None:
            return False
        changed = set(self.form.changed_data) - CARRIED
        # A day that was removed says nothing yet.
        is_typed = changed != {"as_of_on"} or bool(self.form["as_of_on"].value())
        return bool(changed and is_typed) or bool(self.changed_statements)

    @property
    def changed_statements(self) -> list[ForecastForm | ReportedValueForm]:
        return [form for form in self.statements if form.is_bound and form.changed_data]

    @property
    def has_own_answer(self) -> bool:
        """Whether repeating the former answer would overwrite one, saved or only typed."""
        is_typed = bool(self.form and set(self.form.changed_data) - CARRIED - {"as_of_on"})
        return is_typed or self.answer.has_own_answer

    def every(self) -> Iterator[ReportForm | ForecastForm | ReportedValueForm]:
        if self.form:
            yield self.form
            yield from self.statements

    @property
    def has_errors(self) -> bool:
        return any(form.errors for form in self.every())

    @property
    def is_valid(self) -> bool:
        # Every form is checked, so that all errors show at once.
        found = [form.is_valid() for form in self.every() if form.is_bound]
        return all(found)

    @property
    def not_asked(self) -> list[str]:
        """What was entered of milestones and indicators that the report no longer asks about."""
        return texts_not_asked(self.form.data, {form.prefix for form in self.statements})

    def refuse_not_asked(self) -> bool:
        """Whether something was entered that is not asked for; the form then shows it, once."""
        texts = self.not_asked
        # Whatever else is wrong: the page that is shown again has no place for them.
        if texts:
            told = _(
                "Nichts gespeichert: Ein Meilenstein oder Indikator, zu dem Sie etwas eingetragen "
                "haben, ist inzwischen erreicht oder gelöscht. Ihre Angaben dazu: %(texts)s. Alles "
                "Übrige steht noch im Formular; bitte senden Sie es noch einmal ab."
            )
            quoted = ", ".join(f"„{text}“" for text in texts)
            self.form.add_error(None, told % {"texts": quoted})
        return bool(texts)

    def given(self) -> dict:
        """Return the arguments of `save_draft` or `submit_report`: all that can be read."""
        form = self.form
        return {
            "measure": self.answer.measure,
            # What cannot be read stays as it was saved, so that the rest is not lost.
            "values": {
                name: form.cleaned_data.get(name, form.get_initial_for_field(field_, name))
                for name, field_ in form.fields.items()
                if name in form.model_fields
            },
            "version": form.version_shown,
            "shown": form.cleaned_data["shown"],
            "statements": self.said,
        }

    @property
    def said(self) -> list[Statement]:
        """What was entered of milestones and indicators, as far as it can be read."""
        return [
            Statement(form.subject, form.values, form.version_shown, form.known, form.seen_shown)
            for form in self.changed_statements
            if form.is_valid()
        ]

    def versions(self, saved: Answer) -> dict[str, str]:
        """Return the fingerprints that the forms carry once they show `saved`, by field name."""
        found = {
            self.form.add_prefix("version"): self.form.version_for(saved.report),
            self.form.add_prefix("shown"): str(saved.situation),
        }
        # The others go on with what the page showed, whatever a colleague has saved of them.
        for form in self.statements:
            if form.is_bound and form.is_valid() and (form.changed_data or form.instance.pk):
                record = self._saved(form, saved)
                found[form.add_prefix("version")] = form.version_for(record)
                found[form.add_prefix("shown")] = form.shown_again
        return found

    def show_overtaken(self) -> bool:
        """Whether the office would overwrite what a colleague has entered of milestones and values
        since the page was shown; the forms then show both.
        """
        overtaken = [form for form in self.changed_statements if form.is_overtaken]
        for form in overtaken:
            form.show_overtaken(form.current)
        return bool(overtaken)

    def show_conflicts(self, saved: Answer) -> None:
        """Show beside each milestone and value that was sent what a colleague has `saved` of it
        meanwhile; sent again, the forms overwrite it.
        """
        error = ChangedMeanwhile(_("Dazu steht inzwischen etwas anderes im Bericht."))
        for form in self.changed_statements:
            record = self._saved(form, saved)
            if record and form.version_for(record) != form.version_shown:
                form.show_conflict(error, record)

    def _saved(self, form: ForecastForm | ReportedValueForm, saved: Answer):
        records = saved.forecasts if form in self.forecasts else saved.values
        return records.get(form.subject.pk)

    def continue_from(self, saved: Answer) -> None:
        """Let the forms, shown again with errors, continue what was saved of them."""
        versions = self.versions(saved)
        for form in self.every():
            form.data = form.data.copy()
            form.data.update(versions)


def answer_forms(given: Answer, data: Mapping | None, *, is_draft: bool) -> AnswerForms:
    """Return the forms of `given` with what was sent of it, None for nothing."""
    # What was sent is kept even if a colleague submitted the report meanwhile.
    if not given.is_editable and data is None:
        return AnswerForms(given)
    prefix = f"m{given.measure.pk}"
    form = ReportForm(
        data,
        prefix=prefix,
        instance=given.report if given.is_editable else None,
        initial={} if given.report else _first_values(given, data, prefix),
        situation=given.situation,
        is_draft=is_draft,
    )
    return report_forms(given, form)


def _first_values(given: Answer, data: Mapping | None, prefix: str) -> dict:
    """Return what the form of a report not begun yet shows: what is known, and the cut-off day."""
    shown = given.situation
    if data is not None:
        shown = ReportingSituation.parse(data.get(f"{prefix}-shown", ""))
    cut_off = {"as_of_on": given.round.cut_off_on} if given.round else {}
    return given.known_status(shown) | cut_off


def report_forms(given: Answer, form: ReportForm) -> AnswerForms:
    """Return `form` with those of the milestones and indicators of `given`, which carry on what
    its report says of them.
    """
    data = form.data if form.is_bound else None
    return AnswerForms(
        given,
        form,
        [_forecast_form(given, data, milestone, form.is_draft) for milestone in given.milestones],
        [_value_form(given, data, indicator) for indicator in given.indicators],
    )


def _forecast_form(given: Answer, data: Mapping | None, milestone, is_draft: bool) -> ForecastForm:
    prefix = f"s{milestone.pk}"
    return ForecastForm(
        _sent(data, prefix),
        prefix=prefix,
        instance=given.forecasts.get(milestone.pk)
        or ReportedForecast(
            milestone=milestone,
            forecast_on=milestone.forecast_on,
            forecast_reason=milestone.forecast_reason,
        ),
        is_draft=is_draft,
        known=milestone.forecast_on.isoformat() if milestone.forecast_on else "",
        seen=subject_version(milestone),
    )


def _value_form(given: Answer, data: Mapping | None, indicator) -> ReportedValueForm:
    series = list(indicator.series.all())
    until = given.round.cut_off_on if given.round else local_date(timezone.now())
    proposed = proposed_period(series, until)
    prefix = f"i{indicator.pk}"
    return ReportedValueForm(
        _sent(data, prefix),
        prefix=prefix,
        instance=given.values.get(indicator.pk) or ReportedValue(indicator=indicator),
        initial={"period": str(proposed) if proposed else ""},
        series=series,
        known=[str(part) for part in (*series[-1].period, series[-1].value)] if series else [],
        seen=subject_version(indicator),
    )


def _sent(data: Mapping | None, prefix: str) -> Mapping | None:
    # What the office added since the page was shown was not asked: its absence says nothing.
    return data if data is not None and f"{prefix}-version" in data else None
