"""Blinded study product, as the pharmacist knows it."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, past, recording
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.problems import CursorNotUnderstood, NoSuchRecord, StudyProductsOverlap
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.study_product_doses import StudyProductDose

namespace = Namespace("study_product_doses")


@namespace.route("/studies/<study>/study-product-doses")
class StudyProductDoses(Resource):  # type: ignore[misc]
    """The doses of blinded study product of a study."""

    @contract(
        may="study_product_dose.read",
        gives=StudyProductDose,
        many=True,
        asks=ParticipantRecordFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the doses of blinded study product of a study."""
        return page_of_records(call, "study_product_dose", study_id=studies.id_of(call.tx, study))

    @contract(
        may="study_product_dose.record",
        takes=StudyProductDose,
        gives=StudyProductDose,
        status=201,
        kind="study_product_dose",
        problems=(NoSuchRecord, StudyProductsOverlap),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Record a dose of blinded study product."""
        return recording.of_participant(call, "study_product_dose", study)


@namespace.route("/study-product-doses/<uuid:record_id>")
class OneStudyProductDose(Resource):  # type: ignore[misc]
    """A dose of blinded study product."""

    @contract(may="study_product_dose.read", gives=StudyProductDose, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a dose of blinded study product."""
        return records.read(call.tx, "study_product_dose", record_id)

    @contract(
        may="study_product_dose.amend",
        takes=StudyProductDose,
        gives=StudyProductDose,
        amends=True,
        problems=(NoSuchRecord, StudyProductsOverlap),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a dose of blinded study product."""
        return amendments.amend(call, "study_product_dose", record_id)


past.publish(namespace, "/study-product-doses", "study_product_dose", StudyProductDose)
