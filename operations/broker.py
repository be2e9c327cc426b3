"""The broker in a folder, for trying out: kombu's own, but a message is there at once or not at
all.

Kombu opens the file under its final name and then writes, so a worker could take it while it was
empty and end ("Unrecoverable error: JSONDecodeError").
"""

from pathlib import Path
from time import monotonic
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        """Put `payload` onto `queue`: written beside it, where nobody looks, and then renamed."""
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        unfinished = folder / f"{name}.unfinished"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.rename(folder / name)
        except OSError as error:
            raise ChannelError(f"cannot add {name} to {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
