"""Read a request's body: its size, its media type, and JSON with exact numbers and no name twice."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import IO, Any

import simplejson
from flask import g, request

from registry.problems import BodyTooLarge, BrokenRule, MalformedRequest, Unsupported

JSON = "application/json"
NDJSON = "application/x-ndjson"
PIECE = 1 << 16
EXPONENTS_OF_ZERO = range(-20, 21)


def json_body(largest: int) -> Any:
    """Give the JSON value that was sent.

    Raises:
        Unsupported: the media type is not JSON. BodyTooLarge: more than `largest` bytes. MalformedRequest: not JSON.
    """
    if request.mimetype != JSON:
        raise Unsupported(headers={"Accept": JSON})
    if "sent_body" not in g:  # work that is done again after a lost race finds the stream empty
        g.sent_body = request.stream.read(largest + 1) if (request.content_length or 0) <= largest else None
    if g.sent_body is None or len(g.sent_body) > largest:
        raise BodyTooLarge(largest_bytes=largest)
    return parsed(g.sent_body)


class Arriving(io.RawIOBase):
    """The body as it arrives, for a buffered reader: the server's own `readline` ends after the first line."""

    def __init__(self, stream: IO[bytes], length: int | None) -> None:
        self.stream = stream
        self.missing = length

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Read what fits.

        Raises:
            MalformedRequest: the body ended before the length that its head told.
        """
        part = self.stream.read(len(buffer))
        buffer[: len(part)] = part
        if self.missing is not None:
            self.missing -= len(part)
        if not part and self.missing:
            raise MalformedRequest(BrokenRule("", "cut_short", "The body ended before its Content-Length."))
        return len(part)


def streamed_body() -> io.BufferedReader:
    """Give the body to be read line by line, a piece of it in memory at a time."""
    return io.BufferedReader(Arriving(request.stream, request.content_length), PIECE)


def parsed(text: bytes) -> Any:
    """Parse UTF-8 JSON: decimals stay exact, NaN and a name given twice are refused."""
    try:
        return simplejson.loads(
            text.decode(), parse_float=exact, object_pairs_hook=each_name_once, parse_constant=no_such_number
        )
    except (ValueError, RecursionError, ArithmeticError):
        raise MalformedRequest(BrokenRule("", "not_json", "The body must be JSON in UTF-8, each name once.")) from None


def exact(text: str) -> Decimal:
    """Give the number as it was written; of a zero with an exponent that PostgreSQL does not take, zero."""
    number = Decimal(text)
    return Decimal(0) if number.is_zero() and int(number.as_tuple().exponent) not in EXPONENTS_OF_ZERO else number


def each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make an object of its members; ValueError when a name is given twice, for one of the two would be lost."""
    members = dict(pairs)
    if len(members) < len(pairs):
        raise ValueError("a name is given twice")
    return members


def no_such_number(_: str) -> None:
    """Refuse NaN and the infinities, which JSON does not have."""
    raise ValueError("not a JSON number")
