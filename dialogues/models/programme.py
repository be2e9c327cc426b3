"""The programme of a dialogue, one record per item."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from dialogues.enums import ProgrammeKind
from dialogues.models.dialogues import Dialogue


class ProgrammeItem(models.Model):
    """*Programmpunkt*. It has no history of its own: each save replaces all items of a dialogue,
    and the history of `Dialogue.programme` has them in words.
    """

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="programme_items")
    # From the start of the dialogue, so that items move with it; before the start, it is negative.
    starts_after_minutes = models.SmallIntegerField(_("Minuten nach Beginn"))
    lasts_minutes = models.PositiveSmallIntegerField(_("Dauer in Minuten"), null=True, blank=True)
    kind = models.CharField(_("Art"), max_length=15, choices=ProgrammeKind)
    title = models.CharField(_("Was"), max_length=200, blank=True)
    who = models.CharField(_("Wer"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("Programmpunkt")
        verbose_name_plural = _("Programmpunkte")
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=["welcome", "tour", "talk", "contributions", "exchange"])
                | Q(kind="other") & ~Q(title=""),
                name="programmeitem_says_what_it_is",
            ),
            models.CheckConstraint(
                condition=Q(lasts_minutes__isnull=True) | Q(lasts_minutes__gt=0),
                name="programmeitem_lasts",
            ),
            # A clock time belongs to the start that is less than half a day away.
            models.CheckConstraint(
                condition=Q(starts_after_minutes__gte=-720, starts_after_minutes__lt=720),
                name="programmeitem_within_half_a_day",
            ),
        ]

    def __str__(self):
        return self.label

    @property
    def label(self) -> str:
        if self.kind == ProgrammeKind.OTHER:
            return self.title
        return ": ".join(filter(None, [self.get_kind_display(), self.title]))
