"""What became of a measure when its plan was carried on (*Fortschreibung*)."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import RelatedHistory
from core.models import Origin
from core.roles import is_inside
from measures.enums import ContinuationKind
from measures.models.measures import Measure
from measures.models.plans import Plan


class ContinuationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office: all. Others: those of visible measures, once the successor
        plan is published.
        """
        if is_inside(user):
            return self
        return self.filter(
            measure__in=Measure.objects.visible_to(user), plan__in=Plan.objects.visible_to(user)
        )


class Continuation(models.Model):
    """The decision what becomes of `measure` in the successor plan `plan`.

    The services see to it that `successors` are measures of `plan`, and as many as `kind` says.
    """

    measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        related_name="continuations",
        verbose_name=_("Maßnahme"),
    )
    plan = models.ForeignKey(
        Plan, on_delete=models.PROTECT, related_name="continuations", verbose_name=_("Plan")
    )
    kind = models.CharField(_("Verbleib"), max_length=9, choices=ContinuationKind)
    reason = models.TextField(_("Grund"), blank=True)
    successors = models.ManyToManyField(
        Measure, blank=True, related_name="origins", verbose_name=_("Maßnahmen im neuen Plan")
    )
    # Empty for what earlier documents or former versions of the portal say.
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name=_("entschieden von"),
    )
    decided_at = models.DateTimeField(_("entschieden am"), null=True, editable=False)
    origin = models.CharField(max_length=12, choices=Origin, default=Origin.ENTERED, editable=False)

    history = RelatedHistory(m2m_fields=["successors"])
    objects = ContinuationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Verbleib einer Maßnahme")
        verbose_name_plural = _("Verbleib der Maßnahmen")
        constraints = [
            models.UniqueConstraint(
                fields=["measure", "plan"], name="continuation_one_a_measure_and_plan"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ContinuationKind.values), name="continuation_kind_is_known"
            ),
            models.CheckConstraint(
                condition=(Q(kind=ContinuationKind.ENDED) & ~Q(reason=""))
                | (~Q(kind=ContinuationKind.ENDED) & Q(reason="")),
                name="continuation_only_the_end_has_a_reason",
            ),
        ]

    def __str__(self):
        return f"{self.measure_id} · {self.get_kind_display()}"

    @property
    def is_demo(self) -> bool:
        return self.origin == Origin.DEMO
