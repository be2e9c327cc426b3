"""Progress and next steps of series, topics and dialogues, as their pages show them."""

import datetime as dt

from core.dates import local_date
from core.progress import WaitingEntry
from core.roles import OBSERVER, OFFICE, PARTNER, SENATOR_OFFICE, has_role
from dialogues.progress.dates import (
    announced_later_note,
    deadlines,
    effect_of_changes,
    notified_people,
)
from dialogues.progress.dialogues import (
    dialogue_next_step,
    dialogue_progress,
    dialogues_awaiting_office,
    preparation_of,
)
from dialogues.progress.invitations import (
    attendees,
    compose_subtitle,
    counts_note,
    counts_title,
    default_rsvp_by,
    failed_note,
    full_name,
    guest_list,
    list_choices,
    no_guests,
    organisation_choices,
    own_rsvps,
    people_choices,
    release_label,
    release_warnings,
    released_message,
)
from dialogues.progress.pages import (
    closing_cards,
    dialogue_actions,
    dialogue_facts,
    dialogue_parents,
    dialogue_subtitle,
    dialogue_tabs,
    host_note,
    imported_cards,
    list_tabs,
    outcome_cards,
)
from dialogues.progress.rsvps import (
    change_note,
    guest_next_step,
    invitations_awaiting_rsvp,
    rsvp_facts,
    rsvp_text,
    seats_note,
)
from dialogues.progress.series import (
    internal_notes_cards,
    series_actions,
    series_awaiting_office,
    series_cards,
    series_next_step,
    series_progress,
)
from dialogues.progress.topics import (
    drafts_of,
    topic_actions,
    topic_cards,
    topic_facts,
    topic_next_step,
    topic_progress,
    topics_awaiting_office,
)

__all__ = [
    "announced_later_note",
    "attendees",
    "change_note",
    "closing_cards",
    "compose_subtitle",
    "counts_note",
    "counts_title",
    "deadlines",
    "default_rsvp_by",
    "dialogue_actions",
    "dialogue_facts",
    "dialogue_next_step",
    "dialogue_parents",
    "dialogue_progress",
    "dialogue_subtitle",
    "dialogue_tabs",
    "effect_of_changes",
    "failed_note",
    "full_name",
    "guest_list",
    "guest_next_step",
    "host_note",
    "imported_cards",
    "internal_notes_cards",
    "list_choices",
    "list_tabs",
    "no_guests",
    "notified_people",
    "organisation_choices",
    "outcome_cards",
    "own_rsvps",
    "people_choices",
    "preparation_of",
    "release_label",
    "release_warnings",
    "released_message",
    "rsvp_facts",
    "rsvp_text",
    "seats_note",
    "series_actions",
    "series_cards",
    "series_next_step",
    "series_progress",
    "topic_actions",
    "topic_cards",
    "topic_facts",
    "topic_next_step",
    "topic_progress",
    "waiting_for",
]


def waiting_for(user, now: dt.datetime) -> list[WaitingEntry]:
    """Return the entries that wait for `user` on the start page, nearest deadline first.

    Decisions are not included, because the page of approvals lists them for the senator's office.
    """
    # Roles add up: somebody can be a partner and a deputy in the office.
    waiting = []
    if has_role(user, OFFICE):
        waiting += series_awaiting_office() + topics_awaiting_office()
        waiting += dialogues_awaiting_office(now)
    if has_role(user, SENATOR_OFFICE, PARTNER, OBSERVER):
        waiting += invitations_awaiting_rsvp(user, local_date(now))
    if has_role(user, PARTNER):
        waiting += drafts_of(user)
    # Entries without a deadline come last.
    return sorted(waiting, key=lambda item: item.due_on or dt.date.max)
