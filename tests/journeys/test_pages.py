"""The pages of the demo, opened by following links, for every role."""

import pytest

from scripts import machine
from tests.journeys.crawl import LEAST_PAGES, open_every_kind
from tests.settings import ON_POSTGRESQL

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

# test_screens opens the pages of these and then looks at them.
ON_SCREENS = {"", "geschaeftsstelle", "senatorin", "vdma-ost"}
WITHOUT_SCREENS = ON_POSTGRESQL or machine.missing_browser()


@pytest.mark.parametrize(
    "name", [name for name in LEAST_PAGES if WITHOUT_SCREENS or name not in ON_SCREENS]
)
def test_every_kind_of_page_opens_for_every_role(name, settings):
    settings.DEMO = True

    crawl = open_every_kind(name)

    if not name:
        assert {"/impressum/", "/datenschutz/", "/barrierefreiheit/"} <= crawl.seen
