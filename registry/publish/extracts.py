"""Write a de-identified extract: one CSV a record kind, a codebook and a manifest, whole or not at all.

Everything is read in one snapshot and streamed, a batch of participants at a time: memory holds their pseudonyms and no
more. Pseudonyms are put in here, so neither they nor their key ever reach the database.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

import simplejson

from registry.api.derived import rules_of_study
from registry.db import data_cuts, events, extracts, studies
from registry.db.extracts import ExtractFile, Manifest, Snapshot
from registry.db.transaction import Attribution, Database
from registry.domain.consents import DEFAULT_SCOPES
from registry.problems import NoSuchRecord, Problem, StudyChangedSinceCut
from registry.publish import codebook, derived
from registry.publish.columns import FILES, LEFT_OUT, PARTICIPANT, File
from registry.publish.pseudonyms import pseudonyms

MANIFEST = "manifest.json"
BATCH = 500
"""Participants whose rows are sorted at once by the database."""
BLOCK = 512
"""Lines that are hashed and written at once."""
ID_LENGTH = 36


class ExtractRefused(Exception):
    """The extract cannot be written; the message says why, and what to do."""


def pull(  # noqa: PLR0913 (three databases, and what a command was told)
    service: Database,
    views: Database,
    whole: Database,
    attribution: Attribution,
    study: str,
    out: Path,
    *,
    key: bytes,
    uses: Sequence[str] = DEFAULT_SCOPES,
    cut: str | None = None,
) -> Manifest:
    """Write an extract and keep in the audit that it was asked for and what was given, as a command does.

    `service` connects as registry_service, and is written to; `views` and `whole` are those of `write`.

    Raises:
        ExtractRefused: the folder is not empty, there is no such study or cut, the study has changed since the cut, or what
            it holds cannot be derived from.
    """
    _note(service, attribution, {"study": study, "uses": list(uses)} | ({"cut": cut} if cut else {}))
    try:
        reference = _reference(service, attribution, study, cut)
        manifest = write(views, whole, study, attribution, out, key=key, uses=uses, cut=reference)
        try:
            _reference(service, attribution, study, cut)
        except StudyChangedSinceCut:
            shutil.rmtree(out)
            raise
    except Problem as problem:
        raise ExtractRefused(" ".join([problem.title(), *(error.detail for error in problem.errors)])) from None
    _note(service, attribution, {"study": study, "cut_at": manifest.cut_at, "files": list(map(asdict, manifest.files))})
    return manifest


def _reference(service: Database, attribution: Attribution, study: str, cut: str | None) -> dict[str, str] | None:
    """Give the cut that an extract is for, if any; asked before the snapshot and after, for what lies between is in it."""
    if cut is None:
        return None
    with service.transaction() as tx:
        tx.attribute(attribution)
        try:
            found = data_cuts.reference(tx, studies.id_of(tx, study), cut)
        except NoSuchRecord:
            found = None
    if found is None:
        raise ExtractRefused(f"There is no data cut {cut} of a study {study}.")
    return found


def _note(service: Database, attribution: Attribution, details: Mapping[str, object]) -> None:
    with service.transaction() as tx:
        tx.attribute(attribution)
        events.note(tx, "pull", "extract_by_command", details)
        tx.commit()


def write(  # noqa: PLR0913 (two databases, and what an extract is told)
    views: Database,
    whole: Database,
    study: str,
    attribution: Attribution,
    out: Path,
    *,
    key: bytes,
    uses: Sequence[str] = DEFAULT_SCOPES,
    cut: Mapping[str, str] | None = None,
) -> Manifest:
    """Write the extract of a study into the folder `out`, which is missing or empty.

    `views` connects as registry_extract; `whole` as registry_service to the same server, for derived values are made of
    whole records; its pool need not be open. The extract covers the sites of the attribution, and there the
    participants whose consent agrees to every one of `uses` at the moment of the snapshot, or of the cut.

    Raises:
        ExtractRefused: the folder is not empty, or there is no such study.
        StudyConstantsRefused: the study's own constants are not of the rules. RuleFailed: a rule failed on the records.
    """
    moment = cut["moment"] if cut else ""
    with _whole_or_not_at_all(out) as folder, extracts.snapshot(views, attribution.sites, uses, moment) as snapshot:
        if not snapshot.has_study(study):
            raise ExtractRefused(f"There is no study {study}; `registry extract` takes the code of a study.")
        names = pseudonyms(key, study, snapshot.participants(study))
        files = [_keep(folder, f"{file.name}.csv", _table(snapshot, file, study, names)) for file in FILES]
        with extracts.whole_records(whole, snapshot, attribution) as tx:
            constants = extracts.rule_constants(tx, study)
            lines = derived.lines(tx, names, rules_of_study(constants))
            files.append(_keep(folder, f"{derived.FILE.name}.csv", lines))
        files.append(_keep(folder, codebook.NAME, codebook.lines()))
        manifest = Manifest(
            study,
            snapshot.cut_at,
            codebook.PROFILE,
            software(),
            attribution.sites == "*",
            tuple(sorted(uses)),
            constants,
            tuple(files),
            cut,
        )
        _keep(folder, MANIFEST, _told(manifest))
        return manifest


def software() -> str:
    """Name the program that writes."""
    return f"jdm-jaki-registry {version('jdm-jaki-registry')}"


@contextmanager
def _whole_or_not_at_all(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to write into; it takes the name `out` when the block ends without an error."""
    out = out.absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExtractRefused(
            f"{out} exists and is not an empty folder; an extract never overwrites. Name a new folder."
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = Path(tempfile.mkdtemp(prefix=f".{out.name}.unfinished-", dir=out.parent))
    try:
        yield draft
        draft.replace(out)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise


def _table(snapshot: Snapshot, file: File, study: str, names: Mapping[str, str]) -> Iterator[bytes]:
    """Give the lines of one file: the header, then the rows in the order of the pseudonyms."""
    yield ",".join(file.names).encode() + b"\n"
    columns = [name for name in file.names if name != PARTICIPANT.name]
    ids = list(names)
    for start in range(0, len(ids), BATCH):
        for line in snapshot.rows(file.name, columns, file.keys, study, ids[start : start + BATCH]):
            yield names[line[:ID_LENGTH].decode()].encode() + line[ID_LENGTH:]


def _keep(folder: Path, name: str, lines: Iterable[bytes]) -> ExtractFile:
    """Write a file whose first line is its header, measure it, and see it safely on the disk."""
    digest, rows, size, columns = hashlib.sha256(), -1, 0, 0
    with (folder / name).open("xb") as file:
        for block, held in _blocks(lines):
            columns = columns or block.partition(b"\n")[0].count(b",") + 1
            file.write(block)
            digest.update(block)
            rows, size = rows + held, size + len(block)
        file.flush()
        os.fsync(file.fileno())
    return ExtractFile(name, rows, columns, size, digest.hexdigest())


def _blocks(lines: Iterable[bytes]) -> Iterator[tuple[bytes, int]]:
    held: list[bytes] = []
    for line in lines:
        held.append(line)
        if len(held) == BLOCK:
            yield b"".join(held), len(held)
            held.clear()
    if held:
        yield b"".join(held), len(held)


def _told(manifest: Manifest) -> list[bytes]:
    """Give the lines of the manifest: JSON that a person can read as well."""
    told = asdict(manifest) | {
        "cut_at": manifest.cut_at.isoformat(),
        "profile": {"name": manifest.profile, "rules": codebook.RULES, "left_out": dict(LEFT_OUT)},
    }
    return (simplejson.dumps(told, indent=2, use_decimal=True) + "\n").encode().splitlines(keepends=True)
