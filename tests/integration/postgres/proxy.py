"""A proxy on the loopback that passes everything on, and cuts a connection at its COMMIT if it was told to."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Literal

Cut = Literal["before", "after", ""]


class Proxy:
    """A running proxy.

    Attributes:
        port: Where it listens, on 127.0.0.1.
        cut: When to cut: before a COMMIT reaches the server, or after it did and before its answer comes back.
        cuts: How many times it has.
    """

    def __init__(self, target: int) -> None:
        """Listen at once."""
        self.cut: Cut = ""
        self.cuts = 0
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Accept no more connections."""
        _end(self._listener)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._pass, args=(client,), daemon=True).start()

    def _pass(self, client: socket.socket) -> None:
        with client, socket.create_connection(("127.0.0.1", self._target)) as server:
            back = threading.Thread(target=self._to_client, args=(client, server), daemon=True)
            back.start()
            self._to_server(client, server)
            back.join()

    def _to_server(self, client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := client.recv(1 << 16):
                if self.cut and data.startswith(b"Q") and b"COMMIT" in data:
                    self._cut(client, server, data)
                    return
                server.sendall(data)
        _end(client, server)

    def _cut(self, client: socket.socket, server: socket.socket, data: bytes) -> None:
        reached, self.cut = self.cut == "after", ""
        self.cuts += 1
        client.shutdown(socket.SHUT_WR)  # nobody hears an answer
        if reached:
            server.sendall(data)
        _end(server)
        _end(client)

    @staticmethod
    def _to_client(client: socket.socket, server: socket.socket) -> None:
        with suppress(OSError):
            while data := server.recv(1 << 16):
                client.sendall(data)
        _end(client, server)


def _end(*ends: socket.socket) -> None:
    for end in ends:
        with suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)


@contextmanager
def proxied(target: int) -> Iterator[Proxy]:
    """Put a proxy in front of a port of this machine."""
    proxy = Proxy(target)
    try:
        yield proxy
    finally:
        proxy.close()
