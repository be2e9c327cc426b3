"""Where the list of mails leads, and what its address keeps on the way."""

from uuid import UUID

import pytest
from django.http import QueryDict

from outbox.enums import APPROVE, RESEND, WITHDRAW
from outbox.filters import MailFilter
from outbox.progress.bulk import (
    asked_rows,
    bulk_links,
    bulk_url,
    filters_only,
    list_url,
    quick_links,
    ticked_buttons,
    way_back,
)
from outbox.queries.bulk import MailGroup, StateCounts

BATCH = UUID(int=7)
TALLY = StateCounts(
    [MailGroup("failed", False, False, False, 3), MailGroup("draft", False, False, False, 2)]
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


@pytest.mark.parametrize(
    ("query", "url"),
    [
        (f"batch={BATCH}&state=failed", f"/postausgang/versand/{BATCH}/"),
        ("batch=keine&state=failed", "/postausgang/?batch=keine"),
        ("q=a&state=failed&mail=3&auswahl=1", "/postausgang/?q=a"),
    ],
)
def test_way_back_is_the_sending_or_the_list_in_all_states(query, url):
    assert way_back(QueryDict(query)) == url


def test_each_act_has_its_number_address_and_look():
    assert bulk_links(TALLY, "", QueryDict("q=a&page=2")) == [
        ("2 Entwürfe versenden", "/postausgang/versenden/?q=a", "secondary"),
        ("3 fehlgeschlagene E-Mails erneut senden", "/postausgang/erneut-senden/?q=a", "secondary"),
        ("3 ungelöste E-Mails als erledigt ablegen", "/postausgang/erledigen/?q=a", "secondary"),
        ("2 Entwürfe zurückziehen", "/postausgang/zurueckziehen/?q=a", "danger"),
    ]
    assert [
        label for label, _url, _look in bulk_links(TALLY, "failed", QueryDict(), (APPROVE, RESEND))
    ] == ["3 fehlgeschlagene E-Mails erneut senden"]


def test_ticked_rows_are_offered_what_their_states_allow():
    assert ticked_buttons(TALLY, "draft") == [
        ("Versenden", "/postausgang/versenden/"),
        ("Zurückziehen", bulk_url(WITHDRAW, QueryDict())),
    ]


def test_quick_link_leads_to_its_state():
    links = quick_links(TALLY, "failed", QueryDict("q=a&state=failed"))

    assert [(link.value, link.count, link.url, link.is_current) for link in links] == [
        ("", 5, "/postausgang/?q=a", False),
        ("unsolved", 3, "/postausgang/?q=a&state=unsolved", False),
        ("draft", 2, "/postausgang/?q=a&state=draft", False),
        ("failed", 3, "/postausgang/?q=a&state=failed", True),
    ]


def test_filters_are_told_in_german():
    query = QueryDict(f"q=netze&state=unsolved&kind=account&start=2026-03-01&batch={BATCH}")

    assert [(str(label), str(value)) for label, value in asked_rows(MailFilter(query))] == [
        ("Nur dieser Versand", f'<a href="/postausgang/versand/{BATCH}/">Stand des Versands</a>'),
        ("Suche in Betreff, Name und Adresse", "netze"),
        ("Stand", "ungelöst"),
        ("Art", "Konto"),
        ("geschrieben ab", "01.03.2026"),
    ]
