"""Views for replies: by personal link without an account, signed in, or through the office."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from core.dates import local_date
from core.views import (
    opened_by_link,
    redirect_if_refused,
    redirect_with_message,
    render_form,
    require,
    run_service,
)
from dialogues.enums import DATED, DialogueState, RsvpChannel, RsvpState
from dialogues.forms import OfficeRsvpForm, RsvpForm, SubstituteForm
from dialogues.models import Dialogue, Invitation
from dialogues.permissions import INVITED_PERSON_ONLY, can_rsvp
from dialogues.progress import (
    change_note,
    deadline_note,
    full_name,
    given_rsvp,
    rsvp_facts,
    seats_note,
)
from dialogues.queries import place_of, seats_for, substitute_candidates
from dialogues.services import (
    closed_reason,
    open_invitation,
    record_rsvp,
    settle_substitute,
)
from dialogues.services.rsvps import require_office_rsvp
from dialogues.services.substitutes import require_unsettled
from dialogues.views.dialogues import calendar_response
from dialogues.views.invitations import guests_url, invitation_for_office
from dialogues.views.programme import programme_pdf
from outbox.views.confirming import confirm_mails, went_back
from partners.queries import recipient_of

personal_link = opened_by_link(open_invitation, "dialogues/link_closed.html")


@personal_link
def rsvp(request, invitation):
    calendar_url = f"{request.path}termin.ics"
    programme_url = f"{request.path}programm.pdf"
    return _rsvp_page(
        request, invitation, RsvpChannel.LINK, "shell_public.html", calendar_url, programme_url
    )


@personal_link
def calendar(request, invitation):
    return calendar_response(invitation.dialogue_as_announced)


@personal_link
def programme(request, invitation):
    known = invitation.dialogue_as_announced
    # Of a date that was given up, nothing is left to print.
    if not _has_date(known):
        raise Http404
    return programme_pdf(known)


def _has_date(dialogue: Dialogue) -> bool:
    return bool(dialogue.starts_at) and dialogue.state in DATED


def my_rsvp(request, pk):
    """Let a signed-in person reply to their own invitation."""
    invitations = Invitation.objects.visible_to(request.user).released()
    invitation = get_object_or_404(
        invitations.select_related("dialogue__host", "person__organisation"), pk=pk
    )
    require(can_rsvp(request.user, invitation), INVITED_PERSON_ONLY)
    # Signed-in guests download the calendar file by a URL without a token.
    calendar_url = reverse("dialogues:calendar", args=[invitation.dialogue_id])
    programme_url = reverse("dialogues:programme_pdf", args=[invitation.dialogue_id])
    return _rsvp_page(
        request, invitation, RsvpChannel.ACCOUNT, "base.html", calendar_url, programme_url
    )


def _rsvp_page(
    request,
    invitation: Invitation,
    channel: str,
    shell: str,
    calendar_url: str,
    programme_url: str,
):
    now, seats = timezone.now(), seats_for(invitation)
    form = RsvpForm(request.POST or None, invitation=invitation, seats=seats)
    if request.method == "POST" and form.is_valid():
        # A reply by link has no user as its actor; the history then names the personal link.
        by = request.user if channel == RsvpChannel.ACCOUNT else None
        call = partial(_write, invitation, form, channel, by, now)
        if message := run_service(request, call, form=form):
            return redirect_with_message(request, message, request.path)
    dialogue = invitation.dialogue_as_announced
    closed = closed_reason(invitation, today=local_date(now))
    has_replied = invitation.rsvp != RsvpState.OPEN
    has_date = _has_date(dialogue)
    context = {
        "invitation": invitation,
        "dialogue": dialogue,
        "form": form,
        "shell": shell,
        "closed": closed,
        # What was entered stays on the page even if replies closed meanwhile.
        "shows_form": not closed or form.is_bound,
        "is_off": invitation.is_former or dialogue.state == DialogueState.CANCELLED,
        "given": given_rsvp(invitation),
        "change_note": "" if closed or seats.offer else change_note(invitation),
        "deadline_note": deadline_note(invitation, seats),
        "submit_label": _("Antwort ändern") if has_replied else _("Antwort senden"),
        "is_public": channel == RsvpChannel.LINK,
        "facts": rsvp_facts(invitation),
        "calendar_url": calendar_url if has_date else "",
        "programme_url": programme_url if has_date and dialogue.programme else "",
        "seats_note": seats_note(seats),
    }
    return render(request, "dialogues/rsvp.html", context)


def _write(invitation: Invitation, form: RsvpForm, channel: str, by, now) -> str:
    """Record the reply and return the message about it."""
    has_changed = record_rsvp(
        invitation=invitation,
        rsvp=form.rsvp_details,
        seen=form.version_shown,
        now=now,
        by=by,
        channel=channel,
    )
    if not has_changed:
        return _("Ihre Antwort liegt uns bereits vor. Sie müssen nichts weiter tun.")
    invitation.refresh_from_db(fields=["rsvp", "party", "seat_wanted_at"])
    thanks = _("Vielen Dank, Ihre Antwort ist eingegangen.")
    # They may have accepted, and the last seat went while they did.
    if place := place_of(invitation):
        thanks = f"{thanks} {_('Sie stehen auf der Warteliste an %d. Stelle.') % place}"
    # The sentence is a promise (docs/promises.md), so only those who will be mailed may read it.
    to = recipient_of(invitation.person)
    if to.has_left or not to.email:
        return thanks
    return f"{thanks} {_('Sie erhalten eine Bestätigung per E-Mail.')}"


def enter_rsvp(request, pk):
    """Let the office enter a reply given by phone."""
    invitation = invitation_for_office(request, pk)
    # Nobody can reply to an invitation that was never sent.
    if invitation.released_at is None:
        raise Http404
    back_url = guests_url(invitation.dialogue)
    if back := redirect_if_refused(request, invitation, require_office_rsvp, to=back_url):
        return back
    seats = seats_for(invitation, minds_queue=False)
    form = OfficeRsvpForm(request.POST or None, invitation=invitation, seats=seats)
    if request.method == "POST" and form.is_valid() and not went_back(request):
        if entered := _enter_rsvp(request, invitation, form, back_url):
            return entered
    values = {"guest": full_name(invitation.person), "dialogue": invitation.dialogue}
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Antwort eintragen"),
        submit_label=_("Eintragen"),
        cancel_url=back_url,
        intro=_("%(guest)s, zu „%(dialogue)s“") % values,
    )


def _enter_rsvp(request, invitation, form: OfficeRsvpForm, back_url: str) -> HttpResponse | None:
    given = {"invitation": invitation, "rsvp": form.rsvp_details}
    given |= {"by": request.user, "now": timezone.now()}
    return confirm_mails(
        request,
        partial(record_rsvp, channel=RsvpChannel.OFFICE, seen=form.version_shown, **given),
        target=back_url,
        form=form,
        done=_("Die Antwort ist eingetragen."),
        asks_always=False,
        title=_("Antwort eintragen"),
        question=full_name(invitation.person),
        submit_label=_("Eintragen"),
        cancel_url=back_url,
    )


def settle(request, pk):
    """Let the office choose who is invited in place of a guest who was represented."""
    invitation = invitation_for_office(request, pk)
    back_url = guests_url(invitation.dialogue)
    if back := redirect_if_refused(request, invitation, require_unsettled, to=back_url):
        return back
    people = substitute_candidates(invitation)
    form = SubstituteForm(request.POST or None, invitation=invitation, people=people)
    if request.method == "POST" and form.is_valid():
        call = partial(
            settle_substitute,
            invitation=invitation,
            person=form.person,
            by=request.user,
            now=timezone.now(),
        )
        done = _("Es ist geklärt, wer eingeladen wird. Bisher wird niemand benachrichtigt.")
        if run_service(request, call, form=form, done=done):
            return redirect(back_url)
    intro = _(
        "%(guest)s hatte sich zum früheren Termin vertreten lassen: %(name)s. Fehlt die Vertretung "
        "hier, legen Sie sie zuerst als Person an, und kommen Sie dann hierher zurück:"
    )
    values = {"guest": full_name(invitation.person), "name": invitation.substitute_name}
    add_url = reverse("partners:person_add")
    # A substitute mostly comes from the same company, so the form for a new person starts with it.
    if organisation := invitation.person.organisation_id:
        add_url = f"{add_url}?organisation={organisation}"
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Vertretung klären"),
        submit_label=_("Übernehmen"),
        cancel_url=back_url,
        intro=format_html('{} <a href="{}">{}</a>', intro % values, add_url, _("Person anlegen")),
    )
