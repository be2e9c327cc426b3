"""What companies bring to a dialogue: technology, everyday problems, and needs."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.roles import OBSERVER, PARTNER, has_role, is_inside
from dialogues.enums import CONTRIBUTION_BADGE_COLOURS, PAST, RECORDED, ContributionKind
from dialogues.models.dialogues import Dialogue
from partners.models import Organisation, Person


class ContributionQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the contributions `user` may see.

        Both offices: all. Observers: those of documented dialogues. Partners: those of their
        organisations, and of dialogues that they may see, once these were held.
        """
        if is_inside(user):
            return self
        # Matches nothing; each role widens it.
        seen = Q(pk__in=[])
        if has_role(user, OBSERVER):
            seen |= Q(dialogue__state__in=RECORDED)
        if has_role(user, PARTNER):
            attended = Dialogue.objects.visible_to(user).filter(state__in=PAST)
            seen |= Q(organisation__in=user.organisation_ids)
            seen |= Q(dialogue__in=attended.order_by().values("pk"))
        return self.filter(seen)


class Contribution(models.Model):
    """*Beitrag* of one organisation to a dialogue."""

    # What companies said is the result of a dialogue: no deletion may take it along.
    dialogue = models.ForeignKey(
        Dialogue,
        on_delete=models.PROTECT,
        related_name="contributions",
        verbose_name=_("Branchengespräch"),
    )
    kind = models.CharField(_("Art"), max_length=10, choices=ContributionKind)
    title = models.CharField(_("Worum geht es?"), max_length=200)
    text = models.TextField(_("Einzelheiten"), blank=True)
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="contributions",
        verbose_name=_("Organisation"),
    )
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="contributions",
        verbose_name=_("Person"),
    )

    history = HistoricalRecords()
    objects = ContributionQuerySet.as_manager()

    class Meta:
        verbose_name = _("Beitrag")
        verbose_name_plural = _("Beiträge")
        constraints = [
            models.CheckConstraint(condition=~Q(title=""), name="contribution_has_title"),
            models.CheckConstraint(
                condition=Q(kind__in=["technology", "challenge", "need"]),
                name="contribution_kind_is_known",
            ),
        ]

    def __str__(self):
        return self.title

    @property
    def badge_colour(self) -> str:
        return CONTRIBUTION_BADGE_COLOURS[ContributionKind(self.kind)]
