"""The folder-based broker writes messages atomically."""

from queue import Empty

import pytest
from kombu import Connection

from masterplan.celery import app
from operations import broker

pytestmark = pytest.mark.embedded


@pytest.fixture
def channel(tmp_path):
    folders = {name: str(tmp_path / name) for name in ("queue", "control", "processed")}
    for folder in folders:
        (tmp_path / folder).mkdir()
    options = {
        "data_folder_in": folders["queue"],
        "data_folder_out": folders["queue"],
        "control_folder": folders["control"],
        "processed_folder": folders["processed"],
    }
    with Connection("filesystem://localhost", transport_options=options) as connection:
        yield connection.channel()


def test_portal_uses_it_for_every_broker_in_a_folder(channel):
    assert isinstance(
        app.connection_for_write("filesystem://localhost").transport, broker.Transport
    )
    assert isinstance(channel, broker.Channel)


def test_messages_come_out_as_they_went_in(channel):
    for number in range(3):
        channel._put("celery", {"body": f"Größe {number}"})

    assert {channel._get("celery")["body"] for _number in range(3)} == {
        "Größe 0",
        "Größe 1",
        "Größe 2",
    }
    with pytest.raises(Empty):
        channel._get("celery")


def test_half_written_message_is_not_delivered(channel, monkeypatch):
    looks = []

    def write_slowly(path, text, **kwargs):
        with path.open("w", **kwargs) as file:
            with pytest.raises(Empty):
                channel._get("celery")
            looks.append(path.name.rpartition(".")[2])
            file.write(text)

    monkeypatch.setattr(broker.Path, "write_text", write_slowly)
    channel._put("celery", {"body": "ganz"})

    assert looks == ["unfinished"]
    assert channel._get("celery") == {"body": "ganz"}
