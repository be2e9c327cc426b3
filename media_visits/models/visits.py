"""Company visits of the senator."""

import datetime as dt

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import END_TOO_EARLY, format_span
from core.folding import FoldedField, matching
from core.models import KnownDate, Origin, Sourced
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from media_visits.enums import (
    APPROVED_STATES,
    ATTENTION_STATES,
    PUBLIC_STATES,
    UNWATCHED_STATES,
    VISIT_BADGE_COLOURS,
    VisitState,
)
from partners.models import Assignable, Organisation, Person, Sector


class VisitQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office: all. Senator's office: all but ideas never submitted. Observers: published or
        approved visits. Partners: published visits, and those announced to their organisation.
        Neither of the two sees visits recorded without an approval.
        """
        if has_role(user, OFFICE):
            return self
        seen = Q(pk__in=[])
        if has_role(user, SENATOR_OFFICE):
            seen |= ~Q(state=VisitState.IDEA) | Q(submitted_at__isnull=False)
        if has_role(user, OBSERVER):
            seen |= Q(is_published=True) | Q(state__in=APPROVED_STATES, recorded_reason="")
        if has_role(user, PARTNER):
            # A postponed visit was announced once, but its new date is not approved yet.
            announced = Q(announced_at__isnull=False, state__in=PUBLIC_STATES, recorded_reason="")
            seen |= Q(is_published=True) | Q(announced, company_id__in=user.organisation_ids)
        return self.filter(seen)

    def in_balance(self, until: dt.date):
        """Visits up to `until` that count as attention in the *Branchenbilanz*."""
        took_place = Q(state__in=ATTENTION_STATES)
        # Of some former visits the sources know only the announcement, and nobody records more.
        took_place |= Q(state=VisitState.ANNOUNCED, origin=Origin.TAKEN_OVER)
        return self.filter(took_place, starts_on__lte=until)

    def matching(self, words: str):
        """Find visits by their own text and the name of the organisation."""
        return self.filter(matching(words, "search", "company__search"))

    def in_workflow(self):
        """Leave out visits taken over from earlier records, which require no action."""
        return self.exclude(origin=Origin.TAKEN_OVER)


class Visit(Sourced, KnownDate, Assignable):
    """A visit to a company, with the message and the sectors it is meant to promote.

    A planned visit has `starts_at`; `starts_on` is its day in Berlin, so that lists sort and filter
    by one column. A visit taken over from earlier records is as precise as its source, with a time
    only if the source names one. The ApprovalRequest of a visit keeps the Leitungsvorlage.
    """

    company = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="visits",
        verbose_name=_("Unternehmen"),
    )
    company_text = models.CharField(
        _("Unternehmen (Freitext)"),
        max_length=250,
        blank=True,
        help_text=_(
            "Falls das Unternehmen noch nicht unter Partner steht oder ein bestimmtes Werk gemeint "
            "ist."
        ),
    )
    title = models.CharField(_("Anlass des Besuchs"), max_length=250)
    message = models.TextField(
        _("Botschaft"),
        blank=True,
        help_text=_("Der eine Satz, der nach dem Besuch in der Zeitung stehen soll."),
    )
    sectors = models.ManyToManyField(
        Sector, verbose_name=_("Branchenschwerpunkt"), blank=True, related_name="visits"
    )
    # Wording of the source, as in `press_text`; only visits taken over have it.
    sectors_text = models.CharField(
        _("Branche laut Quelle"), max_length=200, blank=True, editable=False
    )
    quote = models.TextField(
        _("Zitat"),
        blank=True,
        help_text=_("In Anführungszeichen, mit Name und Funktion; steht so in der Ankündigung."),
    )
    visitor = models.CharField(_("Wer besucht"), max_length=200, blank=True)
    participants = models.TextField(
        _("Außerdem dabei"),
        blank=True,
        help_text=_("Name und Funktion, eine Zeile für jede Person; steht in der Ankündigung."),
    )
    contact = models.CharField(
        _("Kontakt für Rückfragen und Anmeldung"),
        max_length=250,
        blank=True,
        help_text=_("Name, Telefon und E-Mail. Leer: die Geschäftsstelle."),
    )
    address = models.CharField(
        _("Adresse"),
        max_length=250,
        blank=True,
        help_text=_("Straße, Hausnummer, Postleitzahl, Ort."),
    )
    starts_at = models.DateTimeField(_("Beginn"), null=True, blank=True)
    ends_at = models.DateTimeField(_("Ende"), null=True, blank=True)
    state = models.CharField(
        _("Stand"), max_length=12, choices=VisitState, default=VisitState.IDEA, editable=False
    )
    # Part of the approval. `is_published` says whether the office has made use of it.
    to_be_published = models.BooleanField(
        _("Veröffentlichung vorgesehen"),
        default=True,
        help_text=_(
            "Steht in der Vorlage. Ohne Haken bleibt der Besuch auch nach der Freigabe intern."
        ),
    )
    is_published = models.BooleanField(_("veröffentlicht"), default=False, editable=False)
    reason = models.CharField(_("Grund"), max_length=500, blank=True, editable=False)
    # Set only for a visit that took place without a decision in the portal (docs/adr/0025).
    recorded_reason = models.CharField(
        _("Grund der nachträglichen Erfassung"), max_length=500, blank=True, editable=False
    )
    press_text = models.CharField(
        _("Presse laut Quelle"), max_length=250, blank=True, editable=False
    )
    outcome = models.TextField(_("Ergebnis"), blank=True, editable=False)
    internal_notes = models.TextField(
        _("interner Vermerk"), blank=True, help_text=_("Sieht nur die Geschäftsstelle.")
    )
    # The first time; kept when the approval lapses, so that people who saw the visit still can.
    submitted_at = models.DateTimeField(_("zuerst vorgelegt am"), null=True, editable=False)
    announced_at = models.DateTimeField(_("zuerst angekündigt am"), null=True, editable=False)
    # People who got the announcement; they get mail when the visit is postponed or cancelled.
    informed = models.ManyToManyField(Person, blank=True, editable=False, related_name="+")
    # Every change of what was announced, oldest first: the `version` it led to, whether it
    # `is_mailed`, and the announced facts `before` it. A change that was not mailed is told with
    # the next one that is.
    announced_changes = models.JSONField(default=list, blank=True, editable=False)
    # Counts the saves; part of the deduplication key of mails about the visit.
    version = models.PositiveIntegerField(default=1, editable=False)
    # The first source leads, so that the column also sorts by company.
    search = FoldedField(
        sources=("company_name", "title", "message", "address", "visitor", "sectors_text")
    )

    history = HistoricalRecords(excluded_fields=["search"])
    objects = VisitQuerySet.as_manager()

    class Meta:
        verbose_name = _("Unternehmensbesuch")
        verbose_name_plural = _("Unternehmensbesuche")
        indexes = [
            models.Index(fields=["state", "starts_on"], name="visit_by_state_and_day"),
            models.Index(fields=["starts_on"], name="visit_by_day"),
        ]
        # Visits taken over skip the workflow, so its rules make an exception for them.
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=VisitState.values), name="visit_state_is_known"
            ),
            models.CheckConstraint(
                condition=Q(company__isnull=False) | ~Q(company_text=""),
                name="visit_names_a_company",
                violation_error_message=_("Bitte nennen Sie das Unternehmen."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True)
                | Q(starts_at__isnull=False, ends_at__gt=F("starts_at")),
                name="visit_ends_after_start",
                violation_error_message=END_TOO_EARLY,
            ),
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True)
                | Q(starts_on__isnull=False, ends_on__gte=F("starts_on")),
                name="visit_days_in_order",
            ),
            models.CheckConstraint(
                condition=Q(origin="taken_over")
                | Q(starts_at__isnull=False)
                | ~Q(state__in=["submitted", "approved", "announced", "held", "documented"]),
                name="visit_submitted_has_a_start",
            ),
            models.CheckConstraint(
                condition=Q(origin="taken_over")
                | ~Q(reason="")
                | ~Q(state__in=["postponed", "cancelled"]),
                name="visit_put_off_has_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(is_published=False) | Q(state__in=PUBLIC_STATES),
                name="visit_published_was_approved",
            ),
            models.CheckConstraint(
                condition=Q(recorded_reason="")
                | Q(is_published=False, state__in=["held", "documented"]),
                name="visit_recorded_late_is_not_public",
            ),
            models.CheckConstraint(
                condition=Q(origin="taken_over") | ~Q(outcome="") | ~Q(state="documented"),
                name="visit_documented_has_an_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.company_name}: {self.title}"

    def get_absolute_url(self):
        return reverse("media_visits:detail", args=[self.pk])

    @property
    def company_name(self) -> str:
        """The text entered for a specific plant or an unknown company, else the organisation."""
        return self.company_text or (self.company.name if self.company else "")

    @property
    def partner_name(self) -> str:
        """The organisation, if `company_name` differs from it, else an empty string."""
        if self.company and self.company.name != self.company_name:
            return self.company.name
        return ""

    @property
    def date_text(self) -> str:
        """Date and time, as precise as known."""
        if self.starts_at:
            return format_span(self.starts_at, self.ends_at)
        if self.starts_on is None and not self.is_taken_over:
            return str(_("Termin noch offen"))
        return self.known_date

    @property
    def has_approval(self) -> bool:
        """Whether the approval is in force, which publishing requires."""
        if self.recorded_reason:
            return False
        # The sources of visits taken over are public, so a cancelled one may be shown as well.
        return self.state in (PUBLIC_STATES if self.is_taken_over else APPROVED_STATES)

    @property
    def is_publishable(self) -> bool:
        """Whether the visit is approved, with publication as part of the approval."""
        return self.has_approval and (self.to_be_published or self.is_taken_over)

    @property
    def needs_somebody(self) -> bool:
        return not self.is_taken_over and self.state not in UNWATCHED_STATES

    @property
    def is_resumable(self) -> bool:
        """Whether the visit was cancelled before anybody outside knew of it."""
        return self.state == VisitState.CANCELLED and self.announced_at is None

    @property
    def badge_colour(self) -> str:
        return VISIT_BADGE_COLOURS[VisitState(self.state)]
