import pytest

from tests.outbox.sink import Sink


@pytest.fixture
def sink(settings):
    """A running SMTP server to which the portal sends."""
    server = Sink()
    server.start()
    settings.MAIL_URL = server.url
    yield server
    server.stop()


@pytest.fixture
def mail_folder(settings, tmp_path):
    """An empty folder to which the portal writes its mails."""
    settings.MAIL_URL, settings.MAIL_FOLDER = "folder://", tmp_path / "mail"
    return settings.MAIL_FOLDER
