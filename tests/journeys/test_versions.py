"""A form of the office that is sent without what its page showed changes nothing."""

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode, urljoin, urlsplit

import pytest
from django.contrib.messages import ERROR, get_messages
from django.db import connection, transaction
from django.urls import resolve

from tests.journeys.crawl import SHOWN_STATE, UNVERSIONED, Crawl, client_of
from tests.journeys.visitor import Form, Page

# Which records a page shows does not depend on the database.
pytestmark = [
    pytest.mark.embedded,
    pytest.mark.django_db,
    pytest.mark.usefixtures("demo"),
]
# What most forms need besides what they show: a reason, a day ahead, an address.
TYPED = {"reason": "Grund", "comment": "Grund", "outcome": "Ergebnis", "message": "Text"}
LEAST_ROUTES = 40


def is_version(name: str) -> bool:
    return name.rpartition("-")[2] in SHOWN_STATE or name in SHOWN_STATE


class Writes:
    """Counts statements that store something other than the session."""

    def __init__(self):
        self.count = 0

    def __call__(self, execute, sql, params, many, context):
        self.count += sql.startswith(("INSERT", "UPDATE", "DELETE")) and "django_session" not in sql
        return execute(sql, params, many, context)


class Forger(Crawl):
    """Sends each kind of form on the way without its version; `routes` are those tried."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.routes: set[str] = set()

    def read(self, address: str, source: str) -> None:
        super().read(address, source)
        for form in Page(source).forms:
            target = urlsplit(urljoin(address, form.action))
            route = resolve(target.path)
            carried = form.names | dict(parse_qsl(target.query)).keys()
            if form.method != "post" or not route.kwargs or not any(map(is_version, carried)):
                continue
            if route.view_name in UNVERSIONED | self.routes:
                continue
            self.routes.add(route.view_name)
            for query, values in forged(form, target.query):
                if done := self.send(f"{target.path}?{urlencode(query)}", values):
                    self.faults.append(f"{route.view_name} acts without a version: {done}")

    def send(self, url: str, values: dict) -> str:
        """Return what the portal says it has done, "" if it has stored nothing; undo it."""
        writes = Writes()
        with transaction.atomic(), connection.execute_wrapper(writes):
            response = self.client.post(url, values)
            said = list(get_messages(response.wsgi_request))
            transaction.set_rollback(True)
        # What a rehearsal of mails writes, it undoes: then a page or a refusal follows.
        has_failed = response.status_code != 302 or any(note.level == ERROR for note in said)
        return "" if has_failed or not writes.count else f"{response.headers['Location']} {said}"


def forged(form: Form, query: str) -> Iterator[tuple[list, dict]]:
    """Yield the query and values of `form` without any version, and without each one of several."""
    values: dict[str, list[str]] = {name: [TYPED[name]] for name in form.names & TYPED.keys()}
    for control in form.controls:
        if control.name != "form_token" and (control.value or control.name not in values):
            values.setdefault(control.name, []).append(control.value)
    named = parse_qsl(query)
    versions = [name for name in [*values, *dict(named)] if is_version(name)]
    for left_out in [versions, *([name] for name in versions if len(versions) > 1)]:
        yield (
            [(name, value) for name, value in named if name not in left_out],
            {name: value for name, value in values.items() if name not in left_out},
        )


def test_no_form_acts_without_the_version_that_its_page_showed(settings):
    settings.DEMO = True

    forger = Forger(client_of("geschaeftsstelle"), "/", most_alike=2).run()

    acting = [fault for fault in forger.faults if "without a version" in fault]
    assert not acting, "\n".join(acting)
    assert len(forger.routes) >= LEAST_ROUTES
