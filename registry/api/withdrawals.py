"""Withdrawals: of the treatment, of follow-up, of the use of data."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import AlreadyRecorded, CursorNotUnderstood, NoSuchRecord, RecordLocked
from registry.schemas.withdrawals import Withdrawal, WithdrawalFilters

namespace = Namespace("withdrawals")


@namespace.route("/studies/<study>/withdrawals")
class Withdrawals(Resource):  # type: ignore[misc]
    """The withdrawals of a study."""

    @contract(
        may="withdrawal.read",
        gives=Withdrawal,
        many=True,
        asks=WithdrawalFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the withdrawals of a study."""
        return page_of_records(call, "withdrawal", study_id=studies.id_of(call.tx, study))

    @contract(
        may="withdrawal.record",
        takes=Withdrawal,
        gives=Withdrawal,
        status=201,
        kind="withdrawal",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record a withdrawal."""
        return recording.of_participant(call, "withdrawal", study)


@namespace.route("/withdrawals/<uuid:record_id>")
class OneWithdrawal(Resource):  # type: ignore[misc]
    """A withdrawal."""

    @contract(may="withdrawal.read", gives=Withdrawal, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a withdrawal."""
        return records.read(call.tx, "withdrawal", record_id)

    @contract(
        may="withdrawal.amend",
        takes=Withdrawal,
        gives=Withdrawal,
        amends=True,
        problems=(NoSuchRecord, AlreadyRecorded, RecordLocked),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a withdrawal."""
        return amendments.amend(call, "withdrawal", record_id)


past.publish(namespace, "/withdrawals", "withdrawal", Withdrawal)
