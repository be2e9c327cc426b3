"""Compare the outbox with a plain loop that sends the same bytes to the same server over one SMTP
connection.
"""

import datetime as dt
import os
import smtplib
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from celery import current_app
from django.utils import timezone

from outbox.models import Mail
from outbox.rendering.calendars import CalendarEvent, make_calendar
from outbox.services import enqueue_mails
from outbox.services.queueing import DRAIN_TASK
from outbox.texts import MailDraft, Recipient
from scripts.bench.sink import CountingSink

MAILS = 1000
ROUNDS = 5
MANY = 20_000
PATIENCE_SECONDS = 300


def write_invitations(count: int) -> None:
    """Queue `count` invitations with a personal link and a calendar entry."""
    now = timezone.now()
    enqueue_mails([_invitation(number, now) for number in range(count)], now=now)


def _invitation(number: int, now) -> MailDraft:
    to = Recipient(f"gast-{number}@example.org", "Leitung Werk", "Guten Tag")
    event = CalendarEvent(
        uid="dialogue-1",
        sequence=1,
        title="Branchengespräch: Digitale Infrastruktur für Betriebe",
        starts_at=now,
        ends_at=now + dt.timedelta(hours=2),
        place="Werk 1, Berlin",
        attendee=to,
    )
    return MailDraft(
        kind="invitation",
        subject_key=f"invitation:{number}",
        event=now.isoformat(),
        to=to,
        values={
            "dialogue": "Digitale Infrastruktur für Betriebe",
            "about": "Wie kommt Glasfaser in die Hallen?",
            "date": "Di, 18.06.2030, 14:00–16:30 Uhr",
            "place": "Werk 1, Berlin",
            "replaces": "",
            "senator": "Teilnahme der Senatorin: ja",
            "programme": "Werksrundgang",
            "rsvp_by": "14.06.2030",
        },
        link=f"/branchengespraeche/einladung/WzEyLDFd:1abcDE:signed-token-of-guest-{number:06d}/",
        path="/",
        has_personal_link=True,
        calendar=make_calendar(event, now=now),
    )


@contextmanager
def running_worker() -> Iterator[subprocess.Popen]:
    """Run one worker process until the end of the block."""
    command = [
        sys.executable,
        "-m",
        "celery",
        "--quiet",
        "-A",
        "masterplan",
        "worker",
        "--pool=solo",
    ]
    quiet = os.environ | {"PYTHONWARNINGS": "ignore"}
    worker = subprocess.Popen(
        [*command, "--without-gossip", "--without-mingle", "--loglevel=ERROR"], env=quiet
    )
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait()


def measure(sink: CountingSink) -> dict[str, float]:
    """Return the rate of one worker relative to the plain loop, the median of the rounds; and its
    memory after MANY more mails relative to that after the rounds.
    """
    write_invitations(MAILS)
    messages = [(mail.recipient, mail.mime.encode("ascii")) for mail in Mail.objects.order_by("pk")]
    # The worker must not start sending before the first round does.
    Mail.objects.update(state="withdrawn")
    with running_worker() as worker:
        # The first round only warms up both sides.
        ratios = [_round(sink, messages) for _number in range(ROUNDS + 1)][1:]
        before = _memory_of(worker)
        for _number in range(MANY // MAILS):
            _outbox_rate(sink)
        after = _memory_of(worker)
    sys.stdout.write(
        f"  worker's memory after {MANY} more mails: {before / 1e6:.0f} → {after / 1e6:.0f} MB\n"
    )
    return {
        "outbox_one_worker": statistics.median(ratios),
        "worker_memory_20000_mails": after / before,
    }


def _round(sink: CountingSink, messages: list[tuple[str, bytes]]) -> float:
    plain, outbox = _plain_rate(sink, messages), _outbox_rate(sink)
    sys.stdout.write(f"  plain loop {plain:.0f}/s, outbox {outbox:.0f}/s: {outbox / plain:.2f}\n")
    sys.stdout.flush()
    return outbox / plain


def _plain_rate(sink: CountingSink, messages: list[tuple[str, bytes]]) -> float:
    sink.reset()
    with smtplib.SMTP("127.0.0.1", sink.port) as connection:
        for recipient, data in messages:
            connection.sendmail("geschaeftsstelle@example.org", [recipient], data)
    return sink.wait_for(len(messages), seconds=1).rate


def _outbox_rate(sink: CountingSink) -> float:
    sink.reset()
    now = timezone.now()
    Mail.objects.update(
        state="waiting",
        sent_at=None,
        attempts=0,
        server_answer="",
        due_at=now,
        expires_at=now + dt.timedelta(days=3),
    )
    current_app.send_task(DRAIN_TASK, ignore_result=True)
    arrivals = sink.wait_for(MAILS, seconds=PATIENCE_SECONDS)
    # The next round must not reset mails that are still being recorded.
    while Mail.objects.exclude(state="sent").exists():
        time.sleep(0.02)
    return arrivals.rate


def _memory_of(worker: subprocess.Popen) -> int:
    """Return the bytes that `worker` holds in memory (Linux)."""
    pages = int(Path(f"/proc/{worker.pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE")
