"""Answers of guests: by personal link, in the portal, or entered by the office after a call."""

import datetime as dt
from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import format_date, local_date
from core.errors import NotAllowed, Refused
from core.history import save_as
from core.links import read_link
from dialogues import mails
from dialogues.enums import SEATED, DialogueState, RsvpChannel, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.models.invitations import LINK_KIND, LINK_LIFETIME_SECONDS
from dialogues.permissions import can_manage, can_reply
from dialogues.services.dialogues import lock_dialogue, seats_taken

POSSIBLE_RSVPS = tuple(rsvp for rsvp in RsvpState if rsvp != RsvpState.OPEN)
MOST_SUBSTITUTES = 3  # that one guest may have the portal write to


class Rsvp(NamedTuple):
    """What a guest answers. `party` is the number of people who come; the substitute counts only
    when represented.
    """

    rsvp: str
    party: int = 1
    substitute_name: str = ""
    substitute_function: str = ""
    substitute_email: str = ""
    remark: str = ""
    shares_rsvp: bool = False


def open_invitation(token: str) -> Invitation:
    """Return the invitation that a personal link points at, with dialogue and host.

    Raises Refused with a sentence and the next thing to do when the link is damaged, expired,
    revoked or withdrawn. Reads only: opening a link changes nothing.
    """
    target = read_link(LINK_KIND, token, max_age=LINK_LIFETIME_SECONDS)
    rows = Invitation.objects.select_related(
        "dialogue__host", "dialogue__topic", "person__organisation"
    )
    row = rows.filter(pk=target.pk).first()
    if row is None or row.released_at is None:
        raise Refused(
            _("Diese Einladung gibt es nicht mehr. Bitte wenden Sie sich an die Geschäftsstelle.")
        )
    if row.withdrawn_at:
        raise Refused(
            _("Diese Einladung wurde zurückgezogen. Bei Fragen hilft Ihnen die Geschäftsstelle.")
        )
    if row.link_version != target.version:
        raise Refused(
            _(
                "Dieser Link wurde durch einen neueren ersetzt. Bitte öffnen Sie den Link aus der "
                "letzten E-Mail."
            )
        )
    return row


def closed_reason(invitation: Invitation, *, today: dt.date) -> str:
    """Return why the guest cannot answer any more, as a sentence, or an empty string while
    answering is open.
    """
    dialogue = invitation.dialogue
    if dialogue.state == DialogueState.CANCELLED:
        return _("Dieses Gespräch wurde abgesagt. Sie müssen nichts weiter tun.")
    if dialogue.state == DialogueState.EXPLORING:
        return _(
            "Dieses Gespräch wird verschoben. Sie erhalten eine neue Einladung, sobald der Termin "
            "feststeht."
        )
    if dialogue.state != DialogueState.INVITED or invitation.released_round != dialogue.round:
        return _(
            "Zu diesem Gespräch kann nicht mehr geantwortet werden. Bitte wenden Sie sich an die "
            "Geschäftsstelle."
        )
    if dialogue.rsvp_by and today > dialogue.rsvp_by:
        text = _(
            "Die Frist für Ihre Antwort ist am %(day)s abgelaufen. Bitte wenden Sie sich an die "
            "Geschäftsstelle."
        )
        return text % {"day": format_date(dialogue.rsvp_by)}
    return ""


@transaction.atomic
def record_rsvp(
    *, invitation: Invitation, reply: Rsvp, now: dt.datetime, by=None, channel=RsvpChannel.LINK
) -> bool:
    """Write a guest's answer under the dialogue's lock; returns whether anything changed.

    An unchanged answer writes nothing and mails nothing. Raises NotEntitled for a foreign
    invitation, Refused when the list is closed or the seats do not suffice; `seats` are never
    exceeded. The office may answer after the deadline and for anybody (`channel` OFFICE), and after
    the event without a mail.
    """
    dialogue = lock_dialogue(invitation.dialogue_id)
    row = (
        Invitation.objects.select_for_update(of=("self",))
        .select_related("person__user")
        .get(pk=invitation.pk)
    )
    row.dialogue = dialogue
    _check_right(row, by, channel)
    _check_open(row, invitation, channel, now)
    if reply.rsvp not in POSSIBLE_RSVPS:
        raise Refused(_("Bitte wählen Sie eine Antwort."))
    if reply.rsvp == RsvpState.REPRESENTED and not reply.substitute_name.strip():
        raise Refused(_("Bitte nennen Sie, wer Sie vertritt."))
    if not 1 <= reply.party <= 10:
        raise Refused(_("Bitte geben Sie eine Zahl von 1 bis 10 Personen an."))
    before = _as_reply(row)
    after = _normalised(reply)
    if row.replied_at and before == after:
        return False
    _check_seats(dialogue, row, after)
    if channel != RsvpChannel.OFFICE:
        _check_substitutes(row, after)
    for field, value in after._asdict().items():
        setattr(row, field, value)
    row.replied_at, row.channel = now, channel
    row.revision += mails.changes_hands(row.person, before, after)
    save_as(
        row, by=by, now=now, reason=_("Antwort: %(answer)s") % {"answer": row.get_rsvp_display()}
    )
    mails.withdraw_reminders(row, note=_("Der Gast hat geantwortet."), by=by, now=now)
    if dialogue.state == DialogueState.INVITED:
        mails.mail_confirmation(dialogue, row, previous=before, by=by, now=now)
    return True


def _check_right(row, by, channel) -> None:
    if channel == RsvpChannel.OFFICE and not can_manage(by):
        raise NotAllowed(_("Antworten trägt die Geschäftsstelle ein."))
    if channel == RsvpChannel.ACCOUNT and not can_reply(by, row):
        raise NotAllowed(_("Diese Einladung gilt einer anderen Person."))


def _check_open(row, invitation, channel, now) -> None:
    if row.withdrawn_at or not row.released_at:
        raise Refused(
            _("Diese Einladung wurde zurückgezogen. Bei Fragen hilft Ihnen die Geschäftsstelle.")
        )
    if channel == RsvpChannel.OFFICE:
        if row.dialogue.state not in (DialogueState.INVITED, DialogueState.HELD):
            raise Refused(_("Antworten lassen sich nur eintragen, solange eingeladen ist."))
        return
    if row.link_version != invitation.link_version:
        raise Refused(
            _(
                "Dieser Link wurde durch einen neueren ersetzt. Bitte öffnen Sie den Link aus der "
                "letzten E-Mail."
            )
        )
    if sentence := closed_reason(row, today=local_date(now)):
        raise Refused(sentence)


def _check_substitutes(row: Invitation, after: Rsvp) -> None:
    """Refuse the mail to one more address: a personal link must not become a way to write to
    anybody.
    """
    if not after.substitute_email:
        return
    told = set(row.history.exclude(substitute_email="").values_list("substitute_email", flat=True))
    if after.substitute_email not in told and len(told) >= MOST_SUBSTITUTES:
        raise Refused(
            _(
                "Sie haben schon mehrere Vertretungen genannt. Eine weitere trägt die "
                "Geschäftsstelle gern für Sie ein."
            )
        )


def _check_seats(dialogue: Dialogue, row: Invitation, after: Rsvp) -> None:
    needed = after.party if after.rsvp in SEATED else 0
    if needed <= row.seats_taken:
        return
    left = dialogue.seats - (seats_taken(dialogue) - row.seats_taken)
    if needed > left:
        if left <= 0:
            raise Refused(
                _(
                    "Es sind keine Plätze mehr frei. Möglich ist eine Antwort mit Vorbehalt; "
                    "sobald ein Platz frei "
                    "wird, kann daraus eine Zusage werden."
                )
            )
        raise Refused(
            ngettext(
                "Es ist nur noch %(left)d Platz frei. Bitte geben Sie weniger Personen an.",
                "Es sind nur noch %(left)d Plätze frei. Bitte geben Sie weniger Personen an.",
                left,
            )
            % {"left": left}
        )


def _as_reply(row: Invitation) -> Rsvp:
    return Rsvp(**{field: getattr(row, field) for field in Rsvp._fields})


def _normalised(reply: Rsvp) -> Rsvp:
    """Return `reply` without what its answer does not need: a substitute unless represented, more
    than one person.
    """
    reply = reply._replace(
        remark=reply.remark.strip(), substitute_name=reply.substitute_name.strip()
    )
    if reply.rsvp != RsvpState.REPRESENTED:
        reply = reply._replace(substitute_name="", substitute_function="", substitute_email="")
    if reply.rsvp not in SEATED:
        reply = reply._replace(party=1)
    return reply
