"""Data cuts: moments with a name, which extracts refer to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.db.transaction import Image
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, MomentInTheFuture, NoSuchRecord
from registry.schemas.data_cuts import DataCut, DataCutFilters, DataCutRequest

namespace = Namespace("data_cuts")


@namespace.route("/studies/<study>/data-cuts")
class DataCuts(Resource):  # type: ignore[misc]
    """The data cuts of a study."""

    @contract(
        may="data_cut.read", gives=DataCut, many=True, asks=DataCutFilters, problems=(NoSuchRecord, CursorNotUnderstood)
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the data cuts of a study."""
        return page_of_records(call, "data_cut", study_id=studies.id_of(call.tx, study))

    @contract(
        may="data_cut.name",
        takes=DataCutRequest,
        gives=DataCut,
        status=201,
        kind="data_cut",
        problems=(NoSuchRecord, AlreadyRecorded, MomentInTheFuture),
    )
    def post(self, call: Call, study: str) -> Image:
        """Name a moment: everything recorded up to it belongs to the cut."""
        study_id = studies.id_of(call.tx, study)
        asked = call.body["moment"]
        if asked and asked > datetime.now(UTC):
            raise MomentInTheFuture(BrokenRule("/moment", "in_the_future", "The moment must be past."))
        settled = records.settle(call.tx)
        return records.record(call.tx, "data_cut", {**call.body, "study_id": study_id, "moment": asked or settled})


@namespace.route("/data-cuts/<uuid:record_id>")
class OneDataCut(Resource):  # type: ignore[misc]
    """A data cut."""

    @contract(may="data_cut.read", gives=DataCut, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Read a data cut."""
        return records.read(call.tx, "data_cut", record_id)
