import fcntl
import signal
from contextlib import contextmanager

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from operations.processes import (
    Child,
    StartFailed,
    Supervisor,
    beat_command,
    loopback_addresses,
    web_command,
    worker_command,
)
from operations.setup import prepare
from partners.queries import demo_accounts


class Command(BaseCommand):
    help = (
        "Portal auf diesem Rechner starten: Web, Hintergrunddienst und Zeitplan in einem; Strg-C "
        "beendet alles."
    )
    requires_system_checks = []

    def handle(self, *args, **options):
        # Until the supervisor installs its handlers, every stop signal acts like Ctrl-C.
        for number in (signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.default_int_handler)
        try:
            with self.only_one():
                addresses = loopback_addresses(settings.PORT)
                prepare(self.say)
                self.serve(addresses)
        except StartFailed as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            pass
        self.say("Das Portal ist beendet.")

    def serve(self, addresses: list[str]) -> None:
        logs = settings.VAR_DIR / "log"
        logs.mkdir(parents=True, exist_ok=True)
        children = [
            Child("Der Webserver", web_command(addresses), logs / "web.log"),
            Child("Der Hintergrunddienst", worker_command(), logs / "worker.log"),
            Child("Der Zeitplan", beat_command(), logs / "beat.log"),
        ]
        for child in children:
            # Nothing rotates these logs, so each start begins new ones.
            child.log.unlink(missing_ok=True)
        Supervisor(children, self.say).run(f"http://{addresses[0]}/healthz", self.greet)

    def greet(self) -> None:
        self.say(f"\nDas Portal läuft: {settings.SITE_URL}")
        if accounts := demo_accounts():
            self.say(f"\nDemokonten, alle mit dem Passwort „{settings.DEMO_PASSWORD}“:")
            for account in accounts:
                self.say(f"  {account.email:<32}{account.person.name}")
            self.say("")
        self.say(f"Protokolle liegen in {settings.VAR_DIR / 'log'}. Strg-C beendet alles.")

    def say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()

    @contextmanager
    def only_one(self):
        """Raise CommandError when the portal already runs on the same data.

        Two beats would send each task twice.
        """
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with (settings.VAR_DIR / "portal.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError(
                    f"Das Portal läuft bereits mit den Daten in {settings.VAR_DIR}. Beenden Sie es "
                    "zuerst (Strg-C), oder nehmen Sie mit VAR_DIR=/anderer/ordner einen anderen "
                    "Ordner."
                ) from error
            yield
