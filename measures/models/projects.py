"""Projects: under a measure, beside the measures of a plan, or outside every plan."""

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from core.folding import FoldedField
from core.history import RelatedHistory
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from measures.models.measures import (
    HAS_ONE_LEAD,
    LEAD_MESSAGE,
    RUNTIME_IS_ORDERED,
    RUNTIME_MESSAGE,
    Measure,
    Undertaking,
)
from measures.models.plans import Plan, is_shown_to_leads
from measures.permissions import represented_organisations


class ProjectQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Others: published projects whose plan and measure are
        published too; partners also the projects of what their organisation leads.
        """
        if has_role(user, OFFICE, SENATOR_OFFICE):
            return self
        if not has_role(user, OBSERVER, PARTNER):
            return self.none()
        own = represented_organisations(user)
        measure_is_published = Q(measure__isnull=True) | Q(
            measure__is_published=True, measure__plan__is_published=True
        )
        # `~Q(…=False)` keeps projects without a plan; a filter for True would drop them.
        published = Q(is_published=True) & measure_is_published & ~Q(plan__is_published=False)
        led = Q(lead_id__in=own) | Q(measure__lead_id__in=own)
        # Both are met without a plan, whose predecessor is missing then.
        led &= is_shown_to_leads("plan") & is_shown_to_leads("measure__plan")
        return self.filter(published | led)

    def outside_plans(self):
        """Projects that fit a plan's themes but belong neither to it nor to one of its measures."""
        return self.filter(measure__isnull=True, plan__isnull=True)


class Project(Undertaking):
    """An *Einzelprojekt*."""

    measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("Maßnahme"),
    )
    plan = models.ForeignKey(
        Plan,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="projects",
        verbose_name=_("Plan"),
    )
    theme = models.CharField(_("thematisch passend zu"), max_length=200, blank=True)
    search = FoldedField(sources=("title", "theme", "lead_text", "supporters_text", "description"))

    history = RelatedHistory(excluded_fields=["search"], m2m_fields=["supporters"])
    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("Projekt")
        verbose_name_plural = _("Projekte")
        constraints = [
            models.CheckConstraint(
                condition=Q(measure__isnull=True) | Q(plan__isnull=True),
                name="project_has_measure_or_plan",
            ),
            models.CheckConstraint(
                condition=RUNTIME_IS_ORDERED,
                name="project_ends_after_start",
                violation_error_message=RUNTIME_MESSAGE,
            ),
            models.CheckConstraint(
                condition=HAS_ONE_LEAD,
                name="project_has_one_lead",
                violation_error_message=LEAD_MESSAGE,
            ),
        ]

    def get_absolute_url(self):
        return reverse("measures:project", args=[self.pk])

    @property
    def is_outside_plans(self) -> bool:
        return self.measure_id is None and self.plan_id is None
