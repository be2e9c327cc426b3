"""The tab with the programme of a dialogue, its form, and the PDF."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.dates import local_date
from core.progress import Button
from core.views import redirect_if_refused, render_form
from dialogues.documents import programme_response
from dialogues.forms import ProgrammeForm, arranged, is_arranging
from dialogues.models import Dialogue
from dialogues.permissions import can_edit_dialogue, has_programme_tab
from dialogues.progress import effect_of_programme
from dialogues.queries import concerns_at, has_announced_date, programme_items, programme_rows
from dialogues.services import change_programme
from dialogues.services.dialogues import require_editable
from dialogues.views.dialogues import dialogue_for_office, page_context, visible_dialogue
from outbox.views.confirming import confirm_mails, went_back


def programme_tab(request, pk):
    dialogue = visible_dialogue(request, pk)
    # Where there is no tab, the URL must not show an empty page either.
    if not has_programme_tab(dialogue, request.user):
        raise Http404
    context = page_context(request, dialogue, "programme")
    # Before the day the office can still mend what does not fit; afterwards it is on record.
    can_edit = can_edit_dialogue(request.user, dialogue)
    items = programme_items(dialogue) if can_edit else []
    context |= {
        "rows": programme_rows(dialogue),
        "concerns": concerns_at(dialogue, items),
        "programme_buttons": _buttons(dialogue, can_edit=can_edit),
    }
    return render(request, "dialogues/programme.html", context)


def _buttons(dialogue: Dialogue, *, can_edit: bool) -> list[Button]:
    buttons = []
    if can_edit:
        label = _("Programm bearbeiten") if dialogue.programme else _("Programm eintragen")
        buttons.append(Button(label, reverse("dialogues:programme_edit", args=[dialogue.pk])))
    if dialogue.programme:
        url = reverse("dialogues:programme_pdf", args=[dialogue.pk])
        buttons.append(Button(_("Programm als PDF"), url))
    return buttons


@require_safe
def pdf(request, pk):
    return programme_pdf(visible_dialogue(request, pk))


def programme_pdf(dialogue: Dialogue) -> HttpResponse:
    """Return the programme of `dialogue`, as its reader knows it; 404 without one."""
    if not dialogue.programme:
        raise Http404
    return programme_response(dialogue, timezone.now())


def edit(request, pk):
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, dialogue, require_editable):
        return back
    now, back_url = timezone.now(), reverse("dialogues:programme", args=[pk])
    if is_arranging(request.POST):
        form = arranged(request.POST, dialogue)
    else:
        form = ProgrammeForm(request.POST or None, instance=dialogue)
        if request.method == "POST" and form.is_valid() and not went_back(request):
            if saved := _save(request, form, dialogue, back_url):
                return saved
    effect = ""
    if has_announced_date(dialogue, now=now):
        effect = effect_of_programme(dialogue, local_date(now))
    return render_form(
        request,
        form,
        template="dialogues/programme_edit.html",
        title=_("Programm bearbeiten"),
        dialogue=dialogue,
        cancel_url=back_url,
        effect=effect,
        # A draft kept in the browser must not undo how the rows were arranged.
        is_answer=request.method == "POST",
    )


def _save(request, form: ProgrammeForm, dialogue: Dialogue, back_url: str) -> HttpResponse | None:
    """Save the valid form once its mails are confirmed; None if it must be shown again."""
    now = timezone.now()
    call = partial(
        change_programme,
        dialogue=dialogue,
        programme=form.programme,
        version=form.version_shown,
        heeded=form.heeded_keys,
        by=request.user,
        now=now,
    )
    return confirm_mails(
        request,
        call,
        target=back_url,
        form=form,
        done=_("Das Programm ist gespeichert."),
        asks_always=False,
        may_be_silent=has_announced_date(dialogue, now=now),
        title=_("Programm bearbeiten"),
        question=_("%(dialogue)s: Dieses Programm speichern?") % {"dialogue": dialogue},
        submit_label=_("Speichern"),
        cancel_url=back_url,
    )
