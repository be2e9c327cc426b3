"""Views for the waiting list: the office offers a seat, ends an offer, and changes the order."""

from functools import partial

from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.views import redirect_if_refused, run_service
from dialogues.progress import full_name
from dialogues.services import advance_guest, end_offer, offer_seat
from dialogues.services.seats import require_seat_to_offer
from dialogues.views.invitations import guests_url, invitation_for_office
from outbox.views.confirming import confirm_mails


def offer(request, pk):
    """Show the mail, then offer a seat to a waiting guest."""
    invitation = invitation_for_office(request, pk)
    back_url, now = guests_url(invitation.dialogue), timezone.now()
    check = partial(require_seat_to_offer, now=now)
    if back := redirect_if_refused(request, invitation, check, to=back_url):
        return back
    return confirm_mails(
        request,
        partial(offer_seat, invitation=invitation, by=request.user, now=now),
        target=back_url,
        done=_("Der Platz ist angeboten."),
        seen=[invitation.dialogue, invitation],
        title=_("Platz anbieten"),
        question=full_name(invitation.person),
        submit_label=_("Platz anbieten"),
        cancel_url=back_url,
    )


def end(request, pk):
    """Show the mail, then end the offer to a guest."""
    invitation = invitation_for_office(request, pk)
    back_url = guests_url(invitation.dialogue)
    return confirm_mails(
        request,
        partial(end_offer, invitation=invitation, by=request.user, now=timezone.now()),
        target=back_url,
        done=_("Das Angebot ist beendet."),
        seen=[invitation.dialogue, invitation],
        title=_("Angebot beenden"),
        question=_("%(guest)s rückt danach nicht mehr von selbst nach.")
        % {"guest": full_name(invitation.person)},
        submit_label=_("Angebot beenden"),
        cancel_url=back_url,
        danger=True,
    )


@require_POST
def advance(request, pk, *, to_front: bool = False):
    """Move a waiting guest one place up, or to the front."""
    invitation = invitation_for_office(request, pk)
    run_service(
        request,
        partial(
            advance_guest,
            invitation=invitation,
            to_front=to_front,
            by=request.user,
            now=timezone.now(),
        ),
        done=_("%(guest)s ist vorgezogen.") % {"guest": invitation.person},
        seen=[invitation],
        # As the service does: in the other order it could deadlock with a reply.
        lock=invitation.dialogue,
    )
    return redirect(guests_url(invitation.dialogue))
