"""Composing and changing a guest list: the office's part. Its release is in `release.py`."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.views import render_confirmation, run_service
from dialogues.enums import DialogueState, RsvpChannel
from dialogues.forms import GuestListForm, OfficeRsvpForm
from dialogues.models import Dialogue, Invitation
from dialogues.queries import guest_choices, unreleased_invitations
from dialogues.reminders import guests_to_remind
from dialogues.services import (
    add_guests,
    record_rsvp,
    remind_guests,
    remove_guest,
    withdraw_invitation,
)
from dialogues.views.answers import dialogue_for_office, form_page, require_office
from outbox.wordings import with_waiting_note

INVITING = (DialogueState.SCHEDULED, DialogueState.INVITED)


def guests_url(dialogue: Dialogue) -> str:
    """Return the address of the guest list of `dialogue`."""
    return reverse("dialogues:guests", args=[dialogue.pk])


def not_inviting(request, dialogue: Dialogue):
    """Lead back to the dialogue while nobody can be invited."""
    if request.method == "POST" or (dialogue.state in INVITING and not dialogue.is_taken_over):
        return None
    messages.error(request, _("Gäste werden eingeladen, wenn der Termin feststeht."))
    return redirect(dialogue)


def compose(request, pk):
    """Tick lists, organisations and people; those found by the search stand first."""
    dialogue = dialogue_for_office(request, pk)
    if back := not_inviting(request, dialogue):
        return back
    form = GuestListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(
            add_guests, dialogue=dialogue, by=request.user, now=timezone.now(), **form.cleaned_data
        )
        if result := run_service(request, call, form=form):
            messages.success(request, added_text(*result))
            return redirect("dialogues:guests_add", dialogue.pk)
    choices = guest_choices(dialogue, request.GET.get("q", ""))
    context = {
        "dialogue": dialogue,
        "form": form,
        "choices": choices,
        "words": request.GET.get("q", ""),
    }
    context["ticked"] = {name: request.POST.getlist(name) for name in form.fields}
    return render(
        request,
        "dialogues/compose.html",
        {**context, "prepared": unreleased_invitations(dialogue).count()},
    )


def added_text(added: int, left_out: int) -> str:
    """Return what became of the people who were ticked."""
    text = ngettext(
        "%(count)d Person steht neu auf der Gästeliste.",
        "%(count)d Personen stehen neu auf der Gästeliste.",
        added,
    ) % {"count": added}
    if left_out:
        text += " " + ngettext(
            "%(count)d stand schon darauf.", "%(count)d standen schon darauf.", left_out
        ) % {"count": left_out}
    return text


def remind(request, pk):
    """Remind all who have not answered, after a second look."""
    dialogue = dialogue_for_office(request, pk)
    if request.method == "POST":
        call = partial(remind_guests, dialogue=dialogue, by=request.user, now=timezone.now())
        if count := run_service(request, call):
            text = ngettext(
                "%(count)d Gast wird erinnert.", "%(count)d Gäste werden erinnert.", count
            )
            messages.success(
                request, with_waiting_note(text % {"count": count}, "invitation_reminder")
            )
        return redirect(guests_url(dialogue))
    names = [_name_of(row) for row in guests_to_remind(dialogue, timezone.localdate())]
    if not names:
        messages.warning(
            request,
            _(
                "Zurzeit ist niemand zu erinnern: Alle haben geantwortet, wurden heute schon "
                "erinnert oder sind "
                "pausiert, oder die Frist ist abgelaufen."
            ),
        )
        return redirect(guests_url(dialogue))
    label = ngettext("%(count)d Gast erinnern", "%(count)d Gäste erinnern", len(names)) % {
        "count": len(names)
    }
    return render_confirmation(
        request,
        title=_("Gäste erinnern"),
        question=_("Diese Gäste haben noch nicht geantwortet:"),
        details=names,
        submit_label=label,
        cancel_url=guests_url(dialogue),
    )


def _name_of(row: Invitation) -> str:
    organisation = row.person.organisation
    return f"{organisation.label}: {row.person}" if organisation else str(row.person)


def _guest_for_office(request, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related(
        "dialogue", "person__organisation"
    )
    row = get_object_or_404(rows, pk=pk)
    require_office(request)
    return row


def enter_rsvp(request, pk):
    """Enter an answer given by phone."""
    row = _guest_for_office(request, pk)
    if row.released_at is None:
        raise Http404
    form = OfficeRsvpForm(request.POST or None, invitation=row)
    if request.method == "POST" and form.is_valid():
        call = partial(
            record_rsvp,
            invitation=row,
            reply=form.reply,
            channel=RsvpChannel.OFFICE,
            by=request.user,
            now=timezone.now(),
        )
        if run_service(request, call, form=form, done=_("Die Antwort ist eingetragen.")):
            return redirect(guests_url(row.dialogue))
    return form_page(
        request,
        form,
        title=_("Antwort eintragen"),
        submit_label=_("Eintragen"),
        cancel_url=guests_url(row.dialogue),
        intro=_("%(guest)s, zu „%(dialogue)s“")
        % {"guest": _name_of(row), "dialogue": row.dialogue},
    )


def withdraw(request, pk):
    """Withdraw an invitation that went out, after a second look."""
    row = _guest_for_office(request, pk)
    if request.method == "POST":
        call = partial(withdraw_invitation, invitation=row, by=request.user, now=timezone.now())
        run_service(
            request, call, done=_("Die Einladung ist zurückgezogen; der Gast wird benachrichtigt.")
        )
        return redirect(guests_url(row.dialogue))
    details = [
        _("%(guest)s erhält eine Nachricht, dass die Einladung zurückgezogen ist.")
        % {"guest": row.person},
        _("Der persönliche Link gilt nicht mehr, der Platz wird frei."),
    ]
    return render_confirmation(
        request,
        title=_("Einladung zurückziehen"),
        question=_name_of(row),
        details=details,
        danger=True,
        submit_label=_("Einladung zurückziehen"),
        cancel_url=guests_url(row.dialogue),
    )


@require_POST
def remove(request, pk):
    """Strike somebody from the list who was not invited yet."""
    row = _guest_for_office(request, pk)
    text = _("%(guest)s steht nicht mehr auf der Gästeliste.") % {"guest": row.person}
    run_service(
        request,
        partial(remove_guest, invitation=row, by=request.user, now=timezone.now()),
        done=text,
    )
    return redirect(guests_url(row.dialogue))
