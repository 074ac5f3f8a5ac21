"""Clinically inactive disease: each cut-off on both sides, and decided with a criterion missing only where it must be."""

from decimal import Decimal
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.clinically_inactive_disease import (
    CLINICALLY_INACTIVE_DISEASE,
    CLINICALLY_INACTIVE_DISEASE_REVISED,
    Measures,
    clinically_inactive_disease,
)
from registry.domain.rules import overriding

RULES = {"original": CLINICALLY_INACTIVE_DISEASE, "revised": CLINICALLY_INACTIVE_DISEASE_REVISED}
MET = {"creatine_kinase": "150", "cmas_total": "48", "mmt8_total": "78", "physician_global_activity": "0.2"}
FAILED = {"creatine_kinase": "151", "cmas_total": "47", "mmt8_total": "77", "physician_global_activity": "0.3"}
NAMES = tuple(MET)


def measures(unit="U/L", comparator=None, cmas_maximum=52, **values):
    numbers = {name: None if value is None else Decimal(value) for name, value in values.items()}
    return Measures(unit=unit, comparator=comparator, cmas_maximum=cmas_maximum, **numbers)


def category(given, variant="original"):
    return clinically_inactive_disease(given, RULES[variant]).category


def statuses(result):
    return {one.measure: one.status for one in result.details.criteria}


def kinase(value, **said):
    """The status of a creatine kinase with nothing else measured."""
    return statuses(clinically_inactive_disease(measures(creatine_kinase=value, **said)))["creatine_kinase"]


@pytest.mark.parametrize(
    ("kinase", "cmas", "mmt8", "physician", "original", "revised"),
    [
        ("150", "48", "77", "0.3", "not_inactive", "not_inactive"),
        ("150", "48", "78", "5", "inactive", "not_inactive"),
        ("151", "48", "78", "0.2", "inactive", "inactive"),
        ("150", "48", "78", "0.2", "inactive", "inactive"),
        ("151", "47", "78", "0.2", "not_inactive", "not_inactive"),
    ],
)  # the first three are domain reference 8.3
def test_the_two_variants_of_the_published_vectors(kinase, cmas, mmt8, physician, original, revised):
    values = dict(zip(NAMES, (kinase, cmas, mmt8, physician), strict=True))
    result = clinically_inactive_disease(measures(**values))
    assert (result.category, result.final, result.missing, result.reason) == (original, True, (), None)
    assert category(measures(**values), "revised") == revised
    assert (result.details.original, result.details.revised) == (original, revised)


@pytest.mark.parametrize("name", NAMES)
def test_each_cut_off_is_included(name):
    assert statuses(clinically_inactive_disease(measures(**{name: MET[name]})))[name] == "met"
    assert statuses(clinically_inactive_disease(measures(**{name: FAILED[name]})))[name] == "failed"


def test_the_criteria_are_told_with_cut_offs_and_counted():
    result = clinically_inactive_disease(measures(**{**MET, "cmas_total": "47", "mmt8_total": None}))
    assert [one.cut_off for one in result.details.criteria] == [150, 48, 78, Decimal("0.2")]
    assert (result.details.met, result.details.failed) == (2, 1)
    assert (result.category, result.missing, result.final) == ("indeterminate", ("mmt8_total",), False)


def worlds(given):
    """Every way the missing criteria could turn out."""
    missing = [name for name in NAMES if given[name] is None]
    for filled in product((MET, FAILED), repeat=len(missing)):
        yield {**given, **{name: source[name] for name, source in zip(missing, filled, strict=True)}}


@pytest.mark.parametrize("variant", RULES)
@pytest.mark.parametrize("pattern", list(product("mf?", repeat=4)), ids="".join)
def test_a_missing_criterion_leaves_undecided_exactly_what_it_could_change(pattern, variant):
    source = {"m": MET, "f": FAILED}
    given = {name: source[sign][name] if sign in source else None for name, sign in zip(NAMES, pattern, strict=True)}
    possible = {category(measures(**world), variant) for world in worlds(given)}
    result = clinically_inactive_disease(measures(**given), RULES[variant])
    assert result.category == (possible.pop() if len(possible) == 1 else "indeterminate")
    assert result.final is (result.category != "indeterminate")
    assert result.missing == tuple(name for name in NAMES if given[name] is None)


@pytest.mark.parametrize(
    ("value", "comparator", "status"),
    [
        ("150", "<", "met"),
        ("151", "<", "missing"),
        ("40", "<", "met"),
        ("150", ">", "failed"),
        ("149", ">", "missing"),
        ("2000", ">", "failed"),
    ],
)
def test_a_censored_creatine_kinase_counts_only_where_the_cut_off_is_not_in_its_range(value, comparator, status):
    assert kinase(value, comparator=comparator) == status


@pytest.mark.parametrize(("value", "status"), [("2.5", "met"), ("2.51", "failed")])
def test_a_creatine_kinase_in_microkatals_is_converted(value, status):
    assert kinase(value, unit="ukat/L") == status


@pytest.mark.parametrize("unit", [None, "mg/dL", "ng/mL", ""])
def test_a_creatine_kinase_in_another_unit_is_missing_and_says_why(unit):
    result = clinically_inactive_disease(measures(creatine_kinase="100", unit=unit))
    assert "creatine_kinase" in result.missing
    assert "U/L or ukat/L" in result.reason


@pytest.mark.parametrize("maximum", [49, None])
def test_a_cmas_out_of_another_maximum_is_a_missing_criterion(maximum):
    result = clinically_inactive_disease(measures(**{**MET, "physician_global_activity": "5"}, cmas_maximum=maximum))
    assert (result.category, result.missing) == ("indeterminate", ("cmas_total",))
    assert "maximum of 52" in result.reason


def test_an_mmt8_above_80_is_a_missing_criterion():
    result = clinically_inactive_disease(measures(mmt8_total="146"))
    assert "mmt8_total" in result.missing
    assert "0 to 80" in result.reason


def test_a_study_can_set_a_cut_off_and_the_count():
    own = overriding(CLINICALLY_INACTIVE_DISEASE, {"creatine_kinase_at_most": 200, "criteria_needed": 4})
    assert clinically_inactive_disease(measures(**{**MET, "creatine_kinase": "200"}), own).category == "inactive"
    assert clinically_inactive_disease(measures(**{**MET, "cmas_total": "47"}), own).category == "not_inactive"
    assert own.overridden == ("creatine_kinase_at_most", "criteria_needed")


numbers = st.fixed_dictionaries(
    {
        "creatine_kinase": st.none() | st.decimals(0, 5000, places=1),
        "cmas_total": st.none() | st.integers(0, 52),
        "mmt8_total": st.none() | st.integers(0, 80),
        "physician_global_activity": st.none() | st.decimals(0, 10, places=1),
    }
)


@settings(max_examples=50)
@given(numbers)
def test_whoever_is_inactive_by_the_revised_criteria_is_so_by_the_published_ones(values):
    if category(measures(**values), "revised") == "inactive":
        assert category(measures(**values)) == "inactive"
