"""The file-system broker that `make run` uses: kombu's transport with atomic writes.

Kombu opens the file under its final name before it writes. A worker that reads the file while it is
still empty dies with "Unrecoverable error: JSONDecodeError".
"""

from pathlib import Path
from time import monotonic
from uuid import uuid4

from kombu.exceptions import ChannelError
from kombu.transport import filesystem
from kombu.utils.json import dumps


class Channel(filesystem.Channel):
    def _put(self, queue, payload, **kwargs):
        folder = Path(self.data_folder_out)
        name = f"{round(monotonic() * 1000)}_{uuid4()}.{queue}.msg"
        # Workers look for names that end in .msg; renaming is atomic within a file system.
        unfinished = folder / f"{name}.unfinished"
        try:
            unfinished.write_text(dumps(payload), encoding="utf-8")
            unfinished.rename(folder / name)
        except OSError as error:
            raise ChannelError(f"cannot add {name} to {folder}") from error


class Transport(filesystem.Transport):
    Channel = Channel
