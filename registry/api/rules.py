"""The rules of the science: as shipped, and as they are in force for a study with constants of its own."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.api.derived import rules_of_study
from registry.db import records, studies
from registry.domain.rulebook import RULEBOOK
from registry.problems import NoSuchRecord, StudyConstantsRefused
from registry.schemas.rules import ScienceRule, told_rule

namespace = Namespace("rules")


@namespace.route("/rules")
class Rules(Resource):  # type: ignore[misc]
    """The rules as shipped."""

    @contract(may="catalogue.read", gives=ScienceRule, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List every rule with its version, source, constants and certainty."""
        return [told_rule(rule) for rule in RULEBOOK.values()]


@namespace.route("/studies/<study>/rules")
class StudyRules(Resource):  # type: ignore[misc]
    """The rules of a study."""

    @contract(may="study.read", gives=ScienceRule, many=True, problems=(NoSuchRecord, StudyConstantsRefused))
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List every rule as it is in force for a study, with the study's own constants."""
        image = records.read(call.tx, "study", studies.id_of(call.tx, study))
        return [told_rule(rule) for rule in rules_of_study(image.get("rule_constants")).values()]
