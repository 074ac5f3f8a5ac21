"""A laboratory result: the value as reported with its unit, and beside it the value in the analyte's standard unit."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import ValidationError, post_load, validates_schema

from registry.domain import units
from registry.domain.analyte import FINDINGS, SPECIMENS
from registry.domain.analytes import CATALOGUE, TRANSCRIPT, named
from registry.domain.deidentification import Action
from registry.domain.muscle_enzymes import MUSCLE_ENZYMES
from registry.domain.vocabulary import COMPARATORS, MISSING_REASONS
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Exact, Id, Moment, Text, about
from registry.schemas.queries import Page
from registry.schemas.sentences import Sentence, broken

ANALYTES = {code: analyte.name for code, analyte in CATALOGUE.items()}
LARGEST = Decimal("999999999999")

MAYBE: dict[str, Any] = {"dump_only": True, "allow_none": True}
"""A value that the registry sets where it can."""


IN_ITS_UNIT = ("analyte", "unit")
IN_THE_STANDARD_UNIT = ("analyte", "standard_unit")
"""What divides the numbers of results: only those of one analyte in one unit are compared."""
INSIDE: Mapping[str, Any] = {"inside": True}
OF_THE_ANALYTE: Mapping[str, Any] = {"group": ("analyte",), "told_with": ("analyte",)}
"""What is compared within the analyte, and would tell one that is left blank."""
BESIDE_A_RATIO = (*MUSCLE_ENZYMES, *(code for code in CATALOGUE if code.startswith(TRANSCRIPT)))
"""Analytes of which rules derive a ratio to the laboratory's own limits or controls: the value beside it would give those back."""


def number(
    words: str,
    *,
    sdtm: str | None = None,
    low: Decimal | int = 0,
    group: tuple[str, ...] = IN_ITS_UNIT,
    said: Mapping[str, Any] = INSIDE,
    **kwargs: Any,
) -> Exact:
    """Make the field of a number; one in a laboratory's own unit, or of its limits, tells the laboratory to who compares."""
    said = about(words, sdtm=sdtm, deidentify=Action.NUMBER, group=group, **said)
    return Exact(str(low), str(LARGEST), places=6, metadata=said, **kwargs)


REFERENCE = ("reference_mean", "reference_sd")
"""The laboratory's healthy controls, in the unit of the result."""
MEASURED = ("value", "lower_limit", "upper_limit", "lower_limit_of_quantification", *REFERENCE)
"""What has the unit of a result."""
SMALLEST = Decimal("0.000001")


class LaboratoryResult(Record):
    """One result of one analyte; either a value with its unit, or a finding, or the reason why there is none."""

    id = Id(dump_only=True, metadata=about("Identifier of the result; it stays when the visit is amended"))
    analyte = Choice(
        ANALYTES,
        required=True,
        metadata=about("Analyte, from the catalogue", sdtm="LB.LBTESTCD", example="CK", deidentify=Action.CODE),
    )
    value = number("Value as reported", sdtm="LB.LBORRES", low=-LARGEST)
    comparator = Choice(
        COMPARATORS,
        metadata=about(
            "The true value is below or above the value given (censored)", deidentify=Action.CODE, **OF_THE_ANALYTE
        ),
    )
    unit = Text(
        30,
        metadata=about(
            "Unit as reported, UCUM", sdtm="LB.LBORRESU", example="U/L", deidentify=Action.KEEP, inside=True
        ),
    )
    finding = Choice(FINDINGS, metadata=about("Qualitative finding", deidentify=Action.CODE, **OF_THE_ANALYTE))
    lower_limit = number("Lower limit of normal, in the unit reported", sdtm="LB.LBORNRLO")
    upper_limit = number("Upper limit of normal, in the unit reported", sdtm="LB.LBORNRHI")
    lower_limit_of_quantification = number("Lower limit of quantification, in the unit reported", sdtm="LB.LBLLOQ")
    reference_mean = number("Mean of the laboratory's healthy controls, in the unit reported", low=-LARGEST)
    reference_sd = number("Standard deviation of the laboratory's healthy controls, in the unit reported", low=SMALLEST)
    specimen = Choice(SPECIMENS, metadata=about("Specimen", sdtm="LB.LBSPEC", deidentify=Action.KEEP, inside=True))
    assay = Text(80, metadata=about("Assay or method as the laboratory names it", sdtm="LB.LBMETHOD", free_text=True))
    laboratory = Text(80, metadata=about("Laboratory", free_text=True))
    collected_at = Moment(metadata=about("When the specimen was collected", sdtm="LB.LBDTC", deidentify=Action.DATE))
    missing_reason = Choice(
        MISSING_REASONS, metadata=about("Why there is no value", deidentify=Action.CODE, **OF_THE_ANALYTE)
    )
    standard_value = number(
        "Value in the standard unit",
        sdtm="LB.LBSTRESN",
        low=-LARGEST,
        group=IN_THE_STANDARD_UNIT,
        said={"told_with": ("analyte",), "inside_where": ("analyte", BESIDE_A_RATIO)},
        **MAYBE,
    )
    standard_unit = Text(
        30,
        **MAYBE,
        metadata=about(
            "Standard unit of the analyte, UCUM", sdtm="LB.LBSTRESU", deidentify=Action.KEEP, told_with=("analyte",)
        ),
    )
    standard_lower_limit = number(
        "Lower limit of normal in the standard unit", sdtm="LB.LBSTNRLO", group=IN_THE_STANDARD_UNIT, **MAYBE
    )
    standard_upper_limit = number(
        "Upper limit of normal in the standard unit", sdtm="LB.LBSTNRHI", group=IN_THE_STANDARD_UNIT, **MAYBE
    )

    @validates_schema(skip_on_field_errors=True)
    def one_result(self, result: dict[str, Any], **_: Any) -> None:
        """There is a value with its unit, or a finding, or a reason for neither."""
        value, finding, missing = (result.get(name) for name in ("value", "finding", "missing_reason"))
        if value is None and finding is None and missing is None:
            raise broken("no_result", "Give a value, a finding, or the reason why there is none.", "value")
        if missing is not None and (value is not None or finding is not None):
            raise broken("not_missing", "A reason for missing is given for a result that is there.", "missing_reason")
        self._has_its_unit(result)
        self._fits_the_analyte(result)

    def _has_its_unit(self, result: dict[str, Any]) -> None:
        given = {name for name in MEASURED if result.get(name) is not None}
        if result.get("unit") is not None and not given:
            raise broken("unit_of_nothing", "A unit is given without a value or a limit.", "unit")
        if result.get("unit") is None and "value" in given:
            raise broken("required", "A value needs its unit.", "unit")
        if result.get("unit") is None and given & set(REFERENCE):
            raise broken("required", "The mean or deviation of the healthy controls needs its unit.", "unit")

    def _fits_the_analyte(self, result: dict[str, Any]) -> None:
        analyte = named(result["analyte"])
        if result.get("finding") is not None and analyte.kind == "quantity":
            raise broken("not_qualitative", "This analyte is reported as a value, not as a finding.", "finding")
        if result.get("value") is not None and analyte.kind == "qualitative":
            raise broken("not_quantitative", "This analyte is reported as a finding, not as a value.", "value")
        if result.get("specimen") and result["specimen"] not in analyte.specimens:
            raise broken(
                "wrong_specimen", "This analyte is measured in: " + ", ".join(analyte.specimens) + ".", "specimen"
            )
        if result.get("value") is not None and analyte.minimum is not None and result["value"] < analyte.minimum:
            raise broken("out_of_range", f"The value must be at least {analyte.minimum}.", "value")
        low, high = result.get("lower_limit"), result.get("upper_limit")
        if low is not None and high is not None and low > high:
            raise broken("limits_reversed", "The lower limit of normal must not be above the upper.", "lower_limit")

    @post_load
    def standardise(self, result: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Put the value in the standard unit beside the value as reported; the latter is never changed."""
        unit = result.get("unit")
        if unit is None:
            return result
        analyte = named(result["analyte"])
        try:
            units.family_of(analyte, unit)
            for name in ("value", "lower_limit", "upper_limit"):
                if result.get(name) is not None:
                    standard = units.standardise(analyte, result[name], unit)
                    result[f"standard_{name}"], result["standard_unit"] = standard.value, standard.unit
        except units.UnknownUnit as error:
            raise ValidationError({"unit": [Sentence("unknown_unit", str(error))]}) from None
        except units.ImpossibleValue as error:
            raise ValidationError({"value": [Sentence("out_of_range", str(error))]}) from None
        return result


class KeptLaboratoryResult(LaboratoryResult):
    """A laboratory result with the visit and the participant it belongs to."""

    visit_id = Id(dump_only=True, metadata=about("Visit that the result was submitted with"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    study_id = Id(dump_only=True, metadata=about("Study"))


class LaboratoryResultFilters(Page):
    """Filter the laboratory results of a study; when they changed is told by their visit."""

    site_id = Id(metadata=about("Only results of this site"))
    participant_id = Id(metadata=about("Only results of this participant"))

    analyte = Choice(ANALYTES, metadata=about("Only results of this analyte"))
    visit_id = Id(metadata=about("Only results of this visit"))


__all__ = ["ANALYTES", "Kept", "KeptLaboratoryResult", "LaboratoryResult", "LaboratoryResultFilters"]
