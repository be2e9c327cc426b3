"""`manage.py demo`: load the demo into an empty database."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.loading import is_loaded, load_demo


class Command(BaseCommand):
    help = "Lädt die Demodaten. Nur mit DEMO=1 und nur in eine leere Datenbank."

    def add_arguments(self, parser):
        parser.add_argument(
            "--if-empty", action="store_true", help="nichts tun, wenn schon Daten da sind"
        )

    def handle(self, *args, **options):
        if not settings.DEMO:
            raise CommandError(
                "Die Demo wird nur geladen, wenn die Umgebungsvariable DEMO=1 gesetzt ist. Eine "
                "Installation mit echten Daten darf sie nicht haben: Ihre Demokonten haben ein "
                "bekanntes Passwort."
            )
        if is_loaded():
            if options["if_empty"]:
                return
            raise CommandError(
                "Es sind schon Daten da. Die Demo wird nur in eine leere Datenbank geladen."
            )
        self.stdout.write("Demodaten werden geladen …")
        # One reading of the clock, so that day and moment agree even at midnight.
        now = timezone.now()
        load_demo(today=timezone.localdate(now), now=now)
