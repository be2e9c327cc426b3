"""Open every page that a person can reach by following links, and collect faults on the way."""

import re
from collections import Counter, defaultdict
from urllib.parse import parse_qs, urljoin, urlsplit

from django.db import connection
from django.test import Client
from django.urls import resolve

from partners.models import User
from tests.journeys.visitor import Page
from tests.settings import ON_POSTGRESQL

# An account of each role, a deputy, and somebody signed out.
LEAST_PAGES = {
    "geschaeftsstelle": 300,
    "senatorin": 120,
    "vertretung": 80,
    "vdma-ost": 70,
    "steuerungskreis": 70,
    "": 3,
}
# Of pages whose URLs differ in a number so many are opened, and fewer on a second database.
MOST_ALIKE = 2 if ON_POSTGRESQL else 4

MOST_QUERIES = 20
MOST_QUERIES_OF = {
    # The start page gathers the tasks of all apps.
    "/": 32,
    # Its milestones, indicators with their series, and contacts, and the history of each.
    "/massnahmen/#/": 36,
    # A plan on two days, each from the history of measures, milestones and indicators.
    "/massnahmen/unterschied/": 23,
    # Who is asked, who is not and why, and the reminders to come, planned as they will be sent.
    "/massnahmen/berichtsrunden/#/": 26,
    # A sheet of each of them, each read by its keys first.
    "/massnahmen/massnahmen.xlsx": 25,
    # The reminders of each app for the days to come.
    "/postausgang/vorschau/": 22,
    # Everything about a person is in every app; deleting it is rehearsed like an act that mails.
    "/partner/personen/#/daten/": 33,
    # Whom each app still needs, and what it removes next.
    "/partner/datenschutz/": 25,
    "/partner/personen/#/anonymisieren/": 62,
}
# A page that shows the mails of an act runs the act and undoes it (docs/adr/0019).
MOST_QUERIES_REHEARSING, REHEARSES = 30, b'name="confirmation-mails"'
# Upper limit of query strings tried per kind of page, and of files per kind.
MOST_VARIANTS = 4
PERSONAL_LINK = re.compile(
    r"/(?:branchengespraeche/(?:einladung|bedarf)|massnahmen/bericht)/[\w-]{6,}(?::|%3A)[\w-]+(?::|%3A)[\w-]+"
)
NUMBER = re.compile(r"/\d+(?=/)")
NAME = re.compile(
    r"(?<=/postausgang/)(texte|regeln)/\w+(?=/)"
)  # the name of one of many similar pages
FILE = re.compile(r"\.\w{3,4}$")


def client_of(name: str) -> Client:
    """Return a client signed in as `name` of the demo; an empty name means signed out."""
    client = Client()
    if name:
        user = User.objects.get(email=f"{name}@example.org")
        client.force_login(user, backend="sign_in.adapters.AccountBackend")
    return client


# What a form carries of the state that its page showed, in a field or in the address of a button.
SHOWN_STATE = {"version", "shown", "expected", "confirmation-mails", "eingereicht"}
# Forms about a record that cannot act on a state unseen, by the reason.
UNVERSIONED = {
    # They add to the record, whatever it is by now.
    "dialogues:contributions",
    "dialogues:create",
    "dialogues:dates",
    "dialogues:guests_add",
    "measures:contact_add",
    "measures:document_add",
    "measures:indicator_add",
    "measures:link_add",
    "measures:milestone_add",
    "measures:project_add",
    "measures:project_contact_add",
    "measures:project_document_add",
    "measures:project_link_add",
    "measures:section_add",
    "measures:target_add",
    "measures:value_add",
    "media_visits:press_create",
    "partners:account_invite",
    "partners:deputy_add",
    # They name the people to add or to remove.
    "partners:list_members",
    "partners:list_remove",
    # They name the milestone to add or to remove.
    "measures:requirement_add",
    "measures:requirement_remove",
    # The record never changes before it ends, and its service refuses to end it twice.
    "approval_decide",
    "condition",
    "measures:saved_filter_delete",
    "measures:import_discard",
    # They only look once more, or say once more what is to be done.
    "measures:import_compare",
    "measures:import_resume",
    "reminders:resume",
    "outbox:approve",
    "outbox:resend",
    "outbox:settle",
    "outbox:withdraw",
    # One's own account and its credentials.
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
}


def unversioned_forms(address: str, page: Page) -> list[str]:
    """Return the routes of forms that change a record but do not say which state they showed."""
    found = []
    for form in page.forms:
        target = urlsplit(urljoin(address, form.action))
        route = resolve(target.path)
        carried = form.names | set(parse_qs(target.query))
        if form.method == "post" and route.kwargs and not carried & SHOWN_STATE:
            found.append(route.view_name)
    return [name for name in found if name not in UNVERSIONED]


class QueryCount:
    """Counts database queries, without savepoints."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += not sql.startswith(("SAVEPOINT", "RELEASE"))
        return execute(sql, params, many, context)


class Crawl:
    """Follows links as one person; each entry of `faults` is one sentence.

    Of pages whose URLs differ only in a number it opens `most_alike`, or all if that is None.
    """

    def __init__(self, client: Client, start: str, *, most_alike: int | None = None):
        self.client, self.most_alike = client, most_alike
        self.waiting, self.seen = [start], {start}
        self.linked_from = {start: "nowhere"}
        self.variants: Counter[str] = Counter()
        self.alike: Counter[str] = Counter()
        self.linked, self.documents = {start}, []
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
            self.faults.append(
                f"{address}: {response.status_code}, linked from {self.linked_from[address]}"
            )
        rehearses = not response.streaming and REHEARSES in response.content
        kind = NUMBER.sub("/#", address.partition("?")[0])
        limit = MOST_QUERIES_OF.get(kind, MOST_QUERIES)
        if queries.count > (MOST_QUERIES_REHEARSING if rehearses else limit):
            self.faults.append(f"{address}: {queries.count} queries")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            self.read(address, response.content.decode())
        elif response.streaming:
            b"".join(response.streaming_content)  # consuming the stream closes the file

    def read(self, address: str, source: str) -> None:
        self.documents.append(address)
        if PERSONAL_LINK.search(source):
            self.faults.append(f"{address}: shows a personal link")
        page = Page(source)
        for reference in page.sources:
            if urlsplit(reference).netloc:
                self.faults.append(f"{address}: loads {reference}")
        self.faults += [
            f"{address}: sends a form to {f.action}"
            for f in page.forms
            if urlsplit(f.action).netloc
        ]
        self.faults += [
            f"{address}: {name} does not say what it acts on"
            for name in unversioned_forms(address, page)
        ]
        frames = [
            reference
            for reference in page.sources
            if not reference.startswith(("/static/", "data:"))
        ]
        for href in frames:
            self.note(address, href)
        for _label, href in page.links:
            if (target := self.note(address, href)) != address:
                self.linked.add(target)

    def note(self, address: str, href: str) -> str:
        """Return the target of a link and queue it, unless it is external, a file or one query
        string too many.
        """
        parts = urlsplit(urljoin(address, href))
        if parts.netloc or parts.scheme or parts.path.startswith("/static/"):
            return ""
        target = f"{parts.path}?{parts.query}" if parts.query else parts.path
        alike = NUMBER.sub("/#", parts.path)
        is_variant = bool(parts.query or FILE.search(parts.path))
        if target in self.seen or (is_variant and self.variants[alike] >= MOST_VARIANTS):
            return target
        if self.most_alike is not None and self.alike[alike] >= self.most_alike:
            return target
        self.variants[alike] += is_variant
        self.alike[alike] += 1
        self.seen.add(target)
        self.linked_from[target] = address
        self.waiting.append(target)
        return target

    def kinds(self) -> dict[str, list[str]]:
        """Return the URLs of all linked pages by kind, that is with their numbers replaced:
        `/massnahmen/#/`.

        Pages that appear only in a frame are left out: scripts do not run there, so axe would never
        finish.
        """
        kinds = defaultdict(list)
        for address in self.documents:
            if address in self.linked and "?" not in address:
                kinds[NAME.sub(r"\1/#", NUMBER.sub("/#", address))].append(address)
        return dict(kinds)


def open_every_kind(name: str) -> Crawl:
    """Open the pages that `name` of the demo can reach, or anybody if it is empty.

    Raises AssertionError if a page has a fault or too few were found.
    """
    crawl = Crawl(client_of(name), "/" if name else "/anmelden/", most_alike=MOST_ALIKE).run()
    assert not crawl.faults, "\n".join(crawl.faults)
    assert crawl.pages >= min(LEAST_PAGES[name], 40 if ON_POSTGRESQL else 300)
    return crawl
