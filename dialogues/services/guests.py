"""Services for guest lists: add and remove guests."""

import datetime as dt
from collections.abc import Collection, Iterable

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.errors import Concern, Refused, require_heeded
from core.history import delete_as, save_as
from core.roles import require_office
from core.states import require_in_workflow
from dialogues.enums import DATED, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.services.dialogues import lock_dialogue
from partners.models import DistributionList, Organisation, Person

# Set when guests are invited again: a reply and a substitute are for one date only.
NO_RSVP = {
    "rsvp": RsvpState.OPEN,
    "party": 1,
    "replied_at": None,
    "channel": "",
    "substitute_name": "",
    "substitute_function": "",
    "substitute_email": "",
    "remark": "",
    "shares_rsvp": False,
}


HOST_AS_GUEST = gettext_lazy(
    "Die Ansprechperson beim Gastgeber bekäme eine Einladung wie ein Gast. Soll sie auf die Liste?"
)


def require_guest_list(dialogue: Dialogue) -> None:
    require_in_workflow(dialogue)
    if dialogue.state not in DATED:
        raise Refused(
            _(
                "Gäste werden eingeladen, wenn der Termin feststeht. Das Gespräch ist im Stand "
                "„%(state)s“."
            )
            % {"state": dialogue.get_state_display()}
        )


@transaction.atomic
def add_guests(
    *,
    dialogue: Dialogue,
    people: Iterable[Person] = (),
    organisations: Iterable[Organisation] = (),
    lists: Iterable[DistributionList] = (),
    by,
    now: dt.datetime,
    heeded: Collection[str] = (),
) -> tuple[int, int]:
    """Put people, all contacts of organisations and all members of lists on the guest list.

    Returns (added, left_out); `left_out` counts people who are on the list already. Inactive
    contacts and those without an address are skipped and not counted. A guest whose invitation was
    withdrawn is listed again, with a new link. Mails nobody. Warned by the host's own contact.
    """
    require_office(by)
    dialogue = lock_dialogue(dialogue.pk)
    require_guest_list(dialogue)
    wanted = _reachable(people, organisations, lists)
    # Including withdrawn ones: a person has one invitation to a dialogue, which is reused.
    listed = {
        invitation.person_id: invitation for invitation in dialogue.invitations.select_for_update()
    }
    active = {pk for pk, invitation in listed.items() if invitation.withdrawn_at is None}
    new = [person for person in wanted if person.pk not in active]
    require_heeded(_host_concerns(dialogue, new), heeded, str(HOST_AS_GUEST))
    added = 0
    for person in wanted:
        invitation = listed.get(person.pk)
        if invitation is None:
            invitation = Invitation(dialogue=dialogue, person=person, created_by=by)
        elif invitation.withdrawn_at is None:
            continue
        else:
            list_again(invitation)
        save_as(invitation, by=by, now=now, reason=_("Auf die Gästeliste gesetzt"))
        added += 1
    return added, len(wanted) - added


def _host_concerns(dialogue: Dialogue, people: Iterable[Person]) -> list[Concern]:
    """Return a concern if the host's contact is among `people`."""
    return [
        Concern(
            f"host:{person.pk}",
            str(person),
            person.get_absolute_url(),
            _("Ansprechperson beim Gastgeber"),
        )
        for person in people
        # The host hears of each date anyway; as a guest it would have to reply, and take a seat.
        if person.pk == dialogue.host_contact_id
    ]


def list_again(invitation: Invitation) -> None:
    """Reset a withdrawn invitation for another release. Links already mailed stay revoked."""
    invitation.withdrawn_at = invitation.released_at = None
    invitation.released_round = 0
    invitation.link_version += 1
    # The withdrawal has cancelled the calendar entry; a new one must outnumber that.
    invitation.revision += 1
    # Whoever was off the list has no place on the waiting list either.
    for name, value in (NO_RSVP | {"seat_wanted_at": None}).items():
        setattr(invitation, name, value)


def _reachable(people, organisations, lists) -> list[Person]:
    # A set, because one person can be chosen directly, by organisation and by several lists.
    ids = {person.pk for person in people}
    ids.update(Person.objects.filter(organisation__in=organisations).values_list("pk", flat=True))
    ids.update(Person.objects.filter(distribution_lists__in=lists).values_list("pk", flat=True))
    return list(Person.objects.reachable().filter(pk__in=ids).order_by("pk"))


@transaction.atomic
def remove_guest(*, invitation: Invitation, by, now: dt.datetime) -> None:
    """Remove a guest from the list. Raises Refused once the invitation was released."""
    require_office(by)
    # A release locks the dialogue as well, so it cannot mail the guest meanwhile.
    lock_dialogue(invitation.dialogue_id)
    invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if invitation.released_at:
        raise Refused(
            _(
                "Diese Einladung ist schon versandt. Ziehen Sie sie zurück; wer sie bekommen hat, "
                "wird dann benachrichtigt."
            )
        )
    # Deleted rather than withdrawn: nobody outside has heard of it, so there is nothing to revoke.
    delete_as(invitation, by=by, now=now, reason=_("Von der Gästeliste gestrichen"))
