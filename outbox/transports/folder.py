"""Mail written to files, to try out the portal without a mail server."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.transports.base import OutgoingMail, Unreachable


class FolderTransport:
    def send(self, mail: OutgoingMail, before_end: Callable[[], None]) -> str:
        before_end()
        try:
            name = write_to_folder(mail.pk, mail.created_at, mail.data)
        except OSError as error:
            raise Unreachable(
                _("Der Ordner für E-Mails ist nicht beschreibbar: %s") % error.strerror
            ) from error
        return _("abgelegt als %s") % name

    def close(self) -> None:
        pass


def write_to_folder(pk: int, created_at: dt.datetime, data: bytes) -> str:
    """Write `data` to MAIL_FOLDER, completely or not at all, and return the file's name."""
    folder = Path(settings.MAIL_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    # The name depends on the mail alone, so sending it twice still leaves one file.
    name = f"{created_at.astimezone(dt.UTC):%Y%m%d-%H%M%S}-{pk}.eml"
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_bytes(data)
    draft.replace(folder / name)
    return name
