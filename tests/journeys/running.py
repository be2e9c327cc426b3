"""The portal as users run it: its own processes, its own data, mail as files."""

import email
import email.policy
import re
import subprocess
import sys
import time
from email.message import EmailMessage
from pathlib import Path
from typing import NamedTuple

import yaml

from tests.stack import PATIENCE, native_environment, status_of, wait_until


class Portal(NamedTuple):
    """A running portal with the demo: its URL and the folder its worker writes mail to."""

    url: str
    mail_folder: Path

    def mail_to(self, address: str, subject: str) -> EmailMessage:
        """Wait for the mail to `address` whose subject contains `subject`, and return it."""
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            for path in sorted(self.mail_folder.glob("*.eml"), reverse=True):
                message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
                if address in message["To"] and subject in message["Subject"]:
                    return message
            time.sleep(0.2)
        raise AssertionError(
            f"no mail about {subject!r} came to {address} within {PATIENCE} seconds"
        )

    def link_to(self, address: str, subject: str) -> str:
        """Return the URL of the button in that mail."""
        text = self.mail_to(address, subject).get_body(("plain",)).get_content()
        return re.search(re.escape(self.url) + r"/\S+", text).group()


def calendar_method(message: EmailMessage) -> str:
    """Return the METHOD of the calendar entry that `message` carries."""
    [part] = [part for part in message.walk() if part.get_content_type() == "text/calendar"]
    return str(part.get_param("method"))


def start_embedded(start, folder: Path, port: int) -> Portal:
    """Start everything with one command: SQLite, filesystem broker, mail as files."""
    environment = {"VAR_DIR": str(folder / "var"), "PORT": str(port), "DEMO": "1"}
    start([sys.executable, "manage.py", "portal"], **environment)
    return _ready(Portal(f"http://localhost:{port}", folder / "var" / "mail"))


def start_stack(
    start, folder: Path, port: int, *, database: str, redis: str, base_dir: Path
) -> Portal:
    """Start the services of docker-compose.yml natively on a PostgreSQL and a Redis, and wait until
    each is healthy by its own check.
    """
    environment = {
        "DATABASE_URL": database,
        "REDIS_URL": redis,
        "PORT": str(port),
        "VAR_DIR": str(folder / "var"),
        "MAIL_FOLDER": str(folder / "mail"),
        "DEMO": "1",
    }
    services = yaml.safe_load((base_dir / "docker-compose.yml").read_text())["services"]
    manage = [sys.executable, "manage.py"]
    for command in (
        services["setup"]["command"],
        [*manage, "demo"],
        [*manage, "collectstatic", "--noinput"],
    ):
        _run(command, base_dir, environment)
    for name in ("web", "worker", "beat"):
        start(services[name]["command"], **environment)
    portal = _ready(Portal(f"http://localhost:{port}", folder / "mail"))
    # Worker and beat have no address; the page asks for their heartbeats.
    _wait_for_ok(f"http://127.0.0.1:{port}/healthz/betrieb")
    for name in ("worker", "beat"):
        kind, *check = services[name]["healthcheck"]["test"]
        assert kind == "CMD"
        _run(check, base_dir, environment)
    return portal


def _run(command: list[str], base_dir: Path, environment: dict[str, str]) -> None:
    subprocess.run(
        command,
        cwd=base_dir,
        env=native_environment(**environment),
        check=True,
        stdout=subprocess.DEVNULL,
        timeout=PATIENCE,
    )


def _ready(portal: Portal) -> Portal:
    _wait_for_ok(f"{portal.url}/healthz")
    return portal


def _wait_for_ok(address: str) -> None:
    wait_until(lambda: status_of(address)[0] == 200, what=lambda: status_of(address))
