"""Bulk submissions to the served registry: the body is read from the wire, as the server gives it."""

from __future__ import annotations

import http.client
import json
import socket
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

from tests import bodies
from tests.system.conftest import Live

EVENTS = ("week_0", "week_4", "week_8", "week_12", "week_16", "week_20")


def lines(live: Live) -> list[bytes]:
    participant = bodies.enrolled(live.world)
    visits = [
        bodies.visit(participant, event=event, visited_on=f"2025-{month:02d}-10")
        for month, event in enumerate(EVENTS, 2)
    ]
    return [json.dumps(visit).encode() + b"\n" for visit in visits]


def head(live: Live, **more: str) -> dict[str, str]:
    token = live.tokens["coordinator"]
    usual = {"Authorization": f"Bearer {token}", "Content-Type": "application/x-ndjson"}
    return usual | {"Idempotency-Key": uuid.uuid4().hex} | more


def path(live: Live, query: str = "") -> str:
    return f"/v1/studies/{live.world.study}/visits:bulk{query}"


def statuses(live: Live, body: bytes | Iterator[bytes]) -> list[int]:
    connection = http.client.HTTPConnection(urlsplit(live.url).netloc, timeout=30)
    connection.request("POST", path(live), body, head(live))
    return [json.loads(line)["status"] for line in connection.getresponse()]


def recorded(live: Live) -> int:
    asked = f"/v1/studies/{live.world.study}/visits?limit=200"
    return len(live.world.coordinator.get(asked).json)


def test_every_line_of_a_body_with_a_length_is_answered(live: Live) -> None:
    assert statuses(live, b"".join(lines(live))) == [201] * len(EVENTS)


def test_every_line_of_a_chunked_body_is_answered_wherever_it_is_cut(live: Live) -> None:
    whole = b"".join(lines(live))
    pieces = (whole[start : start + 1000] for start in range(0, len(whole), 1000))
    assert statuses(live, pieces) == [201] * len(EVENTS)


def test_a_body_that_is_cut_short_records_nothing_where_all_or_nothing_was_asked(live: Live) -> None:
    before, sent = recorded(live), b"".join(lines(live))
    length = {"Content-Length": str(len(sent) + 1000)}
    answer = abandoned(live, path(live, "?atomic=true"), head(live, **length), sent)
    assert answer.startswith(b"HTTP/1.1 400") or not answer
    assert recorded(live) == before


def abandoned(live: Live, asked: str, headers: dict[str, str], sent: bytes) -> bytes:
    """Send less than was promised, and nothing more."""
    lines_of_head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    address = urlsplit(live.url)
    with socket.create_connection((address.hostname, address.port), timeout=30) as connection:
        connection.sendall(f"POST {asked} HTTP/1.1\r\nHost: registry\r\n{lines_of_head}\r\n".encode() + sent)
        connection.shutdown(socket.SHUT_WR)
        return connection.recv(1 << 16)


def test_all_or_nothing_is_refused_for_a_body_without_a_length(live: Live) -> None:
    before, sent = recorded(live), b"".join(lines(live))
    chunk = f"{len(sent):x}\r\n".encode() + sent + b"\r\n"
    answer = abandoned(live, path(live, "?atomic=true"), head(live, **{"Transfer-Encoding": "chunked"}), chunk)
    assert answer.startswith(b"HTTP/1.1 400")
    assert recorded(live) == before
