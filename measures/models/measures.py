"""Measures, and what they share with projects and status reports."""

import re

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Left
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.dates import format_date
from core.enums import TRAFFIC_LIGHT_MEANINGS, TrafficLight
from core.folding import FoldedField, matching
from core.history import RelatedHistory
from core.links import page_address
from core.models import Origin, Sourced
from core.numbers import format_money
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.enums import (
    FINISHED_PHASES,
    REQUIRED_EXPLANATIONS,
    Financing,
    Phase,
)
from measures.models.plans import Plan, PlanSection, is_shown_to_leads
from measures.permissions import represented_organisations
from partners.models import Assignable, Organisation, Sector


class Status(models.Model):
    """The status of a measure: phase, traffic light and financing, independent of each other."""

    # Blank means that no source states the value. A guess would be worse than a gap.
    phase = models.CharField(_("Phase"), max_length=12, choices=Phase, blank=True)
    traffic_light = models.CharField(_("Ampel"), max_length=6, choices=TrafficLight, blank=True)
    traffic_light_reason = models.TextField(_("Grund"), blank=True)
    help_wanted = models.TextField(_("gewünschte Entscheidung oder Hilfe"), blank=True)
    financing = models.CharField(_("Finanzierung"), max_length=10, choices=Financing, blank=True)

    # What the lead reported, where the office chose another light. Measures get it from
    # `queries.with_lead_light`; of a former day it is not known.
    lead_light = ""

    class Meta:
        abstract = True

    @property
    def traffic_light_meaning(self) -> str:
        return str(TRAFFIC_LIGHT_MEANINGS.get(self.traffic_light, ""))

    @property
    def lead_light_note(self) -> str:
        """`Federführung: grün` where the lead reported another light than the official one."""
        if not self.lead_light:
            return ""
        return gettext("Federführung: %(light)s") % {"light": TrafficLight(self.lead_light).label}


STATUS_FIELDS = ("phase", "traffic_light", "traffic_light_reason", "help_wanted", "financing")
# Measures and submitted reports share this constraint, so that no service can bypass the rule.
TRAFFIC_LIGHT_IS_EXPLAINED = (
    ~Q(traffic_light__in=tuple(REQUIRED_EXPLANATIONS)) | ~Q(traffic_light_reason="")
) & (~Q(traffic_light=TrafficLight.RED) | ~Q(help_wanted=""))
TRAFFIC_LIGHT_MESSAGE = _(
    "Bei Gelb und Rot gehört der Grund dazu, bei Rot auch die gewünschte Hilfe oder Entscheidung."
)


class Undertaking(Sourced):
    """Fields shared by measures and projects, such as lead, supporters and runtime."""

    title = models.CharField(_("Titel"), max_length=300)
    description = models.TextField(_("Beschreibung"), blank=True)
    lead = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="led_%(class)ss",
        verbose_name=_("Federführung"),
    )
    # Some leads in the sources are not partners ("diverse Senatsverwaltungen"). They have no
    # account and owe no report.
    lead_text = models.CharField(
        _("Federführung als Text"),
        max_length=300,
        blank=True,
        help_text=_("Nur, wenn die Stelle nicht unter Partner steht."),
    )
    supporters = models.ManyToManyField(
        Organisation,
        blank=True,
        related_name="supported_%(class)ss",
        verbose_name=_("unterstützende Akteure"),
    )
    supporters_text = models.TextField(
        _("weitere unterstützende Akteure"), blank=True, help_text=_("Eine je Zeile.")
    )
    # The wording of the source ("laufend", "ab 2019"); the dates stay empty unless known.
    runtime = models.CharField(_("Laufzeit"), max_length=200, blank=True)
    starts_on = models.DateField(_("Beginn"), null=True, blank=True)
    ends_on = models.DateField(_("Ende"), null=True, blank=True)
    amount = models.CharField(_("Mittel"), max_length=200, blank=True)
    is_lighthouse = models.BooleanField(
        _("Leuchtturmprojekt"),
        default=False,
        help_text=_("Als Leuchtturm des Plans gekennzeichnet."),
    )
    is_published = models.BooleanField(
        _("veröffentlicht"), default=False, help_text=_("Für Partner und Steuerungskreis sichtbar.")
    )

    class Meta:
        abstract = True

    def __str__(self):
        return self.title

    @property
    def lead_label(self) -> str:
        """The lead as text, or "". Querysets need `select_related("lead")`."""
        return self.lead.label if self.lead_id else self.lead_text

    @property
    def amount_label(self) -> str:
        return format_money(self.amount)

    @property
    def runtime_label(self) -> str:
        """The wording of the source and the known dates: `laufend (ab 01.03.2019)`."""
        days = self._days_label
        return f"{self.runtime} ({days})" if self.runtime and days else self.runtime or days

    def has_runtime_outside(self, plan: Plan) -> bool:
        """Return whether the runtime, as far as it is known, leaves out the years of `plan`."""
        first, last = _years_in(self.runtime)
        first = self.starts_on.year if self.starts_on else first
        last = self.ends_on.year if self.ends_on else last
        is_over = plan.first_year and last and last < plan.first_year
        is_later = plan.last_year and first and first > plan.last_year
        return bool(is_over or is_later)

    @property
    def _days_label(self) -> str:
        start, end = format_date(self.starts_on), format_date(self.ends_on)
        if start and end:
            return f"{start} – {end}"
        if start:
            return gettext("ab %(day)s") % {"day": start}
        return gettext("bis %(day)s") % {"day": end} if end else ""


def _years_in(text: str) -> tuple[int | None, int | None]:
    """Return the first and last year that a runtime names, None for an end that it leaves open."""
    years = [int(year) for year in re.findall(r"\b(?:19|20)\d\d\b", text)]
    if not years:
        return None, None
    is_open = OPEN_ENDED.search(text)
    return min(years), None if is_open else max(years)


# Whatever began earlier may still run in the next plan: "ab 2019", "laufend seit 2018".
OPEN_ENDED = re.compile(r"\b(?:ab|seit|laufend|fortlaufend|dauerhaft)\b|[–-]\s*$", re.IGNORECASE)

RUNTIME_IS_ORDERED = (
    Q(starts_on__isnull=True) | Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
)
RUNTIME_MESSAGE = _("Das Ende liegt vor dem Beginn.")
# A lead is an organisation or a text, never both; it may also be missing.
HAS_ONE_LEAD = Q(lead__isnull=True) | Q(lead_text="")
LEAD_MESSAGE = _("Bitte eine Organisation auswählen oder die Federführung als Text angeben.")


START_OF_TITLE = Left("search", 60)  # lists sort by it first, since an index holds it


class MeasureQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Others: measures published in a published plan;
        partners also those their organisation leads (`is_shown_to_leads`).
        """
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if not has_role(user, OBSERVER, PARTNER):
            return self.none()
        led = Q(lead_id__in=represented_organisations(user)) & is_shown_to_leads("plan")
        return self.filter(Q(is_published=True, plan__is_published=True) | led)

    def matching(self, words: str):
        """Find measures by their own text and the name of their lead."""
        return self.filter(matching(words, "search", "lead__search"))

    def in_workflow(self):
        """Measures subject to deadlines and reminders.

        Records taken over from earlier documents are history: no reports are due on them.
        """
        return self.exclude(origin=Origin.TAKEN_OVER)


class Measure(Undertaking, Status, Assignable):
    """A *Maßnahme*.

    Its status is a copy of the latest accepted report, so that lists can sort and filter by it
    without a join. Only `services.reports` writes it.
    """

    # PROTECT throughout: no deletion may cascade to the record of what became of a measure.
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="measures", verbose_name=_("Plan")
    )
    section = models.ForeignKey(
        PlanSection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="measures",
        verbose_name=_("Abschnitt des Plans"),
        help_text=_("Leer, wenn der Platz im Plan nicht belegt ist."),
    )
    code = models.CharField(
        _("Kennung"), max_length=20, blank=True, help_text=_("So wie im Plan, etwa „C 1“.")
    )
    # The day of the report that the status comes from, and whether that report is invented.
    status_on = models.DateField(_("Stand vom"), null=True, blank=True, editable=False)
    status_origin = models.CharField(max_length=12, choices=Origin, blank=True, editable=False)
    # Statistical sectors; independent of the plan's own fields and clusters.
    sectors = models.ManyToManyField(
        Sector, verbose_name=_("Branchen"), blank=True, related_name="measures"
    )
    internal_notes = models.TextField(
        _("interner Vermerk"), blank=True, help_text=_("Nur für die Geschäftsstelle sichtbar.")
    )
    # The list searches this column and sorts by it instead of the title.
    search = FoldedField(sources=("title", "code", "lead_text", "supporters_text", "description"))
    # Apart, because only the office may find what only the office may read.
    search_internal = FoldedField(sources=("internal_notes",))

    history = RelatedHistory(
        excluded_fields=["search", "search_internal"], m2m_fields=["supporters", "sectors"]
    )
    objects = MeasureQuerySet.as_manager()

    class Meta:
        verbose_name = _("Maßnahme")
        verbose_name_plural = _("Maßnahmen")
        indexes = [
            # The list of one plan by title. The whole column is too long for an index.
            models.Index("plan", START_OF_TITLE, name="measure_of_plan_by_title"),
            # What each lead still has to report on in a round, without reading the measures.
            models.Index(
                fields=["lead", "plan"],
                include=["id"],
                condition=~Q(origin=Origin.TAKEN_OVER) & ~Q(phase__in=FINISHED_PHASES),
                name="measure_unfinished_by_lead",
            ),
        ]
        constraints = [
            # Catches double submissions, which can slip past the check of the form.
            models.UniqueConstraint(
                fields=["plan", "title"],
                name="measure_title_once_a_plan",
                violation_error_message=_(
                    "In diesem Plan gibt es schon eine Maßnahme mit diesem Titel."
                ),
            ),
            models.CheckConstraint(
                condition=TRAFFIC_LIGHT_IS_EXPLAINED,
                name="measure_traffic_light_is_explained",
                violation_error_message=TRAFFIC_LIGHT_MESSAGE,
            ),
            models.CheckConstraint(
                condition=RUNTIME_IS_ORDERED,
                name="measure_ends_after_start",
                violation_error_message=RUNTIME_MESSAGE,
            ),
            models.CheckConstraint(
                condition=HAS_ONE_LEAD,
                name="measure_has_one_lead",
                violation_error_message=LEAD_MESSAGE,
            ),
            # `choices` binds only forms; the constraints also bind services and loaded data.
            models.CheckConstraint(
                condition=Q(phase__in=["", *Phase.values]), name="measure_phase_is_known"
            ),
            models.CheckConstraint(
                condition=Q(traffic_light__in=["", *TrafficLight.values]),
                name="measure_traffic_light_is_known",
            ),
            models.CheckConstraint(
                condition=Q(financing__in=["", *Financing.values]),
                name="measure_financing_is_known",
            ),
        ]

    def get_absolute_url(self):
        return page_address("measures:measure", self.pk)

    @property
    def label(self) -> str:
        """Code and title as the plan prints them: `C 1: Ankauf`."""
        return f"{self.code}: {self.title}" if self.code else self.title

    @property
    def is_finished(self) -> bool:
        return self.phase in FINISHED_PHASES

    @property
    def needs_somebody(self) -> bool:
        return not (self.is_finished or self.is_taken_over)

    @property
    def has_demo_status(self) -> bool:
        """Whether the status is invented; the measure itself may be real."""
        return self.status_origin == Origin.DEMO

    @property
    def demo_label(self) -> str:
        """The text of the demo badge, "" for a real measure with a real status."""
        if self.is_demo:
            return _("Demodaten")
        return _("Stand: Demodaten") if self.has_demo_status else ""
