"""The outbox against a plain loop over one SMTP connection that sends the very same bytes to the very same server."""

import smtplib
import statistics
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from celery import current_app
from django.db.models import F
from django.utils import timezone

from outbox.calendars import CalendarEvent, make_calendar
from outbox.drafts import MailDraft, Recipient
from outbox.models import Mail
from outbox.services import enqueue_mails
from outbox.services.handover import DRAIN
from tests.bench.sink import CountingSink

MAILS = 1000
ROUNDS = 5
PATIENCE_SECONDS = 300


def write_invitations(count: int) -> None:
    """Write `count` invitations with a personal link and a calendar entry, which wait to be sent."""
    now = timezone.now()
    enqueue_mails([_invitation(number, now) for number in range(count)], now=now)


def _invitation(number: int, now) -> MailDraft:
    to = Recipient(f"gast-{number}@example.org", "Leitung Werk", "Guten Tag")
    event = CalendarEvent(
        uid="dialogue-1", sequence=1, title="Branchengespräch: Digitale Infrastruktur für Betriebe",
        starts_at=now, ends_at=now, place="Werk 1, Berlin", attendee=to,
    )  # fmt: skip
    return MailDraft(
        kind="invitation", subject_key=f"invitation:{number}", occasion=now.isoformat(), to=to,
        values={
            "dialogue": "Digitale Infrastruktur für Betriebe", "about": "Wie kommt Glasfaser in die Hallen?",
            "date": "Di, 18.06.2030, 14:00–16:30 Uhr", "place": "Werk 1, Berlin", "programme": "Werksrundgang",
            "answer_by": "14.06.2030",
        },
        link=f"/branchengespraeche/einladung/WzEyLDFd:1abcDE:signed-token-of-guest-{number:06d}/", path="/",
        has_personal_link=True, calendar=make_calendar(event, now=now),
    )  # fmt: skip


@contextmanager
def running_worker() -> Iterator[subprocess.Popen]:
    """Run one worker process, as an office does, for the time of the block."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "masterplan", "worker", "--pool=solo"]
    worker = subprocess.Popen([*command, "--without-gossip", "--without-mingle", "--loglevel=ERROR"])
    try:
        yield worker
    finally:
        worker.terminate()
        worker.wait()


def measure(sink: CountingSink) -> float:
    """Return the mails a second of the outbox with one worker, divided by those of the plain loop; the median."""
    write_invitations(MAILS)
    parcels = [(mail.recipient, mail.mime.encode("ascii")) for mail in Mail.objects.order_by("pk")]
    Mail.objects.update(state="withdrawn")
    ratios = []
    with running_worker():
        for number in range(ROUNDS + 1):
            plain, outbox = _plain_rate(sink, parcels), _outbox_rate(sink)
            if number:  # the first round warms both sides up
                ratios.append(outbox / plain)
                sys.stdout.write(f"  plain loop {plain:.0f}/s, outbox {outbox:.0f}/s: {outbox / plain:.2f}\n")
    return statistics.median(ratios)


def _plain_rate(sink: CountingSink, parcels: list[tuple[str, bytes]]) -> float:
    sink.reset()
    with smtplib.SMTP("127.0.0.1", sink.port) as connection:
        for recipient, data in parcels:
            connection.sendmail("geschaeftsstelle@example.org", [recipient], data)
    return sink.wait_for(len(parcels), seconds=1).rate


def _outbox_rate(sink: CountingSink) -> float:
    sink.reset()
    Mail.objects.update(
        state="waiting", sent_at=None, attempts=0, due_at=timezone.now(), server_answer="",
        expires_at=F("created_at") + timezone.timedelta(days=3),
    )  # fmt: skip
    current_app.send_task(DRAIN, ignore_result=True)
    arrivals = sink.wait_for(MAILS, seconds=PATIENCE_SECONDS)
    while Mail.objects.exclude(state="sent").exists():
        pass
    return arrivals.rate
