"""A zip of files, streamed: nothing is kept in memory or on disk besides the files themselves."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

PIECE = 1 << 18
BEGINNING = (1980, 1, 1, 0, 0, 0)
"""The earliest moment a zip can hold, for each entry: the same files give the same archive."""


class _Outbox(io.RawIOBase):
    """Takes what the archive writes until it is sent on."""

    def __init__(self) -> None:
        super().__init__()
        self.waiting = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: bytes) -> int:  # type: ignore[override]
        self.waiting += data
        return len(data)

    def drained(self) -> bytes:
        sent, self.waiting = bytes(self.waiting), bytearray()
        return sent


def streamed(files: Iterable[Path]) -> Iterator[bytes]:
    """Give a zip of the files, piece by piece."""
    outbox = _Outbox()
    with zipfile.ZipFile(outbox, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in files:
            yield from _entry(archive, outbox, path)
    yield outbox.drained()


def _entry(archive: zipfile.ZipFile, outbox: _Outbox, path: Path) -> Iterator[bytes]:
    entry = zipfile.ZipInfo(path.name, BEGINNING)
    entry.compress_type = zipfile.ZIP_DEFLATED
    with path.open("rb") as file, archive.open(entry, "w", force_zip64=True) as written:
        while piece := file.read(PIECE):
            written.write(piece)
            yield outbox.drained()
