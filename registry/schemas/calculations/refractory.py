"""Tell refractory disease by the definition of an adult trial."""

from typing import Any

from registry.domain.refractory import INPUTS, REFRACTORY, Treatment, refractory
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Exact, Whole, YesNo, about


class RefractoryInput(Taken):
    """Treatments and what failed; what is null is not known."""

    glucocorticoid_mg_per_kg = Exact(
        0, 100, places=4, metadata=about("Daily glucocorticoid, prednisone-equivalent", unit="mg/kg/d", example=1)
    )
    glucocorticoid_months = Exact(0, 600, places=2, metadata=about("How long it was given", unit="mo", example=3))
    glucocorticoid_failed = YesNo(metadata=about("It was not effective enough", example=True))
    glucocorticoid_intolerance = YesNo(metadata=about("Glucocorticoids were not tolerated"))
    immunosuppressants_failed = Whole(
        0, 20, metadata=about("Number of conventional immunosuppressants that failed", unit="{count}", example=1)
    )


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return refractory(Treatment(**{name: body.get(name) for name in INPUTS}), rule)


_BODY = {
    "glucocorticoid_mg_per_kg": 1,
    "glucocorticoid_months": 2,
    "glucocorticoid_failed": True,
    "glucocorticoid_intolerance": False,
    "immunosuppressants_failed": 0,
}

CALCULATION = Calculation(
    "refractory",
    (REFRACTORY,),
    RefractoryInput,
    _calculate,
    (
        Example("Domain reference 2.7: two months of 1 mg/kg failed", _BODY, category="refractory"),
        Example(
            "Domain reference 2.7: shorter than two months, nothing else failed",
            _BODY | {"glucocorticoid_months": 1},
            category="not_refractory",
        ),
    ),
)
