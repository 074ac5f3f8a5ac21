"""Laboratory results across visits; they are submitted and amended with their visit."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord
from registry.schemas.laboratory_results import KeptLaboratoryResult, LaboratoryResultFilters

namespace = Namespace("laboratory_results")


@namespace.route("/studies/<study>/laboratory-results")
class LaboratoryResults(Resource):  # type: ignore[misc]
    """The laboratory results of a study."""

    @contract(
        may="laboratory_result.read",
        gives=KeptLaboratoryResult,
        many=True,
        asks=LaboratoryResultFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the laboratory results of a study."""
        return page_of_records(call, "laboratory_result", study_id=studies.id_of(call.tx, study), voided=False)


@namespace.route("/laboratory-results/<uuid:record_id>")
class OneLaboratoryResult(Resource):  # type: ignore[misc]
    """A laboratory result."""

    @contract(may="laboratory_result.read", gives=KeptLaboratoryResult, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a laboratory result; its history is that of its visit."""
        result = records.read(call.tx, "laboratory_result", record_id)
        if result["voided"]:
            raise NoSuchRecord
        return result
