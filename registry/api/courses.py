"""The course of a participant: one time line of visits, treatment, scores, states of response and adverse events."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.api.derived import course_of, failed
from registry.db import courses, records
from registry.domain.time_line import time_line
from registry.problems import MomentInTheFuture, NoSuchRecord, StudyConstantsRefused
from registry.schemas.courses import ParticipantCourse
from registry.schemas.queries import AsOf

namespace = Namespace("courses")


@namespace.route("/participants/<uuid:record_id>/course")
class Course(Resource):  # type: ignore[misc]
    """The course of a participant."""

    @contract(
        may="participant.read",
        gives=ParticipantCourse,
        asks=AsOf,
        problems=(NoSuchRecord, MomentInTheFuture, StudyConstantsRefused),
    )
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the course of a participant, as it is or as it stood."""
        if call.as_of:
            records.settle(call.tx)
        return time_line(course_of(courses.of_participant(call.tx, record_id, call.as_of)), failed)
