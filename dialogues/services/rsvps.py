"""Services for replies: by personal link, in the portal, or entered by the office."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.conflicts import require_seen
from core.dates import format_date, local_date
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.links import LinkTarget, read_link
from core.roles import require_office
from dialogues import mails
from dialogues.enums import DATED, DialogueState, RsvpChannel, RsvpState
from dialogues.models import Dialogue, FormerInvitation, Invitation, Rsvp
from dialogues.models.invitations import LINK_KIND, LINK_LIFETIME_SECONDS
from dialogues.permissions import INVITED_PERSON_ONLY, can_rsvp
from dialogues.queries import takes_office_rsvp
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.invitations import lock_invitation
from dialogues.services.waiting import answer_offer, queued_at, seated_or_waiting
from outbox.rendering.headers import address_key
from partners.models import Person

GIVEN_RSVPS = tuple(rsvp for rsvp in RsvpState if rsvp != RsvpState.OPEN)
RSVP_FIELDS = (*Rsvp._fields, "released_round", "withdrawn_at")
MAX_PARTY = 10
# Limits abuse: with a personal link, anyone can make the portal mail an address they enter.
MAX_SUBSTITUTES = 3

RSVP_MISSING = gettext_lazy("Bitte wählen Sie eine Antwort.")
SUBSTITUTE_MISSING = gettext_lazy("Bitte nennen Sie, wer Sie vertritt.")
OWN_ADDRESS = gettext_lazy(
    "Das ist Ihre eigene Adresse. Bitte nennen Sie die Ihrer Vertretung, oder lassen Sie das Feld "
    "leer."
)
ADDRESS_OF_GUEST = gettext_lazy(
    "Das ist die Adresse des Gastes. Bitte nennen Sie die der Vertretung, oder lassen Sie das Feld "
    "leer."
)
INVITATION_WITHDRAWN = gettext_lazy(
    "Diese Einladung wurde zurückgezogen. Bei Fragen hilft Ihnen die Geschäftsstelle."
)
# The same, read by the office.
WAS_WITHDRAWN = gettext_lazy(
    "Diese Einladung ist zurückgezogen; zu ihr lässt sich nichts mehr eintragen. Nehmen Sie die "
    "Person wieder in die Gästeliste auf, wenn sie kommen soll."
)
TOO_MANY_SUBSTITUTES = gettext_lazy(
    "Sie haben schon mehrere Vertretungen genannt. Eine weitere trägt die Geschäftsstelle gern für "
    "Sie ein."
)
# Replaced, perhaps without a mail, or revoked because the guest's data was deleted.
LINK_REVOKED = gettext_lazy(
    "Dieser Link gilt nicht mehr. Haben Sie seitdem eine E-Mail mit einem neuen Link bekommen, "
    "öffnen Sie bitte diesen; sonst hilft Ihnen die Geschäftsstelle."
)


def open_invitation(token: str) -> Invitation:
    """Return the invitation of a personal link, with dialogue and host.

    Raises Refused with advice if the link is damaged, expired or revoked, or the invitation was
    withdrawn. Must not change anything, because mail scanners open links too.
    """
    target = read_link(LINK_KIND, token, max_age=LINK_LIFETIME_SECONDS)
    invitations = Invitation.objects.select_related(
        "dialogue__host", "dialogue__topic", "person__organisation"
    )
    invitation = invitations.filter(pk=target.pk).first()
    if invitation is None and (former := _former_invitation(target)):
        invitation = invitations.get(pk=former.invitation_id)
        target = target._replace(version=former.valid_version)
    if invitation is None or invitation.released_at is None:
        raise Refused(
            _("Diese Einladung gibt es nicht mehr. Bitte wenden Sie sich an die Geschäftsstelle.")
        )
    # Checked before the version: withdrawing raises it, but the guest should read the reason.
    if invitation.withdrawn_at:
        raise Refused(_why_withdrawn(invitation))
    if invitation.link_version != target.version:
        raise Refused(LINK_REVOKED)
    return invitation


def _former_invitation(target: LinkTarget) -> FormerInvitation | None:
    """Return what became of an invitation whose guest was entered twice."""
    former = FormerInvitation.objects.filter(number=target.pk, link_version=target.version)
    return former.first()


def _why_withdrawn(invitation: Invitation) -> str:
    """Return that the invitation was withdrawn, or who is invited instead after a postponement."""
    email = invitation.substitute_email
    if invitation.rsvp == RsvpState.REPRESENTED and email:
        others = invitation.dialogue.invitations.active()
        guests = [other.person for other in others.select_related("person__user")]
        if any(address_key(email) in _addresses_of(guest) for guest in guests):
            text = _("Das Gespräch wurde verschoben. Eingeladen wird Ihre Vertretung: %(name)s.")
            return text % {"name": invitation.substitute_name}
    return str(INVITATION_WITHDRAWN)


def closed_reason(invitation: Invitation, *, today: dt.date) -> str:
    """Return a sentence that says why the guest can no longer reply; empty while they can."""
    dialogue = invitation.dialogue
    if dialogue.state == DialogueState.CANCELLED:
        return _("Dieses Gespräch wurde abgesagt. Sie müssen nichts weiter tun.")
    if dialogue.state == DialogueState.EXPLORING or (
        invitation.is_former and dialogue.state in DATED
    ):
        return f"{_postponed(dialogue)} {_outlook(invitation)}"
    if dialogue.state != DialogueState.INVITED:
        return _(
            "Zu diesem Gespräch kann nicht mehr geantwortet werden. Bitte wenden Sie sich an die "
            "Geschäftsstelle."
        )
    if dialogue.rsvp_by and today > dialogue.rsvp_by and not _is_next(invitation, today):
        text = _(
            "Die Frist für Ihre Antwort ist am %(day)s abgelaufen. Bitte wenden Sie sich an die "
            "Geschäftsstelle."
        )
        return text % {"day": format_date(dialogue.rsvp_by)}
    return ""


def _is_next(invitation: Invitation, today: dt.date) -> bool:
    """Return whether the guest may be offered a seat, so that the deadline is not theirs."""
    starts_at = invitation.dialogue.starts_at
    if invitation.rsvp != RsvpState.WAITING or starts_at is None:
        return False
    return today < local_date(starts_at)


def _postponed(dialogue: Dialogue) -> str:
    """Return how far the dialogue is that was postponed since the guest was invited."""
    if dialogue.state == DialogueState.EXPLORING:
        return _("Dieses Gespräch wird verschoben. Ein neuer Termin steht noch nicht fest.")
    if dialogue.state == DialogueState.SCHEDULED:
        return _("Dieses Gespräch wurde verschoben. Der neue Termin steht fest.")
    return _(
        "Dieses Gespräch wurde verschoben. Zum neuen Termin sind schon Einladungen verschickt, an "
        "Sie bisher keine."
    )


def _outlook(invitation: Invitation) -> str:
    """Return what the guest of a postponed dialogue can expect."""
    if not invitation.person.is_active:
        return _("Bei Fragen hilft Ihnen die Geschäftsstelle.")
    if invitation.rsvp == RsvpState.REPRESENTED:
        return _("Wen wir zum neuen Termin einladen, klärt die Geschäftsstelle mit Ihnen.")
    if invitation.dialogue.state == DialogueState.INVITED:
        return _("Bitte wenden Sie sich an die Geschäftsstelle, wenn Sie teilnehmen möchten.")
    return _("Wir laden Sie zum neuen Termin erneut ein; Sie müssen nichts weiter tun.")


@transaction.atomic
def record_rsvp(
    *,
    invitation: Invitation,
    rsvp: Rsvp,
    now: dt.datetime,
    by=None,
    channel=RsvpChannel.LINK,
    seen: str | None = None,
) -> bool:
    """Record a guest's reply and mail a confirmation; return whether anything changed.

    `seen` is the fingerprint of RSVP_FIELDS that the page showed. The office (`channel` OFFICE) may
    reply for anybody, even after the deadline. Nobody is mailed once the dialogue was held. Raises
    NotAllowed for somebody else's invitation, ChangedMeanwhile, Refused if replies are closed or
    too few seats are free. A guest who accepts when none is left is put on the waiting list.
    """
    # The lock serialises replies to one dialogue, so no seat is given away twice.
    dialogue = lock_dialogue(invitation.dialogue_id)
    locked = lock_invitation(invitation.pk, dialogue)
    _require_right(locked, by, channel)
    _require_open(locked, invitation.link_version, channel, now)
    _require_complete(rsvp)
    before = locked.rsvp_details
    after = _normalised(rsvp, before)
    after = seated_or_waiting(locked, after, by_office=channel == RsvpChannel.OFFICE)
    # Guests may send the form more than once; an unchanged reply is not confirmed again.
    if locked.replied_at and before == after and not _waits_again(locked):
        return False
    require_seen(locked, seen, RSVP_FIELDS)
    _require_other_address(locked, after, channel)
    # Guests who need more substitutes ask the office, which is not limited.
    if channel != RsvpChannel.OFFICE:
        _require_few_substitutes(locked, after)
    if before.rsvp == RsvpState.WAITING:
        # A reply from the waiting list answers the offer, if there is one.
        answer_offer(locked, after, by=by, now=now)
    for name, value in after._asdict().items():
        setattr(locked, name, value)
    locked.replied_at, locked.channel = now, channel
    locked.seat_wanted_at = queued_at(locked, now)
    # An entry that is cancelled or changes hands needs a higher SEQUENCE (RFC 5546, 2.1.4).
    locked.revision += mails.has_new_holder(locked.person, before, after)
    reason = _("Antwort: %(rsvp)s") % {"rsvp": locked.get_rsvp_display()}
    save_as(locked, by=by, now=now, reason=reason)
    mails.withdraw_reminders(locked, note=_("Der Gast hat geantwortet."), by=by, now=now)
    if dialogue.state == DialogueState.INVITED:
        mails.mail_confirmation(dialogue, locked, previous=before, by=by, now=now)
    return True


def _waits_again(invitation: Invitation) -> bool:
    """Return whether the guest let an offer lapse, so that the same reply is a new wish."""
    return invitation.rsvp == RsvpState.WAITING and invitation.seat_wanted_at is None


def _require_right(invitation: Invitation, by, channel: str) -> None:
    if channel == RsvpChannel.OFFICE:
        require_office(by, _("Antworten trägt die Geschäftsstelle ein."))
    if channel == RsvpChannel.ACCOUNT and not can_rsvp(by, invitation):
        raise NotAllowed(INVITED_PERSON_ONLY)


def _require_open(
    invitation: Invitation, version_opened: int, channel: str, now: dt.datetime
) -> None:
    """Raise Refused unless a reply is possible; `version_opened` is the version of the link."""
    # The office uses no link, and no deadline applies to it.
    if channel == RsvpChannel.OFFICE:
        require_office_rsvp(invitation)
        return
    if invitation.withdrawn_at or not invitation.released_at:
        raise Refused(INVITATION_WITHDRAWN)
    if invitation.link_version != version_opened:
        raise Refused(LINK_REVOKED)
    if sentence := closed_reason(invitation, today=local_date(now)):
        raise Refused(sentence)


def require_office_rsvp(invitation: Invitation) -> None:
    """Raise Refused unless the office can enter a reply: the guest is invited to this date."""
    if invitation.withdrawn_at:
        raise Refused(WAS_WITHDRAWN)
    if not takes_office_rsvp(invitation):
        raise Refused(
            _(
                "Antworten lassen sich eintragen, solange eingeladen und das Ergebnis noch nicht "
                "festgehalten ist."
            )
        )


def _require_complete(rsvp: Rsvp) -> None:
    if rsvp.rsvp not in GIVEN_RSVPS:
        raise Refused(RSVP_MISSING)
    if rsvp.rsvp == RsvpState.REPRESENTED and not rsvp.substitute_name.strip():
        raise Refused(SUBSTITUTE_MISSING)
    if not 1 <= rsvp.party <= MAX_PARTY:
        raise Refused(
            _("Bitte geben Sie eine Zahl von 1 bis %(most)d Personen an.") % {"most": MAX_PARTY}
        )


def _require_other_address(invitation: Invitation, after: Rsvp, channel: str) -> None:
    """Raise Refused if the substitute has the guest's own address: both have one entry there."""
    if is_own_address(invitation, after.substitute_email):
        raise Refused(str(ADDRESS_OF_GUEST if channel == RsvpChannel.OFFICE else OWN_ADDRESS))


def is_own_address(invitation: Invitation, email: str) -> bool:
    return bool(email) and address_key(email) in _addresses_of(invitation.person)


def _addresses_of(person: Person) -> set[str]:
    account = getattr(person, "user", None)
    return {address_key(person.email), address_key(account.email if account else "")} - {""}


def _require_few_substitutes(invitation: Invitation, after: Rsvp) -> None:
    """Raise Refused if the guest names a new address after MAX_SUBSTITUTES others."""
    if names_too_many(invitation, after.substitute_email):
        raise Refused(TOO_MANY_SUBSTITUTES)


def names_too_many(invitation: Invitation, email: str) -> bool:
    """Return whether the guest named MAX_SUBSTITUTES other addresses for the present date."""
    if not email:
        return False
    # From the history, because the invitation holds only the latest substitute.
    former = invitation.history.exclude(substitute_email="")
    former = former.filter(released_round=invitation.released_round)
    named = {address_key(one) for one in former.values_list("substitute_email", flat=True)}
    # Whoever mistyped an address, so that nobody could be mailed there, may correct it.
    named -= mails.addresses_without_substitute(invitation)
    return address_key(email) not in named and len(named) >= MAX_SUBSTITUTES


def _normalised(rsvp: Rsvp, before: Rsvp) -> Rsvp:
    """Return `rsvp` without a substitute that it does not call for.

    A refusal keeps the number of people of the reply `before`: whoever comes after all comes with
    as many.
    """
    rsvp = rsvp._replace(remark=rsvp.remark.strip(), substitute_name=rsvp.substitute_name.strip())
    if rsvp.rsvp != RsvpState.REPRESENTED:
        rsvp = rsvp._replace(substitute_name="", substitute_function="", substitute_email="")
    if rsvp.rsvp == RsvpState.DECLINED:
        rsvp = rsvp._replace(party=before.party)
    return rsvp
