"""High risk of a severe course, by the features that SHARE lists.

Source: domain reference 7 (S-SHARE): bed-bound, CMAS below 15 or MMT8 below 30, aspiration or dysphagia, vasculitis of the
gut, myocarditis, parenchymal lung disease, central nervous system, skin ulceration, intensive care, age under 1 year. The
cut-off of MMT8 is on the scale of 0 to 80; of a total of both sides (0 to 150) seven muscles, 0 to 70 points, are
counted twice, so that it bounds the total of one side. The cut-off of CMAS is on the scale of 0 to 52.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

from registry.domain import items
from registry.domain.rules import Result, Rule, constant, said
from registry.domain.three_valued import below

_REFERENCE = "Domain reference 7 (S-SHARE)"
OTHER_SIDE = items.MMT8_BILATERAL_MAXIMUM - items.MMT8_UNILATERAL_MAXIMUM
"""The points of the other side in an MMT8 of both sides."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The limits below which strength and age are features of high risk."""

    cmas_below: Decimal = constant("CMAS below which the risk is high, of 52", Decimal(15), source=_REFERENCE, high=52)
    mmt8_below: Decimal = constant("MMT8 below which the risk is high, of 80", Decimal(30), source=_REFERENCE, high=80)
    age_below: Decimal = constant("Age in months below which the risk is high", Decimal(12), source=_REFERENCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The features by what is known of them, each by the name of its input."""

    present: tuple[str, ...] = said("Features that are present")
    absent: tuple[str, ...] = said("Features that are absent")
    unknown: tuple[str, ...] = said("Features that are not known")


HIGH_RISK = Rule(
    id="high-risk",
    title="High risk by the features of SHARE",
    version="1",
    source=_REFERENCE,
    constants=Constants(),
    categories=MappingProxyType(
        {
            "high_risk": "A feature of high risk is present",
            "not_high_risk": "Every feature of high risk is known to be absent",
            "indeterminate": "No feature is known to be present, and some are not known",
        }
    ),
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Features:
    """What the features are read from; None is not known. The age is in whole months."""

    bed_bound: bool | None = None
    cmas_total: Decimal | None = None
    cmas_maximum: Decimal | None = None
    mmt8_total: Decimal | None = None
    mmt8_maximum: Decimal | None = None
    aspiration: bool | None = None
    dysphagia: str | None = None
    gastrointestinal_vasculopathy: bool | None = None
    myocarditis: bool | None = None
    interstitial_lung_disease: str | None = None
    central_nervous_system: bool | None = None
    skin_ulceration: bool | None = None
    intensive_care: bool | None = None
    age_months: Decimal | None = None


INPUTS = tuple(one.name for one in fields(Features))


def high_risk(features: Features, rule: Rule[Constants] = HIGH_RISK) -> Result:
    """Tell whether any feature is present; one is enough, whatever is not known."""
    found = _found(features, rule.constants)
    present, absent, unknown = (
        tuple(name for name, state in found.items() if state is wanted) for wanted in (True, False, None)
    )
    category = "high_risk" if present else "indeterminate" if unknown else "not_high_risk"
    final = category != "indeterminate"
    return Result(
        rule=rule,
        category=category,
        missing=unknown,
        final=final,
        reason=None
        if final
        else "No feature of high risk is known to be present, but not every one is known to be absent.",
        details=Details(present=present, absent=absent, unknown=unknown),
    )


def _found(features: Features, constants: Constants) -> Mapping[str, bool | None]:
    return {
        "bed_bound": features.bed_bound,
        "cmas_total": _weak_by_cmas(features, constants.cmas_below),
        "mmt8_total": _weak_by_mmt8(features, constants.mmt8_below),
        "aspiration": features.aspiration,
        "dysphagia": None if features.dysphagia is None else features.dysphagia != "none",
        "gastrointestinal_vasculopathy": features.gastrointestinal_vasculopathy,
        "myocarditis": features.myocarditis,
        "interstitial_lung_disease": _lung(features.interstitial_lung_disease),
        "central_nervous_system": features.central_nervous_system,
        "skin_ulceration": features.skin_ulceration,
        "intensive_care": features.intensive_care,
        "age_months": below(features.age_months, constants.age_below),
    }


def _weak_by_cmas(features: Features, limit: Decimal) -> bool | None:
    if features.cmas_maximum != items.CMAS_FULL_MAXIMUM:
        return None
    return below(features.cmas_total, limit)


def _weak_by_mmt8(features: Features, limit: Decimal) -> bool | None:
    total = features.mmt8_total
    if total is None or features.mmt8_maximum == items.MMT8_UNILATERAL_MAXIMUM:
        return below(total, limit)
    if features.mmt8_maximum != items.MMT8_BILATERAL_MAXIMUM:
        return None
    if total < limit:
        return True
    return False if total - OTHER_SIDE >= limit else None


def _lung(disease: str | None) -> bool | None:
    """Interstitial lung disease that is only suspected is not known."""
    return {"present": True, "absent": False}.get(disease or "")
