"""`manage.py remind --on DATE`: show and send the reminders of a day, as beat does."""

import datetime as dt

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from core.dates import format_day
from outbox.texts import plain_text
from reminders.planning import plan_day, send_reminders


class Command(BaseCommand):
    help = (
        "Zeigt die Erinnerungen eines Tages und verschickt sie; mit --dry-run werden sie nur "
        "gezeigt."
    )

    def add_arguments(self, parser):
        parser.add_argument(
            "--on", metavar="DATE", help="Tag als JJJJ-MM-TT oder TT.MM.JJJJ; ohne Angabe heute"
        )
        parser.add_argument("--dry-run", action="store_true", help="nur zeigen, nichts verschicken")

    def handle(self, *args, **options):
        day = parse_day(options["on"]) if options["on"] else timezone.localdate()
        now = timezone.now()
        plan = plan_day(day, now=now)
        self.stdout.write(f"Erinnerungen am {format_day(day)}: {len(plan.mails)} E-Mails")
        for mail in plan.mails:
            self.stdout.write(f"  an {mail.to.email}")
            for reminder in mail.reminders:
                self.stdout.write(f"    - {plain_text(reminder.line)} ({reminder.why})")
        for reminder, pause in plan.paused:
            self.stdout.write(
                f"  pausiert ({pause.title}): {plain_text(reminder.line)}, an {reminder.to.email}"
            )
        if options["dry_run"]:
            return
        count = send_reminders(today=day, now=now)
        self.stdout.write(f"{count} neu in den Postausgang gelegt.")


def parse_day(text: str) -> dt.date:
    """Accept `2026-03-27` and `27.03.2026`. Raises CommandError for anything else."""
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            return dt.datetime.strptime(text, form).date()
        except ValueError:
            continue
    raise CommandError(
        f"„{text}“ ist kein Datum. Bitte schreiben Sie es als 2026-03-27 oder 27.03.2026."
    )
