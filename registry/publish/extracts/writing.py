"""Write a de-identified extract: read in one snapshot, protected over the whole, in every format asked for, whole or not at all.

Pseudonyms and shifts of dates are put in here, so neither they nor their key ever reach the database. Nothing in a file depends on
when, where or for which order it was written: the same inputs make the same bytes.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from registry.api.derived import rules_of_study
from registry.db import extract_snapshot
from registry.db.extract_snapshot import Snapshot
from registry.db.transaction import Database, Transaction
from registry.domain.extract_orders import Order
from registry.permissions import UNBLINDED
from registry.problems import BrokenRule, NobodyAgrees, RiskAboveThreshold
from registry.publish.extracts import (
    codebook,
    drafts,
    gathering,
    manifest,
    people,
    population,
    protection,
    risk,
    rules_told,
    tabling,
)
from registry.publish.extracts.gathering import Courses
from registry.publish.extracts.manifest import ExtractFile, Written
from registry.publish.extracts.people import People
from registry.publish.extracts.protection import Protection
from registry.publish.extracts.released import files_of
from registry.publish.extracts.staging import Staged
from registry.publish.extracts.tables import Table
from registry.publish.extracts.treating import Rules
from registry.publish.extracts.visit_numbers import VisitNumbers, kept_by

RISK = "risk.json", "risk.md"
STAGED = "staged"
WAITING = "wait for the replica"


class Cancelled(Exception):
    """It was asked that the extract be not written; nothing of it stays."""


class ExtractRefused(Exception):
    """The extract cannot be written there; the message says why, and what to do."""


Progress = Callable[[str, int, int], None]
"""Told of what is done: the step, how much of it, of how much; it may raise `Cancelled`."""


@dataclass(frozen=True, slots=True)
class Sources:
    """The databases that an extract is read from, on one server: as registry_extract, and as registry_service.

    Where they are a replica, `wal` is the place of the primary that it must have replayed before it is read, for which it is
    waited `patience` seconds.
    """

    views: Database
    whole: Database
    wal: str | None = None
    patience: float = extract_snapshot.PATIENCE_SECONDS


def write(
    sources: Sources,
    order: Order,
    out: Path,
    *,
    keys: Mapping[int, bytes],
    held_before: frozenset[str] | None,
    still_agree: Callable[[Sequence[str]], frozenset[str]],
    progress: Progress,
) -> Written:
    """Write an extract into the folder `out`, which is missing or empty; no pool of `whole` need be open.

    It holds who agreed at its moment and was in it before (`held_before`) or, where it was not written before, still agrees.

    Raises:
        ExtractRefused: the folder is not empty. NobodyAgrees: nobody is in it. RiskAboveThreshold: its member `risk` is the
            report. NoSuchRecord: the study was not there at the moment. ReplicaBehind: the replica did not catch up.
        StudyConstantsRefused, RuleFailed: values could not be derived. Cancelled: by `progress`.
    """
    waiting = partial(progress, WAITING, 0, 0)
    snapshot = extract_snapshot.snapshot(
        sources.views, order, wal=sources.wal, patience=sources.patience, waiting=waiting
    )
    with _whole_or_not_at_all(out) as draft, snapshot as views:
        ids = _participants(views, held_before, still_agree)
        with extract_snapshot.whole_records(sources.whole, views, order) as tx:
            day_1 = extract_snapshot.anchors(tx, ids)
            who = people.of(order, keys, ids, day_1)
            return _Extract(sources.views, order, who, draft, progress).written(views, tx)


def _participants(
    views: Snapshot, held_before: frozenset[str] | None, still_agree: Callable[[Sequence[str]], frozenset[str]]
) -> list[str]:
    agreed = views.participants()
    allowed = still_agree(agreed) if held_before is None else held_before
    ids = [one for one in agreed if one in allowed]
    if not ids:
        raise NobodyAgrees
    return ids


class _Extract:
    """An extract that is being written: its order, who is in it, where, and who is told how far it is."""

    def __init__(self, views: Database, order: Order, who: People, draft: Path, progress: Progress) -> None:
        self.views, self.order, self.who, self.draft, self.progress = views, order, who, draft, progress
        unblinded = set(order.role.split(",")) <= UNBLINDED
        self.files = [file for file in files_of(order.profile, unblinded=unblinded) if file.name in order.kinds]

    def written(self, views: Snapshot, tx: Transaction) -> Written:
        """Gather, protect, write."""
        constants = extract_snapshot.study_constants(tx, self.order, views.live)
        courses = gathering.Courses(
            tx, None if views.live else self.order.as_of, rules_of_study(constants), self.order.profile
        )
        staged = self._gathered(views, courses)
        guard, rules = self._protected(staged, courses)
        tables, files = self._tables(staged, rules, views.study)
        summary = risk.summary(guard.report, rules.blanked, rules.coded)
        files += [*tabling.loaders(self.order, tables, self.draft), *self._told(summary)]
        told = manifest.told(self.order, views.study, rules_told.rules_of(self.order.profile), constants, files)
        files.append(self._kept(manifest.NAME, told.encode()))
        self.progress("pack", 0, 1)
        files.append(manifest.measured(manifest.packed(self.draft, [file.name for file in files])))
        rows = {table.name: table.rows for table in tables}
        return Written(tuple(files), rows, self.who.ids, summary, manifest.software(), constants, views.live)

    def _gathered(self, views: Snapshot, courses: Courses) -> dict[str, Staged]:
        folder = self.draft / STAGED
        folder.mkdir()
        with extract_snapshot.beside(self.views, views) as other:
            staged = gathering.Views(self.files, self.who, folder, self.progress).read([views, other])
        return staged | courses.staged(self.files, self.who, folder, self.progress)

    def _protected(self, staged: Mapping[str, Staged], courses: Courses) -> tuple[Protection, Rules]:
        """Decide what of each participant leaves.

        Raises:
            RiskAboveThreshold: somebody whom the profile's threshold guards would still be recognised too easily.
        """
        self.progress("protect", 0, 1)
        profile = self.order.profile
        inside = people.persons(self.who, staged)
        outside = population.others(courses, self.order.study_id, self.who.ids) if profile.released else ()
        guard = protection.protect(profile, inside, [*inside, *outside])
        if protection.refused(profile, guard.report):
            said = BrokenRule("", "risk_above_threshold", protection.refusal(profile, guard.report))
            raise RiskAboveThreshold(said, risk=risk.summary(guard.report, {}, {}))
        kept = kept_by(guard.kept_events, self.who.pseudonyms)
        visits = None if kept is None else VisitNumbers(staged["visit"], kept)
        return guard, Rules(profile, self.who, guard, visits)

    def _tables(self, staged: Mapping[str, Staged], rules: Rules, study: str) -> tuple[list[Table], list[ExtractFile]]:
        tables, files = [], []
        for number, file in enumerate(self.files):
            heard = partial(self.progress, "write", number, len(self.files))
            heard()
            table, of_table = tabling.written(staged[file.name], rules, self.order, study, self.draft, heard)
            tables.append(table)
            files += of_table
        shutil.rmtree(self.draft / STAGED)
        return tables, files

    def _told(self, summary: Mapping[str, Any]) -> Iterator[ExtractFile]:
        """Write what tells of the tables: their columns, and the risk."""
        yield self._kept(codebook.NAME, b"".join(codebook.lines(self.order.profile, self.files)))
        for name, told in zip(RISK, (risk.as_json(summary), risk.as_markdown(summary)), strict=True):
            yield self._kept(name, told)

    def _kept(self, name: str, content: bytes) -> ExtractFile:
        (self.draft / name).write_bytes(content)
        return manifest.measured(self.draft / name)


@contextmanager
def _whole_or_not_at_all(out: Path) -> Iterator[Path]:
    """Give a folder beside `out` to write into; it takes the name `out` when the block ends without an error."""
    out = out.absolute()
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise ExtractRefused(
            f"{out} exists and is not an empty folder; an extract never overwrites. Name a new folder."
        )
    draft = drafts.beside(out)
    try:
        draft.mkdir(mode=0o700, parents=True)
    except FileExistsError:
        raise ExtractRefused(f"{draft} is there: another writes it, or was stopped; then remove it.") from None
    try:
        yield draft
        drafts.see_on_disk(draft)
        draft.replace(out)
        drafts.see_on_disk(out.parent)
    except BaseException:
        shutil.rmtree(draft, ignore_errors=True)
        raise
