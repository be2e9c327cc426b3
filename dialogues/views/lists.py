"""Lists of dialogues, kindred meetings and topics, on the page and as Excel files."""

from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from core.exports import xlsx_response
from core.progress import Segment
from dialogues.enums import COLOUR_OF_DIALOGUE, COLOUR_OF_TOPIC, DialogueCategory, RsvpState
from dialogues.filters import DialogueFilter, EventFilter, TopicFilter
from dialogues.models import Dialogue
from dialogues.permissions import can_manage, can_propose, can_see_rsvp_counts
from dialogues.queries import as_seen_by, listed_dialogues, listed_topics, rsvp_label
from dialogues.views.answers import order_by, page_of

DIALOGUE_SORTS = {
    "title": ("search",),
    "date": ("day",),
    "host": ("host__search", "host_text"),
    "state": ("state",),
    "kind": ("event_kind",),
}
TOPIC_SORTS = {
    "title": ("search",),
    "organisation": ("organisation__search",),
    "state": ("state",),
    "proposed": ("proposed_at",),
    "series": ("series__title",),
}


def tabs(current: str) -> list[tuple[str, str, bool]]:
    """Return the four lists of this part of the portal; `current` is the URL name of the one shown."""
    names = (
        ("list", _("Gespräche")),
        ("topics", _("Themen")),
        ("series_list", _("Reihen")),
        ("events", _("Veranstaltungen")),
    )
    return [(label, reverse(f"dialogues:{name}"), name == current) for name, label in names]


def _dialogues(request, category: str, filterset) -> tuple[EventFilter, QuerySet[Dialogue]]:
    rows = listed_dialogues(request.user).filter(category=category)
    filter = filterset(request.GET, rows, request=request)
    return filter, filter.qs.order_by(*order_by(request, DIALOGUE_SORTS, ("-day",)))


def dialogue_list(request):
    filter, rows = _dialogues(request, DialogueCategory.DIALOGUE, DialogueFilter)
    page = page_of(request, rows)
    sees_counts = can_see_rsvp_counts(request.user)
    page.object_list = as_seen_by(request.user, page.object_list)
    for dialogue in page.object_list:
        dialogue.colour = COLOUR_OF_DIALOGUE[dialogue.state]
        dialogue.segments = segments_of(dialogue) if sees_counts and dialogue.sent else []
        dialogue.own = RsvpState(dialogue.own_answer).label if dialogue.own_answer else ""
    context = {"filter": filter, "page": page, "tabs": tabs("list"), "sees_counts": sees_counts}
    return render(request, "dialogues/list.html", {**context, "manages": can_manage(request.user)})


def segments_of(dialogue) -> list[Segment]:
    """Return the answers that `listed_dialogues` counted, as parts of a bar."""
    silent = dialogue.sent - dialogue.yes - dialogue.maybe - dialogue.no
    return [
        Segment(rsvp_label(RsvpState.ACCEPTED, dialogue.yes), dialogue.yes, "success"),
        Segment(rsvp_label(RsvpState.TENTATIVE, dialogue.maybe), dialogue.maybe, "warning"),
        Segment(rsvp_label(RsvpState.DECLINED, dialogue.no), dialogue.no, "danger"),
        Segment(rsvp_label(RsvpState.OPEN, silent), silent, "neutral"),
    ]


def dialogue_export(request):
    """The dialogues that the list shows; numbers of answers for those who may know them."""
    _filter, rows = _dialogues(request, DialogueCategory.DIALOGUE, DialogueFilter)
    header = [
        _("Gespräch"),
        _("Reihe"),
        _("Termin"),
        _("Gastgeber"),
        _("Ort"),
        _("Format"),
        _("Stand"),
        _("Ergebnis"),
    ]
    sees_counts = can_see_rsvp_counts(request.user)
    if sees_counts:
        header += [
            _("Einladungen"),
            _("Zusagen"),
            _("Vorbehalt"),
            _("Absagen"),
            _("belegt"),
            _("Plätze"),
        ]
    lines = [
        _line_of(row) + (_counts_of(row) if sees_counts else [])
        for row in as_seen_by(request.user, rows)
    ]
    return xlsx_response(_("Branchengespraeche.xlsx"), header, lines)


def _line_of(row: Dialogue) -> list:
    series = row.topic.series if row.topic else None
    return [
        row.title,
        str(series or ""),
        row.when,
        str(row.host or row.host_text),
        row.address,
        row.get_format_display(),
        row.get_state_display(),
        row.outcome,
    ]


def _counts_of(row: Dialogue) -> list:
    return [
        row.sent,
        row.yes,
        row.maybe,
        row.no,
        row.seats_taken,
        None if row.is_taken_over else row.seats,
    ]


def event_list(request):
    filter, rows = _dialogues(request, DialogueCategory.EVENT, EventFilter)
    page = page_of(request, rows)
    return render(
        request, "dialogues/events.html", {"filter": filter, "page": page, "tabs": tabs("events")}
    )


def event_export(request):
    """The kindred meetings that the list shows."""
    _filter, rows = _dialogues(request, DialogueCategory.EVENT, EventFilter)
    header = [
        _("Veranstaltung"),
        _("Art"),
        _("Datum"),
        _("Veranstalter"),
        _("Ort"),
        _("Teilnehmende"),
        _("Ergebnis"),
    ]
    lines = [
        [
            row.title,
            row.event_kind,
            row.when,
            str(row.host or row.host_text),
            row.place,
            row.participants_text,
            row.outcome,
        ]
        for row in rows
    ]
    return xlsx_response(_("Veranstaltungen.xlsx"), header, lines)


def _topics(request):
    filter = TopicFilter(request.GET, listed_topics(request.user))
    return filter, filter.qs.order_by(*order_by(request, TOPIC_SORTS, ("-proposed_at", "-pk")))


def topic_list(request):
    filter, rows = _topics(request)
    page = page_of(request, rows)
    for topic in page.object_list:
        topic.colour = COLOUR_OF_TOPIC[topic.state]
    context = {"filter": filter, "page": page, "tabs": tabs("topics")}
    return render(
        request, "dialogues/topics.html", {**context, "proposes": can_propose(request.user)}
    )


def topic_export(request):
    """The topics that the list shows."""
    _filter, rows = _topics(request)
    header = [
        _("Thema"),
        _("Vorgeschlagen von"),
        _("Vorgeschlagen am"),
        _("Reihe"),
        _("Branchen"),
        _("Querschnittsthemen"),
        _("Stand"),
        _("Begründung"),
    ]
    lines = [
        [
            row.title,
            str(row.organisation or _("Geschäftsstelle")),
            row.proposed_at,
            str(row.series or ""),
            ", ".join(map(str, row.sectors.all())),
            ", ".join(map(str, row.themes.all())),
            row.get_state_display(),
            row.reason,
        ]
        for row in rows
    ]
    return xlsx_response(_("Themen.xlsx"), header, lines)
