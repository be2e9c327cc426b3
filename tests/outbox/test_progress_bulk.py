"""Quick filters and bulk actions of the list: labels, counts and URLs."""

import pytest
from django.http import QueryDict

from outbox.enums import APPROVE, RESEND, SETTLE, WITHDRAW
from outbox.progress.bulk import (
    action_label,
    bulk_buttons,
    bulk_url,
    done_message,
    filters_only,
    list_url,
    quick_filters,
    ticked_buttons,
)
from outbox.queries.bulk import MailGroup, StateCounts

COUNTS = StateCounts(
    [
        MailGroup("failed", False, False, False, False, 3),
        MailGroup("draft", False, False, False, False, 2),
    ]
)


def test_only_filters_that_are_set_are_kept():
    query = QueryDict("q=netze&state=&kind=account&page=3&sort=-subject&mail=1&mail=2&auswahl=1")

    assert filters_only(query).urlencode() == "q=netze&kind=account"


@pytest.mark.parametrize(
    ("state", "url"),
    [
        (None, "/postausgang/?q=a&state=sent"),
        ("", "/postausgang/?q=a"),
        ("late", "/postausgang/?q=a&state=late"),
    ],
)
def test_list_is_reached_with_its_filters(state, url):
    assert list_url(QueryDict("q=a&state=sent&page=2"), state=state) == url


def test_each_action_has_its_number_address_and_variant():
    assert bulk_buttons(COUNTS, "", QueryDict("q=a&page=2")) == [
        ("2 Entwürfe versenden", "/postausgang/versenden/?q=a", "secondary"),
        ("3 fehlgeschlagene E-Mails erneut senden", "/postausgang/erneut-senden/?q=a", "secondary"),
        ("3 ungelöste E-Mails als erledigt ablegen", "/postausgang/erledigen/?q=a", "secondary"),
        ("2 Entwürfe zurückziehen", "/postausgang/zurueckziehen/?q=a", "danger"),
    ]
    assert [
        label
        for label, _url, _variant in bulk_buttons(COUNTS, "failed", QueryDict(), (APPROVE, RESEND))
    ] == ["3 fehlgeschlagene E-Mails erneut senden"]


def test_ticked_mails_are_offered_what_their_states_allow():
    assert ticked_buttons(COUNTS, "draft") == [
        ("Versenden", "/postausgang/versenden/"),
        ("Zurückziehen", bulk_url(WITHDRAW, QueryDict())),
    ]


def test_quick_filter_leads_to_its_state():
    links = quick_filters(COUNTS, "failed", QueryDict("q=a&state=failed"))

    assert [(link.value, link.count, link.url, link.is_current) for link in links] == [
        ("", 5, "/postausgang/?q=a", False),
        ("unsolved", 3, "/postausgang/?q=a&state=unsolved", False),
        ("draft", 2, "/postausgang/?q=a&state=draft", False),
        ("failed", 3, "/postausgang/?q=a&state=failed", True),
    ]


def test_quick_filters_show_states_with_mails_and_the_current_one():
    counts = StateCounts(
        [
            MailGroup("failed", False, False, False, False, 3),
            MailGroup("waiting", False, False, False, False, 2),
        ]
    )

    lines = quick_filters(counts, "sent", QueryDict())

    assert [(line.value, str(line.label), line.count, line.is_current) for line in lines] == [
        ("", "alle", 5, False),
        ("unsolved", "ungelöst", 3, False),
        ("waiting", "wartet", 2, False),
        ("sent", "versandt", 0, True),
        ("failed", "fehlgeschlagen", 3, False),
    ]


@pytest.mark.parametrize(
    ("action", "counts", "label"),
    [
        (APPROVE, {"draft": 24}, "24 Entwürfe versenden"),
        (APPROVE, {"draft": 1}, "1 Entwurf versenden"),
        (RESEND, {"failed": 3}, "3 fehlgeschlagene E-Mails erneut senden"),
        (RESEND, {"failed": 1}, "1 fehlgeschlagene E-Mail erneut senden"),
        (RESEND, {"expired": 2}, "2 verfallene E-Mails erneut senden"),
        (
            RESEND,
            {"failed": 3, "expired": 2},
            "5 fehlgeschlagene oder verfallene E-Mails erneut senden",
        ),
        (WITHDRAW, {"waiting": 11, "retry": 1}, "12 wartende E-Mails zurückziehen"),
        (WITHDRAW, {"draft": 2}, "2 Entwürfe zurückziehen"),
        (WITHDRAW, {"draft": 2, "waiting": 1}, "3 noch nicht versandte E-Mails zurückziehen"),
        (SETTLE, {"failed": 1}, "1 ungelöste E-Mail als erledigt ablegen"),
    ],
)
def test_label_names_number_and_states(action, counts, label):
    assert action_label(action, counts) == label


@pytest.mark.parametrize(
    ("action", "one", "many"),
    [
        (APPROVE, "1 E-Mail geht nun hinaus.", "2 E-Mails gehen nun hinaus."),
        (RESEND, "1 E-Mail wird erneut gesendet.", "2 E-Mails werden erneut gesendet."),
        (
            WITHDRAW,
            "1 E-Mail ist zurückgezogen und wird nicht gesendet.",
            "2 E-Mails sind zurückgezogen und werden nicht gesendet.",
        ),
        (SETTLE, "1 E-Mail ist als erledigt abgelegt.", "2 E-Mails sind als erledigt abgelegt."),
    ],
)
def test_message_says_how_many_mails_were_changed(action, one, many):
    assert (done_message(action, 1), done_message(action, 2)) == (one, many)
