"""The calculations of treatment and growth: worked examples come out, mixed input is refused, absent input is not."""

import json
from decimal import Decimal

import pytest

from registry.problems import RulesBroken
from registry.schemas.calculations import (
    bmi_z_score,
    body_mass_index,
    body_surface_area,
    dose_band,
    egfr,
    height_z_score,
    prednisone_equivalent,
)

MODULES = (bmi_z_score, body_mass_index, body_surface_area, dose_band, egfr, height_z_score, prednisone_equivalent)
EXAMPLES = [(module.CALCULATION, example) for module in MODULES for example in module.CALCULATION.examples]


def sent(body):
    return json.loads(json.dumps(body), parse_float=Decimal)


@pytest.mark.parametrize(("calculation", "example"), EXAMPLES, ids=[example.source for _, example in EXAMPLES])
def test_a_worked_example_comes_out(calculation, example):
    result = calculation.of(sent(example.body))
    assert result.category == example.category
    assert result.value == (None if example.value is None else Decimal(example.value))


@pytest.mark.parametrize("module", [bmi_z_score, body_mass_index, body_surface_area, height_z_score])
def test_what_is_absent_is_said_and_not_refused(module):
    result = module.CALCULATION.of({})
    assert (result.value, result.final) == (None, False)
    assert result.missing


def test_a_glucocorticoid_without_its_intakes_is_said():
    result = prednisone_equivalent.CALCULATION.of({"drugs": [{"drug": "prednisone", "dose": 10}], "weight": 20})
    assert (result.value, result.missing) == (None, ("drugs/0/intakes_per_day",))


def test_a_dose_by_intake_and_by_day_is_refused():
    drug = {"drug": "prednisone", "dose": 10, "intakes_per_day": 1, "mg_per_day": 10}
    with pytest.raises(RulesBroken) as refused:
        prednisone_equivalent.CALCULATION.of({"drugs": [drug]})
    assert [rule.pointer for rule in refused.value.errors] == ["/drugs/0/mg_per_day"]


def test_a_route_that_is_not_said_is_oral():
    drug = {"drug": "prednisone", "mg_per_day": 10}
    assert prednisone_equivalent.CALCULATION.of({"drugs": [drug], "weight": 20}).final is True


def test_a_drug_that_is_no_jak_inhibitor_is_refused():
    with pytest.raises(RulesBroken):
        dose_band.CALCULATION.of({"drug": "methotrexate", "mg_per_day": 10, "weight": 30})
