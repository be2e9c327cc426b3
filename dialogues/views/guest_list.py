"""Composing, releasing and changing a guest list: the office's part."""

from functools import partial

from django.contrib import messages
from django.http import Http404
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from core.answers import carry_out, confirm_page
from core.dates import add_working_days, local_date
from core.errors import Refused
from dialogues.course import release_label
from dialogues.enums import AnswerChannel, DialogueState
from dialogues.forms import ComposeForm, OfficeAnswerForm, ReleaseForm
from dialogues.mails import preview_invitation
from dialogues.models import Dialogue, Invitation
from dialogues.queries import guests_to_choose
from dialogues.reminders import guests_to_remind
from dialogues.services import (
    add_guests,
    answer_invitation,
    release_invitations,
    remind_guests,
    remove_guest,
    withdraw_invitation,
)
from dialogues.services.invitations import require_approval, unreleased
from dialogues.views.answers import dialogue_for_office, form_page, require_office
from outbox.queries import latest_sending
from outbox.wordings import waiting_note, with_waiting_note

ANSWER_DAYS = 5  # working days before the dialogue by which guests answer, unless the office says otherwise
INVITING = (DialogueState.SCHEDULED, DialogueState.INVITED)


def _guests_url(dialogue: Dialogue) -> str:
    return reverse("dialogues:guests", args=[dialogue.pk])


def _not_inviting(request, dialogue: Dialogue):
    """Lead back to the dialogue while nobody can be invited."""
    if request.method == "POST" or (dialogue.state in INVITING and not dialogue.is_taken_over):
        return None
    messages.error(request, _("Gäste werden eingeladen, wenn der Termin feststeht."))
    return redirect(dialogue)


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


def compose(request, pk):
    """Tick lists, organisations and people; those found by the search stand first."""
    dialogue = dialogue_for_office(request, pk)
    if back := _not_inviting(request, dialogue):
        return back
    form = ComposeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        call = partial(add_guests, dialogue=dialogue, by=request.user, **form.cleaned_data)
        if result := carry_out(request, call, form=form):
            messages.success(request, added_text(*result))
            return redirect("dialogues:guests_add", dialogue.pk)
    choices = guests_to_choose(dialogue, request.GET.get("q", ""))
    context = {"dialogue": dialogue, "form": form, "choices": choices, "words": request.GET.get("q", "")}
    context["ticked"] = {name: request.POST.getlist(name) for name in form.fields}
    return render(request, "dialogues/compose.html", {**context, "prepared": unreleased(dialogue).count()})


def added_text(added: int, left_out: int) -> str:
    """Return what became of the people who were ticked."""
    text = ngettext(
        "%(count)d Person steht neu auf der Gästeliste.", "%(count)d Personen stehen neu auf der Gästeliste.", added
    ) % {"count": added}
    if left_out:
        text += " " + ngettext(
            "%(count)d stand schon darauf.", "%(count)d standen schon darauf.", left_out
        ) % {"count": left_out}  # fmt: skip
    return text


def release(request, pk):
    """The second look before invitations go out: the mail, the list, the day to answer by."""
    dialogue = dialogue_for_office(request, pk)
    if back := _not_inviting(request, dialogue) or _without_approval(request, dialogue):
        return back
    rows, now = list(unreleased(dialogue)), timezone.now()
    if not rows and request.method != "POST":
        messages.error(request, _("Es gibt keine Einladung, die noch zu versenden wäre."))
        return redirect(_guests_url(dialogue))
    initial = {"answer_by": default_answer_by(dialogue, local_date(now)), "expected": len(rows)}
    form = ReleaseForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        call = partial(release_invitations, dialogue=dialogue, by=request.user, now=now, **form.cleaned_data)
        if sent := carry_out(request, call, form=form):
            messages.success(request, released_text(dialogue, sent, waiting_note("invitation")))
            return redirect(_guests_url(dialogue))
    return render(request, "dialogues/release.html", _release_context(dialogue, rows, form, initial))


def _release_context(dialogue: Dialogue, rows, form: ReleaseForm, initial: dict) -> dict:
    """Return what the page of the release shows; the number it names is the one of the list as it is now."""
    if form.is_bound:
        form.data = form.data.copy()
        form.data["expected"] = len(rows)
    answer_by = getattr(form, "cleaned_data", {}).get("answer_by") or initial["answer_by"]
    letter = preview_invitation(dialogue, rows[0], answer_by=answer_by) if rows else None
    entry = [
        (_("Titel"), _("Branchengespräch: %(title)s") % {"title": dialogue}), (_("Termin"), dialogue.when),
        (_("Ort"), dialogue.location or dialogue.get_format_display()),
    ]  # fmt: skip
    label = release_label(len(rows))
    doubts = [*release_doubts(dialogue, len(rows)), *filter(None, [waiting_note("invitation")])]
    return {
        "dialogue": dialogue, "rows": rows, "form": form, "letter": letter, "label": label, "entry": entry,
        "doubts": doubts,
    }  # fmt: skip


def release_doubts(dialogue: Dialogue, prepared: int) -> list[str]:
    """Return what the office should look at before it sends `prepared` invitations; none of it forbids sending."""
    doubts = []
    if not dialogue.address:
        doubts.append(_("Es ist keine Anschrift eingetragen; die Gäste erfahren nur den Namen des Gastgebers."))
    if dialogue.host_contact is None:
        doubts.append(_("Beim Gastgeber ist keine Ansprechperson eingetragen; dort wird niemand benachrichtigt."))
    invited = prepared + dialogue.invitations.released().filter(released_round=dialogue.round).count()
    if invited > dialogue.seats:
        doubts.append(
            _("Damit sind %(invited)d Gäste eingeladen, es gibt aber nur %(seats)d Plätze. Wer zuerst zusagt, kommt.")
            % {"invited": invited, "seats": dialogue.seats}
        )
    return doubts


def default_answer_by(dialogue: Dialogue, today):
    """Return the day proposed for answers: the one already named, else some working days before the dialogue."""
    if dialogue.answer_by and dialogue.answer_by >= today:
        return dialogue.answer_by
    return max(add_working_days(local_date(dialogue.starts_at), -ANSWER_DAYS), today)


def released_text(dialogue: Dialogue, count: int, note: str = "") -> str:
    """Return what became of `count` invitations, with the link to the page that shows how far they are.

    `note` says that they wait, if they do.
    """
    text = ngettext("%(count)d Einladung ist auf dem Weg.", "%(count)d Einladungen sind auf dem Weg.", count)
    if note:
        text = ngettext("%(count)d Einladung ist geschrieben.", "%(count)d Einladungen sind geschrieben.", count)
    text = f"{text % {'count': count}} {note}".strip()
    batch = latest_sending(dialogue.get_absolute_url(), "invitation")
    if batch is None:
        return text
    link = reverse("outbox:sending", args=[batch])
    return format_html('{} <a href="{}">{}</a>', text, link, _("Versand verfolgen"))


def remind(request, pk):
    """Remind all who have not answered, after a second look."""
    dialogue = dialogue_for_office(request, pk)
    if request.method == "POST":
        call = partial(remind_guests, dialogue=dialogue, by=request.user, now=timezone.now())
        if count := carry_out(request, call):
            text = ngettext("%(count)d Gast wird erinnert.", "%(count)d Gäste werden erinnert.", count)
            messages.success(request, with_waiting_note(text % {"count": count}, "invitation_reminder"))
        return redirect(_guests_url(dialogue))
    names = [_name_of(row) for row in guests_to_remind(dialogue, timezone.localdate())]
    if not names:
        messages.warning(
            request,
            _(
                "Zurzeit ist niemand zu erinnern: Alle haben geantwortet, wurden heute schon erinnert oder sind "
                "pausiert, oder die Frist ist abgelaufen."
            ),
        )
        return redirect(_guests_url(dialogue))
    label = ngettext("%(count)d Gast erinnern", "%(count)d Gäste erinnern", len(names)) % {"count": len(names)}
    return confirm_page(
        request, title=_("Gäste erinnern"), question=_("Diese Gäste haben noch nicht geantwortet:"), details=names,
        submit_label=label, cancel_url=_guests_url(dialogue),
    )  # fmt: skip


def _name_of(row: Invitation) -> str:
    organisation = row.person.organisation
    return f"{organisation.label}: {row.person}" if organisation else str(row.person)


def _guest_for_office(request, pk: int) -> Invitation:
    rows = Invitation.objects.visible_to(request.user).select_related("dialogue", "person__organisation")
    row = get_object_or_404(rows, pk=pk)
    require_office(request)
    return row


def enter_answer(request, pk):
    """Enter an answer given by phone."""
    row = _guest_for_office(request, pk)
    if row.released_at is None:
        raise Http404
    form = OfficeAnswerForm(request.POST or None, invitation=row)
    if request.method == "POST" and form.is_valid():
        call = partial(
            answer_invitation, invitation=row, reply=form.reply, channel=AnswerChannel.OFFICE, by=request.user,
            now=timezone.now(),
        )  # fmt: skip
        if carry_out(request, call, form=form, done=_("Die Antwort ist eingetragen.")):
            return redirect(_guests_url(row.dialogue))
    return form_page(
        request, form, title=_("Antwort eintragen"), submit_label=_("Eintragen"), cancel_url=_guests_url(row.dialogue),
        intro=_("%(guest)s, zu „%(dialogue)s“") % {"guest": _name_of(row), "dialogue": row.dialogue},
    )  # fmt: skip


def withdraw(request, pk):
    """Withdraw an invitation that went out, after a second look."""
    row = _guest_for_office(request, pk)
    if request.method == "POST":
        call = partial(withdraw_invitation, invitation=row, by=request.user, now=timezone.now())
        carry_out(request, call, done=_("Die Einladung ist zurückgezogen; der Gast wird benachrichtigt."))
        return redirect(_guests_url(row.dialogue))
    details = [
        _("%(guest)s erhält eine Nachricht, dass die Einladung zurückgezogen ist.") % {"guest": row.person},
        _("Der persönliche Link gilt nicht mehr, der Platz wird frei."),
    ]
    return confirm_page(
        request, title=_("Einladung zurückziehen"), question=_name_of(row), details=details, danger=True,
        submit_label=_("Einladung zurückziehen"), cancel_url=_guests_url(row.dialogue),
    )  # fmt: skip


@require_POST
def remove(request, pk):
    """Strike somebody from the list who was not invited yet."""
    row = _guest_for_office(request, pk)
    text = _("%(guest)s steht nicht mehr auf der Gästeliste.") % {"guest": row.person}
    carry_out(request, partial(remove_guest, invitation=row, by=request.user), done=text)
    return redirect(_guests_url(row.dialogue))
