"""Calculate clinically inactive disease, as published by PRINTO or as revised."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.clinically_inactive_disease import (
    CLINICALLY_INACTIVE_DISEASE,
    CLINICALLY_INACTIVE_DISEASE_REVISED,
    UNIT,
    Measures,
    clinically_inactive_disease,
)
from registry.domain.course import exact
from registry.domain.items import (
    CMAS_FULL_MAXIMUM,
    CMAS_YOUNG_CHILD_MAXIMUM,
    MMT8_BILATERAL_MAXIMUM,
    MMT8_UNILATERAL_MAXIMUM,
)
from registry.domain.rules import Result, Rule
from registry.domain.vocabulary import COMPARATORS
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.core_set_fields import centimetres
from registry.schemas.fields import Choice, Exact, OneOfNumbers, Whole, about
from registry.schemas.sentences import broken

VARIANTS = {"original": "As published (PRINTO, Lazarevic 2013)", "revised": "Revised (Almeida 2015)"}
UNITS = {UNIT: "Units per litre", "ukat/L": "Microkatals per litre"}


class ClinicallyInactiveDiseaseInput(Taken):
    """The four criteria; what was not measured is left out."""

    variant = Choice(VARIANTS, metadata=about("Variant of the criteria; original unless told", example="original"))
    creatine_kinase = Exact(0, 1000000, places=6, metadata=about("Creatine kinase, in its unit", example=150))
    unit = Choice(UNITS, metadata=about("Unit of the creatine kinase; U/L unless told", example="U/L"))
    comparator = Choice(COMPARATORS, metadata=about("The true creatine kinase is below or above the value (censored)"))
    cmas_total = Whole(0, CMAS_FULL_MAXIMUM, metadata=about("CMAS total", unit="{score}", example=48))
    cmas_maximum = OneOfNumbers(
        (CMAS_FULL_MAXIMUM, CMAS_YOUNG_CHILD_MAXIMUM),
        metadata=about("Maximum of the CMAS version used; 52 unless told", unit="{score}"),
    )
    mmt8_total = Whole(
        0,
        MMT8_BILATERAL_MAXIMUM,
        metadata=about("MMT8 total, on the scale of 0 to 80", unit="{score}", example=78),
    )
    mmt8_maximum = OneOfNumbers(
        (MMT8_UNILATERAL_MAXIMUM, MMT8_BILATERAL_MAXIMUM),
        metadata=about("Maximum of the MMT8 version used: must be 80", unit="{score}", example=80),
    )
    physician_global_activity = centimetres("Physician's global activity, visual analogue scale", "0.2")

    @validates_schema(skip_on_field_errors=True)
    def mmt8_is_on_80(self, body: dict[str, Any], **_: Any) -> None:
        """The MMT8 says its scale, which is 0 to 80: another is refused, never converted."""
        refuse_other_mmt8(body, "clinically inactive disease criteria")

    @validates_schema(skip_on_field_errors=True)
    def cmas_fits_its_maximum(self, body: dict[str, Any], **_: Any) -> None:
        """The CMAS total is not above the maximum of its version."""
        if (body.get("cmas_total") or 0) > (body.get("cmas_maximum") or CMAS_FULL_MAXIMUM):
            raise broken("total_above_maximum", "The CMAS total must not exceed cmas_maximum.", "cmas_total")

    @validates_schema(skip_on_field_errors=True)
    def comparator_has_its_value(self, body: dict[str, Any], **_: Any) -> None:
        """A comparator is that of a creatine kinase."""
        if body.get("comparator") is not None and body.get("creatine_kinase") is None:
            raise broken("required", "A comparator needs the creatine kinase it belongs to.", "creatine_kinase")


def refuse_other_mmt8(body: Body, rule: str) -> None:
    """Refuse an MMT8 total that is not on the scale of 0 to 80, or does not say its scale."""
    maximum, total = body.get("mmt8_maximum"), body.get("mmt8_total")
    if total is not None and maximum is None:
        raise broken(
            "required", "An MMT8 total must come with mmt8_maximum: the scale is never assumed.", "mmt8_maximum"
        )
    if maximum == MMT8_BILATERAL_MAXIMUM:
        sentence = f"The MMT8 of the {rule} must be on the scale of 0 to 80; one out of 150 is refused."
        raise broken("other_scale", sentence, "mmt8_maximum")
    if total is not None and total > MMT8_UNILATERAL_MAXIMUM:
        raise broken("total_above_maximum", f"The MMT8 total of the {rule} must not exceed 80.", "mmt8_total")


def _revised(body: Body) -> int:
    return int(body.get("variant") == "revised")


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    measures = Measures(
        creatine_kinase=body.get("creatine_kinase"),
        unit=body.get("unit") or UNIT,
        comparator=body.get("comparator"),
        cmas_total=exact(body.get("cmas_total")),
        cmas_maximum=exact(body.get("cmas_maximum") or CMAS_FULL_MAXIMUM),
        mmt8_total=exact(body.get("mmt8_total")),
        physician_global_activity=body.get("physician_global_activity"),
    )
    return clinically_inactive_disease(measures, rule)


def _example(criteria: tuple[int, int, int, Any], category: str, variant: str = "original") -> Example:
    kinase, cmas, mmt8, physician = criteria
    body = {
        "variant": variant,
        "creatine_kinase": kinase,
        "cmas_total": cmas,
        "mmt8_total": mmt8,
        "mmt8_maximum": MMT8_UNILATERAL_MAXIMUM,
        "physician_global_activity": physician,
    }
    return Example("Domain reference 8.3", body, category=category)


CALCULATION = Calculation(
    "clinically-inactive-disease",
    (CLINICALLY_INACTIVE_DISEASE, CLINICALLY_INACTIVE_DISEASE_REVISED),
    ClinicallyInactiveDiseaseInput,
    _calculate,
    (
        _example((150, 48, 78, 5), "inactive"),
        _example((150, 48, 78, 5), "not_inactive", "revised"),
        _example((150, 48, 77, 0.3), "not_inactive"),
        _example((151, 48, 78, 0.2), "inactive"),
        _example((151, 48, 78, 0.2), "inactive", "revised"),
    ),
    choose=_revised,
)
