"""A real SMTP server on loopback that misbehaves on demand. It keeps a message if and only if it
answers 250.
"""

import asyncio
import threading
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default

from aiosmtpd.controller import Controller

from tests.stack import free_port

ACCEPTED = "250 2.0.0 angenommen"
DROP = "drop"
DROP_AFTER_DATA = "drop after data"


class Sink:
    """Answers RCPT and DATA with the next entry of `rcpt` and `data`, or 250 if there is none."""

    def __init__(self):
        self.rcpt: list[str] = []
        self.data: list[str] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.connections = 0
        self.at_once = self.most_at_once = 0
        self.pause = 0.0  # seconds before each answer to DATA
        self.hold: threading.Event | None = None  # only the first DATA waits for it
        # Called in a thread when a message has arrived, before it is answered.
        self.look: Callable[[], None] | None = None
        self.port = free_port()
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port)

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}/"

    @property
    def messages(self) -> list:
        return [message_from_bytes(raw, policy=default) for raw in self.raw]

    def start(self) -> None:
        self.controller.start()

    def stop(self) -> None:
        if self.controller.server is not None:
            self.controller.stop()

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = self.rcpt.pop(0) if self.rcpt else ACCEPTED
        if answer == DROP:
            server.transport.abort()
            return ACCEPTED
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await self._wait()
        if self.look is not None:
            await asyncio.get_running_loop().run_in_executor(None, self.look)
        self.at_once -= 1
        answer = self.data.pop(0) if self.data else ACCEPTED
        if answer == DROP_AFTER_DATA:
            server.transport.abort()
            return ACCEPTED
        if answer.startswith("2"):
            self.raw.append(envelope.original_content)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        return answer

    async def _wait(self) -> None:
        held, self.hold = self.hold, None
        if held is not None:
            await asyncio.get_running_loop().run_in_executor(None, held.wait)
        await asyncio.sleep(self.pause)
