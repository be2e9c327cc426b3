"""Services after a postponement: whoever represented a guest is the guest at the new date."""

import datetime as dt

from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import Refused
from core.folding import has_words
from core.history import save_as
from core.roles import require_office
from dialogues.models import Dialogue, Invitation
from dialogues.queries import unsettled_substitutes
from dialogues.services.dialogues import lock_dialogue
from dialogues.services.guests import NO_RSVP, list_again
from dialogues.services.invitations import lock_invitation
from outbox.rendering.headers import address_key
from partners.models import Person, at_address
from partners.queries import recipient_of


def settle_known_substitutes(dialogue: Dialogue, *, by, now: dt.datetime) -> dict[int, Person]:
    """Make substitutes with a contact of their own the guests of the locked, postponed `dialogue`.

    Returns them by primary key of the invitation they were named on. The office settles the others:
    those without an address or a contact, or whose contact may be somebody else's.
    """
    settled = {}
    for found in unsettled_substitutes(dialogue):
        if person := _contact_of(found):
            invitation = lock_invitation(found.pk, dialogue)
            _replace_guest(invitation, person, by=by, now=now)
            settled[invitation.pk] = person
    return settled


def _contact_of(invitation: Invitation) -> Person | None:
    """Return the substitute's contact; None unless address and family name name exactly one."""
    email = invitation.substitute_email
    people = Person.objects.reachable().filter(at_address(email)).select_related("user")
    # Two people may share a mailbox, so the address alone does not tell who is meant.
    named = [
        person
        for person in people.exclude(pk=invitation.person_id)
        if has_words(person.family_name, invitation.substitute_name)
        # Not the address of a closed account: nobody is written to there.
        and address_key(email) in (address_key(person.email), recipient_of(person).email)
    ]
    return named[0] if email and len(named) == 1 else None


@transaction.atomic
def settle_substitute(
    *, invitation: Invitation, person: Person | None, by, now: dt.datetime
) -> Invitation:
    """Make `person` the guest in place of a represented one; None keeps the guest. Mails nobody:
    both are told of the new date, or that there is none.

    Raises Refused unless the dialogue was postponed since, or if `person` cannot be invited.
    """
    require_office(by)
    dialogue = lock_dialogue(invitation.dialogue_id)
    invitation = lock_invitation(invitation.pk, dialogue)
    require_unsettled(invitation)
    if person is None:
        for name, value in NO_RSVP.items():
            setattr(invitation, name, value)
        save_as(invitation, by=by, now=now, reason=_("Kommt selbst statt der Vertretung"))
        return invitation
    if not person.is_active or not recipient_of(person).email:
        raise Refused(
            _("%(person)s ist nicht aktiv oder hat keine E-Mail-Adresse.") % {"person": person}
        )
    if person.pk == invitation.person_id:
        raise Refused(_("Das ist der Gast selbst. Wählen Sie „lädt den Gast selbst ein“."))
    return _replace_guest(invitation, person, by=by, now=now)


def require_unsettled(invitation: Invitation) -> None:
    if invitation.withdrawn_at:
        raise Refused(
            _(
                "Diese Einladung gilt nicht mehr: Sie ist zurückgezogen, oder an der Stelle des "
                "Gastes steht schon die Vertretung auf der Gästeliste."
            )
        )
    if not unsettled_substitutes(invitation.dialogue).filter(pk=invitation.pk).exists():
        raise Refused(_("Wer zum neuen Termin eingeladen wird, ist schon geklärt."))


def _replace_guest(invitation: Invitation, person: Person, *, by, now: dt.datetime) -> Invitation:
    """Withdraw the guest's `invitation` without a mail and list `person`; return their own."""
    dialogue = invitation.dialogue
    invitation.withdrawn_at = now
    invitation.link_version += 1
    # The closed link names whoever was invited in the end.
    invitation.substitute_name = person.name
    invitation.substitute_email = recipient_of(person).email
    reason = _("Zum neuen Termin ist die Vertretung Gast: %(name)s") % {"name": person.name}
    save_as(invitation, by=by, now=now, reason=reason)
    own = dialogue.invitations.select_for_update().filter(person=person).first()
    if own is None:
        created_by = by if getattr(by, "pk", None) else None
        own = Invitation(dialogue=dialogue, person=person, created_by=created_by)
    elif own.withdrawn_at is None and own.released_at:
        return own
    elif own.withdrawn_at:
        list_again(own)
    # Told of the former date as a substitute, so they are told if there is no new one.
    own.released_at, own.released_round = invitation.released_at, invitation.released_round
    # They hold the entry of the former date, which the next one must outnumber.
    own.revision = max(own.revision, invitation.revision)
    save_as(own, by=by, now=now, reason=_("Bisher Vertretung, jetzt Gast"))
    return own
