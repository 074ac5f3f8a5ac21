"""What an extract is made of, and that it is whole: its manifest, and the one file that holds all the others."""

from __future__ import annotations

import hashlib
import os
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC
from importlib.metadata import version
from pathlib import Path
from typing import Any

import simplejson

from registry.domain.extract_orders import Order

NAME = "manifest.json"
ARCHIVE = "extract.zip"
BLOCK = 1 << 20
COMPRESSED = ".parquet"
"""How files end that are compressed already."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""The moment of every file in the archive, the first that a ZIP can tell: the same files make the same archive."""


@dataclass(frozen=True, slots=True)
class ExtractFile:
    """One file of an extract as it was written; of what is no table, rows and columns are not told."""

    name: str
    rows: int | None
    columns: int | None
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Written:
    """An extract that was written: its files, its rows by record kind, who is in it, its risk and what made it.

    `rule_constants` are the study's own; with `software` they tell by which rules its values were derived. `live` tells whether
    it was read from the tables, since nothing was written after its moment.
    """

    files: tuple[ExtractFile, ...]
    rows: Mapping[str, int]
    participants: tuple[str, ...]
    risk: Mapping[str, Any]
    software: str
    rule_constants: Mapping[str, Any]
    live: bool


def software() -> str:
    """Name the program that writes."""
    return f"jdm-jaki-registry {version('jdm-jaki-registry')}"


def measured(path: Path, rows: int | None = None, columns: int | None = None) -> ExtractFile:
    """Measure a file, and see it safely on the disk."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            digest.update(block)
        os.fsync(file.fileno())
    return ExtractFile(path.name, rows, columns, path.stat().st_size, digest.hexdigest())


def told(
    order: Order, study: str, rules: Iterable[str], constants: Mapping[str, Any], files: Iterable[ExtractFile]
) -> str:
    """Give the manifest: JSON that a person can read as well. Nothing in it depends on when or where it was written."""
    profile = order.profile
    said = {
        "study": study,
        "as_of": order.as_of.astimezone(UTC).isoformat(),
        "recipient": order.recipient,
        "uses": sorted(order.uses),
        "every_site": order.sites == "*",
        "kinds": list(order.kinds),
        "formats": list(order.formats),
        "key_version": order.key_version,
        "profile": {
            "name": profile.name,
            "version": profile.version,
            "words": profile.words,
            "legal_basis": profile.legal_basis,
            "days": profile.days,
            "least_participants": profile.k,
            "highest_risk": str(profile.threshold),
            "rules": list(rules),
        },
        "software": software(),
        "rule_constants": constants,
        "files": [asdict(file) for file in files],
    }
    return simplejson.dumps(said, indent=2, use_decimal=True) + "\n"


def packed(folder: Path, names: Iterable[str]) -> Path:
    """Put files of the folder into its archive, which is the same for the same files."""
    path = folder / ARCHIVE
    with zipfile.ZipFile(path, "x", compresslevel=6) as archive:
        for name in names:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.compress_type = zipfile.ZIP_STORED if name.endswith(COMPRESSED) else zipfile.ZIP_DEFLATED
            entry.external_attr, entry.file_size = 0o644 << 16, (folder / name).stat().st_size
            with (folder / name).open("rb") as file, archive.open(entry, "w") as into:
                while block := file.read(BLOCK):
                    into.write(block)
    return path
