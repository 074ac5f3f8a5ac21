"""Assessments of eligibility: what was found of each criterion, attested, and overridden with a reason."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from registry.domain.conditions import BY_KIND
from registry.domain.eligibility import BASES, OUTCOMES, RESULT_OF, RESULTS, Finding
from registry.domain.eligibility_measures import Measure
from registry.domain.protocol import CRITERION_KINDS
from registry.schemas.audit import AnyValue
from registry.schemas.base import Kept, Record
from registry.schemas.derived import InputRecord
from registry.schemas.fields import Choice, Day, Id, ListOf, NotInTheFuture, Part, Text, YesNo, about
from registry.schemas.queries import Page
from registry.schemas.results import LONGEST_LIST

MOST_CRITERIA = 100
CRITERION = about("Criterion, by its code in the protocol version", sdtm="IE.IETESTCD", example="wash_out")


class Attestation(Record):
    """What the site attests of a criterion that what is recorded does not decide."""

    criterion = Text(40, required=True, metadata=CRITERION)
    met = YesNo(
        required=True,
        metadata=about("Whether the words of the criterion are true of the participant, of an exclusion as well"),
    )


class Override(Record):
    """Why a participant counts as eligible against a criterion; it becomes a protocol deviation."""

    criterion = Text(40, required=True, metadata=CRITERION)
    reason = Text(1000, required=True, metadata=about("Reason", free_text=True))


class CriterionResult(Record):
    """What was found of a criterion."""

    criterion = Text(40, required=True, metadata=CRITERION)
    kind = Choice(CRITERION_KINDS, required=True, metadata=about("Inclusion or exclusion", sdtm="IE.IECAT"))
    result = Choice(
        RESULTS, required=True, metadata=about("Whether the words of the criterion are true", sdtm="IE.IEORRES")
    )
    passes = YesNo(
        metadata=about("Whether the participant passes it: an inclusion that is met, an exclusion that is not")
    )
    basis = Choice(BASES, metadata=about("What it rests on; null where it is not known"))
    overridden = YesNo(required=True, metadata=about("Whether an override names it"))
    inputs = ListOf(Part(InputRecord), LONGEST_LIST, required=True, metadata=about("Records that were read for it"))


class EligibilityAssessment(Kept):
    """An assessment of eligibility under the protocol version in force at the site; a later one replaces it."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    protocol_version_id = Id(
        dump_only=True, allow_none=True, metadata=about("Protocol version whose criteria were assessed")
    )
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    assessed_on = Day(
        validate=NotInTheFuture(),
        required=True,
        metadata=about(
            "Day for which it holds: what is dated later is not read", sdtm="IE.IEDTC", example="2026-02-03"
        ),
    )
    attestations = ListOf(Part(Attestation, required=True), MOST_CRITERIA, metadata=about("Attestations of the site"))
    overrides = ListOf(
        Part(Override, required=True), MOST_CRITERIA, metadata=about("Overrides, by an investigator of the site")
    )
    results = ListOf(
        Part(CriterionResult), MOST_CRITERIA, dump_only=True, metadata=about("Each criterion, in its order")
    )
    outcome = Choice(OUTCOMES, dump_only=True, metadata=about("Outcome, whatever is overridden"))
    counts_as_eligible = YesNo(
        dump_only=True,
        metadata=about("Whether every criterion is passed or overridden, so that the participant may be enrolled"),
    )


class AssessmentFilters(Page):
    """Page through the assessments of a participant."""


class EligibilityMeasure(Record):
    """What a condition of a protocol can ask for."""

    measure = Text(40, required=True, metadata=about("Code, as in a condition", example="age"))
    words = Text(300, required=True, metadata=about("What it is"))
    kind = Choice(
        {"number": "Number", "code": "Code", "set": "Set of codes"}, required=True, metadata=about("Kind of value")
    )
    comparisons = ListOf(Text(20), 10, required=True, metadata=about("Comparisons that it has"))
    unit = Text(40, metadata=about("Unit of numbers, UCUM"))
    codes = AnyValue(metadata=about("Codes with their words"))
    source = Text(300, required=True, metadata=about("Where it is read from"))
    dated = YesNo(required=True, metadata=about("Whether within_days can refuse a value that is too old"))


def told_measure(measure: Measure) -> dict[str, Any]:
    """Give a measure as an image of `EligibilityMeasure`."""
    named = {name: getattr(measure, name) for name in ("words", "kind", "unit", "source", "dated")}
    codes = dict(measure.codes) or None
    return {**named, "measure": measure.code, "comparisons": list(BY_KIND[measure.kind]), "codes": codes}


def told_finding(finding: Finding) -> Mapping[str, Any]:
    """Give what was found of a criterion as an image of `CriterionResult`."""
    inputs = [
        {"record": one.record, "id": one.id, "version": one.version, "fields": list(one.fields)}
        for one in finding.inputs
    ]
    return {
        "criterion": finding.criterion,
        "kind": finding.kind,
        "result": RESULT_OF[finding.met],
        "passes": finding.passes,
        "basis": finding.basis,
        "overridden": finding.override is not None,
        "inputs": inputs,
    }
