"""Assessments of eligibility under the protocol version in force at the site, and what conditions can ask for."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import eligibility, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records
from registry.domain.eligibility_measures import MEASURES
from registry.problems import CursorNotUnderstood, NoSuchRecord, StudyConstantsRefused
from registry.schemas.eligibility_assessments import (
    AssessmentFilters,
    EligibilityAssessment,
    EligibilityMeasure,
    told_measure,
)

namespace = Namespace("eligibility_assessments")


@namespace.route("/participants/<uuid:record_id>/eligibility-assessments")
class EligibilityAssessments(Resource):  # type: ignore[misc]
    """The assessments of a participant's eligibility."""

    @contract(
        may="eligibility_assessment.read",
        gives=EligibilityAssessment,
        many=True,
        asks=AssessmentFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List the assessments of a participant's eligibility, first to last."""
        records.read(call.tx, "participant", record_id)
        return page_of_records(call, "eligibility_assessment", participant_id=record_id)

    @contract(
        may="eligibility_assessment.record",
        takes=EligibilityAssessment,
        gives=EligibilityAssessment,
        status=201,
        kind="eligibility_assessment",
        problems=(NoSuchRecord, StudyConstantsRefused),
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Assess a participant's eligibility."""
        return eligibility.assessed(call, str(record_id))


@namespace.route("/eligibility-assessments/<uuid:record_id>")
class OneEligibilityAssessment(Resource):  # type: ignore[misc]
    """An assessment of eligibility."""

    @contract(may="eligibility_assessment.read", gives=EligibilityAssessment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an assessment of eligibility."""
        return records.read(call.tx, "eligibility_assessment", record_id)


@namespace.route("/eligibility-measures")
class EligibilityMeasures(Resource):  # type: ignore[misc]
    """What the conditions of a protocol can ask for."""

    @contract(may="catalogue.read", gives=EligibilityMeasure, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List what a condition of a protocol can ask for, with its comparisons, unit and codes."""
        return [told_measure(measure) for measure in MEASURES.values()]


past.publish(namespace, "/eligibility-assessments", "eligibility_assessment", EligibilityAssessment)
