"""The pages of the demo, opened by following links, for every role."""

import pytest

from demo.accounts import ACCOUNTS
from tests.journeys.crawl import Crawl, client_of
from tests.settings import ON_POSTGRESQL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

LEAST_PAGES = {"geschaeftsstelle": 350, "senatorin": 150, "vdma-ost": 80, "steuerungskreis": 80}
# Of pages whose URLs differ in a number so many are opened …
MOST_ALIKE = 5
# … and by a second account of a role or on a second database so few: those pages are not new.
MOST_ALIKE_AGAIN = 2
ACCOUNT_NAMES = [email.partition("@")[0] for email, *_rest in ACCOUNTS]


@pytest.mark.parametrize("name", LEAST_PAGES if ON_POSTGRESQL else ACCOUNT_NAMES)
def test_every_kind_of_page_opens_for_every_role(name, settings):
    settings.DEMO = True
    is_first = name in LEAST_PAGES and not ON_POSTGRESQL

    crawl = Crawl(
        client_of(name), "/", most_alike=MOST_ALIKE if is_first else MOST_ALIKE_AGAIN
    ).run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert crawl.pages >= (LEAST_PAGES[name] if is_first else 40)


def test_every_public_page_opens(settings):
    settings.DEMO = True

    crawl = Crawl(client_of(""), "/anmelden/", most_alike=MOST_ALIKE).run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert {"/impressum/", "/datenschutz/", "/barrierefreiheit/"} <= crawl.seen
