"""Calculate the band of a JAK inhibitor's dose against the published doses."""

from typing import Any

from registry.domain.dose_band import DOSE_BAND, Daily, dose_band
from registry.domain.dosing import FORMULATIONS
from registry.domain.rules import Result, Rule
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.doses import DRUGS
from registry.schemas.fields import Choice, Exact, about


class DoseBandInput(Taken):
    """A daily dose with the weight and kidney function it is judged by."""

    drug = Choice(DRUGS, required=True, metadata=about("JAK inhibitor", example="baricitinib"))
    formulation = Choice(FORMULATIONS, metadata=about("Formulation", example="tablet"))
    mg_per_day = Exact(0, 12000, places=5, metadata=about("Dose a day", unit="mg/d", example=4))
    weight = Exact(1, 250, places=2, metadata=about("Body weight", unit="kg", example=30))
    egfr = Exact(
        1,
        400,
        places=9,
        metadata=about(
            "Estimated glomerular filtration rate, not rounded across a limit", unit="mL/min/{1.73_m2}", example=90
        ),
    )


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    daily = Daily(
        drug=body["drug"],
        formulation=body.get("formulation"),
        mg_per_day=body.get("mg_per_day"),
        weight=body.get("weight"),
        egfr=body.get("egfr"),
    )
    return dose_band(daily, rule)


def _baricitinib(**given: float) -> Body:
    return {"drug": "baricitinib", "formulation": "tablet", **given}


CALCULATION = Calculation(
    "dose-band",
    (DOSE_BAND,),
    DoseBandInput,
    _calculate,
    (
        Example(
            "Domain reference 5: 4 mg a day from 30 kg",
            _baricitinib(mg_per_day=4, weight=30, egfr=90),
            category="within",
        ),
        Example(
            "Domain reference 5: half the dose at an eGFR of 30 to below 60",
            _baricitinib(mg_per_day=4, weight=30, egfr=59),
            category="above",
        ),
        Example(
            "Domain reference 5: not recommended at an eGFR below 30",
            _baricitinib(mg_per_day=2, weight=30, egfr=29),
            category="not_recommended",
        ),
    ),
)
