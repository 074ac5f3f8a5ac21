"""The treatment of a participant."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.db import treatments
from registry.problems import NoSuchRecord
from registry.schemas.treatments import Treatment

namespace = Namespace("treatments")


@namespace.route("/participants/<uuid:record_id>/treatment")
class TreatmentOfParticipant(Resource):  # type: ignore[misc]
    """The treatment of a participant."""

    @contract(may="treatment.read", gives=Treatment, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read the treatment of a participant, where it is open or one is unblinded."""
        return treatments.of_participant(call.tx, record_id)
