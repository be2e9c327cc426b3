"""Topics proposed for dialogues."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField, matching
from core.models import Sourced
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.enums import TOPIC_BADGE_COLOURS, TOPIC_OVER, TopicState
from dialogues.models.series import DialogueSeries
from partners.models import Assignable, CrossCuttingTheme, Organisation, Sector


class TopicQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the topics `user` may see.

        The office: all but others' drafts. The senator's office: all but drafts. Observers:
        approved ones. Partners: those of their organisations, but drafts only if they or the
        organisation's own people wrote them. A deputy's drafts stay private. Once the account of
        their author is closed, the office and the organisation see all drafts.
        """
        own = Q(proposed_by=user.pk) if user.is_authenticated else Q(pk=None)
        abandoned = Q(proposed_by__is_active=False)
        if has_role(user, OFFICE):
            return self.filter(~Q(state=TopicState.DRAFT) | own | abandoned)
        # Matches nothing; each role widens it.
        seen = Q(pk__in=[])
        if has_role(user, SENATOR_OFFICE):
            seen |= ~Q(state=TopicState.DRAFT)
        if has_role(user, OBSERVER):
            seen |= Q(state=TopicState.APPROVED)
        if has_role(user, PARTNER):
            # A deputy's draft names this organisation, but its author belongs to another one.
            readable = (
                ~Q(state=TopicState.DRAFT)
                | own
                | abandoned
                | Q(proposed_by__person__organisation=F("organisation"))
            )
            seen |= Q(readable, organisation__in=user.organisation_ids)
        return self.filter(seen)

    def matching(self, words: str):
        """Find topics by their own text and the name of the organisation."""
        return self.filter(matching(words, "search", "organisation__search"))


class Topic(Sourced, Assignable):
    """*Thema* of a dialogue, proposed by a partner or the office."""

    title = models.CharField(_("Titel"), max_length=200)
    description = models.TextField(_("Worum geht es, und warum jetzt?"))
    wish = models.TextField(
        _("Was soll am Ende stehen?"),
        blank=True,
        help_text=_("Zum Beispiel ein Bedarf, der an die Verwaltung gerichtet wird."),
    )
    sectors = models.ManyToManyField(
        Sector, verbose_name=_("Branchen"), blank=True, related_name="topics"
    )
    themes = models.ManyToManyField(
        CrossCuttingTheme, verbose_name=_("Querschnittsthemen"), blank=True, related_name="topics"
    )
    organisation = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="topics",
        verbose_name=_("vorgeschlagen von"),
    )
    series = models.ForeignKey(
        DialogueSeries,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="topics",
        verbose_name=_("Reihe"),
    )
    state = models.CharField(
        _("Stand"), max_length=12, choices=TopicState, default=TopicState.DRAFT, editable=False
    )
    reason = models.TextField(_("Begründung"), blank=True, editable=False)
    proposed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="topics",
        editable=False,
    )
    proposed_at = models.DateTimeField(_("vorgeschlagen am"), null=True, editable=False)
    internal_notes = models.TextField(_("interner Vermerk"), blank=True)
    search = FoldedField(sources=("title", "description"))

    # The search column is derived from other columns, whose history is kept.
    history = HistoricalRecords(excluded_fields=["search"])
    objects = TopicQuerySet.as_manager()

    class Meta:
        verbose_name = _("Thema")
        verbose_name_plural = _("Themen")
        constraints = [
            # A constraint cannot read the state of the series; `submit_topic` checks it.
            models.CheckConstraint(
                condition=~Q(state__in=["for_approval", "approved"]) | Q(series__isnull=False),
                name="topic_for_approval_is_in_series",
            ),
            models.CheckConstraint(
                condition=~Q(state="not_taken_up") | ~Q(reason=""), name="topic_declined_has_reason"
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:topic", args=[self.pk])

    @property
    def needs_somebody(self) -> bool:
        return not self.is_taken_over and self.state not in TOPIC_OVER

    @property
    def badge_colour(self) -> str:
        return TOPIC_BADGE_COLOURS[TopicState(self.state)]
