"""Mail as files, for trying out."""

import datetime as dt
import os
from collections.abc import Callable
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

from outbox.transports.base import Parcel, Unreachable


class FolderTransport:
    """Writes each mail as a file to MAIL_FOLDER, for trying out."""

    def send(self, parcel: Parcel, before_end: Callable[[], None]) -> str:
        before_end()
        try:
            name = write_to_folder(parcel.pk, parcel.created_at, parcel.data)
        except OSError as error:
            raise Unreachable(
                _("Der Ordner für E-Mails ist nicht beschreibbar: %s") % error.strerror
            ) from error
        return _("abgelegt als %s") % name

    def close(self) -> None:
        pass


def write_to_folder(pk: int, created_at: dt.datetime, data: bytes) -> str:
    """Write `data` whole or not at all to MAIL_FOLDER and return the file's name.

    The name depends on the mail alone, so writing it a second time leaves one file.
    """
    folder = Path(settings.MAIL_FOLDER)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{created_at.astimezone(dt.UTC):%Y%m%d-%H%M%S}-{pk}.eml"
    draft = folder / f".{name}.{os.getpid()}"
    draft.write_bytes(data)
    draft.replace(folder / name)
    return name
