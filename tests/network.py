"""Close the network to tests: only this machine can be reached."""

import ipaddress
import socket

LOCAL_NAMES = {None, "", b"", "localhost", b"localhost", "0.0.0.0", "::"}


class OutsideRequest(AssertionError):
    """A test tried to reach another machine."""


def refuse_outside(host: str | bytes | None) -> None:
    """Raise OutsideRequest unless `host` is this machine."""
    if host in LOCAL_NAMES:
        return
    name = host.decode() if isinstance(host, bytes) else host
    try:
        local = ipaddress.ip_address(name).is_loopback
    except ValueError:
        local = name == socket.gethostname()
    if not local:
        raise OutsideRequest(
            f"Tests must not reach {name!r}: the network is closed but for this machine."
        )


def close_network(patch) -> None:
    """Guard name lookups and connections with pytest's MonkeyPatch `patch`."""
    look_up, connect, connect_ex = (
        socket.getaddrinfo,
        socket.socket.connect,
        socket.socket.connect_ex,
    )

    def guarded_look_up(host, *args, **kwargs):
        refuse_outside(host)
        return look_up(host, *args, **kwargs)

    def guarded_connect(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_outside(address[0])
        return connect(self, address)

    def guarded_connect_ex(self, address):
        if self.family in (socket.AF_INET, socket.AF_INET6):
            refuse_outside(address[0])
        return connect_ex(self, address)

    patch.setattr(socket, "getaddrinfo", guarded_look_up)
    patch.setattr(socket.socket, "connect", guarded_connect)
    patch.setattr(socket.socket, "connect_ex", guarded_connect_ex)
