"""Views for invitations: release, send again, remind, withdraw, and their personal links."""

from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.dates import local_date
from core.views import (
    get_for_office,
    redirect_if_refused,
    redirect_with_message,
    render_confirmation,
    run_service,
)
from dialogues.forms import ReleaseForm, ResendForm
from dialogues.mails import other_address_with_link, preview_invitation
from dialogues.models import Dialogue, Invitation
from dialogues.progress import (
    default_rsvp_by,
    full_name,
    release_label,
    release_warnings,
    released_message,
)
from dialogues.queries import guest_list_version, unreleased_invitations
from dialogues.services import (
    missing_addresses,
    release_invitations,
    remind_guests,
    replace_link,
    resend_invitation,
    show_link,
    withdraw_invitation,
)
from dialogues.services.guests import require_guest_list
from dialogues.services.invitations import require_approval, require_invited
from dialogues.views.dialogues import dialogue_for_office
from outbox.views.confirming import TO_PREVIEW, confirm_mails, went_back
from partners.queries import recipient_of


def guests_url(dialogue: Dialogue) -> str:
    return reverse("dialogues:guests", args=[dialogue.pk])


def release(request, pk):
    """Preview mail, guests and the deadline for replies, then send the invitations."""
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, dialogue, require_guest_list):
        return back
    # Checked before the page opens, so that nobody reviews mails that cannot be sent.
    if back := redirect_if_refused(request, dialogue, require_approval):
        return back
    invitations, now = list(unreleased_invitations(dialogue)), timezone.now()
    if not invitations:
        messages.error(
            request,
            _(
                "Es ist keine Einladung zu senden: Die Liste ist leer, oder alle darauf sind schon "
                "eingeladen oder nicht mehr aktiv."
            ),
        )
        return redirect(guests_url(dialogue))
    rsvp_by = default_rsvp_by(dialogue, local_date(now))
    # The number alone would not do: one guest exchanged for another leaves it as it was.
    version = guest_list_version(dialogue, invitations)
    initial = {"rsvp_by": rsvp_by, "expected": len(invitations), "version": version}
    form = ReleaseForm(request.POST or None, initial=initial, today=local_date(now))
    if request.method == "POST" and form.is_valid():
        call = partial(
            release_invitations, dialogue=dialogue, by=request.user, now=now, **form.values
        )
        if count := run_service(request, call, form=form):
            done = released_message(dialogue, count)
            return redirect_with_message(request, done, guests_url(dialogue))
    # Submitting confirms the number on the button: if guests were added meanwhile, the service
    # refuses once and this page shows the new list.
    form.expect(len(invitations), version)
    rsvp_by = getattr(form, "cleaned_data", {}).get("rsvp_by") or rsvp_by
    context = _release_context(dialogue, invitations, rsvp_by)
    context["submit_label"] = form.overrule_label if form.concerns else context["label"]
    return render(request, "dialogues/release.html", {"form": form, **context})


def _release_context(dialogue: Dialogue, invitations: list[Invitation], rsvp_by) -> dict:
    count = len(invitations)
    return {
        "dialogue": dialogue,
        "invitations": invitations,
        "mail": preview_invitation(dialogue, invitations[0], rsvp_by=rsvp_by),
        "label": release_label(count),
        "calendar_entry": [
            (_("Titel"), _("Branchengespräch: %(title)s") % {"title": dialogue}),
            (_("Termin"), dialogue.when),
            (_("Ort"), dialogue.location or dialogue.get_format_display()),
        ],
        "warnings": [
            *filter(None, [missing_addresses(invitations)]),
            *release_warnings(dialogue, count),
        ],
    }


def remind(request, pk):
    """Show the mails to the guests who have not replied, then remind them."""
    dialogue = dialogue_for_office(request, pk)
    return confirm_mails(
        request,
        partial(remind_guests, dialogue=dialogue, by=request.user, now=timezone.now()),
        target=guests_url(dialogue),
        done=_("Die Erinnerung ist geschrieben."),
        seen=[dialogue],
        title=_("Gäste erinnern"),
        question=_("%(dialogue)s: Wer noch nicht geantwortet hat, wird erinnert.")
        % {"dialogue": dialogue},
        submit_label=_("Erinnern"),
        cancel_url=guests_url(dialogue),
    )


def invitation_for_office(request, pk: int) -> Invitation:
    invitations = Invitation.objects.select_related(
        "dialogue", "person__organisation", "person__user"
    )
    return get_for_office(request, invitations, pk)


def withdraw(request, pk):
    invitation = invitation_for_office(request, pk)
    back_url = guests_url(invitation.dialogue)
    return confirm_mails(
        request,
        partial(withdraw_invitation, invitation=invitation, by=request.user, now=timezone.now()),
        target=back_url,
        done=_("Die Einladung ist zurückgezogen."),
        # The comparison locks the first of them, and every service locks the dialogue first.
        seen=[invitation.dialogue, invitation],
        title=_("Einladung zurückziehen"),
        question=full_name(invitation.person),
        details=[_("Der persönliche Link gilt nicht mehr, der Platz wird frei.")],
        danger=True,
        submit_label=_("Einladung zurückziehen"),
        cancel_url=back_url,
    )


def resend(request, pk):
    """Show the mail, then invite a guest once more, at the address they have now. If the link went
    to another address, ask first whether it stays valid.
    """
    invitation = invitation_for_office(request, pk)
    other = other_address_with_link(invitation)
    if not other:
        return _confirm_resending(request, invitation)
    form = ResendForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and not went_back(request):
        # Some guests have two addresses; only the office knows that nobody else reads the first.
        keeps = form.cleaned_data["keep_link"]
        note = (
            _("Der bisherige Link gilt weiter.") if keeps else _("Der bisherige Link wird ersetzt.")
        )
        answer = _confirm_resending(request, invitation, form=form, note=note, keep_link=keeps)
        if answer:
            return answer
    return render_confirmation(
        request,
        form,
        seen=[invitation.dialogue, invitation],
        title=_("Einladung erneut senden"),
        question=full_name(invitation.person),
        details=[
            _("Der persönliche Link ging bisher an: %(address)s") % {"address": other},
            _("Wer ihn hat, kann im Namen des Gastes antworten; deshalb wird er ersetzt."),
            _("Eine Antwort des Gastes bleibt bestehen."),
        ],
        submit_label=TO_PREVIEW,
        cancel_url=guests_url(invitation.dialogue),
    )


def _confirm_resending(
    request, invitation: Invitation, *, form=None, note: str = "", keep_link: bool = False
) -> HttpResponse | None:
    back_url = guests_url(invitation.dialogue)
    given = {"invitation": invitation, "by": request.user, "now": timezone.now()}
    return confirm_mails(
        request,
        partial(resend_invitation, keep_link=keep_link, **given),
        target=back_url,
        form=form,
        done=_("Die Einladung geht noch einmal hinaus."),
        seen=[invitation.dialogue, invitation],
        title=_("Einladung erneut senden"),
        question=full_name(invitation.person),
        details=[
            _("An: %(address)s") % {"address": recipient_of(invitation.person).email},
            _("Eine Antwort des Gastes bleibt bestehen."),
            *filter(None, [note]),
        ],
        submit_label=_("Einladung erneut senden"),
        cancel_url=back_url,
    )


def link(request, pk):
    """Ask, then show the personal link once. Only the answer to a POST contains it, so that no
    other page, cache or log does (docs/adr/0024).
    """
    invitation = invitation_for_office(request, pk)
    back_url = guests_url(invitation.dialogue)
    if back := redirect_if_refused(request, invitation, require_invited, to=back_url):
        return back
    title, guest = _("Persönlichen Link kopieren"), full_name(invitation.person)
    if request.method == "POST":
        call = partial(show_link, invitation=invitation, by=request.user, now=timezone.now())
        if not (address := run_service(request, call, seen=[invitation.dialogue, invitation])):
            return redirect(back_url)
        context = {
            "title": title,
            "guest": guest,
            "address": address,
            "back_url": back_url,
            "back_label": _("Zur Gästeliste"),
            "replace_url": reverse("dialogues:link_replace", args=[invitation.pk]),
        }
        response = render(request, "generic/personal_link.html", context)
        response["Cache-Control"] = "no-store"
        return response
    return render_confirmation(
        request,
        seen=[invitation.dialogue, invitation],
        title=title,
        question=guest,
        details=[
            _("Wer den Link hat, kann im Namen des Gastes antworten. Geben Sie ihn nur dem Gast."),
            _("Der Verlauf hält fest, dass Sie den Link gesehen haben."),
        ],
        submit_label=_("Link anzeigen"),
        cancel_url=back_url,
    )


def replace(request, pk):
    """Show the mail with the new link, then replace the personal link."""
    invitation = invitation_for_office(request, pk)
    back_url = guests_url(invitation.dialogue)
    return confirm_mails(
        request,
        partial(replace_link, invitation=invitation, by=request.user, now=timezone.now()),
        target=back_url,
        done=_("Der Link ist ersetzt. Der bisherige gilt nicht mehr."),
        seen=[invitation.dialogue, invitation],
        title=_("Persönlichen Link ersetzen"),
        question=full_name(invitation.person),
        details=[
            _("Der bisherige Link gilt dann nicht mehr; die Einladung und die Antwort bleiben."),
            _("E-Mails, die noch nicht hinausgegangen sind, enthalten dann den neuen Link."),
        ],
        # The office may have handed over the new link already, by phone or in a letter of its own.
        may_be_silent=True,
        danger=True,
        submit_label=_("Link ersetzen"),
        cancel_url=back_url,
    )
