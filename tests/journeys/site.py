"""Serve the portal on a local port, with the data of the running test and its static files."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.core.servers.basehttp import ThreadedWSGIServer
from django.db import connections
from django.test import override_settings
from django.test.client import ClientHandler
from django.test.testcases import LiveServerThread


class SharingServer(ThreadedWSGIServer):
    """A server that leaves open the database connection it shares with the test."""

    def _close_connections(self):
        pass


class SiteThread(LiveServerThread):
    server_class = SharingServer


def one_at_a_time(_handler):
    """Return an application that handles requests one at a time, because they share one database
    connection.

    Unlike a normal handler, Django's test handler leaves that connection open after a request.
    """
    lock, handle = threading.Lock(), ClientHandler()

    def answer(environ, start_response):
        with lock:
            response = handle(environ)
            body, cookies = b"".join(response), response.cookies.values()
        headers = [*response.items(), *(("Set-Cookie", c.OutputString()) for c in cookies)]
        start_response(f"{response.status_code} {response.reason_phrase}", headers)
        return [body]

    return answer


@contextmanager
def open_site(static: Path) -> Iterator[str]:
    """Serve the portal with static files collected into `static`; yield its URL, such as
    `http://localhost:40123`.
    """
    storages = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "core.staticfiles.PortalManifestStorage"},
    }
    with override_settings(STATIC_ROOT=static, STORAGES=storages):
        call_command("collectstatic", interactive=False, verbosity=0)
        connection = connections["default"]
        server = SiteThread(
            "localhost", one_at_a_time, connections_override={"default": connection}
        )
        connection.inc_thread_sharing()
        server.start()
        server.is_ready.wait()
        try:
            if server.error:
                raise server.error
            yield f"http://localhost:{server.port}"
        finally:
            server.terminate()
            connection.dec_thread_sharing()
