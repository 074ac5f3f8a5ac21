"""Refractory disease as an adult trial defined it: glucocorticoids failed or not tolerated, or an immunosuppressant failed.

Source: domain reference 2.7 (S-ACTH, an adult trial): at least 2 months of high-dose glucocorticoid (0.75 to 1 mg/kg)
failed, or intolerance, "and/or" at least one conventional immunosuppressant failed. Read here as: one arm is enough; the
details tell each arm and whether both hold. No algorithm is published for the classes of Ding 2021 (ineffective,
glucocorticoid-dependent): what is told of them are the indications that the participant's site attests.
"""

from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

from registry.domain.rules import Result, Rule, constant, said
from registry.domain.three_valued import all_of, any_of, at_least

_REFERENCE = "Domain reference 2.7 (S-ACTH, adult trial)"
REFRACTORY_INDICATIONS = ("refractory_skin", "refractory_muscle", "unable_to_wean_steroids", "intolerance")
"""The indications of a JAK inhibitor that attest refractory disease (Sherman 2025 survey)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """What a failed treatment must have been."""

    high_dose: Decimal = constant(
        "Lowest high dose of glucocorticoid, prednisone-equivalent in mg/kg/d", Decimal("0.75"), source=_REFERENCE
    )
    months: Decimal = constant("Least months at high dose", Decimal(2), source=_REFERENCE)
    immunosuppressants: int = constant(
        "Least number of conventional immunosuppressants that failed", 1, source=_REFERENCE
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """Which arms of the definition hold; absent where it is not known."""

    glucocorticoid_failure: bool | None = said("Whether high-dose glucocorticoid was given long enough and failed")
    glucocorticoid_intolerance: bool | None = said("Whether glucocorticoids were not tolerated")
    immunosuppressant_failure: bool | None = said("Whether enough conventional immunosuppressants failed")
    both_arms: bool | None = said("Whether the arm of glucocorticoids and that of immunosuppressants both hold")
    attested_indications: tuple[str, ...] = said(
        "Indications by which the site attests refractory disease; not computed"
    )


REFRACTORY = Rule(
    id="refractory",
    title="Refractory disease by the definition of an adult trial",
    version="1",
    source=_REFERENCE,
    constants=Constants(),
    categories=MappingProxyType(
        {
            "refractory": "An arm of the definition holds",
            "not_refractory": "No arm of the definition holds",
            "indeterminate": "What is not known decides",
        }
    ),
    details=Details,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How a participant was treated and what failed; None is not known. The dose is prednisone-equivalent, mg/kg/d."""

    glucocorticoid_mg_per_kg: Decimal | None = None
    glucocorticoid_months: Decimal | None = None
    glucocorticoid_failed: bool | None = None
    glucocorticoid_intolerance: bool | None = None
    immunosuppressants_failed: int | None = None


INPUTS = tuple(one.name for one in fields(Treatment))


def refractory(treatment: Treatment, rule: Rule[Constants] = REFRACTORY, indications: tuple[str, ...] = ()) -> Result:
    """Tell whether the disease is refractory; indeterminate where what is not known could decide."""
    failure = glucocorticoid_failure(treatment, rule.constants)
    glucocorticoids = any_of((failure, treatment.glucocorticoid_intolerance))
    number = treatment.immunosuppressants_failed
    immunosuppressants = None if number is None else number >= rule.constants.immunosuppressants
    category, reason = _category(any_of((glucocorticoids, immunosuppressants)))
    return Result(
        rule=rule,
        category=category,
        missing=tuple(name for name in INPUTS if getattr(treatment, name) is None),
        final=reason is None,
        reason=reason,
        details=Details(
            glucocorticoid_failure=failure,
            glucocorticoid_intolerance=treatment.glucocorticoid_intolerance,
            immunosuppressant_failure=immunosuppressants,
            both_arms=all_of((glucocorticoids, immunosuppressants)),
            attested_indications=tuple(one for one in REFRACTORY_INDICATIONS if one in indications),
        ),
    )


def glucocorticoid_failure(treatment: Treatment, constants: Constants) -> bool | None:
    """Whether a glucocorticoid at high dose was given long enough and failed."""
    high = at_least(treatment.glucocorticoid_mg_per_kg, constants.high_dose)
    long = at_least(treatment.glucocorticoid_months, constants.months)
    return all_of((high, long, treatment.glucocorticoid_failed))


def _category(holds: bool | None) -> tuple[str, str | None]:
    if holds is None:
        return (
            "indeterminate",
            "Treatments that are not known, or their doses, times or ends, decide whether it is refractory.",
        )
    return ("refractory" if holds else "not_refractory"), None
