"""Forms for visits, press slots and press coverage, all of them for the office."""

import datetime as dt

from django import forms
from django.conf import settings
from django.db.models import Count, Q
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from core.conflicts import SeenForm, VersionedForm, version_of
from core.forms import (
    MOST_RECENT,
    CheckboxList,
    CleanCharField,
    OutcomeForm,
    ReasonForm,
    WarnedForm,
    formfield_for,
    limit_length,
    offer,
    put_first,
    recently_used,
    validate_year,
)
from core.models import Precision
from media_visits.enums import ATTENTION_STATES, PressKind, VisitState
from media_visits.models import Coverage, PressSlot, Visit
from media_visits.models.press import LINK_IS_RECORDED
from media_visits.services.coverage import COVERAGE_FIELDS
from media_visits.services.press import (
    SLOT_FIELDS,
    START_IS_MISSING,
    arrival_error,
    slot_day_error,
)
from media_visits.services.visits import SEEN_FIELDS, visit_errors
from partners.models import DistributionList, Organisation, Sector

FIRST_YEAR_OF_COVERAGE = 1990
MAX_QUOTE_LENGTH, MAX_PARTICIPANTS_LENGTH = 1000, 2000


class VisitReasonForm(SeenForm, ReasonForm):
    """Why a visit is postponed, cancelled or recorded without an approval."""


class VisitOutcomeForm(SeenForm, OutcomeForm):
    """What came of a visit."""


class VisitForm(VersionedForm, WarnedForm):
    fields_together = (("company", "company_text", "address"), ("starts_at", "ends_at"))

    class Meta:
        model = Visit
        fields = [
            "company",
            "company_text",
            "title",
            "starts_at",
            "ends_at",
            "address",
            "visitor",
            "participants",
            "sectors",
            "message",
            "quote",
            "contact",
            "to_be_published",
            "internal_notes",
        ]
        formfield_callback = formfield_for
        help_texts = {
            "company": gettext_lazy(
                "Eines von beiden ist nötig: die Auswahl hier oder der Freitext im nächsten Feld."
            ),
            "company_text": gettext_lazy(
                "Nötig, wenn das Unternehmen noch nicht unter Partner steht; sonst nur, wenn ein "
                "bestimmtes Werk gemeint ist."
            ),
        }

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        offer(self, "company", Organisation.objects.order_by("search", "pk"), Q(is_active=True))
        recent = recently_used(Visit.objects, "company")
        put_first(self.fields["company"], recent, gettext_lazy("Zuletzt gewählt"))
        self.fields["sectors"].queryset = Sector.objects.order_by("name", "pk")
        for name in ("company", "company_text"):
            self.fields[name].is_conditional = True
        # Both are mailed.
        limit_length(self.fields["quote"], MAX_QUOTE_LENGTH)
        limit_length(self.fields["participants"], MAX_PARTICIPANTS_LENGTH)
        for name in ("quote", "participants"):
            self.fields[name].widget.attrs["rows"] = 3
        if self.instance._state.adding:
            self.fields["visitor"].initial = settings.HEAD_TITLE

    def clean(self):
        data = super().clean()
        errors = visit_errors(data)
        if "starts_at" in self.errors:
            # Without a valid start, any end would look wrong.
            errors.pop("ends_at", None)
        for name, sentence in errors.items():
            self.add_error(name, sentence)
        return data


class DistributionListsField(forms.ModelMultipleChoiceField):
    """Distribution lists to tick, each with the number of people it reaches (`reached`)."""

    def label_from_instance(self, distribution_list):
        reached = distribution_list.reached
        count = ngettext("%(count)d Person", "%(count)d Personen", reached) % {"count": reached}
        return f"{distribution_list.name} ({count})"


class AnnounceForm(SeenForm):
    lists = DistributionListsField(
        label=gettext_lazy("Zusätzlich informieren"),
        queryset=DistributionList.objects.none(),
        widget=CheckboxList,
        required=False,
        help_text=gettext_lazy(
            "Alle Personen der gewählten Verteiler bekommen dieselbe Ankündigung."
        ),
    )

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        # Counts the same people as `Person.objects.reachable()`.
        reached = Count("members", filter=Q(members__is_active=True) & ~Q(members__email=""))
        lists = DistributionList.objects.annotate(reached=reached)
        self.fields["lists"].queryset = lists.order_by("name", "pk")


class PressSlotForm(VersionedForm, WarnedForm):
    fields_together = (("kind", "starts_at", "be_there_by", "registration_deadline"),)
    # Beside the version of the slot, because a change of the slot acts on the visit too.
    shown = CleanCharField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = PressSlot
        fields = SLOT_FIELDS
        formfield_callback = formfield_for
        error_messages = {"starts_at": {"required": START_IS_MISSING}}

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["shown"] = version_of(self.instance.visit, SEEN_FIELDS)
        if not self.instance.visit.is_taken_over:
            starts_at = self.fields["starts_at"]
            # The rule of `PressSlot.needs_a_start` and its constraint, applied to the form's input.
            starts_at.required = self.data.get(self.add_prefix("kind")) != PressKind.NOT_PUBLIC
            starts_at.help_text = gettext_lazy("Nur bei „nicht presseöffentlich“ kann er fehlen.")

    def clean(self):
        data = super().clean()
        # As in the service: a slot may wait on its former day until the visit is moved back.
        if "starts_at" in self.changed_data and data.get("starts_at"):
            if error := slot_day_error(self.instance.visit, data["starts_at"]):
                self.add_error("starts_at", error)
        if {"starts_at", "be_there_by"}.intersection(self.changed_data):
            times = data.get("starts_at"), data.get("be_there_by")
            is_checked = not self.instance.visit.is_taken_over
            if is_checked and (error := arrival_error(*times)):
                self.add_error("be_there_by", error)
        return data

    @property
    def visit_shown(self) -> str:
        """The fingerprint of the visit as this form showed it."""
        return self.cleaned_data.get("shown", "")

    def show_conflict(self, error, current):
        """Show both versions of the slot, or only the sentence where just the visit has changed."""
        if current and self._version_of(current) != self.version_shown:
            super().show_conflict(error, current)
        else:
            self.add_error(None, str(error))
        data = self.data.copy()
        visit = Visit.objects.get(pk=self.instance.visit_id)
        data[self.add_prefix("shown")] = version_of(visit, SEEN_FIELDS)
        self.data = data


class CoverageForm(VersionedForm, WarnedForm):
    fields_together = (("starts_on", "precision"),)

    class Meta:
        model = Coverage
        fields = COVERAGE_FIELDS
        formfield_callback = formfield_for
        help_texts = {
            "starts_on": gettext_lazy(
                "Ist nur der Monat oder das Jahr bekannt, wählen Sie dessen ersten Tag."
            ),
        }

    def __init__(self, *args, user, **kwargs):
        super().__init__(*args, **kwargs)
        visits = Visit.objects.visible_to(user).select_related("company")
        self.fields["visit"].queryset = visits.order_by("search", "-starts_on", "pk")
        # The press may report on a visit before somebody records that it took place.
        reported_on = (VisitState.ANNOUNCED, *ATTENTION_STATES)
        recent = visits.filter(state__in=reported_on).order_by("-starts_on", "-pk")
        latest = recent.values_list("pk", flat=True)[:MOST_RECENT]
        put_first(self.fields["visit"], latest, gettext_lazy("Die letzten Besuche"))
        self.fields["visit"].empty_label = gettext_lazy("ohne Bezug zu einem Besuch")
        self.fields["sectors"].queryset = Sector.objects.order_by("name", "pk")
        precisions = [Precision.DAY, Precision.MONTH, Precision.YEAR, Precision.UNKNOWN]
        # Kept for a report taken over; otherwise saving would turn its range into a day.
        if self.instance.precision == Precision.RANGE:
            precisions.append(Precision.RANGE)
        self.fields["precision"].choices = [(value.value, value.label) for value in precisions]
        # Most reports have an exact day, which is the default.
        self.fields["precision"].required = False

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        # The constraint says the same, but without a link.
        known = Coverage.objects.exclude(pk=self.instance.pk).filter(url=url).first()
        if url and known:
            link = format_html(
                '<a href="{}">{}</a>', reverse("media_visits:coverage_edit", args=[known.pk]), known
            )
            raise forms.ValidationError(format_html("{} {}", LINK_IS_RECORDED, link))
        return url

    def clean_precision(self) -> str:
        return self.cleaned_data["precision"] or Precision.DAY

    def clean_starts_on(self) -> dt.date | None:
        day = self.cleaned_data["starts_on"]
        if day:
            validate_year(day, FIRST_YEAR_OF_COVERAGE)
        return day
