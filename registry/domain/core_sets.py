"""The six core set measures of IMACS and of PRINTO at two visits, compared measure by measure.

Source: domain reference 1.9 (S-CORE, PMC2774891 Table 2) and 2.1. Four measures are in both: physician's and patient's
or parent's global activity, muscle strength (MMT or CMAS) and the CHAQ. IMACS adds a muscle enzyme and the extramuscular
global assessment of the MDAAT, PRINTO the physical summary of the CHQ and the DAS. The variant of the core set and the
tool of strength stay the same at every visit of a participant.

What was measured differently at two visits is never compared: another scale or question of a global assessment, another
maximum of a strength total.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from registry.domain.core_set_enzymes import MOST_ABNORMAL, UNIT, Enzyme, enzyme_pair
from registry.domain.items import Direction

Measure = Literal["physician_global", "patient_global", "strength", "function", "enzyme", "quality_of_life",
                  "extramuscular", "disease_activity_score"]  # fmt: skip

SAID_TOGETHER: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "physician_global_activity": ("physician_global_activity", "physician_global_scale"),
        "patient_global_activity": ("patient_global_activity", "patient_global_scale", "patient_global_wording"),
        "mmt_total": ("mmt_total", "mmt_maximum"),
        "cmas_total": ("cmas_total", "cmas_maximum"),
    }
)
NAMES: Mapping[str, str] = MappingProxyType({"baseline": "baseline", "followup": "follow-up"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Assessment:
    """The core set measures of both sets as they were found at one visit; what was not measured is None."""

    physician_global_activity: Decimal | None = None
    physician_global_scale: str | None = None
    patient_global_activity: Decimal | None = None
    patient_global_scale: str | None = None
    patient_global_wording: str | None = None
    mmt_total: Decimal | None = None
    mmt_maximum: Decimal | None = None
    cmas_total: Decimal | None = None
    cmas_maximum: Decimal | None = None
    chaq_index: Decimal | None = None
    enzymes: tuple[Enzyme, ...] = ()
    extramuscular_global_activity: Decimal | None = None
    das_total: Decimal | None = None
    chq_physical_summary: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measure at both visits. `field` names the tool as `Assessment` does; `maximum` is that of a strength total.

    `reason` is a sentence saying why the two cannot be compared, and `missing` what is not there; else both are empty.
    """

    measure: Measure
    field: str
    words: str
    baseline: Decimal | None = None
    followup: Decimal | None = None
    higher: Direction = "worse"
    scale: str | None = None
    maximum: Decimal | None = None
    enzyme: str | None = None
    upper_limit: Decimal | None = None
    unit: str | None = None
    missing: tuple[str, ...] = ()
    reason: str | None = None

    @property
    def improvement(self) -> Decimal | None:
        """How far it moved towards health, in its own unit; None where the two cannot be compared."""
        if self.reason is not None or self.baseline is None or self.followup is None:
            return None
        change = self.followup - self.baseline
        return change if self.higher == "better" else -change


def compared(
    baseline: Assessment,
    followup: Assessment,
    core_set: str,
    strength_measure: str,
    enzyme_choice: str = MOST_ABNORMAL,
) -> tuple[Compared, ...]:
    """Compare the six measures of a core set, in the order of the published table; KeyError for one that is none."""
    visits = {"baseline": baseline, "followup": followup}
    both = (
        _global(visits, "physician"),
        _global(visits, "patient"),
        _strength(visits, {"mmt8": "mmt", "cmas": "cmas"}[strength_measure]),
        _plain(visits, "function", "chaq_index", "CHAQ index"),
    )
    if core_set == "imacs":
        return (
            *both,
            _enzyme(baseline, followup, enzyme_choice),
            _plain(visits, "extramuscular", "extramuscular_global_activity", "extramuscular global activity"),
        )
    return (
        *both,
        _plain(visits, "quality_of_life", "chq_physical_summary", "CHQ physical summary", "better"),
        _plain(visits, "disease_activity_score", "das_total", "DAS"),
    )


def _plain(
    visits: Mapping[str, Assessment], measure: Measure, field: str, words: str, higher: Direction = "worse"
) -> Compared:
    missing = tuple(f"{name}/{field}" for name, visit in visits.items() if getattr(visit, field) is None)
    return Compared(
        measure=measure,
        field=field,
        words=words,
        baseline=getattr(visits["baseline"], field),
        followup=getattr(visits["followup"], field),
        higher=higher,
        missing=missing,
        reason=_missing(words, missing) if missing else None,
    )


def _missing(words: str, missing: tuple[str, ...]) -> str:
    return f"The {words} is missing at {' and '.join(NAMES[name.split('/')[0]] for name in missing)}."


def _global(visits: Mapping[str, Assessment], rater: Literal["physician", "patient"]) -> Compared:
    words = {"physician": "physician's global activity", "patient": "patient's or parent's global activity"}[rater]
    measure: Measure = "physician_global" if rater == "physician" else "patient_global"
    one = _plain(visits, measure, f"{rater}_global_activity", words)
    scales = {getattr(visit, f"{rater}_global_scale") or "vas" for visit in visits.values()}
    wordings = {visit.patient_global_wording for visit in visits.values()} - {None}
    if one.reason is not None:
        return one
    if len(scales) > 1:
        return _unlike(one, f"The {words} is on different scales: VAS and Likert are never mixed.")
    if rater == "patient" and len(wordings) > 1:
        return _unlike(one, f"The {words} was asked differently: disease activity and overall well-being never mix.")
    return replace(one, scale=scales.pop())


def _strength(visits: Mapping[str, Assessment], tool: str) -> Compared:
    words = tool.upper()
    one = _plain(visits, "strength", f"{tool}_total", f"{words} total", "better")
    version = _plain(visits, "strength", f"{tool}_maximum", f"maximum of the {words} version used")
    if one.reason is not None:
        return one
    if version.reason is not None:
        return replace(one, missing=version.missing, reason=version.reason)
    if version.baseline != version.followup:
        return _unlike(one, f"The {words} totals have different maxima: versions of a scale are never mixed.")
    if not version.baseline or any(total is None or total > version.baseline for total in (one.baseline, one.followup)):
        return _unlike(one, f"A {words} total is above the maximum of the version used.")
    return replace(one, maximum=version.baseline)


def _unlike(one: Compared, reason: str) -> Compared:
    """Say that the two values are there and cannot be compared: the follow-up counts as missing."""
    return replace(one, missing=(f"followup/{one.field}",), reason=reason)


def _enzyme(baseline: Assessment, followup: Assessment, choice: str) -> Compared:
    pair = enzyme_pair(baseline.enzymes, followup.enzymes, choice)
    return Compared(
        measure="enzyme",
        field="enzymes",
        words="muscle enzyme",
        baseline=pair.baseline,
        followup=pair.followup,
        enzyme=pair.enzyme,
        upper_limit=pair.upper_limit,
        unit=UNIT if pair.baseline is not None else None,
        missing=pair.missing,
        reason=pair.reason,
    )
