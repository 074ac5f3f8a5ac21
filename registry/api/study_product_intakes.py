"""Blinded study product, as the site sees it taken."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord, StudyProductsOverlap
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.study_product_intakes import StudyProductIntake

namespace = Namespace("study_product_intakes")


@namespace.route("/studies/<study>/study-product-intakes")
class StudyProductIntakes(Resource):  # type: ignore[misc]
    """The intake of blinded study product of a study."""

    @contract(
        may="study_product_intake.read",
        gives=StudyProductIntake,
        many=True,
        asks=ParticipantRecordFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the intake of blinded study product of a study."""
        return page_of_records(call, "study_product_intake", study_id=studies.id_of(call.tx, study))

    @contract(
        may="study_product_intake.record",
        takes=StudyProductIntake,
        gives=StudyProductIntake,
        status=201,
        kind="study_product_intake",
        problems=(NoSuchRecord, StudyProductsOverlap),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record the intake of blinded study product."""
        return recording.of_participant(call, "study_product_intake", study)


@namespace.route("/study-product-intakes/<uuid:record_id>")
class OneStudyProductIntake(Resource):  # type: ignore[misc]
    """An intake of blinded study product."""

    @contract(may="study_product_intake.read", gives=StudyProductIntake, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an intake of blinded study product."""
        return records.read(call.tx, "study_product_intake", record_id)

    @contract(
        may="study_product_intake.amend",
        takes=StudyProductIntake,
        gives=StudyProductIntake,
        amends=True,
        problems=(NoSuchRecord, StudyProductsOverlap),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace an intake of blinded study product."""
        return amendments.amend(call, "study_product_intake", record_id)


past.publish(namespace, "/study-product-intakes", "study_product_intake", StudyProductIntake)
