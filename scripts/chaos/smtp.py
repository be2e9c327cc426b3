"""A real SMTP server on loopback that misbehaves as planned. It keeps a message if and only if it
replies 250.

`python -m scripts.chaos.smtp PORT LOG` serves until SIGTERM. SIGUSR1 makes it refuse connections
and drop the open ones, SIGUSR2 makes it serve again. LOG gets a line of JSON for each event; a kept
message is on disk before the 250 is sent.
"""

import asyncio
import hashlib
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from email.parser import BytesHeaderParser
from pathlib import Path

from aiosmtpd.smtp import SMTP

from scripts.chaos.plan import DROP, FAULTS, HANG, fault_of

ACCEPTED = "250 2.0.0 accepted"
CLOSING = "421"
# The longest time the server takes to consider a message.
SLOWEST_SECONDS = 0.02


class Journal:
    """The log, shared by all connections."""

    def __init__(self, path: Path):
        self.file = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)

    def note(self, event: str, **facts: object) -> None:
        os.write(
            self.file, json.dumps({"at": time.time(), "event": event, **facts}).encode() + b"\n"
        )

    def keep(self, recipient: str, content: bytes) -> None:
        """Write a message durably, before the 250 is sent."""
        message_id = BytesHeaderParser().parsebytes(content)["Message-ID"]
        self.note(
            "kept",
            message_id=message_id,
            recipient=recipient,
            sha256=hashlib.sha256(content).hexdigest(),
        )
        os.fsync(self.file)


class Handler:
    """Replies as planned for the recipient's address."""

    def __init__(self, journal: Journal):
        self.journal = journal
        self.tries: Counter[str] = Counter()

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        envelope.rcpt_tos.append(address)
        if answer := self.fault("RCPT", address):
            envelope.rcpt_tos.clear()
            return await self.misbehave(server, answer)
        return ACCEPTED

    async def handle_DATA(self, server, session, envelope):
        [recipient] = envelope.rcpt_tos
        await asyncio.sleep(random.uniform(0, SLOWEST_SECONDS))
        if answer := self.fault("DATA", recipient):
            return await self.misbehave(server, answer)
        # Nothing may wait between this and the reply.
        self.journal.keep(recipient, envelope.original_content)
        return ACCEPTED

    def fault(self, command: str, recipient: str) -> str:
        """Return the planned misbehaviour; empty to accept."""
        fault = FAULTS.get(fault_of(recipient))
        if fault is None or fault.command != command:
            return ""
        self.tries[recipient] += 1
        return fault.answer if self.tries[recipient] <= fault.times else ""

    async def misbehave(self, server: SMTP, answer: str) -> str:
        self.journal.note("fault", answer=answer)
        # `asyncio.Event().wait()` never returns, so that aiosmtpd sends no reply of its own.
        if answer == HANG:
            await asyncio.Event().wait()
        if answer == DROP:
            server.transport.abort()
            await asyncio.Event().wait()
        if answer.startswith(CLOSING):
            await server.push(answer)
            server.transport.close()
            await asyncio.Event().wait()
        return answer


class Connection(SMTP):
    """One connection; logs when it opens and closes."""

    opened: set["Connection"] = set()

    def connection_made(self, transport):
        super().connection_made(transport)
        self.opened.add(self)
        self.event_handler.journal.note("opened", connection=id(self))

    def connection_lost(self, error):
        super().connection_lost(error)
        self.opened.discard(self)
        self.event_handler.journal.note("closed", connection=id(self))


class MailServer:
    """Accepts or refuses connections on one port."""

    def __init__(self, port: int, journal: Journal):
        self.port, self.journal = port, journal
        self.handler = Handler(journal)
        self.listener: asyncio.Server | None = None

    async def serve(self) -> None:
        loop = asyncio.get_running_loop()
        self.listener = await loop.create_server(
            lambda: Connection(self.handler, hostname="localhost", loop=loop),
            "127.0.0.1",
            self.port,
        )
        self.journal.note("listening")

    def refuse(self) -> None:
        """Accept no connections and drop open ones."""
        if self.listener is not None:
            self.listener.close()
            self.journal.note("fault", answer="connections refused")
        for connection in list(Connection.opened):
            connection.transport.abort()


async def main(port: int, log: Path) -> None:
    """Serve until SIGTERM."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    server = MailServer(port, Journal(log))
    loop.add_signal_handler(signal.SIGUSR1, server.refuse)
    loop.add_signal_handler(signal.SIGUSR2, lambda: loop.create_task(server.serve()))
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    await server.serve()
    await ended.wait()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), Path(sys.argv[2])))
