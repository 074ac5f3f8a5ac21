"""Calculate the prednisone-equivalent of systemic glucocorticoids."""

from fractions import Fraction
from typing import Any

from marshmallow import validates_schema

from registry.domain.glucocorticoid_dose import Given
from registry.domain.glucocorticoids import PREDNISONE_EQUIVALENT, prednisone_equivalent
from registry.domain.medications import ROUTES, of_class
from registry.domain.rules import Result, Rule
from registry.schemas.base import Record
from registry.schemas.calculations.calculation import Body, Calculation, Example, Taken
from registry.schemas.fields import Choice, Exact, ListOf, Part, about
from registry.schemas.sentences import broken

GLUCOCORTICOIDS = {drug.code: drug.name for drug in of_class("glucocorticoid")}


class GlucocorticoidGiven(Record):
    """A glucocorticoid with its dose: milligrams an intake and intakes a day, or milligrams a day."""

    drug = Choice(GLUCOCORTICOIDS, required=True, metadata=about("Glucocorticoid", example="prednisolone"))
    dose = Exact(0, 10000, places=4, metadata=about("Dose of one intake", unit="mg", example=10))
    intakes_per_day = Exact(
        "0.01", 24, places=4, metadata=about("Intakes a day; every other day is 0.5", unit="/d", example=2)
    )
    mg_per_day = Exact(0, 100000, places=4, metadata=about("Dose a day, in place of dose and intakes", unit="mg/d"))
    route = Choice(ROUTES, metadata=about("Route; oral where it is not said. Intravenous is a pulse", example="oral"))

    @validates_schema(skip_on_field_errors=True)
    def dose_is_said_once(self, given: dict[str, Any], **_: Any) -> None:
        """A dose is said by intake or by day, not both."""
        by_intake = given.get("dose") is not None or given.get("intakes_per_day") is not None
        if by_intake and given.get("mg_per_day") is not None:
            sentence = "The dose of a glucocorticoid is given by intake (dose, intakes_per_day) or by day, not both."
            raise broken("said_twice", sentence, "mg_per_day")


class PrednisoneEquivalentInput(Taken):
    """Every glucocorticoid given on a day, and the body weight."""

    drugs = ListOf(
        Part(GlucocorticoidGiven, required=True),
        20,
        required=True,
        metadata=about(
            "Glucocorticoids given; none is an empty list",
            example=[{"drug": "prednisolone", "dose": 10, "intakes_per_day": 2}],
        ),
    )
    weight = Exact(1, 250, places=2, metadata=about("Body weight", unit="kg", example=25))


def _given(drug: Body) -> Given:
    intakes = drug.get("intakes_per_day")
    return Given(
        drug=drug["drug"],
        route=drug.get("route") or "oral",
        dose=drug.get("dose"),
        unit="mg",
        intakes_per_day=None if intakes is None else Fraction(intakes),
        mg_per_day=drug.get("mg_per_day"),
    )


def _calculate(body: Body, rule: Rule[Any]) -> Result:
    return prednisone_equivalent([_given(drug) for drug in body["drugs"]], body.get("weight"), rule=rule)


CALCULATION = Calculation(
    "prednisone-equivalent",
    (PREDNISONE_EQUIVALENT,),
    PrednisoneEquivalentInput,
    _calculate,
    (
        Example(
            "Domain reference 2.8: methylprednisolone x 1.25",
            {"drugs": [{"drug": "methylprednisolone", "dose": 8, "intakes_per_day": 2}], "weight": 25},
            value="20.00",
        ),
        Example(
            "Domain reference 2.8: 0.75 mg of dexamethasone are 5 mg",
            {"drugs": [{"drug": "dexamethasone", "mg_per_day": 0.75}], "weight": 25},
            value="5.00",
        ),
    ),
)
