"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application
from django.utils.http import parse_header_parameters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masterplan.settings")


class CompleteBody:
    """The body of a request. Reading raises OSError, which Django answers with 400, when it ends
    before its announced length, or does not begin and end with the `boundary` of its parts.

    gunicorn takes a connection that the client closes for the end of the body, and Django a body
    that is too short for a form: a text cut in the middle would be saved. Of parts with another
    boundary than announced, Django saves everything from the first field on as its text.
    """

    def __init__(self, body: Any, length: int, boundary: bytes = b"") -> None:
        self._body, self._missing = body, length
        self._boundary, self._tail, self._has_begun = b"--" + boundary, b"", not boundary

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._body.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self._body.readline(size), 1)

    def _counted(self, data: bytes, wanted: int) -> bytes:
        self._missing -= len(data)
        is_short = len(data) < wanted or wanted < 0
        if is_short and self._missing > 0:
            raise OSError("the body ended before its announced length")
        if self._boundary != b"--":
            self._check_parts(data)
        return data

    def _check_parts(self, data: bytes) -> None:
        if not self._has_begun and data:
            self._has_begun = True
            if not data.startswith(self._boundary[: len(data)]):
                raise OSError("the body does not begin with its boundary")
        # Two hyphens and two line ends may follow the last boundary.
        self._tail = (self._tail + data)[-len(self._boundary) - 6 :]
        if self._missing <= 0 and self._boundary + b"--" not in self._tail:
            raise OSError("the body does not end with its boundary")


def boundary_of(environ: dict[str, Any]) -> bytes:
    """Return the boundary that the header of a form in parts announces, empty for other bodies."""
    try:
        kind, parameters = parse_header_parameters(environ.get("CONTENT_TYPE", ""))
    except ValueError:
        return b""  # Django refuses the header itself
    is_in_parts = kind == "multipart/form-data"
    return parameters.get("boundary", "").encode("latin-1", "replace") if is_in_parts else b""


def with_complete_bodies(application: Callable) -> Callable:
    """Wrap a WSGI application so that it never reads half a body."""

    def serve(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal():
            body = environ["wsgi.input"]
            environ["wsgi.input"] = CompleteBody(body, int(length), boundary_of(environ))
        return application(environ, start_response)

    return serve


def without_head_bodies(application: Callable) -> Callable:
    """Wrap a WSGI application so that it answers HEAD without a body: Django leaves dropping it to
    the server, and gunicorn writes a warning each time.
    """

    def serve(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        answer = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return answer
        # The server would close it after sending: Django then ends the request.
        if close := getattr(answer, "close", None):
            close()
        return []

    return serve


application = without_head_bodies(with_complete_bodies(get_wsgi_application()))
