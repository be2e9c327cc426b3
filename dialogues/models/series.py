"""Series of dialogues."""

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import has_words
from core.models import Sourced
from core.roles import OBSERVER, PARTNER, has_role, is_inside
from dialogues.enums import SERIES_BADGE_COLOURS, SERIES_OVER, SeriesState
from partners.models import Assignable


class SeriesQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Office and senator's office see every series, observers and partners consented ones."""
        if is_inside(user):
            return self
        if has_role(user, OBSERVER, PARTNER):
            # They see what is decided, and nothing is before the senator's consent.
            return self.filter(state=SeriesState.CONSENTED)
        return self.none()

    def matching(self, words: str):
        """Find series by their text, in Python: there are too few for a folded column."""
        texts = self.values_list("pk", "title", "period", "description")
        return self.filter(pk__in=[pk for pk, *parts in texts if has_words(words, *parts)])


class DialogueSeries(Sourced, Assignable):
    """*Reihe*. Before the senator consents, no topic is submitted and no date explored."""

    title = models.CharField(_("Titel"), max_length=200)
    period = models.CharField(_("Zeitraum"), max_length=60, blank=True)
    description = models.TextField(_("Worum es geht"), blank=True)
    state = models.CharField(
        _("Stand"), max_length=12, choices=SeriesState, default=SeriesState.PROPOSED, editable=False
    )
    internal_notes = models.TextField(_("interner Vermerk"), blank=True)

    history = HistoricalRecords()
    objects = SeriesQuerySet.as_manager()

    class Meta:
        verbose_name = _("Reihe")
        verbose_name_plural = _("Reihen")

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:series", args=[self.pk])

    @property
    def needs_somebody(self) -> bool:
        return not self.is_taken_over and self.state not in SERIES_OVER

    @property
    def badge_colour(self) -> str:
        return SERIES_BADGE_COLOURS[SeriesState(self.state)]
