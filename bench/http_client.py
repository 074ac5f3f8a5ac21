"""A client that submits prepared requests over one connection that stays open."""

from __future__ import annotations

import socket
import threading
import time
import uuid
from collections.abc import Sequence


def request(token: str, path: str, body: bytes, kind: str = "application/json") -> bytes:
    """Write a POST as it goes over the wire."""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {token}\r\nUser-Agent: bench\r\n"
        f"Idempotency-Key: {uuid.uuid4().hex}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def submit(port: int, requests: Sequence[bytes], ready: threading.Barrier, waits: list[float]) -> None:
    """Send each request, wait for its answer, and note how long that took; anything but 201 ends it."""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        ready.wait()
        for sent in requests:
            began = time.perf_counter()
            connection.sendall(sent)
            answer = whole_answer(connection)
            waits.append(time.perf_counter() - began)
            if not answer.startswith(b"HTTP/1.1 201"):
                raise RuntimeError(answer[:2000].decode(errors="replace"))


def whole_answer(connection: socket.socket) -> bytes:
    """Read one answer, whose length its head tells."""
    answer = connection.recv(1 << 16)
    while (end := answer.find(b"\r\n\r\n")) < 0:
        answer += more(connection)
    head = answer[:end].lower()
    length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
    parts, have = [answer], len(answer)
    while have < end + 4 + length:
        parts.append(more(connection))
        have += len(parts[-1])
    return b"".join(parts)


def more(connection: socket.socket) -> bytes:
    part = connection.recv(1 << 16)
    if not part:
        raise ConnectionError("the service closed the connection")
    return part
