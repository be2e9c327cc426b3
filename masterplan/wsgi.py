"""The WSGI application that gunicorn serves."""

import os
from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "masterplan.settings")


class CompleteBody:
    """The body of a request. Reading raises OSError when it ends before its announced length, which
    Django answers with 400.

    gunicorn takes a connection that the client closes for the end of the body, and Django a body
    that is too short for a form: a text cut in the middle would be saved.
    """

    def __init__(self, body: Any, length: int) -> None:
        self._body, self._missing = body, length

    def read(self, size: int = -1) -> bytes:
        return self._counted(self._body.read(size), size)

    def readline(self, size: int = -1) -> bytes:
        return self._counted(self._body.readline(size), 1)

    def _counted(self, data: bytes, wanted: int) -> bytes:
        self._missing -= len(data)
        is_short = len(data) < wanted or wanted < 0
        if is_short and self._missing > 0:
            raise OSError("the body ended before its announced length")
        return data


def with_complete_bodies(application: Callable) -> Callable:
    """Wrap a WSGI application so that it never reads half a body."""

    def serve(environ: dict[str, Any], start_response: Callable) -> Iterable[bytes]:
        length = environ.get("CONTENT_LENGTH") or "0"
        if length.isdecimal():
            environ["wsgi.input"] = CompleteBody(environ["wsgi.input"], int(length))
        return application(environ, start_response)

    return serve


application = with_complete_bodies(get_wsgi_application())
