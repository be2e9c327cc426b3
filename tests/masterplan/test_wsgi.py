"""Bodies that are cut off on their way are refused instead of saved."""

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from masterplan.wsgi import with_complete_bodies

FORM = b"title=Ankauf&description=" + b"x" * 100
PART = b'--b\r\nContent-Disposition: form-data; name="title"\r\n\r\nAnkauf\r\n--b--\r\n'


def read(body: bytes, content_type: str, length: int) -> dict:
    """Return the fields that a view reads from a body announced as `length` bytes long."""
    found = {}

    def application(environ, start_response):
        found.update(WSGIRequest(environ).POST.dict())
        return []

    environ = {
        "REQUEST_METHOD": "POST",
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": str(length),
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "wsgi.input": io.BytesIO(body),
    }
    with_complete_bodies(application)(environ, None)
    return found


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (FORM, "application/x-www-form-urlencoded"),
        (PART, "multipart/form-data; boundary=b"),
    ],
)
def test_body_cut_off_is_not_read_as_a_form(body, content_type):
    assert read(body, content_type, len(body))["title"] == "Ankauf"
    with pytest.raises(UnreadablePostError):
        read(body[:-20], content_type, len(body))
