"""A proxy between the service and PostgreSQL that counts round trips: how often the talk changes its direction."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

CHUNK = 1 << 16


class Proxy:
    """Passes bytes on; `round_trips` counts the bursts from clients, each of which begins after the server spoke."""

    def __init__(self, folder: Path, server: Path) -> None:
        self.address, self.server = folder / server.name, server
        self.round_trips = 0
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.bind(str(self.address))
        self.listening.listen()

    def serve(self) -> None:
        while True:
            try:
                client, _ = self.listening.accept()
            except OSError:
                return
            threading.Thread(target=self._pass_on, args=(client,), daemon=True).start()

    def _pass_on(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self.server))
        with client, server, selectors.DefaultSelector() as ready:
            ready.register(client, selectors.EVENT_READ, server)
            ready.register(server, selectors.EVENT_READ, client)
            server_spoke = True
            while True:
                for key, _ in ready.select():
                    if not (part := key.fileobj.recv(CHUNK)):  # type: ignore[union-attr]
                        return
                    if key.fileobj is client:
                        self.round_trips += server_spoke
                    server_spoke = key.fileobj is server
                    key.data.sendall(part)


@contextmanager
def between(folder: Path, server: Path) -> Iterator[Proxy]:
    """Listen in `folder` under the name of the server's socket, until the block ends."""
    proxy = Proxy(folder, server)
    threading.Thread(target=proxy.serve, daemon=True).start()
    yield proxy
    proxy.listening.close()
