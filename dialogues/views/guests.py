"""The guests of a dialogue: on its page, as an Excel file, on paper."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.shortcuts import render
from django.utils.translation import gettext as _

from core.exports import xlsx_response
from core.roles import OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.enums import BEFORE_THE_DAY, SEATED, DialogueState, RsvpState
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import can_manage, can_see_rsvp_counts
from dialogues.queries import DeliveryCounts, GuestRow, RsvpCounts, guest_rows, sharing_guests
from dialogues.views.frame import frame_of, visible_dialogue
from outbox.queries import latest_sending


def guest_tab(request, pk):
    """The house sees the list, observers the numbers, who takes part the own answers and who agreed
    to be seen.
    """
    dialogue = visible_dialogue(request, pk)
    if dialogue.is_taken_over:
        raise Http404
    frame = frame_of(request, dialogue, "guests")
    rows = guest_rows(dialogue, dialogue.invitations.visible_to(request.user))
    context = {
        **frame,
        "rows": rows,
        "sees_counts": can_see_rsvp_counts(request.user),
    }
    if context["sees_counts"]:
        everyone = (
            [row.invitation for row in rows]
            if frame["inside"]
            else list(dialogue.invitations.active())
        )
        context["counts"] = RsvpCounts.of(everyone, dialogue)
    if frame["inside"]:
        context["sending"] = DeliveryCounts.of(rows)
        if frame["manages"] and context["sending"].is_under_way:
            context["batch"] = latest_sending(dialogue.get_absolute_url(), "invitation")
    elif _takes_part(request.user, dialogue, rows):
        context |= {"takes_part": True, "sharing": list(sharing_guests(dialogue))}
    context["adds_guests"] = frame["manages"] and dialogue.state in (
        DialogueState.SCHEDULED,
        DialogueState.INVITED,
    )
    context["withdraws"] = dialogue.state in BEFORE_THE_DAY
    return render(request, "dialogues/guests.html", context)


def _takes_part(user, dialogue: Dialogue, rows: list[GuestRow]) -> bool:
    """Say whether `user` is a guest or speaks for the host or a guest; `rows` are the invitations
    the user may see.
    """
    is_invited = any(row.invitation.withdrawn_at is None for row in rows)
    return is_invited or (has_role(user, PARTNER) and dialogue.host_id in user.organisation_ids)


def _list_for_the_house(request, pk) -> tuple[Dialogue, list[GuestRow]]:
    """Return dialogue and guest list for those who may take it out of the portal."""
    dialogue = visible_dialogue(request, pk)
    if not has_role(request.user, OFFICE, SENATOR_OFFICE):
        raise PermissionDenied(_("Die Gästeliste ist dem Haus vorbehalten."))
    return dialogue, guest_rows(dialogue, dialogue.invitations.visible_to(request.user))


def export(request, pk):
    """The whole guest list, withdrawn invitations too."""
    dialogue, rows = _list_for_the_house(request, pk)
    header = [
        _("Organisation"),
        _("Person"),
        _("Funktion"),
        _("E-Mail"),
        _("Telefon"),
        _("Antwort"),
        _("Personen"),
        _("Vertretung"),
        _("Funktion der Vertretung"),
        _("Nachricht"),
        _("beantwortet am"),
        _("Weg"),
        _("Versand"),
    ]
    return xlsx_response(_("Gaesteliste.xlsx"), header, [_line_of(row) for row in rows])


def _line_of(row: GuestRow) -> list:
    guest, person = row.invitation, row.invitation.person
    return [
        str(person.organisation or ""),
        person.name,
        person.function,
        person.email,
        person.phone,
        guest.get_rsvp_display(),
        guest.seats_taken,
        guest.substitute_name,
        guest.substitute_function,
        guest.remark,
        guest.replied_at,
        guest.get_channel_display(),
        row.mail_text,
    ]


def printed(request, pk):
    """The list for the entrance: who comes, with a column to sign in."""
    dialogue, rows = _list_for_the_house(request, pk)
    coming = [row.invitation for row in rows if _may_come(row.invitation, dialogue)]
    seats = sum(guest.seats_taken for guest in coming)
    context = {
        "dialogue": dialogue,
        "guests": coming,
        "seats": seats,
        "manages": can_manage(request.user),
    }
    return render(request, "dialogues/guests_print.html", context)


def _may_come(guest: Invitation, dialogue: Dialogue) -> bool:
    rsvps = (*SEATED, RsvpState.TENTATIVE)
    return not guest.withdrawn_at and guest.released_round == dialogue.round and guest.rsvp in rsvps
