"""Freeze and lock: set for a study, a site, a participant or a visit, and changed with a reason."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.db.transaction import Image
from registry.domain.locks import LOCK
from registry.problems import (
    AlreadyRecorded,
    CursorNotUnderstood,
    NoSuchRecord,
    TransitionNotAllowed,
    VersionStale,
)
from registry.schemas.data_locks import DataLock, DataLockChange, DataLockFilters

namespace = Namespace("data_locks")


@namespace.route("/studies/<study>/data-locks")
class DataLocks(Resource):  # type: ignore[misc]
    """The locks of a study."""

    @contract(
        may="data_lock.read",
        gives=DataLock,
        many=True,
        asks=DataLockFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the locks of a study."""
        return page_of_records(call, "data_lock", study_id=studies.id_of(call.tx, study))

    @contract(
        may="data_lock.set",
        takes=DataLock,
        gives=DataLock,
        status=201,
        kind="data_lock",
        problems=(NoSuchRecord, AlreadyRecorded, TransitionNotAllowed),
    )
    def post(self, call: Call, study: str) -> Image:
        """Set a freeze or a lock on a study, a site, a participant or a visit, once those who are writing have ended."""
        study_id = studies.id_of(call.tx, study)
        LOCK.reach(LOCK.first, call.body["state"])
        return records.record(call.tx, "data_lock", {**call.body, "study_id": study_id})


@namespace.route("/data-locks/<uuid:record_id>")
class OneDataLock(Resource):  # type: ignore[misc]
    """A lock."""

    @contract(may="data_lock.read", gives=DataLock, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Read a lock."""
        return records.read(call.tx, "data_lock", record_id)

    @contract(
        may="data_lock.set",
        takes=DataLockChange,
        gives=DataLock,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed),
    )
    def put(self, call: Call, record_id: str) -> Image:
        """Replace the state of a lock: freeze, lock, release or open again."""
        current = records.read(call.tx, "data_lock", record_id)
        if current["version"] != call.version:
            raise VersionStale
        LOCK.reach(current["state"], call.body["state"])
        values = {"state": call.body["state"], "reason": call.attribution.reason}
        return records.amend(call.tx, "data_lock", record_id, call.version, values)


past.publish(namespace, "/data-locks", "data_lock", DataLock)
