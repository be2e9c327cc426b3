import pytest

from outbox.apps import check_mail_url


def found(settings, url):
    settings.MAIL_URL = url
    return [message.id for message in check_mail_url()]


@pytest.mark.parametrize(
    "url",
    [
        "folder://",
        "smtp://mail.example.org/",
        "smtp://user:pw@mail.example.org:587/?tls=1",
        "smtps://user:pw@mail.example.org/",
        "smtp://user:pw@127.0.0.1:1025/",
    ],
)
def test_correct_mail_url_passes(settings, url):
    assert found(settings, url) == []


def test_unencrypted_password_is_a_warning(settings):
    assert found(settings, "smtp://user:pw@mail.example.org:25/") == ["outbox.W001"]


@pytest.mark.parametrize("url", ["", "mail.example.org", "imap://mail.example.org/", "smtp://"])
def test_unknown_transport_is_an_error(settings, url):
    assert found(settings, url) == ["outbox.E001"]
