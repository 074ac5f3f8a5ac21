"""The bedside Schwartz equation."""

from decimal import Decimal

import pytest

from registry.domain.renal_function import EGFR, Constants, egfr
from registry.domain.rules import ConstantRefused, overriding

D = Decimal


def test_the_worked_value_of_the_reference():
    result = egfr(D(140), D("0.5"), "mg/dL")
    assert result.value == D("115.6")
    assert result.details.unrounded == D("115.64")


def test_both_units_agree():
    molar = egfr(D(140), D("44.21"), "umol/L")
    assert molar.details.unrounded == egfr(D(140), D("0.5"), "mg/dL").details.unrounded


def test_the_unrounded_value_is_kept_for_cut_offs():
    result = egfr(D(72), D("0.4957"), "mg/dL")
    assert result.value == D("60.0")
    assert result.details.unrounded < 60


@pytest.mark.parametrize("unit", ["mg/L", "g/L", "U/L"])
def test_another_unit_is_never_guessed(unit):
    result = egfr(D(140), D("0.5"), unit)
    assert (result.value, result.missing) == (None, ("unit",))


@pytest.mark.parametrize(
    ("height", "creatinine", "unit", "missing"),
    [(None, "0.5", "mg/dL", ("height",)), ("140", None, None, ("creatinine", "unit")), ("140", "0.5", None, ("unit",))],
)
def test_what_is_missing_is_named(height, creatinine, unit, missing):
    result = egfr(height and D(height), creatinine and D(creatinine), unit)
    assert (result.value, result.missing, result.final) == (None, missing, False)


def test_nothing_is_not_divided_by():
    assert egfr(D(140), D(0), "mg/dL").value is None


@pytest.mark.parametrize("k", ["0", "-0.413"])
def test_a_factor_that_is_not_above_zero_is_refused(k):
    with pytest.raises(ConstantRefused):
        overriding(EGFR, {"k": D(k)})
    with pytest.raises(ConstantRefused):
        Constants(k=D(k))
