"""A guest answers: by the personal link without an account, or signed in."""

from functools import partial, wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.template.defaultfilters import linebreaksbr
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.dates import local_date
from core.errors import Refused
from core.views import run_service
from dialogues.enums import COLOUR_OF_RSVP, RsvpChannel, RsvpState
from dialogues.forms import RsvpForm
from dialogues.models import Invitation
from dialogues.permissions import can_reply
from dialogues.queries import count_seats_taken
from dialogues.services import closed_reason, open_invitation, record_rsvp
from dialogues.views.dialogues import calendar_response

FOLDED = ("party", "remark", "shares_rsvp")
PRIVATE = {
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
}


def personal_link(view):
    """Open `view(request, invitation)` to whoever holds the link, and let the address leak nowhere.

    A link that does not lead anywhere (any more) gets a page with a sentence that says why, and a
    404. With `no-referrer` browsers send the origin `null`, which the check against forged requests
    must refuse; that check guards signed-in people, while here the link itself is the key, which a
    forger does not have.
    """

    @csrf_exempt
    @login_not_required
    @wraps(view)
    def opened(request, token):
        try:
            response = view(request, open_invitation(token))
        except Refused as error:
            response = render(
                request, "dialogues/link_closed.html", {"reason": str(error)}, status=404
            )
        for name, value in PRIVATE.items():
            response[name] = value
        return response

    return opened


@personal_link
def rsvp(request, invitation):
    return _answer_page(request, invitation, RsvpChannel.LINK, "shell_public.html")


@personal_link
def calendar(request, invitation):
    return calendar_response(invitation.dialogue_as_announced)


def my_rsvp(request, pk):
    """The same for an invited person with an account."""
    rows = Invitation.objects.visible_to(request.user).released()
    invitation = get_object_or_404(
        rows.select_related("dialogue__host", "person__organisation"), pk=pk
    )
    if not can_reply(request.user, invitation):
        raise PermissionDenied(_("Diese Einladung gilt einer anderen Person."))
    return _answer_page(request, invitation, RsvpChannel.ACCOUNT, "base.html")


def _answer_page(request, invitation: Invitation, channel: str, shell: str):
    """Show the invitation with its form, take an answer; what was typed stays when it is refused."""
    now = timezone.now()
    calendar_url = f"{request.path}termin.ics"
    if channel == RsvpChannel.ACCOUNT:
        calendar_url = reverse("dialogues:calendar", args=[invitation.dialogue_id])
    form = RsvpForm(request.POST or None, invitation=invitation)
    if request.method == "POST" and form.is_valid():
        by = request.user if channel == RsvpChannel.ACCOUNT else None
        call = partial(_write, invitation, form, channel, by, now)
        if text := run_service(request, call, form=form):
            messages.success(request, text)
            return redirect(request.path)
    context = {
        "invitation": invitation,
        "dialogue": invitation.dialogue_as_announced,
        "form": form,
        "shell": shell,
        "closed": closed_reason(invitation, today=local_date(now)),
        "answered": invitation.rsvp != RsvpState.OPEN,
        "is_public": channel == RsvpChannel.LINK,
        "colour": COLOUR_OF_RSVP[invitation.rsvp],
        "facts": _facts(invitation),
        "calendar_url": calendar_url,
        "opens_more": _opens_more(form),
        "seats_note": _seats_note(invitation),
    }
    return render(request, "dialogues/rsvp.html", context)


def _facts(invitation: Invitation) -> list[tuple]:
    dialogue = invitation.dialogue_as_announced
    about = dialogue.topic.description if dialogue.topic else ""
    rows = [
        (_("Für"), _name_of(invitation)),
        (_("Termin"), dialogue.when),
        (_("Ort"), dialogue.location),
    ]
    rows += [
        (_("Format"), dialogue.get_format_display()),
        (_("Worum es geht"), linebreaksbr(about)),
    ]
    if dialogue.video_link:
        link = format_html('<a href="{0}" rel="noopener noreferrer">{0}</a>', dialogue.video_link)
        rows.append((_("Videokonferenz"), link))
    rows.append((_("Programm"), linebreaksbr(dialogue.programme)))
    return [row for row in rows if row[1]]


def _name_of(invitation: Invitation) -> str:
    organisation = invitation.person.organisation
    return f"{invitation.person}, {organisation.label}" if organisation else str(invitation.person)


def _opens_more(form: RsvpForm) -> bool:
    """Say whether the folded fields hold something that the guest must see."""
    return any(
        form[name].errors or form[name].value() not in ("", None, 1, "1", False) for name in FOLDED
    )


def _seats_note(invitation: Invitation) -> str:
    left = (
        invitation.dialogue.seats - count_seats_taken(invitation.dialogue) + invitation.seats_taken
    )
    if left > 0:
        return ""
    return _(
        "Zurzeit sind alle Plätze belegt. Antworten Sie mit Vorbehalt; wird ein Platz frei, melden "
        "wir uns."
    )


def _write(invitation: Invitation, form: RsvpForm, channel: str, by, now) -> str:
    """Write the answer and return what to say about it."""
    changed = record_rsvp(invitation=invitation, reply=form.reply, now=now, by=by, channel=channel)
    if not changed:
        return _("Ihre Antwort liegt uns bereits vor. Sie müssen nichts weiter tun.")
    return _("Vielen Dank, Ihre Antwort ist eingegangen. Sie erhalten eine Bestätigung per E-Mail.")
