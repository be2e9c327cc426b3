"""The pages of the demo, opened by following links, for every role."""

import pytest

from tests.journeys.crawl import Crawl, client_of
from tests.settings import ON_POSTGRESQL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# An account of each role, and a deputy.
LEAST_PAGES = {
    "geschaeftsstelle": 300,
    "senatorin": 120,
    "vertretung": 80,
    "vdma-ost": 70,
    "steuerungskreis": 70,
}
# Of pages whose URLs differ in a number so many are opened, and fewer on a second database.
MOST_ALIKE = 2 if ON_POSTGRESQL else 4


@pytest.mark.parametrize("name", LEAST_PAGES)
def test_every_kind_of_page_opens_for_every_role(name, settings):
    settings.DEMO = True

    crawl = Crawl(client_of(name), "/", most_alike=MOST_ALIKE).run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert crawl.pages >= (40 if ON_POSTGRESQL else LEAST_PAGES[name])


def test_every_public_page_opens(settings):
    settings.DEMO = True

    crawl = Crawl(client_of(""), "/anmelden/", most_alike=MOST_ALIKE).run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert {"/impressum/", "/datenschutz/", "/barrierefreiheit/"} <= crawl.seen
