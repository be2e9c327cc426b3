"""What the guest list shows, and the page that adds guests."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.conflicts import with_version
from core.dates import format_date
from dialogues.enums import BEFORE_THE_DAY, SEATED, DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import can_manage
from dialogues.queries import DeliveryCounts, GuestChoices, GuestRow, RsvpCounts, takes_office_rsvp
from outbox.enums import UNSOLVED_STATES, MailState
from outbox.models import Mail
from partners.models import DistributionList, Organisation, Person

CHECKED = "checked"


@dataclass(frozen=True)
class GuestLine:
    """A line of the guest list. `links` are (label, url) pairs; `remove_url` is empty once the
    invitation was sent.
    """

    organisation: str
    name: str
    invited: str
    notes: list[str]
    remark: str
    rsvp_badges: list[tuple[str, str]]
    mail_text: str
    mail_badges: list[tuple[str, str]]
    mail_reason: str
    mail_url: str
    links: list[tuple[str, str]]
    remove_url: str

    @property
    def has_menu(self) -> bool:
        return bool(self.links or self.remove_url)


def guest_list(guests: Iterable[GuestRow], user) -> list[GuestLine]:
    return [_guest(guest, manages=can_manage(user)) for guest in guests]


def _guest(guest: GuestRow, *, manages: bool) -> GuestLine:
    invitation = guest.invitation
    person, is_withdrawn = invitation.person, invitation.withdrawn_at is not None
    rsvp_badges = []
    if is_withdrawn:
        rsvp_badges = [(_("zurückgezogen"), "muted")]
    # A reply to an earlier date says nothing about this one, so it is not shown.
    elif guest.is_released:
        rsvp_badges = [(invitation.get_rsvp_display(), invitation.badge_colour)]
    remove_url = reverse("dialogues:guest_remove", args=[invitation.pk])
    can_remove = manages and invitation.released_at is None and not is_withdrawn
    return GuestLine(
        organisation=person.organisation.label if person.organisation else "–",
        name=attending_name(invitation),
        invited=person.name,
        notes=_notes(invitation),
        remark=_remark(invitation),
        rsvp_badges=rsvp_badges,
        mail_text="" if guest.mail_colour else guest.mail_text,
        mail_badges=[(guest.mail_text, guest.mail_colour)] if guest.mail_colour else [],
        mail_reason=_reason_of(guest.mail) if manages and guest.mail else "",
        # The outbox is open to the office alone, so for others the link would end in a refusal.
        mail_url=guest.mail.get_absolute_url() if manages and _is_stuck(guest.mail) else "",
        links=_links(guest) if manages and not is_withdrawn else [],
        remove_url=with_version(remove_url, invitation) if can_remove else "",
    )


def _is_stuck(mail: Mail | None) -> bool:
    # A retry may still arrive, but its reason explains why a guest has heard nothing so far.
    return mail is not None and mail.state in (*UNSOLVED_STATES, MailState.RETRY)


def _reason_of(mail: Mail) -> str:
    """Return which mail did not go out, to whom and why; empty for any other."""
    if not _is_stuck(mail):
        return ""
    about = _("%(kind)s an %(address)s") % {"kind": mail.kind_title, "address": mail.recipient}
    return ": ".join(filter(None, [about, mail.reason]))


# Replies of which the office should know for how many people they are, with a seat or without.
COUNTED = (*SEATED, RsvpState.TENTATIVE, RsvpState.WAITING)


def attending_name(invitation: Invitation) -> str:
    """Return who comes: the guest, or the substitute with their function."""
    if invitation.rsvp != RsvpState.REPRESENTED or invitation.is_former:
        return invitation.person.name
    return ", ".join(filter(None, [invitation.substitute_name, invitation.substitute_function]))


def _remark(invitation: Invitation) -> str:
    if not invitation.remark:
        return ""
    # "I will be late" was said about another day.
    if invitation.is_former:
        return _("Bemerkung zum früheren Termin: „%(text)s“") % {"text": invitation.remark}
    return _("Bemerkung: „%(text)s“") % {"text": invitation.remark}


def _notes(invitation: Invitation) -> list[str]:
    notes = []
    if not invitation.person.is_active:
        inactive = _("nicht mehr aktiv: keine Einladung, keine Erinnerung")
        deleted = _("Angaben gelöscht: keine Einladung, keine Erinnerung")
        notes.append(deleted if invitation.person.anonymised_at else inactive)
    # Who represented a guest at a former date is shown where the office settles who is invited.
    if invitation.is_former:
        return notes
    if invitation.rsvp == RsvpState.REPRESENTED:
        notes.append(_("in Vertretung für %(name)s") % {"name": invitation.person.name})
    # A reservation takes no seat, but the office should know how many it would be.
    if invitation.rsvp in COUNTED and invitation.party > 1:
        notes.append(_("%(count)s Personen") % {"count": invitation.party})
    return notes


def _links(guest: GuestRow) -> list[tuple[str, str]]:
    """Return the actions of the office on an invitation that was sent, as (label, url) pairs."""
    invitation, links = guest.invitation, []
    if takes_office_rsvp(invitation):
        url = reverse("dialogues:enter_rsvp", args=[invitation.pk])
        links.append((_("Antwort eintragen"), url))
    can_resend = guest.is_released and invitation.dialogue.state == DialogueState.INVITED
    # Nobody who has left is invited again.
    if can_resend and invitation.person.is_active:
        url = reverse("dialogues:invitation_resend", args=[invitation.pk])
        links.append((_("Einladung erneut senden"), url))
    if invitation.released_at:
        url = reverse("dialogues:link", args=[invitation.pk])
        links.append((_("Persönlichen Link kopieren"), url))
        url = reverse("dialogues:link_replace", args=[invitation.pk])
        links.append((_("Persönlichen Link ersetzen"), url))
    # Also for an earlier round: the guest may still have the mail with its link.
    if invitation.released_at and invitation.dialogue.state in BEFORE_THE_DAY:
        url = reverse("dialogues:invitation_withdraw", args=[invitation.pk])
        links.append((_("Einladung zurückziehen"), url))
    return links


def counts_title(counts: RsvpCounts) -> str:
    if not counts.invited:
        return _("Gästeliste")
    text = ngettext("%(invited)s Einladung", "%(invited)s Einladungen", counts.invited)
    return text % {"invited": counts.invited}


def counts_note(counts: RsvpCounts, dialogue: Dialogue, *, offered: int = 0) -> str:
    values = {"held": counts.seats_taken, "seats": dialogue.seats}
    note = _("%(held)s von %(seats)s Plätzen belegt") % values
    if offered:
        note += ", " + _("%(count)s angeboten") % {"count": offered}
    if dialogue.rsvp_by:
        note += " · " + _("Antwort bis %(day)s") % {"day": format_date(dialogue.rsvp_by)}
    return note


def failed_note(sending: DeliveryCounts) -> str:
    if not sending.failed:
        return ""
    text = ngettext(
        "%(failed)s ging nicht hinaus.", "%(failed)s gingen nicht hinaus.", sending.failed
    )
    return text % {"failed": sending.failed}


def no_guests(add_url: str) -> dict[str, str]:
    """Return text, action and url of the placeholder for an empty guest list."""
    if not add_url:
        return {
            "text": _(
                "Es ist niemand eingeladen. Die Gästeliste wird zusammengestellt, sobald der "
                "Termin feststeht."
            )
        }
    text = _(
        "Noch steht niemand auf der Gästeliste. Wählen Sie Verteiler, Organisationen oder "
        "einzelne Personen aus."
    )
    return {"text": text, "action": _("Gästeliste zusammenstellen"), "url": add_url}


def compose_subtitle(count: int) -> str:
    """Return the subtitle of the page that adds guests, `count` of whom are not invited yet."""
    if not count:
        return _(
            "Hier wird noch nichts versandt. Sie sehen die Liste und die E-Mail vorher noch einmal."
        )
    text = ngettext(
        "%(count)s Person steht auf der Liste und ist noch nicht eingeladen.",
        "%(count)s Personen stehen auf der Liste und sind noch nicht eingeladen.",
        count,
    )
    return text % {"count": count}


@dataclass(frozen=True)
class Choice:
    """A checkbox of the page that adds guests; `attributes` are HTML attributes of its tag."""

    value: str
    label: str
    note: str
    attributes: str = ""


@dataclass(frozen=True)
class ChoiceGroup:
    """Checkboxes of one kind; `name` is that of their field."""

    name: str
    title: str
    choices: list[Choice]


def choice_groups(
    choices: GuestChoices, ticked: Mapping[str, Collection[int]], *, host: int | None
) -> list[ChoiceGroup]:
    """Return `choices` as checkboxes, those of `ticked` checked, without empty groups.

    The contact `host` of the host company is marked as such.
    """
    people = [_person_choice(person, ticked["people"], host) for person in choices.people]
    lists = [_list_choice(found, ticked["lists"]) for found in choices.lists]
    organisations = [
        _organisation_choice(organisation, ticked["organisations"])
        for organisation in choices.organisations
    ]
    groups = [
        ChoiceGroup("people", _("Personen"), people),
        ChoiceGroup("lists", _("Verteiler"), lists),
        ChoiceGroup("organisations", _("Organisationen"), organisations),
    ]
    return [group for group in groups if group.choices]


def ticked_elsewhere(ticked: list[ChoiceGroup], shown: list[ChoiceGroup]) -> list[ChoiceGroup]:
    """Return the `ticked` groups without what the `shown` ones contain."""
    known = {(group.name, choice.value) for group in shown for choice in group.choices}
    groups = [
        replace(
            group,
            choices=[
                choice
                for choice in group.choices
                if choice.attributes == CHECKED and (group.name, choice.value) not in known
            ],
        )
        for group in ticked
    ]
    return [group for group in groups if group.choices]


def ticked_note(count: int) -> str:
    return _("%(count)s angekreuzt") % {"count": count} if count else ""


def found_note(organisations: int, people: int) -> str:
    """Return how many organisations and people are offered."""
    notes = [
        ngettext("%(count)s Organisation", "%(count)s Organisationen", organisations)
        % {"count": organisations}
    ]
    if people:
        found = ngettext("%(count)s Person", "%(count)s Personen", people)
        notes.append(found % {"count": people})
    return " · ".join(reversed(notes))


class Unreachable(NamedTuple):
    """People whom a search finds although they cannot be invited: how many, and the first few."""

    note: str
    people: list[Person]
    more: str


def unreachable_found(people: list[Person], count: int) -> Unreachable | None:
    """Return whom the search finds besides, of `count` the first `people`; None for nobody."""
    if not people:
        return None
    note = ngettext(
        "%(count)d Person ohne E-Mail-Adresse passt auch:",
        "%(count)d Personen ohne E-Mail-Adresse passen auch:",
        count,
    )
    more = _("und %(count)d weitere") % {"count": count - len(people)}
    return Unreachable(note % {"count": count}, people, more if count > len(people) else "")


def _person_choice(person: Person, ticked: Collection[int], host: int | None) -> Choice:
    note = person.organisation.name if person.organisation else person.email
    if person.pk == host:
        note = f"{note} · {_('Gastgeber')}"
    attributes = _checked(person.pk, ticked)
    # Shown anyway, or the office would keep searching for somebody it has already added.
    if person.is_listed:
        note, attributes = f"{note} · {_('steht auf der Liste')}", "disabled"
    label = ", ".join(filter(None, [person.name, person.function]))
    return Choice(str(person.pk), label, note, attributes)


def _list_choice(found: DistributionList, ticked: Collection[int]) -> Choice:
    note = " · ".join(filter(None, [_reach(found.reach), found.description]))
    return Choice(str(found.pk), found.name, note, _checked(found.pk, ticked))


def _organisation_choice(organisation: Organisation, ticked: Collection[int]) -> Choice:
    note = _reach(organisation.reach)
    if organisation.listed:
        listed = ngettext(
            "%(listed)s steht auf der Liste", "%(listed)s stehen auf der Liste", organisation.listed
        )
        note = f"{note} · {listed % {'listed': organisation.listed}}"
    attributes = _checked(organisation.pk, ticked)
    return Choice(str(organisation.pk), organisation.name, note, attributes)


def _checked(pk: int, ticked: Collection[int]) -> str:
    return CHECKED if pk in ticked else ""


def _reach(count: int) -> str:
    text = ngettext(
        "%(reach)s Person mit E-Mail-Adresse", "%(reach)s Personen mit E-Mail-Adresse", count
    )
    return text % {"reach": count}
