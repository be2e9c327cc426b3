"""Mails for tests."""

import datetime as dt
import itertools

from outbox.models import Mail, Wording
from outbox.rendering.calendars import CalendarEvent, make_calendar
from outbox.services import enqueue_account_mail, enqueue_mails
from outbox.texts import MailDraft, MailText, Placeholder, Recipient, register

NOW = dt.datetime(2026, 3, 27, 9, 0, tzinfo=dt.UTC)
TOKEN = "WzEyLDFd:1abcDE:signed-token_of-the-guest-0123456789"
PERSONAL_LINK = f"/antwort/{TOKEN}/?von=mail&x=1"

NOTICE = MailText(
    kind="test_notice",
    title="Hinweis zum Test",
    subject="Neu: {topic}",
    body="das Thema **{topic}** ist neu.\n\n> {comment}\n\n[Thema öffnen]({link})",
    placeholders=("topic", "comment"),
)
INVITATION = MailText(
    kind="test_invitation",
    title="Einladung zum Test",
    subject="Einladung: {topic}",
    body="wir laden Sie ein: {topic}\n\n[Antworten]({link})\n\nOder im Browser: {link}",
    placeholders=("topic",),
)
LIST = MailText(
    kind="test_list",
    title="Liste zum Test",
    subject="Offen am {day}",
    body="es wartet:\n\n{lines}\n\n[Zur Übersicht]({link})",
    placeholders=("day", "lines"),
    can_wait=False,
)
register(
    NOTICE,
    INVITATION,
    LIST,
    area="Prüfstand",
    placeholders={
        "topic": Placeholder("Titel des Themas", "Wärme & Strom", name="Thema"),
        "comment": Placeholder("Anmerkung; kann leer sein", "eins\nzwei", name="Anmerkung"),
        "day": Placeholder("Tag der Erinnerung", "18.06.2019", name="Tag"),
        "lines": Placeholder("was wartet", "- eins\n- zwei", is_block=True, name="Liste"),
    },
)

_numbers = itertools.count(1)


def make_recipient(**fields) -> Recipient:
    return Recipient(
        **{"email": "gast@example.org", "name": "Leitung Werk", "greeting": "Guten Tag"} | fields
    )


def make_draft(**fields) -> MailDraft:
    """Return a draft of a notice with a unique subject."""
    values = {
        "kind": "test_notice",
        "subject_key": f"topic:{next(_numbers)}",
        "event": "proposed",
        "to": make_recipient(),
        "values": {"topic": "Netze", "comment": "Bitte prüfen"},
        "path": "/branchengespraeche/themen/12/",
    }
    return MailDraft(**values | fields)


def make_invitation_draft(**fields) -> MailDraft:
    """Return a draft with a personal link and a calendar part."""
    values = {
        "kind": "test_invitation",
        "values": {"topic": "Infrastruktur & Netze"},
        "link": PERSONAL_LINK,
        "has_personal_link": True,
        "calendar": make_event_text(),
    }
    return make_draft(**values | fields)


def make_event(**fields) -> CalendarEvent:
    """Return a two-hour appointment during summer time in Berlin."""
    start = dt.datetime(2026, 6, 18, 12, 0, tzinfo=dt.UTC)
    values = {
        "uid": "dialogue-12",
        "sequence": 0,
        "title": "Branchengespräch: Digitale Infrastruktur, Netze",
        "starts_at": start,
        "ends_at": start + dt.timedelta(hours=2),
        "place": "Werk 1, Berlin; Tor 2",
        "description": "Begrüßung\nWerksrundgang",
        "attendee": make_recipient(),
    }
    return CalendarEvent(**values | fields)


def make_event_text(**fields) -> str:
    return make_calendar(make_event(**fields), now=NOW)


def make_mail(draft: MailDraft | None = None, *, now: dt.datetime = NOW, by=None, **fields) -> Mail:
    """Return a mail written at `now`; `fields` override its columns afterwards."""
    draft = draft or make_draft()
    enqueue_mails([draft], now=now, by=by)
    mail = Mail.objects.get(kind=draft.kind, subject_key=draft.subject_key, event=draft.event)
    if fields:
        Mail.objects.filter(pk=mail.pk).update(**fields)
        mail.refresh_from_db()
    return mail


def make_account_mail(text: str = "Ihr Code lautet 123456.", **fields) -> Mail:
    values = {"to": make_recipient(), "subject": "Anmeldung", "text": text, "now": NOW} | fields
    enqueue_account_mail(**values)
    return Mail.objects.latest("pk")


def make_batch(count: int, *, now: dt.datetime = NOW, **fields) -> list[Mail]:
    """Return `count` mails of one batch; `fields` override their columns afterwards."""
    to = [
        make_recipient(email=f"gast{n:03}@example.org", name=f"Gast {n:03}") for n in range(count)
    ]
    drafts = [make_draft(to=recipient) for recipient in to]
    keys = [draft.subject_key for draft in drafts]
    enqueue_mails(drafts, now=now)
    Mail.objects.filter(subject_key__in=keys).update(**fields or {"state": "waiting"})
    return list(Mail.objects.filter(subject_key__in=keys).order_by("pk"))


def fields_in_state(state: str, **fields) -> dict:
    """Return the column values that the database requires of a mail in `state`."""
    columns = {"state": state, "sent_at": NOW if state == "sent" else None}
    return columns | (claimed_fields() if state == "sending" else {}) | fields


def make_wording(kind: str = "test_notice", **fields) -> Wording:
    """Return the office's wording for `kind`; empty texts leave the default in force."""
    words = {
        "subject": "Thema {topic}",
        "body": "neu ist **{topic}**.\n\n[Ansehen]({link})",
        "changed_at": NOW,
    }
    return Wording.objects.create(kind=kind, **words | fields)


def claimed_fields(**fields) -> dict:
    """Return the column values of a mail claimed by a worker."""
    return {"state": "sending", "claim": "c" * 32, "claimed_at": NOW} | fields
