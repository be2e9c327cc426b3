import smtplib
import socket

import pytest
from django.core.exceptions import ImproperlyConfigured

from outbox.transports import (
    Deferred,
    FolderTransport,
    OutgoingMail,
    Rejected,
    SmtpTransport,
    Throttled,
    Unreachable,
    open_transport,
    write_to_folder,
)
from outbox.transports.smtp import describe, format_reply, with_doubled_dots
from tests.outbox.builders import NOW
from tests.outbox.sink import DROP, DROP_AFTER_DATA
from tests.stack import free_port

DATA = b"Subject: Test\r\n\r\nText\r\n.Punkt am Anfang\r\n"


def at_once():
    """A callback that returns at once: no earlier mail is still being recorded."""


def make_outgoing(pk=7, recipient="gast@example.org"):
    return OutgoingMail(pk, NOW, recipient, DATA)


@pytest.fixture
def transport(sink):
    opened = SmtpTransport(sink.url)
    yield opened
    opened.close()


def test_folder_gets_the_bytes_under_a_name_of_time_and_id(mail_folder):
    assert open_transport().send(make_outgoing(), at_once) == "abgelegt als 20260327-090000-7.eml"

    assert [path.name for path in mail_folder.iterdir()] == ["20260327-090000-7.eml"]
    assert (mail_folder / "20260327-090000-7.eml").read_bytes() == DATA


def test_second_writing_leaves_one_file(mail_folder):
    write_to_folder(7, NOW, b"eins")
    write_to_folder(7, NOW, b"zwei")

    assert [path.read_bytes() for path in mail_folder.iterdir()] == [b"zwei"]


def test_folder_that_cannot_be_written_is_unreachable(settings, tmp_path):
    (tmp_path / "mail").write_text("a file in the way")
    settings.MAIL_FOLDER = tmp_path / "mail"

    with pytest.raises(Unreachable, match="nicht beschreibbar"):
        FolderTransport().send(make_outgoing(), at_once)


@pytest.mark.parametrize("url", ["", "ftp://x", "smtp://", "console://"])
def test_unknown_mail_url_explains_what_to_set(settings, url):
    settings.MAIL_URL = url

    with pytest.raises(ImproperlyConfigured, match="MAIL_URL must be"):
        open_transport()


@pytest.mark.parametrize(
    ("url", "port", "start_tls", "implicit"),
    [
        ("smtp://h/", 25, False, False),
        ("smtp://h/?tls=1", 587, True, False),
        ("smtp://h:2525/?tls=0", 2525, False, False),
        ("smtps://h/", 465, False, True),
    ],
)
def test_url_sets_port_and_encryption(url, port, start_tls, implicit):
    transport = SmtpTransport(url)

    assert (transport.host, transport.port, transport.start_tls, transport.implicit_tls) == (
        "h",
        port,
        start_tls,
        implicit,
    )


def test_user_and_password_are_unquoted():
    transport = SmtpTransport("smtp://buero%40example.org:p%3Aw%2F@h:587/?tls=1")

    assert (transport.user, transport.password) == ("buero@example.org", "p:w/")


def test_many_mails_go_over_one_connection_byte_for_byte(sink, transport):
    answers = [
        transport.send(make_outgoing(recipient=f"gast-{n}@example.org"), at_once) for n in range(3)
    ]

    assert answers == ["250 2.0.0 angenommen"] * 3
    assert sink.raw == [DATA] * 3
    assert sink.envelopes == [
        ("geschaeftsstelle@example.org", [f"gast-{n}@example.org"]) for n in range(3)
    ]
    assert sink.connections == 1


@pytest.mark.parametrize("step", ["rcpt", "data"])
@pytest.mark.parametrize(
    ("words", "error"),
    [
        ("550 5.1.1 Postfach unbekannt", Rejected),
        ("450 4.2.0 später bitte", Deferred),
        ("421 4.3.2 Wartung", Unreachable),
        ("432 4.3.2 zu viele Verbindungen", Throttled),
    ],
)
def test_answer_decides_the_exception_and_is_kept(sink, transport, step, words, error):
    getattr(sink, step).append(words)

    with pytest.raises(error) as caught:
        transport.send(make_outgoing(), at_once)

    assert (type(caught.value), str(caught.value)) == (error, words)
    assert sink.raw == []


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_connection_is_used_again_after_a_refusal(sink, transport, step):
    getattr(sink, step).append("550 nein")
    with pytest.raises(Rejected):
        transport.send(make_outgoing(), at_once)

    transport.send(make_outgoing(recipient="zweiter@example.org"), at_once)

    assert [to for _sender, to in sink.envelopes] == [["zweiter@example.org"]]
    assert sink.connections == 1


@pytest.mark.parametrize(("step", "how"), [("rcpt", DROP), ("data", DROP_AFTER_DATA)])
def test_broken_connection_defers_the_mail_and_is_replaced(sink, transport, step, how):
    getattr(sink, step).append(how)
    with pytest.raises(Deferred, match="brach ab"):
        transport.send(make_outgoing(), at_once)

    assert transport.send(make_outgoing(), at_once) == "250 2.0.0 angenommen"
    assert (len(sink.raw), sink.connections) == (1, 2)


@pytest.mark.parametrize("how", [DROP, "421 4.4.2 zu viele Nachrichten, bitte neu verbinden"])
def test_idle_connection_closed_by_the_server_is_replaced(sink, transport, how):
    transport.send(make_outgoing(), at_once)
    sink.rcpt.append(how)

    assert transport.send(make_outgoing(), at_once) == "250 2.0.0 angenommen"
    assert (len(sink.raw), sink.connections) == (2, 2)


def test_mail_that_always_breaks_the_connection_is_deferred(sink, transport):
    transport.send(make_outgoing(), at_once)
    sink.rcpt += [DROP, DROP]

    with pytest.raises(Deferred, match="brach ab"):
        transport.send(make_outgoing(), at_once)

    assert (len(sink.raw), sink.connections) == (1, 2)


def test_server_that_asks_for_fewer_connections_is_not_asked_again(sink, transport):
    transport.send(make_outgoing(), at_once)
    sink.rcpt.append("432 4.3.2 zu viele Verbindungen")

    with pytest.raises(Throttled):
        transport.send(make_outgoing(), at_once)

    assert sink.connections == 1


def test_server_that_is_down_is_unreachable():
    with pytest.raises(Unreachable, match="nicht erreichbar"):
        SmtpTransport(f"smtp://127.0.0.1:{free_port()}/").send(make_outgoing(), at_once)


def test_server_that_hangs_is_unreachable(settings):
    settings.MAIL_TIMEOUT = 0.2
    with socket.create_server(("127.0.0.1", 0)) as silent:
        transport = SmtpTransport(f"smtp://127.0.0.1:{silent.getsockname()[1]}/")

        with pytest.raises(Unreachable, match="keine Antwort in der vorgesehenen Zeit"):
            transport.send(make_outgoing(), at_once)


def test_server_without_encryption_gets_no_mail_when_encryption_is_asked(sink):
    with pytest.raises(Unreachable):
        SmtpTransport(sink.url + "?tls=1").send(make_outgoing(), at_once)

    assert sink.raw == []


def test_failed_login_sends_no_mail(sink):
    with pytest.raises(Unreachable):
        SmtpTransport(sink.url.replace("//", "//user:pw@")).send(make_outgoing(), at_once)

    assert sink.raw == []


def test_second_close_is_harmless(transport):
    transport.send(make_outgoing(), at_once)
    transport.close()
    transport.close()

    assert transport.connection is None


def test_reply_of_several_lines_becomes_one():
    assert (
        format_reply(550, b"5.1.1 unbekannt\nbitte pr\xc3\xbcfen")
        == "550 5.1.1 unbekannt bitte prüfen"
    )
    assert describe(smtplib.SMTPAuthenticationError(535, b"5.7.8 falsch")) == "535 5.7.8 falsch"
    assert describe(socket.gaierror(-2, "x")) == "Rechnername unbekannt"
    assert describe(ConnectionRefusedError(111, "Connection refused")) == "Verbindung abgelehnt"


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"a\r\nb\r\n", b"a\r\nb\r\n"),
        (b"a\nb\rc", b"a\r\nb\r\nc\r\n"),
        (b".a\r\n.\r\n..b", b"..a\r\n..\r\n...b\r\n"),
        (b"", b"\r\n"),
    ],
)
def test_no_line_of_a_message_can_end_it(data, line):
    assert with_doubled_dots(data) == line


def test_message_whose_end_was_held_back_is_not_accepted_and_the_next_one_is(transport, sink):
    def fail():
        raise ValueError("the record before could not be written")

    with pytest.raises(ValueError, match="record"):
        transport.send(make_outgoing(), fail)
    transport.send(make_outgoing(), at_once)

    assert (sink.raw, sink.connections) == ([DATA], 2)


def test_server_may_take_its_time_to_accept_a_message(transport, sink, settings):
    settings.MAIL_TIMEOUT, settings.MAIL_END_TIMEOUT = 0.3, 20
    sink.pause = 0.8

    assert transport.send(make_outgoing(), at_once) == "250 2.0.0 angenommen"
    assert transport.connection.sock.gettimeout() == 0.3


def test_silence_after_the_message_counts_against_it(transport, sink, settings):
    settings.MAIL_END_TIMEOUT = 0.2
    sink.pause = 0.8

    with pytest.raises(
        Deferred, match="hat den Empfang nicht bestätigt: keine Antwort in der vorgesehenen Zeit"
    ):
        transport.send(make_outgoing(), at_once)

    assert transport.connection is None


def test_answer_holds_no_control_characters():
    assert format_reply(250, b"2.0.0 \x00ok\x1b[0m") == "250 2.0.0 ok [0m"
