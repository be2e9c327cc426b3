"""Dialogues."""

import datetime as dt
from collections.abc import Callable, Mapping
from copy import copy

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.dates import format_span
from core.folding import FoldedField
from core.models import KnownDate, Origin, Sourced
from core.roles import OBSERVER, PARTNER, has_role, is_inside
from dialogues.enums import (
    DIALOGUE_BADGE_COLOURS,
    DIALOGUE_OVER,
    HOST_REPLY_BADGE_COLOURS,
    PAST,
    SENATOR_ATTENDS,
    DialogueCategory,
    DialogueFormat,
    DialogueState,
    HostReply,
)
from dialogues.models.topics import Topic
from partners.models import Assignable, Organisation, Person

# In these states, observers and partners of the host see a dialogue. Before them, its date is
# still open.
DECIDED = (
    DialogueState.SCHEDULED,
    DialogueState.INVITED,
    DialogueState.HELD,
    DialogueState.DOCUMENTED,
    DialogueState.CLOSED,
)


def _was_decided() -> Q:
    """Return the condition that a dialogue is in a DECIDED state or was cancelled after one."""
    # Cancelling keeps a fixed date, and postponing begins another round. A dialogue with neither
    # was cancelled while it was planned, and outsiders never heard of it.
    had_date = Q(starts_at__isnull=False) | Q(round__gt=1)
    return Q(state__in=DECIDED) | had_date & Q(state=DialogueState.CANCELLED)


class DialogueQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the dialogues `user` may see.

        Office and senator's office: all. Observers: those decided on. Partners: those of
        them that their organisations host, and those that their people are invited to. Everybody:
        those they are invited to themselves. Observers and partners also see all records taken
        over from public sources.
        """
        if is_inside(user):
            return self
        if not (user.is_authenticated and user.is_active):
            return self.none()
        past, guest = Q(origin=Origin.TAKEN_OVER), Q(invitations__person=user.person_id)
        # Matches nothing; each role widens it.
        seen = Q(pk__in=[])
        if has_role(user, OBSERVER):
            seen |= past | _was_decided()
        if has_role(user, PARTNER):
            seen |= past | Q(host__in=user.organisation_ids) & _was_decided()
            guest |= Q(invitations__person__organisation__in=user.organisation_ids)
        # A subquery, not a join: a dialogue with many guests must appear only once.
        invited = self.model.objects.filter(
            guest, invitations__released_at__isnull=False, invitations__withdrawn_at__isnull=True
        )
        return self.filter(seen | Q(pk__in=invited.values("pk")))

    def in_balance(self, until: dt.date):
        """Dialogues held up to `until`, which count as attention in the *Branchenbilanz*."""
        was_held = Q(starts_at__date__lte=until) | Q(starts_at__isnull=True, starts_on__lte=until)
        return self.filter(was_held, state__in=PAST, category=DialogueCategory.DIALOGUE)


class Dialogue(Sourced, KnownDate, Assignable):
    """*Branchengespräch* in an industrial company, or a *Veranstaltung* taken over from sources.

    `starts_at` and `ends_at` are the fixed date; `starts_on` (KnownDate) is the day of a record
    taken over.
    """

    title = models.CharField(_("Titel"), max_length=250)
    category = models.CharField(
        _("Rubrik"),
        max_length=10,
        choices=DialogueCategory,
        default=DialogueCategory.DIALOGUE,
        editable=False,
    )
    event_kind = models.CharField(
        _("Art der Veranstaltung"), max_length=120, blank=True, editable=False
    )
    topic = models.ForeignKey(
        Topic,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="dialogues",
        verbose_name=_("Thema"),
    )
    state = models.CharField(
        _("Stand"),
        max_length=12,
        choices=DialogueState,
        default=DialogueState.PLANNING,
        editable=False,
    )
    host = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_dialogues",
        verbose_name=_("Gastgeber"),
    )
    host_text = models.CharField(
        _("Gastgeber laut Quelle"), max_length=250, blank=True, editable=False
    )
    host_contact = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="hosted_dialogues",
        verbose_name=_("Ansprechperson beim Gastgeber"),
    )
    host_reply = models.CharField(
        _("Antwort des Gastgebers"),
        max_length=10,
        choices=HostReply,
        default=HostReply.OPEN,
        editable=False,
    )
    host_replied_on = models.DateField(_("Antwort vom"), null=True, editable=False)
    host_note = models.CharField(
        _("Vermerk zur Antwort"), max_length=250, blank=True, editable=False
    )
    format = models.CharField(
        _("Format"), max_length=10, choices=DialogueFormat, default=DialogueFormat.ON_SITE
    )
    place = models.CharField(
        _("Ort"),
        max_length=250,
        blank=True,
        help_text=_("Straße, Hausnummer, Treffpunkt. Leer: Anschrift des Gastgebers."),
    )
    # Some services put the whole description of a meeting into its link.
    video_link = models.URLField(_("Zugang zur Videokonferenz"), max_length=1000, blank=True)
    senator_attends = models.BooleanField(SENATOR_ATTENDS, default=True)
    starts_at = models.DateTimeField(_("Beginn"), null=True, editable=False)
    ends_at = models.DateTimeField(_("Ende"), null=True, editable=False)
    seats = models.PositiveSmallIntegerField(_("Plätze"), default=30)
    offers_seats = models.BooleanField(
        _("Freie Plätze von selbst anbieten"),
        default=True,
        help_text=_(
            "Wird ein Platz frei, bekommt ihn angeboten, wer auf der Warteliste vorn steht, "
            "werktags zwischen 8 und 18 Uhr. Sonst bietet ihn die Geschäftsstelle an."
        ),
    )
    rsvp_by = models.DateField(_("Antwort bis"), null=True, blank=True)
    # The items in words, a line each, as mails and calendar entries name them. Each save writes it
    # anew, so that what guests were told can be compared with it. Older ones have no items.
    programme = models.TextField(_("Programm"), blank=True, editable=False)
    # The time at which the programme takes the dialogue to start, as long as there is no date.
    programme_start = models.TimeField(_("Beginn laut Programm"), null=True, editable=False)
    # Postponing begins a new round: invitations to the new date are new mails, and replies to the
    # former one no longer count.
    round = models.PositiveSmallIntegerField(default=1, editable=False)
    # SEQUENCE of the calendar entry (RFC 5545, 3.8.7.4), raised by every change that is mailed.
    sequence = models.PositiveSmallIntegerField(default=0, editable=False)
    # Former values by field name: what guests still know while a change waits for its approval.
    unannounced = models.JSONField(default=dict, blank=True, editable=False)
    # Every change of announced facts since the date was fixed, oldest first: when (`at`), the
    # `sequence` it led to, whether it `is_mailed`, and the values `before` it by field name. A
    # change that was not mailed is told with the next one that is (`as_told`).
    announced_changes = models.JSONField(default=list, blank=True, editable=False)
    participants_text = models.TextField(_("Teilnehmende laut Quelle"), blank=True, editable=False)
    outcome = models.TextField(_("Ergebnis"), blank=True)
    press_text = models.TextField(_("Presse"), blank=True, editable=False)
    closing_reason = models.TextField(_("Grund"), blank=True, editable=False)
    internal_notes = models.TextField(_("interner Vermerk"), blank=True)
    search = FoldedField(sources=("title", "event_kind", "host_text", "place", "outcome"))

    # The search column is derived from other columns, whose history is kept.
    history = HistoricalRecords(excluded_fields=["search"])
    objects = DialogueQuerySet.as_manager()

    class Meta:
        verbose_name = _("Branchengespräch")
        verbose_name_plural = _("Branchengespräche")
        indexes = [models.Index(fields=["state", "starts_at"], name="dialogue_by_date")]
        constraints = [
            # Records taken over are exempt, because their sources may lack any of this.
            models.CheckConstraint(
                condition=Q(origin="taken_over")
                | Q(state__in=["planning", "exploring", "cancelled"])
                | Q(
                    topic__isnull=False,
                    host__isnull=False,
                    host_reply="accepted",
                    starts_at__isnull=False,
                ),
                name="dialogue_dated_has_topic_host_and_date",
            ),
            models.CheckConstraint(
                condition=Q(ends_at__isnull=True) | Q(ends_at__gt=F("starts_at")),
                name="dialogue_ends_after_start",
            ),
            models.CheckConstraint(
                condition=Q(origin="taken_over") | Q(category="dialogue"),
                name="dialogue_events_are_taken_over",
            ),
        ]

    def __str__(self):
        return self.title

    def get_absolute_url(self):
        return reverse("dialogues:detail", args=[self.pk])

    @property
    def needs_somebody(self) -> bool:
        return not self.is_taken_over and self.state not in DIALOGUE_OVER

    @property
    def badge_colour(self) -> str:
        return DIALOGUE_BADGE_COLOURS[DialogueState(self.state)]

    @property
    def host_badge_colour(self) -> str:
        return HOST_REPLY_BADGE_COLOURS[HostReply(self.host_reply)]

    @property
    def when(self) -> str:
        """The fixed date with its times, or the known day of a record taken over."""
        if self.starts_at:
            return format_span(self.starts_at, self.ends_at)
        if self.is_taken_over:
            return self.known_date
        return str(_("noch offen"))

    @property
    def as_announced(self) -> "Dialogue":
        """A copy with the values that guests know, without changes that wait for an approval.

        Only for pages and mails; never save it. If no change waits, this is the dialogue itself.
        """
        if not self.unannounced:
            return self
        known = copy(self)
        for name, value in self.unannounced.items():
            setattr(known, name, value)
        known.unannounced = {}
        return known

    def as_told(self, is_told: Callable[[Mapping], bool]) -> "Dialogue":
        """A copy with the values of before all `announced_changes` since the last that `is_told`.

        Like `as_announced`, only for pages and mails.
        """
        known = copy(self.as_announced)
        for change in reversed(self.announced_changes):
            if is_told(change):
                break
            for name, value in change["before"].items():
                setattr(known, name, value)
        known.unannounced = {}
        return known

    @property
    def senator_attends_text(self) -> str:
        return str(_("ja") if self.senator_attends else _("nein"))

    @property
    def calendar_uid(self) -> str:
        # The same for all people and rounds, so that calendars recognise an update.
        return f"dialogue-{self.pk}"

    @property
    def programme_points(self) -> list[str]:
        return [line.strip() for line in self.programme.splitlines() if line.strip()]

    @property
    def programme_line(self) -> str:
        return " · ".join(self.programme_points)

    @property
    def location(self) -> str:
        """The host's name and the address, for people who do not know the host."""
        if self.format == DialogueFormat.DIGITAL or self.host is None or self.is_taken_over:
            return self.address
        return ", ".join(part for part in (self.host.name, self.address) if part)

    @property
    def address(self) -> str:
        """The place if entered, else the link of a digital dialogue, else the host's address."""
        if self.place or self.format == DialogueFormat.DIGITAL:
            return self.place or self.video_link
        return self.host.postal_address if self.host else ""
