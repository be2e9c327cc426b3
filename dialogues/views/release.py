"""The release of invitations: a second look at the mail, the list and the day to answer by, then
they go out.
"""

from functools import partial

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.dates import add_working_days, local_date
from core.errors import Refused
from core.views import run_service
from dialogues.forms import ReleaseForm
from dialogues.mails import preview_invitation
from dialogues.models import Dialogue
from dialogues.progress import release_label
from dialogues.queries import unreleased_invitations
from dialogues.services import release_invitations
from dialogues.services.invitations import require_approval
from dialogues.views.answers import dialogue_for_office
from dialogues.views.guest_list import guests_url, not_inviting
from outbox.queries import latest_sending
from outbox.wordings import waiting_note

ANSWER_DAYS = (
    5  # working days before the dialogue by which guests answer, unless the office says otherwise
)


def _without_approval(request, dialogue: Dialogue):
    """Lead back to the dialogue, with the reason, while nothing may go out."""
    if request.method == "POST":
        return None
    try:
        require_approval(dialogue)
    except Refused as error:
        messages.error(request, str(error))
        return redirect(dialogue)
    return None


def release(request, pk):
    """The second look before invitations go out: the mail, the list, the day to answer by."""
    dialogue = dialogue_for_office(request, pk)
    if back := not_inviting(request, dialogue) or _without_approval(request, dialogue):
        return back
    rows, now = list(unreleased_invitations(dialogue)), timezone.now()
    if not rows:
        messages.error(
            request,
            _("Alle Einladungen dieser Liste sind schon versandt, oder es steht niemand darauf."),
        )
        return redirect(guests_url(dialogue))
    initial = {"rsvp_by": default_rsvp_by(dialogue, local_date(now)), "expected": len(rows)}
    form = ReleaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(
            release_invitations, dialogue=dialogue, by=request.user, now=now, **form.cleaned_data
        )
        if sent := run_service(request, call, form=form):
            messages.success(request, released_text(dialogue, sent, waiting_note("invitation")))
            return redirect(guests_url(dialogue))
    return render(
        request, "dialogues/release.html", _release_context(dialogue, rows, form, initial)
    )


def _release_context(dialogue: Dialogue, rows, form: ReleaseForm, initial: dict) -> dict:
    """Return what the page of the release shows; the number it names is the one of the list as it
    is now.
    """
    if form.is_bound:
        form.data = form.data.copy()
        form.data["expected"] = len(rows)
    rsvp_by = getattr(form, "cleaned_data", {}).get("rsvp_by") or initial["rsvp_by"]
    letter = preview_invitation(dialogue, rows[0], rsvp_by=rsvp_by) if rows else None
    entry = [
        (_("Titel"), _("Branchengespräch: %(title)s") % {"title": dialogue}),
        (_("Termin"), dialogue.when),
        (_("Ort"), dialogue.location or dialogue.get_format_display()),
    ]
    label = release_label(len(rows))
    doubts = [*release_doubts(dialogue, len(rows)), *filter(None, [waiting_note("invitation")])]
    return {
        "dialogue": dialogue,
        "rows": rows,
        "form": form,
        "letter": letter,
        "label": label,
        "entry": entry,
        "doubts": doubts,
    }


def release_doubts(dialogue: Dialogue, prepared: int) -> list[str]:
    """Return what the office should look at before it sends `prepared` invitations; none of it
    forbids sending.
    """
    doubts = []
    if not dialogue.address:
        doubts.append(
            _(
                "Es ist keine Anschrift eingetragen; die Gäste erfahren nur den Namen des "
                "Gastgebers."
            )
        )
    if dialogue.host_contact is None:
        doubts.append(
            _(
                "Beim Gastgeber ist keine Ansprechperson eingetragen; dort wird niemand "
                "benachrichtigt."
            )
        )
    invited = (
        prepared + dialogue.invitations.released().filter(released_round=dialogue.round).count()
    )
    if invited > dialogue.seats:
        doubts.append(
            _(
                "Damit sind %(invited)d Gäste eingeladen, es gibt aber nur %(seats)d Plätze. Wer "
                "zuerst zusagt, kommt."
            )
            % {"invited": invited, "seats": dialogue.seats}
        )
    return doubts


def default_rsvp_by(dialogue: Dialogue, today):
    """Return the day proposed for answers: the one already named, else some working days before the
    dialogue.
    """
    if dialogue.rsvp_by and dialogue.rsvp_by >= today:
        return dialogue.rsvp_by
    return max(add_working_days(local_date(dialogue.starts_at), -ANSWER_DAYS), today)


def released_text(dialogue: Dialogue, count: int, note: str = "") -> str:
    """Return what became of `count` invitations, with the link to the page that shows how far they
    are.

    `note` says that they wait, if they do.
    """
    text = ngettext(
        "%(count)d Einladung ist auf dem Weg.", "%(count)d Einladungen sind auf dem Weg.", count
    )
    if note:
        text = ngettext(
            "%(count)d Einladung ist geschrieben.", "%(count)d Einladungen sind geschrieben.", count
        )
    text = f"{text % {'count': count}} {note}".strip()
    batch = latest_sending(dialogue.get_absolute_url(), "invitation")
    if batch is None:
        return text
    link = reverse("outbox:sending", args=[batch])
    return format_html('{} <a href="{}">{}</a>', text, link, _("Versand verfolgen"))
