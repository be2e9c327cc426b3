"""Views for the lists of dialogues, events, topics and series, and their Excel exports."""

from django.db.models import QuerySet
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from core.exports import list_response
from core.progress import Button, Segment
from core.roles import is_inside
from core.views import ordering, paginate, ticks_of
from dialogues.enums import DialogueCategory, RsvpState, TopicState
from dialogues.filters import DialogueFilter, EventFilter, SeriesFilter, TopicFilter
from dialogues.models import Dialogue, Topic
from dialogues.permissions import can_manage, can_propose, can_see_rsvp_counts
from dialogues.progress import list_tabs
from dialogues.queries import (
    as_seen_by,
    listed_dialogues,
    listed_series,
    listed_topics,
    rsvp_label,
)
from partners.permissions import can_assign, can_see_responsible
from partners.progress import responsible_label, responsible_note

# Sort keys of the URL and their columns. Titles and names sort by folded text, ignoring case.
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
    "proposed": ("proposed_at", "pk"),
    "series": ("series__title",),
}


def _dialogues(request, category: str, filter_class) -> tuple[EventFilter, QuerySet[Dialogue]]:
    dialogues = listed_dialogues(request.user).filter(category=category)
    # The filter needs the request, because what a search may find depends on the user.
    listing = filter_class(request.GET, dialogues, request=request)
    return listing, listing.qs.order_by(*ordering(request, DIALOGUE_SORTS, "-date"))


def dialogue_list(request):
    listing, dialogues = _dialogues(request, DialogueCategory.DIALOGUE, DialogueFilter)
    page, sees_counts = paginate(request, dialogues), can_see_rsvp_counts(request.user)
    # After paging, so that only the dialogues on this page are converted.
    page.object_list = as_seen_by(request.user, page.object_list)
    for dialogue in page.object_list:
        dialogue.segments = _segments(dialogue) if sees_counts and dialogue.sent else []
        dialogue.in_charge = responsible_note(dialogue)
        dialogue.own = RsvpState(dialogue.own_rsvp).label if dialogue.own_rsvp else "–"
    plan_url = f"{reverse('dialogues:topics')}?state={TopicState.APPROVED}"
    manages = can_manage(request.user)
    context = {
        "filter": listing,
        "page": page,
        "tabs": list_tabs("list"),
        "buttons": [Button(_("Gespräch planen"), plan_url, "primary")] if manages else [],
        "sees_responsible": can_see_responsible(request.user),
        "can_assign": can_assign(request.user),
        "ticks": ticks_of(request.GET, "gespraech", page) if can_assign(request.user) else None,
        "rsvps_title": _("Antworten") if sees_counts else _("Ihre Antwort"),
        "empty": _no_dialogues(request),
    }
    return render(request, "dialogues/list.html", context)


def _no_dialogues(request) -> dict[str, str]:
    """Return text, action and url of the placeholder for an empty list."""
    if request.GET:
        return {
            "text": _("Kein Gespräch passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("dialogues:list"),
        }
    if can_manage(request.user):
        return {
            "text": _(
                "Noch ist kein Gespräch geplant. Ein Gespräch beginnt mit einem freigegebenen "
                "Thema."
            ),
            "action": _("Zu den Themen"),
            "url": reverse("dialogues:topics"),
        }
    return {
        "text": _(
            "Zurzeit gibt es kein Gespräch, zu dem Sie eingeladen sind. Unter „Themen“ sehen Sie, "
            "was in Vorbereitung ist."
        )
    }


def _segments(dialogue) -> list[Segment]:
    """Return the replies counted by `listed_dialogues` as segments of a bar."""
    replied = dialogue.yes + dialogue.maybe + dialogue.waiting + dialogue.no
    unanswered = dialogue.sent - replied
    return [
        Segment(rsvp_label(RsvpState.ACCEPTED, dialogue.yes), dialogue.yes, "success"),
        Segment(rsvp_label(RsvpState.TENTATIVE, dialogue.maybe), dialogue.maybe, "warning"),
        Segment(rsvp_label(RsvpState.WAITING, dialogue.waiting), dialogue.waiting, "muted"),
        Segment(rsvp_label(RsvpState.DECLINED, dialogue.no), dialogue.no, "danger"),
        Segment(rsvp_label(RsvpState.OPEN, unanswered), unanswered, "neutral"),
    ]


def dialogue_export(request):
    _listing, dialogues = _dialogues(request, DialogueCategory.DIALOGUE, DialogueFilter)
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
    count_header = [
        _("Einladungen"),
        _("Zusagen"),
        _("Vorbehalt"),
        _("Absagen"),
        _("belegt"),
        _("Plätze"),
    ]
    # The file must not contain more than the page shows.
    sees_counts = can_see_rsvp_counts(request.user)
    sees_responsible = can_see_responsible(request.user)
    lines = [
        _line_of(dialogue)
        + (_counts_of(dialogue) if sees_counts else [])
        + ([responsible_label(dialogue)] if sees_responsible else [])
        for dialogue in as_seen_by(request.user, dialogues)
    ]
    header += count_header if sees_counts else []
    header += [_("Zuständig")] if sees_responsible else []
    return list_response(_("Branchengespräche"), header, lines, now=timezone.now())


def _line_of(dialogue: Dialogue) -> list:
    series = dialogue.topic.series if dialogue.topic else None
    return [
        dialogue.title,
        str(series or ""),
        dialogue.when,
        str(dialogue.host or dialogue.host_text),
        dialogue.address,
        dialogue.get_format_display(),
        dialogue.get_state_display(),
        dialogue.outcome,
    ]


def _counts_of(dialogue) -> list:
    # Records taken over have no number of seats; the column holds only its default.
    seats = None if dialogue.is_taken_over else dialogue.seats
    counts = [dialogue.sent, dialogue.yes, dialogue.maybe, dialogue.no]
    return [*counts, dialogue.seats_taken, seats]


def event_list(request):
    listing, events = _dialogues(request, DialogueCategory.EVENT, EventFilter)
    empty = {"text": _("Es sind keine früheren Veranstaltungen übernommen.")}
    if request.GET:
        empty = {
            "text": _("Keine Veranstaltung passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("dialogues:events"),
        }
    context = {
        "filter": listing,
        "page": paginate(request, events),
        "tabs": list_tabs("events"),
        "empty": empty,
    }
    return render(request, "dialogues/events.html", context)


def event_export(request):
    _listing, events = _dialogues(request, DialogueCategory.EVENT, EventFilter)
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
            event.title,
            event.event_kind,
            event.when,
            str(event.host or event.host_text),
            event.place,
            event.participants_text,
            event.outcome,
        ]
        for event in events
    ]
    return list_response(_("Veranstaltungen"), header, lines, now=timezone.now())


def _topics(request) -> tuple[TopicFilter, QuerySet[Topic]]:
    listing = TopicFilter(request.GET, listed_topics(request.user), user=request.user)
    return listing, listing.qs.order_by(*ordering(request, TOPIC_SORTS, "-proposed"))


def topic_list(request):
    listing, topics = _topics(request)
    page = paginate(request, topics)
    for topic in page:
        topic.in_charge = responsible_note(topic)
    create_url, proposes = reverse("dialogues:topic_create"), can_propose(request.user)
    context = {
        "filter": listing,
        "page": page,
        "tabs": list_tabs("topics"),
        "sees_responsible": can_see_responsible(request.user),
        "can_assign": can_assign(request.user),
        "ticks": ticks_of(request.GET, "thema", page) if can_assign(request.user) else None,
        "buttons": [Button(_("Thema vorschlagen"), create_url, "primary")] if proposes else [],
        "empty": _no_topics(request, proposes),
    }
    return render(request, "dialogues/topics.html", context)


def _no_topics(request, proposes: bool) -> dict[str, str]:
    """Return text, action and url of the placeholder for an empty list."""
    if request.GET:
        return {
            "text": _("Kein Thema passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("dialogues:topics"),
        }
    if not proposes:
        return {"text": _("Zurzeit gibt es keine Themen, die für Sie sichtbar sind.")}
    return {
        "text": _(
            "Noch ist kein Thema vorgeschlagen. Schlagen Sie vor, worüber gesprochen werden soll; "
            "einige Sätze genügen."
        ),
        "action": _("Thema vorschlagen"),
        "url": reverse("dialogues:topic_create"),
    }


def topic_export(request):
    _listing, topics = _topics(request)
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
    sees_responsible = can_see_responsible(request.user)
    header += [_("Zuständig")] if sees_responsible else []
    lines = [
        [
            topic.title,
            str(topic.organisation or _("Geschäftsstelle")),
            topic.proposed_at,
            str(topic.series or ""),
            ", ".join(map(str, topic.sectors.all())),
            ", ".join(map(str, topic.themes.all())),
            topic.get_state_display(),
            topic.reason,
            *([responsible_label(topic)] if sees_responsible else []),
        ]
        for topic in topics
    ]
    return list_response(_("Themen"), header, lines, now=timezone.now())


def _series(request) -> SeriesFilter:
    return SeriesFilter(request.GET, listed_series(request.user), user=request.user)


def series_list(request):
    listing = _series(request)
    page, can_create = paginate(request, listing.qs), can_manage(request.user)
    for series in page.object_list:
        series.in_charge = responsible_note(series)
    create_url = reverse("dialogues:series_create")
    context = {
        "filter": listing,
        "page": page,
        "tabs": list_tabs("series_list"),
        "is_inside": is_inside(request.user),
        "sees_responsible": can_see_responsible(request.user),
        "can_assign": can_assign(request.user),
        "ticks": ticks_of(request.GET, "reihe", page) if can_assign(request.user) else None,
        "buttons": [Button(_("Neue Reihe"), create_url, "primary")] if can_create else [],
        "empty": _no_series(request, can_create=can_create),
    }
    return render(request, "dialogues/series_list.html", context)


def series_export(request):
    header = [_("Reihe"), _("Zeitraum"), _("Worum es geht"), _("Stand")]
    # The file must not contain more than the page shows.
    sees_counts, sees_responsible = is_inside(request.user), can_see_responsible(request.user)
    header += [_("Themen"), _("Gespräche")] if sees_counts else []
    header += [_("Zuständig")] if sees_responsible else []
    lines = [
        [
            series.title,
            series.period,
            series.description,
            series.get_state_display(),
            *([series.topic_count, series.dialogue_count] if sees_counts else []),
            *([responsible_label(series)] if sees_responsible else []),
        ]
        for series in _series(request).qs
    ]
    return list_response(_("Reihen"), header, lines, now=timezone.now())


def _no_series(request, *, can_create: bool) -> dict[str, str]:
    """Return text, action and url of the placeholder for an empty list."""
    if request.GET:
        return {
            "text": _("Keine Reihe passt zu dieser Auswahl."),
            "action": _("Filter zurücksetzen"),
            "url": reverse("dialogues:series_list"),
        }
    if not can_create:
        return {"text": _("Zurzeit gibt es keine Reihe, der zugestimmt wurde.")}
    return {
        "text": _(
            "Noch gibt es keine Reihe. Legen Sie eine an; danach wird die Zustimmung beantragt."
        ),
        "action": _("Neue Reihe"),
        "url": reverse("dialogues:series_create"),
    }
