"""The page of a dialogue: overview, programme, history; and its date as a calendar entry."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from core.roles import OFFICE, SENATOR_OFFICE, has_role
from core.states import allowed_actions
from dialogues.enums import (
    COLOUR_OF_HOST,
    COLOUR_OF_OPTION,
    DIALOGUE_MOVES,
    DialogueState,
    OptionState,
)
from dialogues.mails.dates import entry_text
from dialogues.models import Dialogue
from dialogues.queries import dialogue_history
from dialogues.views.frame import frame_of, visible_dialogue
from outbox.rendering.calendars import PUBLISH, calendar_file_name

CALENDAR = "text/calendar; charset=utf-8; method=PUBLISH"


def overview(request, pk):
    dialogue = visible_dialogue(request, pk)
    frame = frame_of(request, dialogue, "detail")
    options = []
    if frame["inside"] and not dialogue.is_taken_over:
        options = list(
            dialogue.date_options.exclude(state=OptionState.DROPPED).order_by("starts_at", "pk")
        )
    waiting = frame["preparation"].approval and frame["preparation"].approval.is_open
    for option in options:
        option.colour = COLOUR_OF_OPTION[option.state]
        option.can_be_dropped = frame["manages"] and not waiting and not dialogue.starts_at
        option.has_lapsed = frame["preparation"].is_lapsed and option.state == OptionState.FIXED
    context = {
        "options": options,
        "host_colour": COLOUR_OF_HOST[dialogue.host_reply],
        "is_bare": _is_bare(dialogue),
    }
    context["adds_dates"] = (
        frame["manages"] and not waiting and "explore" in allowed_actions(DIALOGUE_MOVES, dialogue)
    )
    return render(request, "dialogues/dialogue.html", frame | context)


def _is_bare(dialogue: Dialogue) -> bool:
    """Say whether nothing but facts is known of what was taken over."""
    return dialogue.is_taken_over and not (
        dialogue.outcome or dialogue.participants_text or dialogue.press_text
    )


def programme(request, pk):
    dialogue = visible_dialogue(request, pk)
    if not dialogue.programme:
        raise Http404
    return render(request, "dialogues/programme.html", frame_of(request, dialogue, "programme"))


def history(request, pk):
    dialogue = visible_dialogue(request, pk)
    if dialogue.is_taken_over or not has_role(request.user, OFFICE, SENATOR_OFFICE):
        raise Http404
    entries = dialogue_history(dialogue, request.user)
    return render(
        request,
        "dialogues/history.html",
        {**frame_of(request, dialogue, "history"), "history": entries},
    )


def calendar(request, pk):
    return calendar_response(visible_dialogue(request, pk))


def calendar_response(dialogue: Dialogue) -> HttpResponse:
    """Return the date of `dialogue` as a file for any calendar, without a personal link; 404 while
    there is none.
    """
    if not dialogue.starts_at:
        raise Http404
    is_off = dialogue.state == DialogueState.CANCELLED
    text = entry_text(dialogue, now=timezone.now(), method=PUBLISH, is_off=is_off)
    headers = {"Content-Disposition": f'attachment; filename="{calendar_file_name(text)}"'}
    return HttpResponse(text, content_type=CALENDAR, headers=headers)
