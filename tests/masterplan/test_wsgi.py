"""Bodies that are cut off on their way are refused instead of saved."""

import io

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.http import UnreadablePostError

from masterplan.wsgi import with_complete_bodies, without_head_bodies

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


@pytest.mark.parametrize(
    "body",
    [
        PART.replace(b"--b", b"--c"),
        PART.removesuffix(b"--b--\r\n"),
        PART.replace(b"--b--", b"--b"),
        b"Vorspann\r\n" + PART,
    ],
    ids=["another boundary", "without the last", "without its end", "something before"],
)
def test_body_without_its_boundaries_is_not_read_as_a_form(body):
    with pytest.raises(UnreadablePostError):
        read(body, "multipart/form-data; boundary=b", len(body))


@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\n\r\n"])
def test_form_in_parts_is_read_however_large_it_is_and_however_it_ends(end):
    body = PART.replace(b"Ankauf", b"A" * 200_000).removesuffix(b"\r\n") + end

    assert len(read(body, "multipart/form-data; boundary=b", len(body))["title"]) == 200_000


def test_form_without_a_field_is_read():
    assert read(b"--b--\r\n", "multipart/form-data; boundary=b", 7) == {}


@pytest.mark.parametrize(("method", "sent"), [("GET", [b"<html>"]), ("HEAD", [])])
def test_answer_to_head_has_no_body_and_ends_the_request(method, sent):
    answer = io.BytesIO(b"<html>")

    served = without_head_bodies(lambda environ, start: answer)({"REQUEST_METHOD": method}, None)

    assert list(served) == sent
    # Of a body that it sends, the server does it.
    assert answer.closed == (method == "HEAD")
