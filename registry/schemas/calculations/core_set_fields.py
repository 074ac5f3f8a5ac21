"""What the response criteria take: the core set measures at a baseline and at a follow-up visit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, validates_schema

from registry.domain.analytes import CATALOGUE
from registry.domain.core_set_enzymes import ENZYMES, Enzyme
from registry.domain.core_sets import Assessment
from registry.domain.items import (
    CMAS_FULL_MAXIMUM,
    CMAS_YOUNG_CHILD_MAXIMUM,
    MMT8_BILATERAL_MAXIMUM,
    MMT8_UNILATERAL_MAXIMUM,
    MMT26_MAXIMUM,
)
from registry.domain.vocabulary import COMPARATORS, PATIENT_GLOBAL_WORDINGS, STRENGTH_MEASURES
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Taken
from registry.schemas.disease_activity import LIKERT_MAXIMUM, SCALES
from registry.schemas.fields import Choice, Exact, ListOf, OneOfNumbers, Part, about
from registry.schemas.sentences import Sentence, broken

ENZYME_NAMES = {code: CATALOGUE[code].name for code in ENZYMES}
CATALYTIC_UNITS = {"U/L": "Units per litre", "ukat/L": "Microkatal per litre"}
MMT_MAXIMA = (MMT8_UNILATERAL_MAXIMUM, MMT8_BILATERAL_MAXIMUM, MMT26_MAXIMUM)
"""The maxima of manual muscle testing: MMT8 of one side and of both, MMT24 and MMT26 (domain reference 1.2)."""


def scale(words: str, *, unit: str, maximum: int, example: Any) -> Exact:
    """Make the field of a measure from 0 to a maximum; medians and means of a paper have decimals."""
    return Exact(0, maximum, places=3, metadata=about(words, unit=unit, example=example))


def centimetres(words: str, example: Any) -> Exact:
    """Make the field of a 10 cm visual analogue scale."""
    return scale(words, unit="cm", maximum=10, example=example)


def limited(words: str, low: str, example: Any, *, required: bool = False) -> Exact:
    """Make the field of an enzyme's value or limit."""
    return Exact(low, 999999999, places=6, required=required, metadata=about(words, example=example))


class CoreSetEnzyme(Record):
    """A result of a muscle enzyme."""

    enzyme = Choice(ENZYME_NAMES, required=True, metadata=about("Muscle enzyme", example="CK"))
    value = limited("Value in the unit", "0", 3000, required=True)
    comparator = Choice(COMPARATORS, metadata=about("The true value is below or above the value given (censored)"))
    upper_limit = limited("Upper limit of normal in the unit", "0.000001", 200)
    unit = Choice(
        CATALYTIC_UNITS, metadata=about("Unit: U/L or ukat/L; U/L where neither visit gives one", example="U/L")
    )


class CoreSetAssessment(Record):
    """The core set measures at one visit; what was not measured is left out."""

    physician_global_activity = centimetres("Physician's global activity", "5.5")
    physician_global_scale = Choice(SCALES, metadata=about("Scale of the physician's global activity; vas unless said"))
    patient_global_activity = centimetres("Patient's or parent's global activity", "4.0")
    patient_global_scale = Choice(SCALES, metadata=about("Scale of the patient's global activity; vas unless said"))
    patient_global_wording = Choice(
        PATIENT_GLOBAL_WORDINGS, metadata=about("Which question the patient or parent was asked")
    )
    mmt_total = scale("Manual muscle testing total", unit="{score}", maximum=max(MMT_MAXIMA), example=60)
    mmt_maximum = OneOfNumbers(
        MMT_MAXIMA, metadata=about("Maximum of the MMT version used: 80, 150 or 260", unit="{score}", example=80)
    )
    cmas_total = scale("CMAS total", unit="{score}", maximum=CMAS_FULL_MAXIMUM, example=38)
    cmas_maximum = OneOfNumbers(
        (CMAS_FULL_MAXIMUM, CMAS_YOUNG_CHILD_MAXIMUM),
        metadata=about("Maximum of the CMAS version used; 52 unless said", unit="{score}", example=52),
    )
    chaq_index = scale("CHAQ disability index", unit="{score}", maximum=3, example="1.5")
    enzymes = ListOf(
        Part(CoreSetEnzyme, required=True), len(ENZYMES), metadata=about("Muscle enzymes, each of them once")
    )
    extramuscular_global_activity = centimetres("Extramuscular global activity (MDAAT)", 5)
    das_total = scale("DAS total", unit="{score}", maximum=20, example=12)
    chq_physical_summary = scale("CHQ physical summary, T-score", unit="{Tscore}", maximum=100, example=35)

    @validates_schema(skip_on_field_errors=True)
    def likert_is_zero_to_four(self, visit: dict[str, Any], **_: Any) -> None:
        """On the Likert scale a global assessment is a whole number from 0 to 4."""
        for rater in ("physician", "patient"):
            name = f"{rater}_global_activity"
            value = visit.get(name)
            likert = visit.get(f"{rater}_global_scale") == "likert"
            if likert and value is not None and (value > LIKERT_MAXIMUM or value != int(value)):
                raise broken(
                    "not_on_likert_scale", "On the Likert scale the value must be a whole number, 0 to 4.", name
                )

    @validates_schema(skip_on_field_errors=True)
    def total_is_within_its_maximum(self, visit: dict[str, Any], **_: Any) -> None:
        """A strength total is at most the maximum of the version used."""
        for tool in ("mmt", "cmas"):
            total, maximum = visit.get(f"{tool}_total"), maximum_of(visit, tool)
            if total is not None and maximum is not None and total > maximum:
                words = f"The {tool.upper()} total must not exceed the maximum of the version used."
                raise broken("total_above_maximum", words, f"{tool}_total")

    @validates_schema(skip_on_field_errors=True)
    def an_enzyme_is_given_once(self, visit: dict[str, Any], **_: Any) -> None:
        """No enzyme is given twice: which of the two counts would be a guess."""
        named = [one["enzyme"] for one in visit.get("enzymes") or ()]
        if len(set(named)) < len(named):
            raise broken("repeated", "Each muscle enzyme must be given once.", "enzymes")


class ResponseInput(Taken):
    """The core set measures at two visits, on the same version of each scale."""

    strength_measure = Choice(
        STRENGTH_MEASURES, metadata=about("Tool of muscle strength, the same at every visit", example="mmt8")
    )
    baseline = Part(CoreSetAssessment, required=True, metadata=about("Measures at baseline"))
    followup = Part(CoreSetAssessment, required=True, metadata=about("Measures at the follow-up visit"))

    @validates_schema(skip_on_field_errors=True)
    def measured_alike(self, body: dict[str, Any], **_: Any) -> None:
        """What was measured differently at the two visits is refused."""
        visits = (body["baseline"], body["followup"])
        mixed = {field: [Sentence("mixed", words)] for field, words in _mixed(*visits)}
        if mixed:
            raise ValidationError({"followup": mixed})


def _mixed(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[tuple[str, str]]:
    found = []
    for tool in ("mmt", "cmas"):
        total, maxima = f"{tool}_total", {maximum_of(before, tool), maximum_of(after, tool)} - {None}
        if before.get(total) is not None and after.get(total) is not None and len(maxima) > 1:
            words = f"The maximum of the {tool.upper()} must be the same at both visits: versions are never mixed."
            found.append((f"{tool}_maximum", words))
    for rater in ("physician", "patient"):
        value, scales = (
            f"{rater}_global_activity",
            {one.get(f"{rater}_global_scale") or "vas" for one in (before, after)},
        )
        if before.get(value) is not None and after.get(value) is not None and len(scales) > 1:
            words = (
                f"The {rater}'s global activity must be on one scale at both visits: VAS and Likert are never mixed."
            )
            found.append((f"{rater}_global_scale", words))
    return found


def maximum_of(visit: Mapping[str, Any], tool: str) -> int | None:
    """The maximum of the version of a strength total: the CMAS is out of 52 unless it is said, an MMT is not assumed."""
    maximum: int | None = visit.get(f"{tool}_maximum")
    return CMAS_FULL_MAXIMUM if maximum is None and tool == "cmas" else maximum


def assessment(visit: Mapping[str, Any]) -> Assessment:
    """Give the accepted measures of a visit as the rules take them."""
    given: dict[str, Any] = dict(visit)
    for tool in ("mmt", "cmas"):
        given[f"{tool}_maximum"] = _exact(maximum_of(visit, tool))
    given["enzymes"] = tuple(Enzyme(**one) for one in visit.get("enzymes") or ())
    return Assessment(**given)


def _exact(number: int | None) -> Decimal | None:
    return None if number is None else Decimal(number)
