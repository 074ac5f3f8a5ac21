"""What an extract is made of, gathered in the private folder: the views in one snapshot, and what is made of whole courses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock
from typing import Any

from registry.db.extract_snapshot import Snapshot
from registry.db.transaction import Transaction
from registry.domain.deidentification import Profile
from registry.domain.rules import Rule
from registry.publish.extracts import course_tables, staging
from registry.publish.extracts.columns import FILES, File
from registry.publish.extracts.course_tables import COURSE_FILES
from registry.publish.extracts.people import People
from registry.publish.extracts.staging import Staged

JUDGED_BY = ("participant", "visit", "adverse_event")
"""Files that are staged whether they are asked for or not: by them it is judged what an adversary may know and learn."""
LONGEST = "laboratory_result"
"""The file that is begun first, for it takes as long as all others together."""
Heard = Callable[[str, int, int], None]


class Views:
    """The files that are read from views, those wanted and those by which the extract is judged; staged two at a time."""

    def __init__(self, wanted: Sequence[File], people: People, folder: Path, heard: Heard) -> None:
        names = {file.name for file in wanted} | set(JUDGED_BY)
        self.left = sorted((file for file in FILES if file.name in names), key=lambda file: file.name == LONGEST)
        self.people, self.folder, self.heard, self.asked = people, folder, heard, len(self.left)
        self.staged: dict[str, Staged] = {}
        self.errors: list[BaseException] = []
        self.turn = Lock()

    def read(self, snapshots: Sequence[Snapshot]) -> dict[str, Staged]:
        """Stage every file, each from whichever of the snapshots is free; the first error ends them all, and is raised."""
        with ThreadPoolExecutor(len(snapshots)) as pool:
            try:
                list(pool.map(self._read, snapshots))
            except BaseException as stopped:
                self.errors.append(stopped)
                raise
        for error in self.errors:
            raise error
        return self.staged

    def _read(self, snapshot: Snapshot) -> None:
        try:
            snapshot.want(self.people.ids)
            while self.left:
                file, people = self.left.pop(), len(self.people.ids)
                self.staged[file.name] = staging.from_view(snapshot, file, people, self.folder, self._heard)
        except BaseException as error:
            self.errors.append(error)

    def _heard(self) -> None:
        with self.turn:
            if self.errors:
                raise ExtractStopped
            self.heard("read", len(self.staged), self.asked)


class ExtractStopped(Exception):
    """Reading ended because another reader failed, which tells why."""


@dataclass(frozen=True, slots=True)
class Courses:
    """How whole courses are read: by the service in the snapshot, as of which moment, by which rules, for which profile."""

    tx: Transaction
    as_of: datetime | None
    rules: Mapping[str, Rule[Any]]
    profile: Profile

    def staged(self, wanted: Sequence[File], people: People, folder: Path, heard: Heard) -> dict[str, Staged]:
        """Stage the files that are made of courses; each course is read once."""
        asked = {file.name: file for file in COURSE_FILES if file in wanted}
        stages, places = {name: staging.Stage(file, folder) for name, file in asked.items()}, people.places
        batches = course_tables.rows(self.tx, people.ids if asked else (), self.as_of, self.rules, asked, self.profile)
        for number, made in enumerate(batches):
            heard("derive", number * course_tables.BATCH, len(people.ids))
            for name, rows in made.items():
                if rows:
                    stages[name].add(staging.batch_of(rows, stages[name].schema, places))
        return {name: stage.close() for name, stage in stages.items()}
