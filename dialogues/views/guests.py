"""Views for guest lists: show, export, print, add and remove guests."""

from functools import partial
from operator import attrgetter
from urllib.parse import quote

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.exports import list_response
from core.progress import Button
from core.queries import keys_from
from core.roles import PARTNER, has_role, is_inside
from core.views import PAGE_SIZE, redirect_if_refused, require, run_service
from dialogues.enums import DATED, SEATED, RsvpState
from dialogues.forms import GuestListForm, GuestSearchForm
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import can_manage, can_see_rsvp_counts
from dialogues.progress import (
    Unreachable,
    attendees,
    choice_groups,
    compose_subtitle,
    counts_note,
    counts_title,
    failed_note,
    found_note,
    guest_list,
    no_guests,
    own_rsvps,
    places_on_list,
    rsvp_label,
    ticked_elsewhere,
    ticked_note,
    unreachable_found,
    unsettled_lines,
    waiting_card,
)
from dialogues.queries import (
    DeliveryCounts,
    GuestChoices,
    GuestRow,
    GuestSearch,
    RsvpCounts,
    count_seats_taken,
    guest_choices,
    guest_rows,
    people_without_address,
    sharing_guests,
    ticked_choices,
    unreleased_invitations,
)
from dialogues.services import add_guests, remove_guest
from dialogues.services.guests import require_guest_list
from dialogues.views.dialogues import dialogue_for_office, page_context, visible_dialogue
from dialogues.views.invitations import guests_url, invitation_for_office
from outbox.queries.mails import latest_batch
from partners.models import Person

RESET = "zuruecksetzen"
UNREACHABLE_SHOWN = 5
# The buttons of the page that adds guests which only change what it shows.
LOOKS_AROUND = {"suchen", "page", RESET}


def guest_tab(request, pk):
    """Show the list to insiders, the counts to observers, and to participants their own replies and
    the guests who agreed to be named.
    """
    dialogue = visible_dialogue(request, pk)
    # Sources of the past name participants at most in a sentence; nobody was invited through here.
    if dialogue.is_taken_over:
        raise Http404
    user = request.user
    guests = guest_rows(dialogue, dialogue.invitations.visible_to(user))
    context = page_context(request, dialogue, "guests")
    if can_see_rsvp_counts(user):
        context |= _counts_context(dialogue, user, guests)
    if is_inside(user):
        context |= _list_context(dialogue, user, guests)
    elif _takes_part(user, dialogue, guests):
        context |= {
            "takes_part": True,
            "own": own_rsvps(guests),
            "sharing": list(sharing_guests(dialogue)),
        }
    return render(request, "dialogues/guests.html", context)


def _counts_context(dialogue: Dialogue, user, guests: list[GuestRow]) -> dict:
    invitations = [guest.invitation for guest in guests]
    if not is_inside(user):
        # Observers may see no guest, but their counts cover the whole list.
        invitations = list(dialogue.invitations.active())
    counts = RsvpCounts.of(invitations, dialogue)
    # Only guests who wait are offered seats; most lists need no query for it.
    is_waited = any(invitation.rsvp == RsvpState.WAITING for invitation in invitations)
    offered = count_seats_taken(dialogue) - counts.seats_taken if is_waited else 0
    return {
        "counts": counts,
        "counts_title": counts_title(counts),
        "counts_note": counts_note(counts, dialogue, offered=offered),
    }


def _list_context(dialogue: Dialogue, user, guests: list[GuestRow]) -> dict:
    manages, sending = can_manage(user), DeliveryCounts.of(guests)
    add_url = reverse("dialogues:guests_add", args=[dialogue.pk])
    can_add = manages and dialogue.state in DATED
    # The outbox knows no dialogues: it finds their mails by the page that they link to.
    mails_of_dialogue = f"path={quote(dialogue.get_absolute_url())}"
    downloads = []
    if guests:
        url = reverse("dialogues:guests_export", args=[dialogue.pk])
        downloads.append((_("Als Excel-Datei laden"), url))
    if manages and sending.total:
        url = f"{reverse('outbox:export')}?{mails_of_dialogue}"
        downloads.append((_("Nachweis des Versands"), url))
    context = {
        "guests": guest_list(guests, user),
        "manages": manages,
        "sending": sending,
        "failed_note": failed_note(sending),
        "outbox_url": f"{reverse('outbox:list')}?{mails_of_dialogue}",
        "add_buttons": [Button(_("Gäste hinzufügen"), add_url)] if can_add else [],
        "downloads": downloads,
        "print_url": reverse("dialogues:guests_print", args=[dialogue.pk]),
        "empty": no_guests(add_url if can_add else ""),
    }
    if manages:
        context["unsettled"] = unsettled_lines(guests, dialogue)
        context["waiting"] = waiting_card(guests, dialogue, timezone.now())
    if manages and sending.is_under_way:
        context["batch"] = latest_batch(dialogue.get_absolute_url(), "invitation")
    return context


def _takes_part(user, dialogue: Dialogue, guests: list[GuestRow]) -> bool:
    """Return whether `user` is a guest or represents the host; `guests` are those they may see."""
    # `visible_to` includes withdrawn invitations, whose guests may not learn who else comes.
    if any(guest.invitation.withdrawn_at is None for guest in guests):
        return True
    return has_role(user, PARTNER) and dialogue.host_id in user.organisation_ids


def _whole_list(request, pk) -> tuple[Dialogue, list[GuestRow]]:
    """Return the dialogue and its whole guest list for export or print; 403 for outsiders."""
    dialogue = visible_dialogue(request, pk)
    require(is_inside(request.user), _("Die Gästeliste ist dem Haus vorbehalten."))
    return dialogue, guest_rows(dialogue, dialogue.invitations.visible_to(request.user))


def export(request, pk):
    """Export the whole guest list, withdrawn invitations included."""
    dialogue, guests = _whole_list(request, pk)
    header = [
        _("Organisation"),
        _("Anrede"),
        _("Titel"),
        _("Vorname"),
        _("Familienname"),
        _("Funktion"),
        _("E-Mail"),
        _("Telefon"),
        _("Antwort"),
        _("Warteliste"),
        _("Personen"),
        _("Vertretung"),
        _("Funktion der Vertretung"),
        _("Nachricht"),
        _("beantwortet am"),
        _("Weg"),
        _("Versand"),
        _("Grund"),
    ]
    title = " ".join(filter(None, [_("Gästeliste"), dialogue.title, dialogue.when]))
    places = places_on_list(guests, dialogue)
    lines = [_line_of(guest, places.get(guest.invitation.pk, "")) for guest in guests]
    return list_response(title, header, lines, now=timezone.now())


def _line_of(guest: GuestRow, place: str) -> list:
    invitation, person = guest.invitation, guest.invitation.person
    return [
        str(person.organisation or ""),
        person.get_salutation_display(),
        person.title,
        person.given_name,
        person.family_name,
        person.function,
        person.email,
        person.phone,
        rsvp_label(invitation),
        place,
        # Nobody has a seat at a date that was given up.
        0 if invitation.is_former else invitation.seats_taken,
        invitation.substitute_name,
        invitation.substitute_function,
        invitation.remark,
        invitation.replied_at,
        invitation.get_channel_display(),
        guest.mail_text,
        guest.mail.reason if guest.mail else "",
    ]


def printed(request, pk):
    """Show the attendance list for printing, with a column for signatures."""
    dialogue, guests = _whole_list(request, pk)
    invitations = [guest.invitation for guest in guests if _may_come(guest.invitation, dialogue)]
    context = {
        "dialogue": dialogue,
        "subtitle": " · ".join(filter(None, [dialogue.title, dialogue.when, dialogue.location])),
        "attendees": attendees(invitations),
        "seats": sum(invitation.seats_taken for invitation in invitations),
    }
    return render(request, "dialogues/guests_print.html", context)


def _may_come(invitation: Invitation, dialogue: Dialogue) -> bool:
    # Whoever replied with a reservation may turn up all the same, and then signs as well.
    is_present = invitation.released_round == dialogue.round and not invitation.withdrawn_at
    return is_present and invitation.rsvp in (*SEATED, RsvpState.TENTATIVE)


def compose(request, pk):
    """Add the ticked lists, organisations and people. Searching and turning pages send the form as
    well, so that every tick stays, with or without scripts.
    """
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, dialogue, require_guest_list):
        return back
    is_adding = request.method == "POST" and not LOOKS_AROUND & request.POST.keys()
    # Validated only then: to search before anything is ticked is no mistake.
    form = GuestListForm(request.POST if is_adding else None)
    if form.is_valid():
        call = partial(add_guests, dialogue=dialogue, heeded=form.heeded_keys, **form.chosen)
        call = partial(call, by=request.user, now=timezone.now())
        if result := run_service(request, call, form=form):
            messages.success(request, _added_message(*result))
            # The page offers only people who can be reached: these have left since it was opened.
            left = form.cleaned_data["people"].exclude(pk__in=Person.objects.reachable())
            if names := ", ".join(person.name for person in left):
                text = _("Nicht aufgenommen, weil nicht mehr aktiv oder ohne Adresse: %(names)s.")
                messages.warning(request, text % {"names": names})
            return redirect("dialogues:guests_add", dialogue.pk)
    values = request.POST if request.method == "POST" else request.GET
    search = GuestSearchForm({} if RESET in values else values)
    context = {
        "dialogue": dialogue,
        "form": form,
        "search": search,
        "is_answer": request.method == "POST",
        "ignored_note": search.ignored_note,
        "subtitle": compose_subtitle(unreleased_invitations(dialogue).count()),
        **_choices_context(dialogue, search.search, values),
    }
    return render(request, "dialogues/compose.html", context)


def _choices_context(dialogue: Dialogue, search: GuestSearch, values: QueryDict) -> dict:
    """Return one page of choices, and above it those ticked on other pages."""
    choices = guest_choices(dialogue, search)
    paginators = [Paginator(choices.organisations, PAGE_SIZE), Paginator(choices.people, PAGE_SIZE)]
    longest = max(paginators, key=attrgetter("num_pages"))
    page = longest.get_page(values.get("page"))
    # One pager turns both kinds, and a page after the last one of the shorter kind would raise.
    organisations, people = (
        paginator.page(page.number).object_list if page.number <= paginator.num_pages else []
        for paginator in paginators
    )
    shown = GuestChoices(choices.lists, organisations, people)
    keys = {name: keys_from(values.getlist(name)) for name in GuestChoices._fields}
    ticked = ticked_choices(dialogue, **keys)
    host = dialogue.host_contact_id
    groups = choice_groups(shown, keys, host=host)
    return {
        "groups": groups,
        "ticked": ticked_elsewhere(choice_groups(ticked, keys, host=host), groups),
        "ticked_note": ticked_note(sum(map(len, keys.values()))),
        "found_note": found_note(*(paginator.count for paginator in paginators)),
        "has_search": any(search),
        "unreachable": _unreachable(search),
        "page": page,
        "reset": RESET,
    }


def _unreachable(search: GuestSearch) -> Unreachable | None:
    paginator = Paginator(people_without_address(search), UNREACHABLE_SHOWN)
    return unreachable_found(list(paginator.page(1)), paginator.count)


def _added_message(added: int, left_out: int) -> str:
    text = ngettext(
        "%(count)d Person steht neu auf der Gästeliste.",
        "%(count)d Personen stehen neu auf der Gästeliste.",
        added,
    ) % {"count": added}
    if not left_out:
        return text
    listed = ngettext("%(count)d stand schon darauf.", "%(count)d standen schon darauf.", left_out)
    return f"{text} {listed % {'count': left_out}}"


@require_POST
def remove(request, pk):
    invitation = invitation_for_office(request, pk)
    done = _("%(guest)s steht nicht mehr auf der Gästeliste.") % {"guest": invitation.person}
    run_service(
        request,
        partial(remove_guest, invitation=invitation, by=request.user, now=timezone.now()),
        done=done,
        seen=[invitation],
        # As `remove_guest` does: in the other order it could deadlock with a release.
        lock=invitation.dialogue,
    )
    return redirect(guests_url(invitation.dialogue))
