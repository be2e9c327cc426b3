"""Every page of the demo, opened for every role by following each link from the start page."""

import re
from collections import Counter
from urllib.parse import urljoin, urlsplit

import pytest
from django.db import connection
from django.test import Client

from masterplan.demo.accounts import ACCOUNTS
from partners.models import User
from tests.journeys.visitor import Page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("demo")]

MOST_QUERIES = 20
MOST_VARIANTS = 4  # how many query strings are tried for one address: filters and sorting multiply
PERSONAL_LINK = re.compile(r"/branchengespraeche/einladung/[\w-]{6,}(?::|%3A)[\w-]+(?::|%3A)[\w-]+")
LEAST_PAGES = {"geschaeftsstelle": 300, "senatorin": 250, "vertretung": 250, "steuerungskreis": 150}


class QueryCount:
    """Counts what goes to the database."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)


class Crawl:
    """Follows the links of the portal as one person and notes what is wrong."""

    def __init__(self, client: Client, start: str):
        self.client = client
        self.waiting, self.seen = [start], {start}
        self.linked_from = {start: "nowhere"}
        self.variants: Counter[str] = Counter()
        self.pages = 0
        self.faults: list[str] = []

    def run(self) -> "Crawl":
        while self.waiting:
            self.visit(self.waiting.pop(0))
        return self

    def visit(self, address: str) -> None:
        self.pages += 1
        queries = QueryCount()
        with connection.execute_wrapper(queries):
            response = self.client.get(address)
        if response.status_code in (301, 302):
            self.note(address, response.headers["Location"])
            return
        if response.status_code != 200:
            self.faults.append(f"{address}: {response.status_code}, linked from {self.linked_from[address]}")
        if queries.count > MOST_QUERIES:
            self.faults.append(f"{address}: {queries.count} queries")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.read(address, response.content.decode())

    def read(self, address: str, source: str) -> None:
        if PERSONAL_LINK.search(source):
            self.faults.append(f"{address}: shows a personal link")
        page = Page(source)
        for reference in page.sources:
            if urlsplit(reference).netloc:
                self.faults.append(f"{address}: loads {reference}")
        self.faults += [f"{address}: sends a form to {f.action}" for f in page.forms if urlsplit(f.action).netloc]
        frames = [reference for reference in page.sources if not reference.startswith(("/static/", "data:"))]
        for href in [href for _label, href in page.links] + frames:
            self.note(address, href)

    def note(self, address: str, href: str) -> None:
        """Put the target of a link on the list, unless it leads away, to a file, or repeats a filter once more."""
        parts = urlsplit(urljoin(address, href))
        if parts.netloc or parts.scheme or parts.path.startswith("/static/"):
            return
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if target in self.seen or (parts.query and self.variants[parts.path] >= MOST_VARIANTS):
            return
        self.variants[parts.path] += bool(parts.query)
        self.seen.add(target)
        self.linked_from[target] = address
        self.waiting.append(target)


@pytest.mark.parametrize("email", [account[0] for account in ACCOUNTS])
def test_every_page_opens_for_every_role(email, settings):
    settings.DEMO = True
    client = Client()
    client.force_login(User.objects.get(email=email), backend="partners.auth.AccountBackend")

    crawl = Crawl(client, "/").run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert crawl.pages >= LEAST_PAGES.get(email.partition("@")[0], 100)


def test_every_page_without_an_account_opens(settings):
    settings.DEMO = True

    crawl = Crawl(Client(), "/anmelden/").run()

    assert not crawl.faults, "\n".join(crawl.faults)
    assert {"/impressum/", "/datenschutz/", "/barrierefreiheit/"} <= crawl.seen
