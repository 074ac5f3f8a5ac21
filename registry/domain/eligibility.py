"""Eligibility: each criterion evaluated from what is recorded, or attested by the site; overrides; and what follows.

`met` says whether the words of a criterion are true of the participant, of an inclusion and of an exclusion alike. A
participant passes an inclusion that is met and an exclusion that is not. What can be evaluated is evaluated: an attestation
counts only where what is recorded does not decide.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from registry.domain.conditions import Fact, evaluate, measures_of
from registry.domain.course import Input
from registry.domain.derived import used

OUTCOMES: Mapping[str, str] = {
    "eligible": "Every criterion is passed",
    "not_eligible": "A criterion is not passed",
    "undetermined": "No criterion is known not to be passed, and one is not known",
}
RESULTS: Mapping[str, str] = {"met": "Met", "not_met": "Not met", "not_known": "Not known"}
BASES: Mapping[str, str] = {"recorded": "Evaluated from what is recorded", "attested": "Attested by the site"}
RESULT_OF = {True: "met", False: "not_met", None: "not_known"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of a criterion: whether it is met, on which basis, and the records that were used."""

    criterion: str
    kind: str
    met: bool | None
    basis: str | None
    inputs: tuple[Input, ...] = ()
    override: str | None = None

    @property
    def passes(self) -> bool | None:
        """Whether the participant passes the criterion; None where that is not known."""
        return self.met if self.kind == "inclusion" or self.met is None else not self.met


def find(
    criterion: Mapping[str, Any], facts: Mapping[str, Fact], attested: bool | None, override: str | None
) -> tuple[Finding, bool]:
    """Give what is found of a criterion, and whether the attestation contradicts what is recorded."""
    condition = criterion.get("condition")
    recorded = evaluate(condition, facts) if condition else None
    inputs = _inputs(condition, facts) if condition else ()
    met = attested if recorded is None else recorded
    basis = "recorded" if recorded is not None else "attested" if attested is not None else None
    found = Finding(criterion["code"], criterion["kind"], met, basis, inputs, override)
    return found, recorded is not None and attested is not None and recorded != attested


def _inputs(condition: Mapping[str, Any], facts: Mapping[str, Fact]) -> tuple[Input, ...]:
    found = (facts.get(code) for code in dict.fromkeys(measures_of(condition)))
    return used(*(one for fact in found if fact is not None for one in fact.inputs))


def outcome_of(findings: Sequence[Finding]) -> str:
    """Give the outcome, whatever is overridden."""
    passed = [finding.passes for finding in findings]
    if False in passed:
        return "not_eligible"
    return "undetermined" if None in passed else "eligible"


def counts_as_eligible(findings: Iterable[Finding]) -> bool:
    """Tell whether every criterion is passed or overridden."""
    return all(finding.passes or finding.override is not None for finding in findings)
