import html
import quopri
from email import message_from_bytes
from email.policy import default
from urllib.parse import quote, unquote

import pytest

from core.roles import OFFICE
from outbox.models import Mail
from outbox.progress.mails import calendar_facts
from outbox.rendering import preview
from tests.outbox.builders import (
    NOW,
    PERSONAL_LINK,
    TOKEN,
    make_account_mail,
    make_draft,
    make_event_text,
    make_invitation_draft,
    make_mail,
)
from tests.partners.builders import make_user

pytestmark = pytest.mark.django_db
CODE = "987654"


def every_word(data: bytes) -> str:
    """Return all text readable in an .eml file, both decoded and raw."""
    message = message_from_bytes(data, policy=default)
    decoded = [part.get_content() for part in message.walk() if not part.is_multipart()]
    words = [part.decode() if isinstance(part, bytes) else part for part in decoded]
    return "\n".join([data.decode(), quopri.decodestring(data).decode("utf-8", "replace"), *words])


def pages_of(client, mail) -> dict[str, str]:
    """Return every page, preview and file of a mail by URL."""
    detail = mail.get_absolute_url()
    addresses = [
        detail,
        f"{detail}?ansicht=text",
        f"{detail}?ansicht=kopf",
        f"{detail}?ansicht=kalender",
        f"{detail}termin.ics",
        f"{detail}vorschau/",
        f"{detail}zurueckziehen/",
    ]
    addresses += [
        "/postausgang/",
        f"/postausgang/versand/{mail.batch}/",
        "/postausgang/zurueckziehen/",
    ]
    pages = {
        address: client.get(address).content.decode("utf-8", "replace") for address in addresses
    }
    return pages | {f"{detail}datei/": every_word(client.get(f"{detail}datei/").content)}


def forms_of(secret: str) -> set[str]:
    return {
        secret,
        html.escape(secret),
        quote(secret),
        unquote(secret),
        quote(secret, safe=""),
        TOKEN,
    }


MAILS = {
    "plain": lambda: make_mail(),
    "invitation": lambda: make_mail(make_invitation_draft()),
    "invitation with whole address": lambda: make_mail(
        make_invitation_draft(link=f"http://localhost:8000{PERSONAL_LINK}")
    ),
    "invitation on another host": lambda: make_mail(
        make_invitation_draft(link=f"https://anders.example.org{PERSONAL_LINK}")
    ),
    "link with signs to escape": lambda: make_mail(
        make_invitation_draft(link=f"/a/{TOKEN}/?a=%C3%A4&b=ü&c=(1)")
    ),
    "link within a value": lambda: make_mail(
        make_draft(
            values={
                "topic": "Netze",
                "comment": f"Ihr Link: http://localhost:8000/antwort/{TOKEN}/",
            },
            link=f"/antwort/{TOKEN}/",
            has_personal_link=True,
        )
    ),
    "sent invitation": lambda: make_mail(make_invitation_draft(), state="sent", sent_at=NOW),
    "failed invitation": lambda: make_mail(
        make_invitation_draft(), state="failed", last_error="550 nein"
    ),
    "account mail": lambda: make_account_mail(
        f"Ihr Code: {CODE}\nhttp://localhost:8000/antwort/{TOKEN}/"
    ),
    "failed account mail": lambda: _failed(make_account_mail(f"Ihr Code: {CODE}")),
}


def _failed(mail):
    Mail.objects.filter(pk=mail.pk).update(state="failed")
    return mail


@pytest.mark.parametrize("name", MAILS)
def test_no_page_shows_a_personal_link_or_the_body_of_an_account_mail(client, name):
    mail = MAILS[name]()
    client.force_login(make_user(OFFICE))

    pages = pages_of(client, mail)

    for address, words in pages.items():
        assert CODE not in words, address
        for form in forms_of(mail.secret or PERSONAL_LINK):
            assert form not in words, address


def test_stored_message_contains_the_secret():
    mail = make_mail(make_invitation_draft())

    words = every_word(mail.mime.encode())

    assert TOKEN in words
    assert html.escape(PERSONAL_LINK) in words


def test_redacted_text_keeps_everything_else():
    mail = make_mail(make_invitation_draft())

    assert preview.preview_text(mail).startswith(
        "Guten Tag,\n\nwir laden Sie ein: Infrastruktur & Netze\n\nAntworten: [persönlicher "
        "Link]\n\n"
        "Oder im Browser: [persönlicher Link]\n\nMit freundlichen Grüßen"
    )


def test_mail_that_cannot_be_redacted_is_not_shown():
    mail = make_mail(make_invitation_draft())
    mail.text = f"Der Rest des Links: {TOKEN}"

    assert (
        preview.preview_text(mail)
        == "Diese E-Mail enthält einen persönlichen Link und wird deshalb nicht angezeigt."
    )


def test_plain_mail_is_shown_and_loaded_as_it_is():
    mail = make_mail()

    assert preview.preview_text(mail) == mail.text
    assert "das Thema <strong>Netze</strong> ist neu." in preview.preview_html(mail)
    assert preview.preview_eml(mail) == mail.mime.encode()


def test_redacted_file_is_still_a_whole_message():
    mail = make_mail(make_invitation_draft())

    message = message_from_bytes(preview.preview_eml(mail), policy=default)

    assert message.defects == []
    assert message["Message-ID"] == mail.message_id
    assert [part.get_content_type() for part in message.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/ics",
    ]
    assert (
        message.get_body(("plain",)).get_content().splitlines()
        == preview.preview_text(mail).splitlines()
    )


def test_calendar_is_shown_as_facts():
    mail = make_mail(make_invitation_draft())

    facts = preview.preview_calendar(mail)

    assert (facts.method, facts.title) == (
        "Einladung",
        "Branchengespräch: Digitale Infrastruktur, Netze",
    )
    assert (facts.place, facts.attendee, facts.sequence) == (
        "Werk 1, Berlin; Tor 2",
        "gast@example.org",
        0,
    )
    assert facts.starts_at.isoformat() == "2026-06-18T12:00:00+00:00"
    assert (facts.answer, facts.file_name) == (
        "offen",
        "branchengespraech-digitale-infrastruktur-netze.ics",
    )


@pytest.mark.parametrize(
    ("fields", "method", "attendee", "answer"),
    [
        ({"partstat": "ACCEPTED"}, "Einladung", "gast@example.org", "Zusage"),
        ({"partstat": "TENTATIVE"}, "Einladung", "gast@example.org", "Vorbehalt"),
        ({"method": "CANCEL"}, "Rücknahme des Eintrags", "gast@example.org", ""),
        ({"method": "CANCEL", "is_off": True}, "Absage", "gast@example.org", ""),
        ({"method": "PUBLISH", "attendee": None}, "Hinweis", "", ""),
        (
            {"method": "PUBLISH", "attendee": None, "is_off": True},
            "Hinweis auf den Wegfall",
            "",
            "",
        ),
    ],
)
def test_page_explains_the_method_of_the_entry(fields, method, attendee, answer):
    mail = make_mail(make_invitation_draft(calendar=make_event_text(sequence=4, **fields)))

    facts = preview.preview_calendar(mail)

    assert (facts.method, facts.attendee, facts.answer, facts.sequence) == (
        method,
        attendee,
        answer,
        4,
    )
    rows = dict(calendar_facts(facts))
    assert rows["Eintrag"] == f"{method}: Branchengespräch: Digitale Infrastruktur, Netze"
    assert (rows.get("Für", ""), rows.get("Antwort", ""), rows["Fassung"]) == (
        attendee,
        answer,
        "4",
    )
    assert rows["Datei"] == "branchengespraech-digitale-infrastruktur-netze.ics"


def test_entry_written_with_another_spelling_of_the_address_is_shown_as_well():
    text = make_event_text().replace("mailto:gast", "MAILTO:gast")

    assert (
        preview.preview_calendar(make_mail(make_invitation_draft(calendar=text))).attendee
        == "gast@example.org"
    )


def test_calendar_file_is_the_part_as_it_was_sent():
    mail = make_mail(make_invitation_draft())

    assert preview.preview_ics(mail).splitlines() == make_event_text().splitlines()


def test_mail_without_calendar_has_no_facts_and_no_file():
    assert preview.preview_calendar(make_mail()) is None
    assert preview.preview_ics(make_mail()) == ""


def test_account_mail_shows_no_calendar():
    mail = make_mail(make_invitation_draft(), is_account_mail=True)

    assert (preview.preview_ics(mail), preview.preview_calendar(mail)) == ("", None)


def test_calendar_with_the_personal_link_is_not_shown():
    mail = make_mail(make_invitation_draft())
    mail.secret = "/antwort/Branchengespräch:/"  # the title of the entry contains it

    assert (preview.preview_ics(mail), preview.preview_calendar(mail)) == ("", None)


def test_account_mail_says_why_it_shows_nothing():
    mail = make_account_mail()

    notice = "Der Inhalt von E-Mails zum Konto wird aus Gründen der Sicherheit nicht angezeigt."
    assert preview.preview_text(mail) == notice
    assert notice in preview.preview_html(mail)
    assert (
        message_from_bytes(preview.preview_eml(mail), policy=default).get_content().strip()
        == notice
    )


def test_removed_body_is_reported():
    mail = make_mail(mime="", text="")

    assert preview.preview_text(mail) == "Der Inhalt dieser E-Mail wurde entfernt."
    assert preview.preview_headers(mail) == [
        ("To", "gast@example.org"),
        ("Subject", "Neu: Netze"),
        ("Message-ID", mail.message_id),
    ]
