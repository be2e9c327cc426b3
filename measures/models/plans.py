"""Plans and their trees of sections."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField
from core.models import Sourced
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from core.typed_dates import FIRST_YEAR, LAST_YEAR

YEAR_MESSAGE = _("Bitte prüfen Sie das Jahr.")
# A slip such as 20260 would stretch every timeline over thousands of years.
SENSIBLE_YEAR = [
    MinValueValidator(FIRST_YEAR, YEAR_MESSAGE),
    MaxValueValidator(LAST_YEAR, YEAR_MESSAGE),
]


def is_shown_to_leads(plan: str) -> Q:
    """Return the condition that leads may see what they lead in the plan behind the path `plan`.

    A *Fortschreibung* in preparation is hidden from them too: until it is published, the office
    may still take back what becomes of each measure.
    """
    return Q(**{f"{plan}__is_published": True}) | Q(**{f"{plan}__predecessor__isnull": True})


class PlanQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Observers and partners: the published ones."""
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if has_role(user, OBSERVER, PARTNER):
            return self.filter(is_published=True)
        return self.none()

    def newest_first(self):
        return self.order_by("-position", "-pk")


class Plan(Sourced):
    """A *Masterplan Industriestadt Berlin*.

    `levels` names the levels of its tree from the top, for example Handlungsfeld, Themencluster:
    every plan has its own.
    """

    title = models.CharField(_("Titel"), max_length=200, unique=True)
    short_title = models.CharField(_("Kurztitel"), max_length=60)
    levels = models.JSONField(_("Gliederungsebenen"), default=list, blank=True)
    first_year = models.PositiveSmallIntegerField(
        _("von"), null=True, blank=True, validators=SENSIBLE_YEAR
    )
    last_year = models.PositiveSmallIntegerField(
        _("bis"), null=True, blank=True, validators=SENSIBLE_YEAR
    )
    adopted_on = models.DateField(_("Senatsbeschluss vom"), null=True, blank=True)
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name=_("Fortschreibung von"),
    )
    # The newest plan has the highest position. Years cannot order plans, since some are unknown.
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    is_published = models.BooleanField(_("veröffentlicht"), default=False)

    history = HistoricalRecords()
    objects = PlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("Plan")
        verbose_name_plural = _("Pläne")
        constraints = [
            models.CheckConstraint(
                condition=Q(first_year__isnull=True)
                | Q(last_year__isnull=True)
                | Q(last_year__gte=F("first_year")),
                name="plan_ends_after_start",
            ),
            models.CheckConstraint(
                condition=~Q(predecessor=F("id")), name="plan_is_not_its_own_predecessor"
            ),
        ]

    def __str__(self):
        return self.short_title

    # A plan has no page of its own; the tree shows one plan at a time.
    def get_absolute_url(self):
        return f"{reverse('measures:tree')}?plan={self.pk}"


class PlanSectionQuerySet(models.QuerySet):
    def visible_to(self, user):
        return self.filter(plan__in=Plan.objects.visible_to(user).order_by())


class PlanSection(Sourced):
    """One node of a plan's tree, for example the Themencluster *Flächen*.

    `code` is text as the plan prints it (`C 1`, `D-F`) and is never computed from the position.
    """

    # A section means nothing without its plan. Measures in it still prevent the deletion (PROTECT).
    plan = models.ForeignKey(
        Plan, on_delete=models.CASCADE, related_name="sections", verbose_name=_("Plan")
    )
    parent = models.ForeignKey(
        "self",
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="children",
        verbose_name=_("übergeordneter Abschnitt"),
    )
    level = models.CharField(_("Ebene"), max_length=60)
    code = models.CharField(_("Kennung"), max_length=20, blank=True)
    title = models.CharField(_("Titel"), max_length=300, blank=True)
    page = models.PositiveSmallIntegerField(_("Seite im Plan"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(_("Reihenfolge"), default=0)
    # The section of the former plan that this one was taken over from: a measure that is carried on
    # keeps its place.
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="successors",
        verbose_name=_("übernommen aus"),
    )

    search = FoldedField(sources=("title", "code"))

    history = HistoricalRecords(excluded_fields=["search"])
    objects = PlanSectionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Abschnitt")
        verbose_name_plural = _("Abschnitte")
        constraints = [
            models.CheckConstraint(
                condition=~Q(code="", title=""), name="plansection_has_code_or_title"
            ),
            models.CheckConstraint(
                condition=~Q(parent=F("id")), name="plansection_is_not_its_own_parent"
            ),
        ]

    def __str__(self):
        return self.label

    def get_absolute_url(self):
        return reverse("measures:section", args=[self.pk])

    @property
    def label(self) -> str:
        """Code and title as the plan prints them: `G: Kompetenzen`.

        A plain number is left out, because pages print it with the level instead (`level_label`).
        """
        if not self.title:
            return f"{self.level} {self.code}"
        if not self.code or self.code.isdecimal():
            return self.title
        return f"{self.code}: {self.title}"

    @property
    def source_label(self) -> str:
        """Where the plan prints the section: `MPI 2018–2021, S. 34`; "" if its page is unknown.
        Querysets need `select_related("plan")`.
        """
        if self.page is None:
            return ""
        return gettext("%(plan)s, S. %(page)s") % {"plan": self.plan, "page": self.page}

    @property
    def level_label(self) -> str:
        """The level with the plain number that `label` leaves out: `Handlungsfeld 3`."""
        return f"{self.level} {self.code}" if self.title and self.code.isdecimal() else self.level
