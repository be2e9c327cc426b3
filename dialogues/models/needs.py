"""Needs: what companies ask of politics and administration, followed to their end."""

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.folding import FoldedField, matching
from core.links import sign_link
from core.models import Sourced
from core.roles import OBSERVER, PARTNER, has_role, is_inside
from dialogues.enums import NEED_BADGE_COLOURS, NEED_OPEN, RECORDED, NeedState
from dialogues.models.contributions import Contribution
from dialogues.models.dialogues import Dialogue
from measures.models import Measure, PlanSection, Project
from partners.models import Assignable, Organisation, Person

LINK_KIND = "need"
# Counted from the mail that contains the link; each mail signs a new one. What becomes of a need
# may take years, and the page only says what the mails say.
LINK_LIFETIME_SECONDS = 3 * 365 * 24 * 3600


class NeedQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the needs `user` may see.

        Both offices: all. Partners: those that their organisations raised or that are addressed to
        them. Observers: those of documented dialogues, and others once something became of them.
        """
        if is_inside(user):
            return self
        # Matches nothing; each role widens it.
        seen = Q(pk__in=[])
        if has_role(user, PARTNER):
            own = user.organisation_ids
            seen |= Q(raised_by__in=own) | Q(addressee__in=own)
        if has_role(user, OBSERVER):
            seen |= Q(dialogue__state__in=RECORDED)
            seen |= Q(dialogue__isnull=True) & ~Q(state=NeedState.RAISED)
        return self.filter(seen)

    def matching(self, words: str):
        """Find needs by their own text and the names of both organisations."""
        return self.filter(matching(words, "search", "raised_by__search", "addressee__search"))

    def open(self):
        return self.filter(state__in=NEED_OPEN)


class Need(Sourced, Assignable):
    """*Unterstützungsbedarf* of an organisation, from a dialogue or entered without one."""

    title = models.CharField(_("Was wird gebraucht?"), max_length=200)
    text = models.TextField(_("Worum geht es?"), blank=True)
    raised_by = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        related_name="raised_needs",
        verbose_name=_("Eingebracht von"),
    )
    contact = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="raised_needs",
        verbose_name=_("Ansprechperson"),
    )
    raised_on = models.DateField(_("Eingebracht am"))
    # Visits hold needs too, and some reach the office by telephone.
    dialogue = models.ForeignKey(
        Dialogue,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("Branchengespräch"),
    )
    contribution = models.OneToOneField(
        Contribution,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="need",
        verbose_name=_("Beitrag"),
    )
    # Without one, the office itself takes care of the need.
    addressee = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="addressed_needs",
        verbose_name=_("Gerichtet an"),
    )
    measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("Maßnahme"),
    )
    section = models.ForeignKey(
        PlanSection,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("Abschnitt des Plans"),
    )
    state = models.CharField(
        _("Stand"), max_length=12, choices=NeedState, default=NeedState.RAISED, editable=False
    )
    promise = models.TextField(_("Zusage"), blank=True, editable=False)
    outcome = models.TextField(_("Ergebnis"), blank=True, editable=False)
    reason = models.TextField(_("Begründung"), blank=True, editable=False)
    # What the addressee owes next: an answer at first, then what was promised.
    due_on = models.DateField(_("Frist"), null=True, blank=True)
    resubmit_on = models.DateField(_("Wiedervorlage"), null=True, blank=True)
    resubmit_check = models.CharField(_("Was dann zu prüfen ist"), max_length=300, blank=True)
    # When something last happened; corrections of the wording do not count.
    moved_at = models.DateTimeField(_("letzte Bewegung"), editable=False)
    became_measure = models.ForeignKey(
        Measure,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="origin_needs",
        verbose_name=_("Daraus wurde die Maßnahme"),
    )
    became_project = models.ForeignKey(
        Project,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="origin_needs",
        verbose_name=_("Daraus wurde das Projekt"),
    )
    internal_notes = models.TextField(_("interner Vermerk"), blank=True)
    # Signed into the personal link of the contact. Raising it revokes every link mailed before.
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)
    search = FoldedField(sources=("title", "text", "promise", "outcome"))

    # The search column is derived from other columns, whose history is kept.
    history = HistoricalRecords(excluded_fields=["search"])
    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("Unterstützungsbedarf")
        verbose_name_plural = _("Unterstützungsbedarfe")
        indexes = [models.Index(fields=["state", "moved_at"], name="need_by_state")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(state="promised") | ~Q(promise=""), name="need_promised_has_promise"
            ),
            models.CheckConstraint(
                condition=~Q(state="done") | ~Q(outcome=""), name="need_done_has_outcome"
            ),
            models.CheckConstraint(
                condition=~Q(state="impossible") | ~Q(reason=""), name="need_impossible_has_reason"
            ),
            models.CheckConstraint(
                condition=Q(resubmit_on__isnull=True, resubmit_check="")
                | Q(resubmit_on__isnull=False) & ~Q(resubmit_check=""),
                name="need_resubmission_says_what",
            ),
            models.CheckConstraint(
                condition=Q(measure__isnull=True) | Q(section__isnull=True),
                name="need_touches_measure_or_section",
            ),
            models.CheckConstraint(
                condition=Q(became_measure__isnull=True) | Q(became_project__isnull=True),
                name="need_became_measure_or_project",
            ),
            models.CheckConstraint(
                condition=Q(addressee__isnull=True) | ~Q(addressee=F("raised_by")),
                name="need_addressee_is_another",
            ),
            models.CheckConstraint(
                condition=Q(contribution__isnull=True) | Q(dialogue__isnull=False),
                name="need_of_contribution_has_dialogue",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:need", args=[self.pk])

    @property
    def mail_key(self) -> str:
        """The `subject_key` of mails about this need."""
        return f"need:{self.pk}"

    @property
    def personal_link(self) -> str:
        """The path of the page on which the contact reads what becomes of the need. It is a secret:
        anyone who has it can read that.
        """
        token = sign_link(LINK_KIND, self.pk, self.link_version)
        return reverse("dialogues:need_followed", args=[token])

    @property
    def needs_somebody(self) -> bool:
        return not self.is_taken_over and self.state != NeedState.FILED

    @property
    def is_open(self) -> bool:
        return self.state in NEED_OPEN

    @property
    def badge_colour(self) -> str:
        return NEED_BADGE_COLOURS[NeedState(self.state)]

    @property
    def addressee_label(self) -> str:
        """The organisation, or the office. Querysets need `select_related("addressee")`."""
        return self.addressee.label if self.addressee else str(_("Geschäftsstelle"))

    @property
    def became(self) -> Measure | Project | None:
        return self.became_measure or self.became_project
