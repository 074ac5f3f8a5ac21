"""The dictionary for programs: the analytes, the forms with their fields, and the edit checks."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api.contract import Call, contract
from registry.domain.analytes import CATALOGUE
from registry.domain.edit_check_rules import RULES
from registry.schemas import catalogue

namespace = Namespace("catalogue")


@namespace.route("/analytes")
class Analytes(Resource):  # type: ignore[misc]
    """The catalogue of analytes."""

    @contract(may="catalogue.read", gives=catalogue.AnalyteEntry, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List every analyte with its units, specimens and codes."""
        return [catalogue.told_analyte(analyte) for analyte in CATALOGUE.values()]


@namespace.route("/forms")
class Forms(Resource):  # type: ignore[misc]
    """The forms of a visit."""

    @contract(may="catalogue.read", gives=catalogue.FormEntry, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List every form with its fields, their units, limits and codes."""
        return catalogue.told_forms()


@namespace.route("/edit-checks")
class EditChecks(Resource):  # type: ignore[misc]
    """The edit checks."""

    @contract(may="catalogue.read", gives=catalogue.RuleEntry, many=True)
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List every edit check: hard ones refuse, soft ones ask for a confirmation."""
        return [catalogue.told_rule(rule) for rule in RULES.values()]
