"""Invitations to a dialogue, and the replies to them."""

from copy import copy
from typing import NamedTuple

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from simple_history.models import HistoricalRecords

from core.links import sign_link
from core.roles import PARTNER, has_role, is_office, is_senator_office
from dialogues.enums import RSVP_BADGE_COLOURS, SEATED, RsvpChannel, RsvpState
from dialogues.models.dialogues import Dialogue
from partners.models import Person

LINK_KIND = "invitation"
# Counted from the mail that contains the link; each mail signs a new one.
LINK_LIFETIME_SECONDS = 180 * 24 * 3600


class Rsvp(NamedTuple):
    """A guest's reply, stored in the fields of Invitation with the same names.

    `party` counts everybody who comes; the substitute counts only when `rsvp` is represented.
    """

    rsvp: str
    party: int = 1
    substitute_name: str = ""
    substitute_function: str = ""
    substitute_email: str = ""
    remark: str = ""
    shares_rsvp: bool = False


class InvitationQuerySet(models.QuerySet):
    def visible_to(self, user):
        """Return the invitations `user` may see.

        The office: all. The senator's office: all released ones. Partners: released ones of their
        organisations' people. Everybody: their own released ones.
        """
        if is_office(user):
            return self
        released = self.filter(released_at__isnull=False)
        if is_senator_office(user):
            return released
        if not (user.is_authenticated and user.is_active):
            return self.none()
        seen = Q(person=user.person_id)
        if has_role(user, PARTNER):
            seen |= Q(person__organisation__in=user.organisation_ids)
        return released.filter(seen)

    def active(self):
        return self.filter(withdrawn_at__isnull=True)

    def released(self):
        return self.active().filter(released_at__isnull=False)


class Invitation(models.Model):
    """One person's invitation to one dialogue: prepared, released (mailed), perhaps withdrawn."""

    dialogue = models.ForeignKey(Dialogue, on_delete=models.CASCADE, related_name="invitations")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="invitations", verbose_name=_("Person")
    )
    rsvp = models.CharField(
        _("Antwort"), max_length=12, choices=RsvpState, default=RsvpState.OPEN, editable=False
    )
    # Everybody who comes on this invitation, the guest included.
    party = models.PositiveSmallIntegerField(_("Personen"), default=1)
    substitute_name = models.CharField(_("Name der Vertretung"), max_length=150, blank=True)
    substitute_function = models.CharField(_("Funktion der Vertretung"), max_length=150, blank=True)
    substitute_email = models.EmailField(_("E-Mail der Vertretung"), blank=True)
    remark = models.TextField(_("Nachricht an die Geschäftsstelle"), blank=True)
    shares_rsvp = models.BooleanField(
        _("Andere Gäste dürfen sehen, dass ich teilnehme."), default=False
    )
    replied_at = models.DateTimeField(_("beantwortet am"), null=True, editable=False)
    channel = models.CharField(
        _("Weg"), max_length=8, choices=RsvpChannel, blank=True, editable=False
    )
    # The order of the waiting list; the office may exchange it between guests. None once a guest
    # let an offer lapse: they are not offered another seat until they ask again. It outlives a
    # postponement, so that whoever waits again stands before those who are new.
    seat_wanted_at = models.DateTimeField(_("Platz gewünscht am"), null=True, editable=False)
    released_at = models.DateTimeField(_("versandt am"), null=True, editable=False)
    # The round of the latest release; 0 before the first.
    released_round = models.PositiveSmallIntegerField(default=0, editable=False)
    withdrawn_at = models.DateTimeField(_("zurückgezogen am"), null=True, editable=False)
    # Signed into the personal link. Raising it revokes every link mailed before.
    link_version = models.PositiveSmallIntegerField(default=1, editable=False)
    # Raised when this guest's calendar entry is cancelled or changes hands. It is added to
    # `Dialogue.sequence`, so that calendars accept the next entry as an update (RFC 5546, 2.1.4).
    revision = models.PositiveSmallIntegerField(default=0, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        editable=False,
    )

    history = HistoricalRecords()
    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("Einladung")
        verbose_name_plural = _("Einladungen")
        constraints = [
            models.UniqueConstraint(
                fields=["dialogue", "person"], name="invitation_once_per_person"
            ),
            # The upper limit is `services.rsvps.MAX_PARTY`.
            models.CheckConstraint(
                condition=Q(party__gte=1, party__lte=10), name="invitation_party_is_one_to_ten"
            ),
            models.CheckConstraint(
                condition=Q(rsvp="open") | Q(replied_at__isnull=False),
                name="invitation_rsvp_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(rsvp="represented") | ~Q(substitute_name=""),
                name="invitation_represented_names_substitute",
            ),
        ]

    def __str__(self):
        return f"{self.person} – {self.dialogue}"

    @property
    def badge_colour(self) -> str:
        return RSVP_BADGE_COLOURS[RsvpState(self.rsvp)]

    @property
    def rsvp_details(self) -> Rsvp:
        return Rsvp(**{name: getattr(self, name) for name in Rsvp._fields})

    @property
    def seats_taken(self) -> int:
        return self.party if self.rsvp in SEATED and not self.withdrawn_at else 0

    @property
    def dialogue_as_announced(self) -> Dialogue:
        """The dialogue as this guest knows it; without a date unless they are invited to it."""
        known = self.dialogue.as_announced
        if self.released_round != known.round:
            known = copy(known)
            known.starts_at = known.ends_at = None
        return known

    @property
    def is_former(self) -> bool:
        """Whether the guest was invited to a date that postponing has given up since."""
        return 0 < self.released_round < self.dialogue.round

    @property
    def mail_key(self) -> str:
        """The `subject_key` of mails about this invitation."""
        return f"invitation:{self.pk}"

    @property
    def personal_link(self) -> str:
        """The path of the guest's reply page. It is a secret: anyone who has it can reply."""
        return reverse("dialogues:rsvp", args=[sign_link(LINK_KIND, self.pk, self.link_version)])


class FormerInvitation(models.Model):
    """An invitation that was merged into another one, whose page its personal links open now.

    `number` and `link_version` are those signed into the links. They work as long as the other
    invitation has the `valid_version`, so revoking its links revokes these too.
    """

    number = models.PositiveBigIntegerField()
    link_version = models.PositiveSmallIntegerField()
    invitation = models.ForeignKey(
        Invitation, on_delete=models.CASCADE, related_name="former_invitations"
    )
    valid_version = models.PositiveSmallIntegerField()

    class Meta:
        verbose_name = _("frühere Einladung")
        verbose_name_plural = _("frühere Einladungen")
        constraints = [
            models.UniqueConstraint(fields=["number"], name="formerinvitation_once_per_number")
        ]

    def __str__(self):
        return str(self.number)
