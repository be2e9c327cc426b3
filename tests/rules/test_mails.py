"""No mail without consent: each kind of mail says which page shows it before it is written."""

from collections.abc import Callable, Iterator
from types import FunctionType

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from outbox.texts import all_texts
from tests.rules.source import APPS

pytestmark = pytest.mark.embedded

# What shows the mails of an act: on a page of their own, or on the form itself.
SHOWS = {
    "confirm_mails",
    "previews_context",
    "preview_message",
    "preview_invitation",
    "_release_context",
}
SUBMITTED_ON = ("dialogues:series_request", "dialogues:topic_submit", "dialogues:dates_submit")
CALLED_OFF_ON = ("dialogues:postpone", "dialogues:cancel")

# Kind of mail → the pages of all acts of the office that write it.
PAGES = {
    "approval_asked": (*SUBMITTED_ON, "dialogues:date_renew", "media_visits:submit"),
    "approval_lapsed": (
        "dialogues:series_edit",
        "dialogues:topic_edit",
        "dialogues:topic_withdraw",
        "dialogues:edit",
        "media_visits:edit",
        "media_visits:press_edit",
        "media_visits:press_remove",
    ),
    "approval_withdrawn": (
        "dialogues:series_withdraw",
        "dialogues:topic_withdraw",
        "dialogues:dates_withdraw",
        "dialogues:date_fix",
        *CALLED_OFF_ON,
        "media_visits:withdraw",
        "media_visits:postpone",
        "media_visits:cancel",
    ),
    "condition_met": ("condition",),
    "date_fixed": ("dialogues:date_fix",),
    "deputy_arranged": ("partners:deputy_add", "partners:own_deputy_add"),
    "deputy_ended": ("partners:deputy_end",),
    "dialogue_cancelled": ("dialogues:cancel",),
    "dialogue_changed": ("dialogues:edit",),
    "dialogue_changed_info": ("dialogues:edit",),
    "dialogue_postponed": ("dialogues:postpone",),
    "invitation": ("dialogues:release", "dialogues:invitation_resend"),
    "invitation_reminder": ("dialogues:remind",),
    "invitation_withdrawn": ("dialogues:invitation_withdraw",),
    "lead_reminded": ("measures:round_remind", "measures:round_remind_lead"),
    "link_replaced": ("dialogues:link_replace",),
    "need_changed": ("dialogues:need_edit",),
    "need_moved": ("dialogues:need_answer", "dialogues:need_file", "dialogues:need_reopen"),
    "need_recorded": ("dialogues:need_create", "dialogues:contribution_need"),
    "report_accepted_otherwise": ("measures:report_accept_light",),
    "report_asked": ("measures:ask",),
    "report_accepted": (
        "measures:report_accept",
        "measures:report_complete",
        "measures:reports_accept",
    ),
    "report_completed": ("measures:report_complete",),
    "report_link_replaced": ("measures:request_replace",),
    "report_requested": ("measures:round_open", "measures:request_create"),
    "report_returned": ("measures:report_return",),
    "round_changed": ("measures:round_edit",),
    "rsvp_confirmed": ("dialogues:enter_rsvp",),
    "seat_offer_ended": ("dialogues:offer_end",),
    "seat_offered": ("dialogues:seat_offer",),
    "substitute_named": ("dialogues:enter_rsvp",),
    "topic_declined": ("dialogues:topic_decline",),
    "topic_proposed": ("dialogues:topic_create", "dialogues:topic_edit"),
    "topic_taken_up": ("dialogues:topic_take_up",),
    "visit_announced": ("media_visits:announce",),
    "visit_cancelled": ("media_visits:cancel",),
    "visit_changed": (
        "media_visits:edit",
        "media_visits:press_edit",
        "media_visits:press_create",
        "media_visits:press_cancel",
    ),
    "visit_moved": ("media_visits:announce", "media_visits:postpone", "media_visits:cancel"),
    "visit_postponed": ("media_visits:postpone",),
}
# Kinds that no act of the office writes, and what says before that they are written.
ELSEWHERE = {
    "approval_decided": "the page that confirms the decision names who hears of it",
    "need_answered": "the form itself is an answer to the office",
    "notice_bundle": "several mails of the other kinds in one",
    "barrier_reported": "the form itself is a message to the office",
    "report_due": "the clock; the forecast shows it",
    "report_submitted": "the form itself is a report to the office",
    "topic_decided": "the page that confirms the decision names who hears of it",
    "reminder_digest": "the clock; the forecast shows it",
}
ACCOUNT_PAGES = ("partners:account_invite", "partners:account_resend")


def views(resolver: URLResolver, namespace: str = "") -> Iterator[tuple[str, Callable]]:
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from views(entry, f"{entry.namespace}:" if entry.namespace else namespace)
        elif isinstance(entry, URLPattern) and entry.name:
            yield f"{namespace}{entry.name}", entry.callback


def names_used(function: Callable, seen: set[str]) -> set[str]:
    """Return the names that `function` uses, with those of the portal's functions it calls."""
    found: set[str] = set()
    while hasattr(function, "__wrapped__"):
        function = function.__wrapped__
    for name in function.__code__.co_names:
        found.add(name)
        called = function.__globals__.get(name)
        is_ours = isinstance(called, FunctionType) and called.__module__.split(".")[0] in APPS
        if is_ours and name not in seen:
            seen.add(name)
            found |= names_used(called, seen)
    return found


VIEWS = dict(views(get_resolver()))
SHOWING = sorted({page for pages in PAGES.values() for page in pages} | set(ACCOUNT_PAGES))


def test_every_kind_of_mail_says_where_it_is_shown_first():
    # Other tests register texts of their own.
    kinds = {text.kind for text in all_texts() if not text.kind.startswith("test_")}

    assert kinds == PAGES.keys() | ELSEWHERE.keys()
    assert not PAGES.keys() & ELSEWHERE.keys()


@pytest.mark.parametrize("page", SHOWING)
def test_page_shows_its_mails(page):
    assert names_used(VIEWS[page], set()) & SHOWS


def test_rule_sees_pages_that_show_no_mails():
    assert not names_used(VIEWS["dialogues:hold"], set()) & SHOWS


def test_no_text_speaks_of_several_measures_where_it_may_be_one():
    texts = [text for text in all_texts() if "measures" in text.placeholders]

    assert texts
    assert [text.kind for text in texts if "Maßnahmen:" in str(text.body)] == []
