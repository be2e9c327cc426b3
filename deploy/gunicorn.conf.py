"""How gunicorn serves the portal in an office. `WEB_ADDRESS`, `PORT`, `WEB_PROCESSES` and
`WEB_THREADS` change it.
"""

import os
import socket
import struct

STALLED_SECONDS = 5

bind = f"{os.environ.get('WEB_ADDRESS', '0.0.0.0')}:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_PROCESSES", "2"))
worker_class = "gthread"
threads = int(os.environ.get("WEB_THREADS", "4"))
preload_app = True
timeout = 60
graceful_timeout = 20
# Gunicorn refuses a longer address in English, before the portal sees it. Browsers send longer ones
# than its default of 4094, for a list with filters and many ticked rows. 8190 is the most it takes;
# 0, no limit, would let anybody fill the memory.
limit_request_line = 8190
max_requests = 5000
max_requests_jitter = 500
control_socket_disable = True
accesslog = None
loglevel = "warning"


def when_ready(server) -> None:
    """Let connections inherit that the portal waits at most STALLED_SECONDS for the next byte.

    Gunicorn's threads wait without limit for the rest of a header or body, so a handful of clients
    that send half of one would occupy all of them. Its `timeout` watches processes, not threads.
    """
    for listener in server.LISTENERS:
        wait = struct.pack("ll", STALLED_SECONDS, 0)
        listener.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, wait)
