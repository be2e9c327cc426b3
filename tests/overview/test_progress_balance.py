"""Bars and numbers of the Branchenbilanz, and the lists they link to."""

import datetime as dt
import re

import pytest
from django.utils import timezone

from core.roles import OBSERVER, OFFICE
from dialogues.enums import DialogueState
from media_visits.enums import VisitState
from overview.progress import balance_lines, without_sector_line
from overview.queries import Attention, sector_balance
from tests.dialogues.builders import make_dialogue, make_topic
from tests.journeys.visitor import Page
from tests.media_visits.builders import make_coverage, make_sector, make_visit
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
MAY = dt.datetime(2024, 5, 4, 14, tzinfo=dt.UTC)


@pytest.fixture
def sector():
    """A sector with two dialogues, three visits and four press reports, and others that do not
    count.
    """
    sector, other = make_sector("Metall"), make_sector("Optik")
    topic = make_topic()
    topic.sectors.set([sector])
    for state in (DialogueState.HELD, DialogueState.CLOSED, DialogueState.CANCELLED):
        make_dialogue(state, topic=topic, starts_at=MAY, ends_at=MAY + dt.timedelta(hours=1))
    visits = [
        make_visit(state, approval=False, starts_at=MAY, ends_at=None)
        for state in (VisitState.HELD, VisitState.HELD, VisitState.DOCUMENTED, VisitState.ANNOUNCED)
    ]
    for visit in visits:
        visit.sectors.set([sector, other])
    for number in range(3):
        coverage = make_coverage(starts_on=dt.date(2025, 5, 4), visit=visits[0])
        coverage.sectors.set([sector, other][:number])
    make_coverage(starts_on=dt.date(2025, 5, 4)).sectors.set([sector])
    make_coverage(starts_on=dt.date(2025, 5, 4), visit=visits[0]).sectors.set([other])
    make_coverage(starts_on=dt.date(2999, 5, 4)).sectors.set([sector])
    return sector


def lines_for(user):
    return balance_lines(sector_balance(user, timezone.localdate()))


@pytest.mark.parametrize("role", [OFFICE, OBSERVER])
def test_every_number_links_to_a_list_with_as_many_entries(client, role, sector):
    user = make_user(role)
    client.force_login(user)
    line = next(line for line in lines_for(user) if line.name == "Metall")
    cells = "".join([cell for _label, cell in line.cells] + line.by_year)

    links = re.findall(r'href="([^"]+)"[^>]*>(?:<span class="balance__number">)?(\d+)', cells)

    assert [int(number) for _url, number in links] == [2, 3, 4, 2, 3, 4]
    for url, number in links:
        page = Page(client.get(url.replace("&amp;", "&")).content.decode())
        assert re.search(rf"\b{number} (Eintrag|Einträge)\b", page.text), url
        assert "Branchenbilanz" in page.text


def test_bars_share_one_scale_and_zeros_are_quiet(sector):
    lines = {line.name: line for line in lines_for(make_user(OFFICE))}

    widths = [re.findall(r'width="([\d.]+)"', cell) for _label, cell in lines["Metall"].cells]
    assert widths == [["50.0"], ["75.0"], ["100.0"]]
    zero = '<span class="balance__number muted">0</span>'
    assert [cell == zero for _label, cell in lines["Optik"].cells] == [True, False, False]


def test_numbers_of_a_year_say_their_kind_in_words(sector):
    line = next(line for line in lines_for(make_user(OFFICE)) if line.name == "Metall")

    assert Page(line.by_year[0]).text == "2 Gespräche G 3 Besuche B"
    assert line.by_year[2] == '<span class="muted">0</span>'


@pytest.mark.parametrize(
    ("attention", "text"),
    [
        (Attention(), ""),
        (Attention(1, 24, 0), "1 Gespräch, 24 Besuche"),
        (Attention(0, 1, 1), "1 Besuch, 1 Pressebericht"),
    ],
)
def test_what_has_no_sector_is_named(attention, text):
    assert without_sector_line(attention) == text


@pytest.mark.parametrize(
    "address", ["/branchengespraeche/", "/besuche/", "/besuche/pressespiegel/"]
)
def test_lists_offer_the_filter_only_where_it_is_set(client, address):
    client.force_login(make_user(OFFICE))

    assert 'name="balance"' not in client.get(address).content.decode()
    assert 'name="balance"' in client.get(address, {"balance": "1"}).content.decode()
