"""Calculate confirmed deterioration of a visit and the one before it, against the baseline."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.course import exact
from registry.domain.deterioration import DETERIORATION, MEASURES, Measures, deterioration
from registry.domain.items import MMT8_BILATERAL_MAXIMUM, MMT8_UNILATERAL_MAXIMUM
from registry.domain.rules import Result, Rule
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.calculations.core_set_fields import centimetres
from registry.schemas.fields import Exact, OneOfNumbers, Part, Whole, about
from registry.schemas.sentences import broken

VISITS = ("baseline", "previous", "visit")


class CoreSetAtVisit(Record):
    """The core set measures of a visit without enzymes; what was not measured is left out."""

    physician_global_activity = centimetres("Physician's global activity, visual analogue scale", "1.5")
    patient_global_activity = centimetres("Patient's or parent's global assessment, visual analogue scale", "1.5")
    mmt8_total = Whole(0, MMT8_BILATERAL_MAXIMUM, metadata=about("MMT8 total", unit="{score}"))
    mmt8_maximum = OneOfNumbers(
        (MMT8_UNILATERAL_MAXIMUM, MMT8_BILATERAL_MAXIMUM),
        metadata=about("Maximum of the MMT8 version used, the same at every visit", unit="{score}"),
    )
    chaq_index = Exact(0, 3, places=3, metadata=about("CHAQ disability index", unit="{score}"))
    extramuscular_global_activity = centimetres("Extramuscular global assessment (MDAAT), visual analogue scale", "1.5")

    @validates_schema(skip_on_field_errors=True)
    def mmt8_says_its_scale(self, visit: dict[str, Any], **_: Any) -> None:
        """An MMT8 total comes with the maximum of its version and is not above it."""
        total, maximum = visit.get("mmt8_total"), visit.get("mmt8_maximum")
        if total is not None and maximum is None:
            sentence = "An MMT8 total must come with mmt8_maximum: the scale is never assumed."
            raise broken("required", sentence, "mmt8_maximum")
        if total is not None and maximum is not None and total > maximum:
            raise broken("total_above_maximum", "The MMT8 total must not exceed mmt8_maximum.", "mmt8_total")


class DeteriorationInput(Taken):
    """The baseline, this visit, and the one before it where that is after the baseline."""

    baseline = Part(CoreSetAtVisit, required=True, metadata=about("The baseline"))
    previous = Part(CoreSetAtVisit, metadata=about("The visit before, where it is after the baseline"))
    visit = Part(CoreSetAtVisit, required=True, metadata=about("This visit"))

    @validates_schema(skip_on_field_errors=True)
    def scales_are_never_mixed(self, body: dict[str, Any], **_: Any) -> None:
        """The MMT8 is on the same scale at every visit."""
        visits = [visit for name in VISITS if (visit := body.get(name))]
        maxima = {visit["mmt8_maximum"] for visit in visits if visit.get("mmt8_total") is not None}
        if len(maxima) > 1:
            sentence = "The MMT8 of the deterioration rule must be on the same scale at every visit: 80 or 150."
            raise broken("mixed_scales", sentence, "visit")


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    previous = body.get("previous")
    before = None if previous is None else _measures(previous)
    return deterioration(_measures(body["baseline"]), _measures(body["visit"]), before, rule)


def _measures(visit: Body) -> Measures:
    return Measures(**{name: exact(visit.get(name)) for name in MEASURES}, unusable={})


_BASELINE = {
    "physician_global_activity": 3,
    "patient_global_activity": 4,
    "mmt8_total": 70,
    "mmt8_maximum": 80,
    "chaq_index": 1,
    "extramuscular_global_activity": 2,
}
_WORSE = {**_BASELINE, "physician_global_activity": 5, "mmt8_total": 56}
_SOURCE = "Domain reference 2.6: physician's global 2 cm and MMT8 20 % worse"

CALCULATION = Calculation(
    "deterioration",
    (DETERIORATION,),
    DeteriorationInput,
    _calculate,
    (
        Example(_SOURCE, {"baseline": _BASELINE, "previous": _WORSE, "visit": _WORSE}, category="confirmed"),
        Example(_SOURCE, {"baseline": _BASELINE, "visit": _WORSE}, category="unconfirmed"),
        Example(_SOURCE, {"baseline": _BASELINE, "previous": _WORSE, "visit": _BASELINE}, category="none"),
    ),
)
