"""Opening a link decides nothing: every link of every mail, opened by GET, HEAD and prefetch."""

import email
import email.policy
import html
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import time_machine
from django.apps import apps
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client, override_settings
from django.urls import resolve

from approvals.enums import ApprovalKind
from approvals.models import ApprovalRequest
from demo.loading import load_demo
from outbox.models import Mail
from outbox.texts import all_texts
from partners.models import User
from tests.approvals.builders import NOW, TODAY
from tests.journeys.every_mail import LATER, write_every_mail
from tests.keeping import kept_for_a_while

# Which pages write does not depend on the database.
pytestmark = [pytest.mark.embedded, pytest.mark.django_db]
SENATOR = "senatorin@example.org"
WAYS = {
    "GET": ("get", {}),
    "HEAD": ("head", {}),
    "prefetch": ("get", {"Sec-Purpose": "prefetch;prerender", "Purpose": "prefetch"}),
}


@pytest.fixture(scope="module", autouse=True)
def every_mail(django_db_setup, django_db_blocker):
    """The demo with a mail of every kind, after reminders were sent; rolled back at the end."""
    with override_settings(DEMO=True), kept_for_a_while(django_db_blocker):
        with time_machine.travel(NOW, tick=False):
            load_demo(today=TODAY, now=NOW)
        with time_machine.travel(LATER, tick=False):
            write_every_mail()
            yield


def parts_of(mail: Mail) -> Iterator[tuple[str, str]]:
    """Yield (type, content) of the parts a mail shows; account mails keep only their text."""
    yield "text/plain", mail.text
    message = email.message_from_string(mail.mime, policy=email.policy.default)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html", "text/calendar"):
            content = part.get_content()
            yield part.get_content_type(), content if isinstance(content, str) else content.decode()


def links_of(mail: Mail) -> set[str]:
    """Return the paths of all portal links in the text, HTML and calendar entry of `mail`."""
    found = set()
    for kind, text in parts_of(mail):
        if kind == "text/calendar":
            text = text.replace("\r\n ", "")
        found |= set(
            re.findall(rf"{re.escape(settings.SITE_URL)}(/[^\s\"<>)\\]*)", html.unescape(text))
        )
    return found


def portal_rows() -> dict[str, list[tuple]]:
    """Return all rows of every table except the sessions."""
    models = [model for model in apps.get_models(include_auto_created=True) if model is not Session]
    # Plain SQL: converting every value to Python would take longer than opening the links.
    with connection.cursor() as cursor:
        return {model._meta.label: rows_of(model, cursor) for model in models}


def rows_of(model, cursor) -> list[tuple]:
    quote = connection.ops.quote_name
    table, key = quote(model._meta.db_table), quote(model._meta.pk.column)
    cursor.execute(f"SELECT * FROM {table} ORDER BY {key}")
    return cursor.fetchall()


def readers_of(mail: Mail, way: str) -> set[str]:
    """Return who opens the links of `mail`: a stranger and the recipient, and by hand also the
    senator's office.
    """
    known = User.objects.filter(email=mail.recipient, is_active=True).exists()
    return {"", *([mail.recipient] if known else []), *([SENATOR] if way == "GET" else [])}


def sign_in_all() -> dict[str, Client]:
    clients = {"": Client()}
    for account in User.objects.filter(is_active=True):
        clients[account.email] = Client()
        clients[account.email].force_login(account, backend="sign_in.adapters.AccountBackend")
    return clients


def openings(way: str) -> set[tuple[str, str]]:
    """Return the (reader, link) pairs to open: every one by hand, otherwise one of each page, since
    the pages are the same.
    """
    pairs = {
        (reader, link)
        for mail in Mail.objects.order_by("pk")
        for reader in readers_of(mail, way)
        for link in links_of(mail)
    }
    if way == "GET":
        return pairs
    return set(
        {
            (reader, resolve(urlsplit(link).path).view_name): (reader, link)
            for reader, link in sorted(pairs)
        }.values()
    )


def test_there_is_a_mail_of_every_kind():
    declared = {text.kind for text in all_texts() if not text.kind.startswith("test_")}
    written = set(Mail.objects.values_list("kind", flat=True))

    assert declared - written == set()
    asked = Mail.objects.filter(kind="approval_asked").values_list("subject_key", flat=True)
    keys = [int(key.removeprefix("approval:")) for key in asked]
    assert set(ApprovalRequest.objects.filter(pk__in=keys).values_list("kind", flat=True)) == set(
        ApprovalKind.values
    )
    accounts = " ".join(Mail.objects.filter(is_account_mail=True).values_list("text", flat=True))
    assert ("/anmelden/einladung/" in accounts, "/anmelden/passwort/" in accounts) == (True, True)


def test_every_mail_that_asks_for_something_has_its_link_in_text_and_html():
    bare = set()
    for mail in Mail.objects.filter(is_account_mail=False).exclude(mime=""):
        shown = {kind: text for kind, text in parts_of(mail) if kind in ("text/plain", "text/html")}
        in_text, in_html = (
            set(re.findall(rf"{settings.SITE_URL}(/[^\s\"<>)\\]*)", html.unescape(shown[kind])))
            for kind in ("text/plain", "text/html")
        )
        if in_text != in_html:
            bare.add((mail.kind, tuple(in_text ^ in_html)))

    assert bare == set()


@pytest.mark.parametrize("way", WAYS)
def test_opening_links_changes_no_row_and_shows_recipients_their_page(way):
    method, headers = WAYS[way]
    clients = sign_in_all()
    before = portal_rows()
    opened = openings(way)

    statuses = {
        (reader, link): getattr(clients[reader], method)(link, headers=headers).status_code
        for reader, link in opened
    }

    after = portal_rows()
    assert {label for label, rows in before.items() if after[label] != rows} == set()
    assert {
        key: status for key, status in statuses.items() if status not in (200, 302, 403, 404, 410)
    } == {}
    assert len(opened) > (150 if way == "GET" else 30)
    if way == "GET":
        shut = [
            (kind, statuses[key])
            for key, kind in recipients_and_links(clients).items()
            if statuses[key] not in (200, 302)
        ]
        # One of these guests was uninvited meanwhile, the link of the other was replaced.
        assert shut == [("invitation", 404)] * 2


def recipients_and_links(clients: dict[str, Client]) -> dict[tuple[str, str], str]:
    """Return the kind of mail by whom it was sent to and a link in it."""
    return {
        (mail.recipient if mail.recipient in clients else "", link): mail.kind
        for mail in Mail.objects.all()
        for link in links_of(mail)
    }


def test_comparison_of_rows_would_reveal_a_decision():
    before = portal_rows()
    approval = ApprovalRequest.objects.open().filter(kind=ApprovalKind.TOPIC).order_by("pk").first()

    client = sign_in_all()[SENATOR]
    client.post(f"/freigaben/{approval.pk}/entscheiden/", {"verdict": "approve", "confirmed": "1"})

    after = portal_rows()
    changed = {label for label, rows in before.items() if after[label] != rows}
    assert {
        "approvals.ApprovalRequest",
        "approvals.HistoricalApprovalRequest",
        "dialogues.Topic",
        "outbox.Mail",
    } <= changed
