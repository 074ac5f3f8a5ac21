"""Every rule of the science by its id, and the rules in force for a study with constants of its own."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from registry.domain.bohan_peter import BOHAN_PETER
from registry.domain.classification import CLASSIFICATION
from registry.domain.clinically_inactive_disease import (
    CLINICALLY_INACTIVE_DISEASE,
    CLINICALLY_INACTIVE_DISEASE_REVISED,
)
from registry.domain.complete_clinical_response import COMPLETE_CLINICAL_RESPONSE
from registry.domain.ctcae_5 import CTCAE_5
from registry.domain.ctcae_6 import CTCAE_6
from registry.domain.damage import MDI_SEVERITY
from registry.domain.definition_of_improvement import DEFINITION_OF_IMPROVEMENT
from registry.domain.deterioration import DETERIORATION
from registry.domain.disease_activity import MYOACT
from registry.domain.dose_band import DOSE_BAND
from registry.domain.enzyme_signal import ENZYME_SIGNAL
from registry.domain.functioning import CHAQ
from registry.domain.glucocorticoid_course import GLUCOCORTICOID_REDUCTION, STEROID_FREE_SINCE
from registry.domain.glucocorticoids import PREDNISONE_EQUIVALENT
from registry.domain.growth import BMI_Z_SCORE, BODY_MASS_INDEX, BODY_SURFACE_AREA, HEIGHT_Z_SCORE
from registry.domain.high_risk import HIGH_RISK
from registry.domain.hybrid_measure import HMC
from registry.domain.interferon import INTERFERON_6, INTERFERON_28_GEOMEAN, INTERFERON_28_STANDARDISED
from registry.domain.interferon_course import INTERFERON_POSITIVITY, INTERFERON_RATIO
from registry.domain.jak_exposure import JAK_EXPOSURE
from registry.domain.jdmai import JDMAI1, JDMAI2
from registry.domain.laboratory_safety import RULES as LABORATORY_SAFETY
from registry.domain.muscle_enzymes import ENZYME_MULTIPLE
from registry.domain.muscle_strength import CMAS, MMT8, MMT26
from registry.domain.printo_improvement import PRINTO_IMPROVEMENT
from registry.domain.refractory import REFRACTORY
from registry.domain.renal_function import EGFR
from registry.domain.rules import ConstantRefused, Rule, overriding
from registry.domain.skin_disease import CDASI_ACTIVITY, CDASI_DAMAGE, DAS, DAS_MUSCLE, DAS_SKIN, NAILFOLD
from registry.domain.special_interest import SPECIAL_INTEREST_RULE
from registry.domain.study_safety import SIGNALS
from registry.domain.total_improvement_score import TOTAL_IMPROVEMENT_SCORE

_ALL: tuple[Rule[Any], ...] = (
    TOTAL_IMPROVEMENT_SCORE,
    DEFINITION_OF_IMPROVEMENT,
    PRINTO_IMPROVEMENT,
    CLINICALLY_INACTIVE_DISEASE,
    CLINICALLY_INACTIVE_DISEASE_REVISED,
    HMC,
    JDMAI1,
    JDMAI2,
    COMPLETE_CLINICAL_RESPONSE,
    DETERIORATION,
    CLASSIFICATION,
    BOHAN_PETER,
    REFRACTORY,
    HIGH_RISK,
    CTCAE_5,
    CTCAE_6,
    ENZYME_MULTIPLE,
    ENZYME_SIGNAL,
    INTERFERON_6,
    INTERFERON_28_STANDARDISED,
    INTERFERON_28_GEOMEAN,
    INTERFERON_RATIO,
    INTERFERON_POSITIVITY,
    PREDNISONE_EQUIVALENT,
    GLUCOCORTICOID_REDUCTION,
    STEROID_FREE_SINCE,
    JAK_EXPOSURE,
    DOSE_BAND,
    BODY_MASS_INDEX,
    BODY_SURFACE_AREA,
    HEIGHT_Z_SCORE,
    BMI_Z_SCORE,
    EGFR,
    CMAS,
    MMT8,
    MMT26,
    CDASI_ACTIVITY,
    CDASI_DAMAGE,
    DAS_SKIN,
    DAS_MUSCLE,
    DAS,
    CHAQ,
    MYOACT,
    MDI_SEVERITY,
    NAILFOLD,
    SPECIAL_INTEREST_RULE,
    SIGNALS,
    *LABORATORY_SAFETY,
)

RULEBOOK: Mapping[str, Rule[Any]] = MappingProxyType({rule.id: rule for rule in _ALL})
"""Every rule by its id, with the constants as shipped."""

WATCHING = frozenset({"special-interest", SIGNALS.id, *(rule.id for rule in LABORATORY_SAFETY)})
"""The rules that watch over safety: they make records of workflow, and no derived value of a visit or participant."""


RESTS_ON: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "total-improvement-score": ("chaq",),
        "definition-of-improvement": ("chaq", "total-improvement-score"),
        "printo-improvement": ("chaq", "total-improvement-score"),
        "deterioration": ("chaq",),
        "jdmai1": ("hmc",),
        "jdmai2": ("hmc",),
        "complete-clinical-response": ("clinically-inactive-disease", "clinically-inactive-disease-revised"),
        "glucocorticoid-reduction": ("prednisone-equivalent",),
        "steroid-free-since": ("prednisone-equivalent",),
        "refractory": ("prednisone-equivalent",),
        "dose-band": ("egfr",),
        "jak-exposure": ("dose-band",),
    }
)
"""The rules whose results a rule takes as inputs on a visit: their own constants are told with its."""


def of_study(own: Mapping[str, Mapping[str, Any]] | None) -> Mapping[str, Rule[Any]]:
    """The rules with a study's own constants, rule id -> constant -> value; raises ConstantRefused."""
    if not own:
        return RULEBOOK
    unknown = next((name for name in own if name not in RULEBOOK), None)
    if unknown is not None:
        raise ConstantRefused(unknown, "There is no rule of this name.")
    rules = {name: overriding(rule, own.get(name) or {}) for name, rule in RULEBOOK.items()}
    return MappingProxyType({name: _resting(rule, rules) for name, rule in rules.items()})


def _resting(rule: Rule[Any], rules: Mapping[str, Rule[Any]]) -> Rule[Any]:
    """Give a rule with the study's constants of the rules that it rests on among those overridden, as `egfr.k`."""
    below = [f"{name}.{one}" for name in RESTS_ON.get(rule.id, ()) for one in rules[name].overridden]
    return replace(rule, overridden=(*rule.overridden, *below)) if below else rule
