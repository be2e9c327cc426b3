"""Next steps about the guest list, and what its pages show."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_working_days, format_date, format_day, local_date
from core.progress import NextStep, office_step
from dialogues.enums import BEFORE_THE_DAY, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import can_manage
from dialogues.queries import (
    DeliveryCounts,
    GuestRow,
    Preparation,
    RsvpCounts,
    takes_office_rsvp,
)
from outbox.queries.mails import latest_batch
from outbox.queries.wordings import waiting_note
from partners.models import DistributionList, Organisation, Person

RSVP_WORKING_DAYS = 5  # suggested deadline for replies, before the dialogue


def compose_step(dialogue: Dialogue) -> NextStep:
    text = _("Der Termin steht fest. Stellen Sie jetzt die Gästeliste zusammen.")
    url = reverse("dialogues:guests_add", args=[dialogue.pk])
    return office_step(text, _("Gästeliste zusammenstellen"), url)


def release_step(dialogue: Dialogue, count: int) -> NextStep:
    """Return the step that sends `count` invitations."""
    text = ngettext(
        "%(count)d Gast steht auf der Liste und ist noch nicht eingeladen.",
        "%(count)d Gäste stehen auf der Liste und sind noch nicht eingeladen.",
        count,
    )
    url = reverse("dialogues:release", args=[dialogue.pk])
    return office_step(text % {"count": count}, release_label(count), url)


def release_label(count: int) -> str:
    """Return the label of the button that sends `count` invitations."""
    return ngettext("%(count)d Einladung versenden", "%(count)d Einladungen versenden", count) % {
        "count": count
    }


def rsvps_step(dialogue: Dialogue, preparation: Preparation, today: dt.date) -> NextStep:
    """Return the step after the release: guests reply, are reminded, and then the day comes."""
    unanswered, reminder = preparation.unanswered, preparation.reminder
    if not unanswered:
        return _all_replied_step(dialogue, preparation.tentative)
    if dialogue.rsvp_by < today:
        return _overdue_rsvps_step(dialogue, unanswered)
    text = ngettext(
        "%(count)d Gast hat noch nicht geantwortet.",
        "%(count)d Gäste haben noch nicht geantwortet.",
        unanswered,
    ) % {"count": unanswered}
    if reminder.is_paused:
        text += " " + _("Die Erinnerung ist pausiert.")
    elif reminder.on:
        text += " " + _("Die Erinnerung geht am %(day)s hinaus.") % {"day": format_day(reminder.on)}
    # While the portal reminds by itself, or just after a mail, there is nothing to do but wait.
    if not reminder.by_hand:
        return office_step(text, due_on=dialogue.rsvp_by)
    url = reverse("dialogues:remind", args=[dialogue.pk])
    return office_step(text, _("Jetzt erinnern"), url, due_on=dialogue.rsvp_by)


def _all_replied_step(dialogue: Dialogue, tentative: int) -> NextStep:
    day = local_date(dialogue.starts_at)
    held_on = _("Das Gespräch findet am %(day)s statt.") % {"day": format_day(day)}
    if not tentative:
        return office_step(_("Alle Gäste haben geantwortet.") + " " + held_on, due_on=day)
    text = _(
        "Alle Gäste haben geantwortet, %(count)d davon mit Vorbehalt. Fragen Sie dort noch einmal "
        "nach."
    )
    url = reverse("dialogues:guests", args=[dialogue.pk])
    text = text % {"count": tentative} + " " + held_on
    return office_step(text, _("Zur Gästeliste"), url, due_on=day)


def _overdue_rsvps_step(dialogue: Dialogue, unanswered: int) -> NextStep:
    text = ngettext(
        "%(count)d Gast hat bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antwort ein.",
        "%(count)d Gäste haben bis zum %(day)s nicht geantwortet. Fragen Sie nach, tragen Sie "
        "die Antworten ein.",
        unanswered,
    )
    text %= {"count": unanswered, "day": format_date(dialogue.rsvp_by)}
    url = reverse("dialogues:guests", args=[dialogue.pk])
    return office_step(text, _("Zur Gästeliste"), url, due_on=dialogue.rsvp_by)


def release_warnings(dialogue: Dialogue, count: int) -> list[str]:
    """Return what the office should check before it sends `count` invitations."""
    warnings = []
    # None of this prevents the release: guests or host may be informed by other means.
    if not dialogue.address:
        warnings.append(
            _(
                "Es ist keine Anschrift eingetragen; die Gäste erfahren nur den Namen des "
                "Gastgebers."
            )
        )
    if dialogue.host_contact is None:
        warnings.append(
            _(
                "Beim Gastgeber ist keine Ansprechperson eingetragen; dort wird niemand "
                "benachrichtigt."
            )
        )
    invited = dialogue.invitations.released().filter(released_round=dialogue.round).count()
    if count + invited > dialogue.seats:
        text = _(
            "Damit sind %(invited)d Gäste eingeladen, es gibt aber nur %(seats)d Plätze. Wer "
            "zuerst zusagt, kommt."
        )
        warnings.append(text % {"invited": count + invited, "seats": dialogue.seats})
    return [*warnings, *filter(None, [waiting_note("invitation")])]


def default_rsvp_by(dialogue: Dialogue, today: dt.date) -> dt.date:
    """Return the suggested deadline for replies; one that guests know already is kept if ahead."""
    # Guests of an earlier release have been told this day in their invitations.
    if dialogue.rsvp_by and dialogue.rsvp_by >= today:
        return dialogue.rsvp_by
    # On short notice the usual deadline would already be past.
    return max(add_working_days(local_date(dialogue.starts_at), -RSVP_WORKING_DAYS), today)


def released_message(dialogue: Dialogue, count: int) -> str:
    """Return the message about `count` released invitations, with a link to their delivery."""
    note = waiting_note("invitation")
    text = ngettext(
        "%(count)d Einladung ist auf dem Weg.", "%(count)d Einladungen sind auf dem Weg.", count
    )
    # If the outbox is set to hold mails back, they are written but not on their way.
    if note:
        text = ngettext(
            "%(count)d Einladung ist geschrieben.", "%(count)d Einladungen sind geschrieben.", count
        )
    text = f"{text % {'count': count}} {note}".strip()
    batch = latest_batch(dialogue.get_absolute_url(), "invitation")
    if batch is None:
        return text
    url = reverse("outbox:batch", args=[batch])
    return format_html('{} <a href="{}">{}</a>', text, url, _("Versand verfolgen"))


def full_name(person: Person) -> str:
    """Return `Organisation: Name`, for lists of guests."""
    return f"{person.organisation.label}: {person}" if person.organisation else str(person)


@dataclass(frozen=True)
class GuestLine:
    """A line of the guest list. `links` are (label, url) pairs; `remove_url` is empty once the
    invitation was sent.
    """

    organisation: str
    name: str
    invited: str
    notes: list[str]
    rsvp_badges: list[tuple[str, str]]
    mail_text: str
    mail_badges: list[tuple[str, str]]
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
    can_remove = manages and invitation.released_at is None and not is_withdrawn
    return GuestLine(
        organisation=person.organisation.label if person.organisation else "–",
        name=attending_name(invitation),
        invited=person.name,
        notes=_notes(invitation),
        rsvp_badges=rsvp_badges,
        mail_text="" if guest.mail_colour else guest.mail_text,
        mail_badges=[(guest.mail_text, guest.mail_colour)] if guest.mail_colour else [],
        links=_links(guest) if manages and not is_withdrawn else [],
        remove_url=reverse("dialogues:guest_remove", args=[invitation.pk]) if can_remove else "",
    )


def attending_name(invitation: Invitation) -> str:
    """Return who comes: the guest, or the substitute with their function."""
    if invitation.rsvp != RsvpState.REPRESENTED:
        return invitation.person.name
    return ", ".join(filter(None, [invitation.substitute_name, invitation.substitute_function]))


def _notes(invitation: Invitation) -> list[str]:
    notes = []
    if invitation.rsvp == RsvpState.REPRESENTED:
        notes.append(_("in Vertretung für %(name)s") % {"name": invitation.person.name})
    if invitation.seats_taken > 1:
        notes.append(_("%(count)s Personen") % {"count": invitation.seats_taken})
    if invitation.remark:
        notes.append(f"„{invitation.remark}“")
    return notes


def _links(guest: GuestRow) -> list[tuple[str, str]]:
    """Return the actions of the office on an invitation that was sent, as (label, url) pairs."""
    invitation, links = guest.invitation, []
    if takes_office_rsvp(invitation):
        url = reverse("dialogues:enter_rsvp", args=[invitation.pk])
        links.append((_("Antwort eintragen"), url))
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


def counts_note(counts: RsvpCounts, dialogue: Dialogue) -> str:
    values = {"held": counts.seats_taken, "seats": dialogue.seats}
    note = _("%(held)s von %(seats)s Plätzen belegt") % values
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


def people_choices(people: Iterable[Person], ticked: Iterable[str]) -> list[Choice]:
    """Return `people` as checkboxes, disabled for those who are on the guest list already."""
    choices = []
    for person in people:
        note = person.organisation.name if person.organisation else person.email
        attributes = _checked(person.pk, ticked)
        # Shown anyway, or the office would keep searching for somebody it has already added.
        if person.is_listed:
            note, attributes = f"{note} · {_('steht auf der Liste')}", "disabled"
        label = ", ".join(filter(None, [person.name, person.function]))
        choices.append(Choice(str(person.pk), label, note, attributes))
    return choices


def list_choices(lists: Iterable[DistributionList], ticked: Iterable[str]) -> list[Choice]:
    return [
        Choice(
            str(distribution_list.pk),
            distribution_list.name,
            " · ".join(
                filter(None, [_reach(distribution_list.reach), distribution_list.description])
            ),
            _checked(distribution_list.pk, ticked),
        )
        for distribution_list in lists
    ]


def organisation_choices(
    organisations: Iterable[Organisation], ticked: Iterable[str]
) -> list[Choice]:
    choices = []
    for organisation in organisations:
        note = _reach(organisation.reach)
        if organisation.listed:
            listed = ngettext(
                "%(listed)s steht auf der Liste",
                "%(listed)s stehen auf der Liste",
                organisation.listed,
            )
            note = f"{note} · {listed % {'listed': organisation.listed}}"
        attributes = _checked(organisation.pk, ticked)
        choices.append(Choice(str(organisation.pk), organisation.name, note, attributes))
    return choices


def _checked(pk: int, ticked: Iterable[str]) -> str:
    return "checked" if str(pk) in ticked else ""


def _reach(count: int) -> str:
    text = ngettext(
        "%(reach)s Person mit E-Mail-Adresse", "%(reach)s Personen mit E-Mail-Adresse", count
    )
    return text % {"reach": count}
