"""Multiples of muscle enzymes, and the enzyme signal on both sides of every boundary."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.enzyme_signal import ENZYME_SIGNAL, Occasion, enzyme_signal
from registry.domain.muscle_enzymes import MUSCLE_ENZYMES, Enzyme, enzyme_multiple
from registry.domain.rules import overriding

BEFORE = Occasion(
    value=Decimal(200),
    unit="U/L",
    upper_limit=Decimal(200),
    mmt8_total=Decimal(150),
    mmt8_maximum=Decimal(150),
    physician_global_activity=Decimal(1),
)
RISEN = replace(BEFORE, value=Decimal(500))


def category(previous, current, rule=ENZYME_SIGNAL):
    result = enzyme_signal("CK", previous, current, rule)
    assert result.final == (result.category != "indeterminate")
    return result.category


def changed(occasion, **said):
    numbers = {name: Decimal(str(value)) if isinstance(value, int | float) else value for name, value in said.items()}
    return replace(occasion, **numbers)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ({"value": 500}, "signal"),
        ({"value": 499}, "no_signal"),
        ({"mmt8_total": 147}, "signal"),
        ({"mmt8_total": 146}, "rise_with_activity"),
        ({"physician_global_activity": 1.5}, "signal"),
        ({"physician_global_activity": 1.6}, "rise_with_activity"),
        ({"physician_global_activity": 0}, "signal"),
        ({"mmt8_total": None}, "indeterminate"),
        ({"mmt8_total": None, "physician_global_activity": 1.6}, "rise_with_activity"),
        ({"physician_global_activity": None}, "indeterminate"),
        ({"physician_global_activity": None, "mmt8_total": 146}, "rise_with_activity"),
        ({"upper_limit": None}, "indeterminate"),
        ({"value": 499, "mmt8_total": None, "physician_global_activity": None}, "no_signal"),
        ({"value": None}, "indeterminate"),
        ({"unit": "mg/dL"}, "indeterminate"),
        ({"value": 8.4, "unit": "ukat/L", "upper_limit": 3.36}, "signal"),
        ({"value": 8.3, "unit": "ukat/L", "upper_limit": 3.32}, "signal"),
        ({"value": 8.3, "unit": "ukat/L", "upper_limit": 3.33}, "no_signal"),
    ],
)
def test_the_enzyme_signal_on_both_sides_of_its_boundaries(now, expected):
    assert category(BEFORE, changed(RISEN, **now)) == expected


@pytest.mark.parametrize(("previous", "expected"), [(250, "signal"), (251, "no_signal"), (0, "signal")])
def test_the_enzyme_is_at_least_doubled(previous, expected):
    assert category(changed(BEFORE, value=previous), RISEN) == expected


@pytest.mark.parametrize(
    ("previous", "now", "expected"),
    [
        (("<", 250), (None, 500), "signal"),
        (("<", 251), (None, 500), "indeterminate"),
        ((">", 250), (None, 500), "no_signal"),
        ((">", 249), (None, 500), "indeterminate"),
        ((None, 250), (">", 500), "signal"),
        ((None, 251), (">", 500), "indeterminate"),
        ((None, 200), (">", 499), "indeterminate"),
        ((None, 200), ("<", 500), "no_signal"),
        ((None, 200), ("<", 501), "indeterminate"),
        ((">", 250), ("<", 500), "no_signal"),
    ],
)
def test_a_censored_enzyme_is_never_taken_as_exact(previous, now, expected):
    before = changed(BEFORE, value=previous[1], comparator=previous[0])
    assert category(before, changed(RISEN, value=now[1], comparator=now[0])) == expected


def test_cmas_stands_for_strength_where_mmt8_was_not_done_alike():
    before = changed(BEFORE, cmas_total=50, cmas_maximum=52)
    now = changed(RISEN, mmt8_total=80, mmt8_maximum=80, cmas_total=49, cmas_maximum=52)
    result = enzyme_signal("CK", before, now)
    assert (result.category, result.details.mmt8_loss) == ("signal", None)
    assert result.details.cmas_loss == Decimal("1.92307692308")
    assert category(before, changed(now, cmas_total=48)) == "rise_with_activity"
    assert category(before, changed(now, cmas_maximum=49)) == "indeterminate"


def test_strength_is_lost_if_either_measure_lost_it():
    before = changed(BEFORE, cmas_total=50, cmas_maximum=52)
    assert category(before, changed(RISEN, cmas_total=40, cmas_maximum=52)) == "rise_with_activity"


def test_without_a_visit_before_only_an_enzyme_below_the_multiple_is_decided():
    assert category(Occasion(), BEFORE) == "no_signal"
    result = enzyme_signal("CK", Occasion(), RISEN)
    assert result.category == "indeterminate"
    assert {"previous/value", "previous/unit", "previous/physician_global_activity"} <= set(result.missing)


def test_the_details_tell_the_multiple_the_ratio_and_the_changes():
    details = enzyme_signal("CK", BEFORE, changed(RISEN, mmt8_total=148, physician_global_activity=1.4)).details
    assert (details.multiple, details.ratio, details.risen) == (Decimal("2.5"), Decimal("2.5"), True)
    assert (details.mmt8_loss, details.global_rise) == (Decimal("1.33333333333"), Decimal("0.4"))


def test_a_study_may_set_its_own_rise():
    rule = overriding(ENZYME_SIGNAL, {"rise_multiple": Decimal(3)})
    assert category(BEFORE, RISEN, rule) == "no_signal"


OCCASIONS = st.builds(
    Occasion,
    value=st.none() | st.decimals(0, 2000, places=1),
    unit=st.sampled_from([None, "U/L", "ukat/L", "mg/dL"]),
    comparator=st.sampled_from([None, "<", ">"]),
    upper_limit=st.none() | st.decimals(0, 300, places=1),
    mmt8_total=st.none() | st.integers(0, 80).map(Decimal),
    mmt8_maximum=st.sampled_from([None, Decimal(80), Decimal(150)]),
    physician_global_activity=st.none() | st.decimals(0, 10, places=1),
)


@settings(max_examples=50)
@given(OCCASIONS, OCCASIONS)
def test_any_two_occasions_have_a_category_and_only_the_undecided_one_is_not_final(previous, current):
    assert category(previous, current) in ENZYME_SIGNAL.categories


def test_a_multiple_is_of_the_upper_limit_in_the_unit_reported():
    enzyme = Enzyme(analyte="CK", value=Decimal(500), unit="U/L", upper_limit=Decimal(150), result_number=2)
    result = enzyme_multiple(enzyme)
    assert (result.value, result.subject) == (Decimal("3.33333333333"), "CK")
    assert (result.details.comparator, result.details.result_number) == (None, 2)


def test_a_multiple_of_a_censored_value_is_a_bound():
    result = enzyme_multiple(
        Enzyme(analyte="LDH", value=Decimal(30), unit="U/L", upper_limit=Decimal(60), comparator="<")
    )
    assert (result.details.bound, result.details.comparator) == (Decimal("0.5"), "<")


@pytest.mark.parametrize(("said", "missing"), [({"upper_limit": None}, "upper_limit"), ({"unit": None}, "unit"),
                                               ({"upper_limit": Decimal(0)}, "upper_limit")])  # fmt: skip
def test_there_is_no_multiple_without_limit_and_unit(said, missing):
    enzyme = replace(Enzyme(analyte="CK", value=Decimal(500), unit="U/L", upper_limit=Decimal(150)), **said)
    assert (enzyme_multiple(enzyme).value, enzyme_multiple(enzyme).missing) == (None, (missing,))


def test_the_muscle_enzymes_are_those_of_the_reference():
    assert MUSCLE_ENZYMES == ("CK", "LDH", "AST", "ALT", "ALDOLASE")


@pytest.mark.parametrize(("value", "multiple"), [("999999.999999", "999999999999"), ("1000000", None)])
def test_a_multiple_that_is_too_large_to_be_right_is_none(value, multiple):
    enzyme = Enzyme(analyte="CK", value=Decimal(value), unit="U/L", upper_limit=Decimal("0.000001"))
    assert enzyme_multiple(enzyme).value == (None if multiple is None else Decimal(multiple))
