"""Views for dialogues: page and tabs, planning, editing."""

from functools import partial

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from approvals.enums import ApprovalKind
from approvals.forms import LapseGuard
from approvals.models import ApprovalRequest
from approvals.progress import clash_notes, with_conditions
from approvals.queries import approvals_about
from core.dates import local_date
from core.progress import Button
from core.roles import is_inside
from core.states import allowed_actions
from core.views import get_for_office, redirect_if_refused, render_form, run_service, saving
from dialogues.enums import DATED, DIALOGUE_MOVES, DialogueState, OptionState
from dialogues.facts import DATES_FACTS
from dialogues.forms import DialogueForm
from dialogues.mails.dates import entry_text
from dialogues.models import Dialogue, Invitation, Topic
from dialogues.permissions import can_edit_dialogue, can_manage
from dialogues.progress import (
    announced_later_note,
    closing_cards,
    conditions_of_topic,
    deadlines,
    dialogue_actions,
    dialogue_facts,
    dialogue_next_step,
    dialogue_parents,
    dialogue_progress,
    dialogue_subtitle,
    dialogue_tabs,
    effect_of_changes,
    guest_next_step,
    host_note,
    imported_cards,
    inactive_notes,
    internal_notes_cards,
    outcome_cards,
    preparation_of,
    untold_cards,
)
from dialogues.queries import (
    Preparation,
    commitments_of,
    dialogue_history,
    has_announced_date,
)
from dialogues.services import change_dialogue, plan_dialogue
from dialogues.services.dialogues import require_approved_topic, require_editable
from outbox.rendering.calendars import PUBLISH, calendar_file_name
from outbox.views.confirming import confirm_mails, went_back

CALENDAR_TYPE = "text/calendar; charset=utf-8; method=PUBLISH"


def visible_dialogue(request, pk: int) -> Dialogue:
    """Return the dialogue with topic, series, host and contact, or raise Http404.

    Outsiders see it as it was announced, without a change that waits for its approval.
    """
    dialogues = Dialogue.objects.visible_to(request.user).select_related(
        "topic__series", "host", "host_contact__organisation", "responsible__person"
    )
    dialogue = get_object_or_404(dialogues, pk=pk)
    return dialogue if is_inside(request.user) else dialogue.as_announced


def dialogue_for_office(request, pk: int) -> Dialogue:
    dialogues = Dialogue.objects.select_related(
        "topic__series", "host", "host_contact__organisation", "responsible__person"
    )
    return get_for_office(request, dialogues, pk)


def seen_of(dialogue: Dialogue) -> list[Dialogue | ApprovalRequest | None]:
    """Return the records whose version the buttons on the pages of `dialogue` carry."""
    return [dialogue, approvals_about(ApprovalKind.DATES, dialogue.pk).first()]


def page_context(request, dialogue: Dialogue, tab: str) -> dict:
    """Return the context shared by all tabs; `tab` is the URL name of the current one."""
    user, now = request.user, timezone.now()
    # Records taken over are outside the workflow, so there is nothing to load.
    preparation = Preparation() if dialogue.is_taken_over else preparation_of(dialogue, now)
    # Outsiders see only the state; the steps would reveal how the office works.
    steps = dialogue_progress(dialogue, is_lapsed=preparation.is_lapsed) if is_inside(user) else []
    box = _next_step(dialogue, user, preparation, now)
    actions = dialogue_actions(dialogue, user, preparation, box, now)
    return {
        "dialogue": dialogue,
        "seen": [dialogue, preparation.approval],
        "preparation": preparation,
        "today": local_date(now),
        "parents": dialogue_parents(dialogue),
        "subtitle": dialogue_subtitle(dialogue),
        "shows_state": dialogue.state == DialogueState.CANCELLED or not steps,
        "steps": steps,
        "tabs": dialogue_tabs(dialogue, user, preparation, tab),
        "buttons": _buttons(dialogue, user),
        "closing_cards": closing_cards(dialogue) + untold_cards(dialogue, user, now),
        "inactive_notes": inactive_notes(dialogue, user),
        "box": box,
        "facts": dialogue_facts(dialogue, user, preparation),
        "calendar_url": calendar_url(dialogue),
        "deadlines": deadlines(dialogue, user, preparation),
        "actions": actions,
    }


def _buttons(dialogue: Dialogue, user) -> list[Button]:
    buttons = []
    if can_edit_dialogue(user, dialogue):
        buttons.append(Button(_("Bearbeiten"), reverse("dialogues:edit", args=[dialogue.pk])))
    if can_manage(user) and not dialogue.is_taken_over:
        url = reverse("dialogues:copy", args=[dialogue.pk])
        buttons.append(Button(_("Als Vorbild verwenden"), url))
    return buttons


def calendar_url(dialogue: Dialogue) -> str:
    """Return the URL of the calendar entry while there is a date to keep, else an empty string."""
    if dialogue.state not in DATED:
        return ""
    return reverse("dialogues:calendar", args=[dialogue.pk])


def _next_step(dialogue: Dialogue, user, preparation: Preparation, now):
    if is_inside(user):
        box = dialogue_next_step(dialogue, user, preparation, now)
        return with_conditions(
            box,
            user,
            (ApprovalKind.DATES, dialogue.pk, _("Auflage")),
            *conditions_of_topic(dialogue.topic),
        )
    return guest_next_step(dialogue, user, _own_invitation(dialogue, user), now)


def _own_invitation(dialogue: Dialogue, user) -> Invitation | None:
    """Return the user's own invitation to the present date, if it was sent."""
    if dialogue.is_taken_over:
        return None
    return (
        dialogue.invitations.released()
        .filter(person=user.person_id, released_round=dialogue.round)
        .first()
    )


def overview(request, pk):
    dialogue = visible_dialogue(request, pk)
    context = page_context(request, dialogue, "detail")
    user, preparation = request.user, context["preparation"]
    is_asked = preparation.approval is not None and preparation.approval.is_open
    can_explore = can_manage(user) and not is_asked
    shows_planning = is_inside(user) and not dialogue.is_taken_over
    options = dialogue.date_options.exclude(state=OptionState.DROPPED).order_by("starts_at", "pk")
    cards = imported_cards(dialogue)
    # Outsiders see the host among the facts, but never the contact.
    host = ""
    if dialogue.host and shows_planning:
        host = ", ".join(map(str, filter(None, [dialogue.host.name, dialogue.host_contact])))
    context |= {
        "outcome_cards": outcome_cards(dialogue),
        "cards": cards + internal_notes_cards(dialogue.internal_notes, user),
        "host": host,
        "host_note": host_note(dialogue),
        "options": options if shows_planning else [],
        "date_notes": _clash_notes(dialogue, user) if shows_planning else [],
        "can_drop": can_explore and not dialogue.starts_at,
        "can_add_dates": can_explore and "explore" in allowed_actions(DIALOGUE_MOVES, dialogue),
        "lapsed_state": OptionState.FIXED if preparation.is_lapsed else "",
        "is_bare": dialogue.is_taken_over and not dialogue.outcome and not cards,
    }
    return render(request, "dialogues/dialogue.html", context)


def _clash_notes(dialogue: Dialogue, user):
    return clash_notes(commitments_of(dialogue), user, timezone.now())


def history(request, pk):
    dialogue = visible_dialogue(request, pk)
    # 404 rather than 403: outsiders should not learn that there is a history.
    if dialogue.is_taken_over or not is_inside(request.user):
        raise Http404
    context = page_context(request, dialogue, "history")
    context["history"] = dialogue_history(dialogue, request.user)
    return render(request, "dialogues/history.html", context)


def calendar(request, pk):
    return calendar_response(visible_dialogue(request, pk))


def calendar_response(dialogue: Dialogue) -> HttpResponse:
    """Return the date as a calendar file without a personal link; 404 while there is none."""
    if not dialogue.starts_at:
        raise Http404
    # A cancelled dialogue keeps its date, so that calendars can remove their entry.
    is_off = dialogue.state == DialogueState.CANCELLED
    text = entry_text(dialogue, now=timezone.now(), method=PUBLISH, is_off=is_off)
    headers = {"Content-Disposition": f'attachment; filename="{calendar_file_name(text)}"'}
    return HttpResponse(text, content_type=CALENDAR_TYPE, headers=headers)


def create(request, pk):
    topic = get_for_office(request, Topic.objects.all(), pk)
    if back := redirect_if_refused(request, topic, require_approved_topic):
        return back
    form = DialogueForm(request.POST or None, initial={"title": topic.title})
    if request.method == "POST" and form.is_valid():
        call = partial(
            plan_dialogue,
            topic=topic,
            values=form.values,
            heeded=form.heeded_keys,
            by=request.user,
            now=timezone.now(),
        )
        if dialogue := run_service(request, call, form=form, done=_("Die Planung hat begonnen.")):
            return redirect(dialogue)
    intro = _("Zum Thema „%(topic)s“. Was noch offen ist, tragen Sie später nach.")
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Gespräch planen"),
        submit_label=_("Planung beginnen"),
        intro=intro % {"topic": topic},
        cancel_url=topic.get_absolute_url(),
    )


def edit(request, pk):
    dialogue = dialogue_for_office(request, pk)
    if back := redirect_if_refused(request, dialogue, require_editable):
        return back
    now = timezone.now()
    is_known = has_announced_date(dialogue, now=now)
    # Created before the form, because validation writes the entered values into the instance.
    guard = LapseGuard(ApprovalKind.DATES, DATES_FACTS, dialogue)
    form = DialogueForm(request.POST or None, instance=dialogue)
    is_complete = request.method == "POST" and form.is_valid()
    is_complete = is_complete and not went_back(request)
    if is_complete and not guard.needs_confirmation(request.POST, form.instance):
        if saved := _save(request, form, dialogue, guard, is_known=is_known):
            return saved
    effect = ""
    if is_known:
        effect = effect_of_changes(dialogue, local_date(now), lapses=bool(guard.changes))
    return render_form(
        request,
        form,
        template="dialogues/form.html",
        title=_("Gespräch bearbeiten"),
        cancel_url=dialogue.get_absolute_url(),
        guard=guard,
        effect=effect,
    )


def _save(
    request, form: DialogueForm, dialogue: Dialogue, guard: LapseGuard, *, is_known: bool
) -> HttpResponse | None:
    """Save the valid form once its mails are confirmed; None if it must be shown again."""
    done, lapses = _("Die Angaben sind gespeichert."), bool(guard.changes)
    if is_known and lapses:
        done = f"{done} {announced_later_note()}"
    return confirm_mails(
        request,
        guard.watch(saving(request, form, change_dialogue, dialogue=dialogue)),
        target=dialogue,
        form=form,
        done=done,
        asks_always=False,
        # Whoever takes part in an approval always learns that it lapses.
        may_be_silent=is_known and not lapses,
        title=_("Gespräch bearbeiten"),
        question=_("%(dialogue)s: Diese Änderung speichern?") % {"dialogue": dialogue},
        submit_label=_("Speichern"),
        cancel_url=dialogue.get_absolute_url(),
    )
