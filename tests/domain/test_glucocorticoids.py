"""Glucocorticoids as prednisone-equivalent: drugs, frequencies, units, routes and dates known in part."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from registry.domain.glucocorticoid_dose import Given
from registry.domain.glucocorticoid_pulses import pulses_of
from registry.domain.glucocorticoids import (
    GLUCOCORTICOIDS,
    PREDNISONE_EQUIVALENT,
    Constants,
    daily_equivalent,
    given,
    in_force,
    prednisone_equivalent,
)
from registry.domain.rules import ConstantRefused, overriding
from registry.schemas.concomitant_medications import DOSE_UNITS, FREQUENCIES
from tests.domain.treatment_course import medication

D = Decimal
ON = date(2026, 3, 10)

FACTORS = [
    ("prednisone", "10", "10"),
    ("prednisolone", "10", "10"),
    ("methylprednisolone", "8", "10"),
    ("hydrocortisone", "20", "5"),
    ("cortisone", "25", "5"),
    ("dexamethasone", "1", "6.67"),
    ("betamethasone", "1", "8.33"),
    ("triamcinolone", "4", "5"),
    ("deflazacort", "6", "4.998"),
]


@pytest.mark.parametrize(("drug", "mg", "prednisone"), FACTORS, ids=[f"reference-2.8-{row[0]}" for row in FACTORS])
def test_each_drug_has_its_equivalent(drug, mg, prednisone):
    counted = daily_equivalent(medication(medication=drug, dose=D(mg)), D(20))
    assert counted.prednisone_mg_per_day == D(prednisone)
    assert counted.prednisone_mg_per_kg_per_day == D(prednisone) / 20


@pytest.mark.parametrize(("drug", "mg"), [("dexamethasone", "0.75"), ("betamethasone", "0.6"), ("deflazacort", "6")])
def test_the_ratios_of_the_reference_come_out_as_5_mg(drug, mg):
    assert prednisone_equivalent([Given(drug=drug, route="oral", mg_per_day=D(mg))], D(20)).value == D("5.00")


def test_every_glucocorticoid_of_the_vocabulary_has_an_equivalent():
    assert set(PREDNISONE_EQUIVALENT.constants.equivalents) == GLUCOCORTICOIDS


@pytest.mark.parametrize(
    ("frequency", "a_day"),
    [
        ("daily", "14"),
        ("twice_daily", "28"),
        ("three_times_daily", "42"),
        ("alternate_days", "7"),
        ("weekly", "2"),
        ("twice_weekly", "4"),
        ("every_two_weeks", "1"),
        ("every_four_weeks", "0.5"),
    ],
)
def test_a_frequency_makes_a_daily_dose(frequency, a_day):
    assert daily_equivalent(medication(dose=14, frequency=frequency), None).mg_per_day == D(a_day)


@pytest.mark.parametrize("frequency", ["once", "as_needed", "other", "every_six_months", None])
def test_another_frequency_is_not_a_daily_dose(frequency):
    counted = daily_equivalent(medication(frequency=frequency), D(20))
    assert (counted.counted, counted.missing) == ("not_computable", ("intakes_per_day",))


@pytest.mark.parametrize(
    ("unit", "dose", "a_day"),
    [("mg", 20, "20"), ("g", D("0.02"), "20"), ("ug", 500, "0.5"), ("mg/kg", 1, "25"), ("g/kg", D("0.001"), "25")],
)
def test_a_unit_of_mass_is_converted(unit, dose, a_day):
    assert daily_equivalent(medication(dose=dose, dose_unit=unit), D(25)).mg_per_day == D(a_day)


@pytest.mark.parametrize("unit", ["mg/m2", "[IU]", "{application}", "{dose}", None])
def test_another_unit_is_not_computable(unit):
    counted = daily_equivalent(medication(dose_unit=unit), D(20))
    assert (counted.counted, counted.missing) == ("not_computable", ("unit",))


def test_a_dose_for_each_kilogram_needs_the_weight():
    assert daily_equivalent(medication(dose_unit="mg/kg"), None).missing == ("weight",)


@pytest.mark.parametrize(
    ("route", "counted"),
    [
        ("oral", "daily"),
        ("subcutaneous", "daily"),
        ("intramuscular", "daily"),
        (None, "daily"),
        ("intravenous", "pulse"),
        ("topical", "not_systemic"),
        ("intra_articular", "not_systemic"),
        ("intralesional", "not_systemic"),
        ("intradermal", "not_systemic"),
        ("nasal", "not_systemic"),
        ("ophthalmic", "not_systemic"),
        ("rectal", "not_systemic"),
        ("extracorporeal", "not_computable"),
        ("other", "not_computable"),
    ],
)
def test_the_route_says_how_a_glucocorticoid_is_counted(route, counted):
    assert daily_equivalent(medication(route=route), D(20)).counted == counted


IN_FORCE = [
    ("2026-03-10", None, "certain"),
    ("2026-03-11", None, "no"),
    ("2026-03-01", "2026-03-10", "certain"),
    ("2026-03-01", "2026-03-09", "no"),
    ("2026-02", None, "certain"),
    ("2026-03", None, "possible"),
    ("2026-01-01", "2026-03", "possible"),
    ("2026-01-01", "2026-02", "no"),
    ("2026-01-01", "2026-04", "certain"),
    ("2026", "2026", "possible"),
    (None, None, "possible"),
    (None, "2026-03-09", "no"),
]


@pytest.mark.parametrize(("start", "end", "expected"), IN_FORCE)
def test_partial_dates_say_whether_it_is_given_for_certain(start, end, expected):
    assert in_force(medication(started_on=start, ended_on=end), ON) == expected


def test_what_is_given_once_is_over_the_next_day():
    assert in_force(medication(frequency="once", started_on="2026-03-10"), ON) == "certain"
    assert in_force(medication(frequency="once", started_on="2026-03-09"), ON) == "no"


def equivalent(*records, weight="20"):
    return prednisone_equivalent([given(one, ON) for one in records], weight and D(weight))


def test_the_drugs_of_a_day_are_added_and_each_is_told():
    result = equivalent(medication(dose=10), medication(medication="hydrocortisone", dose=20))
    assert (result.value, result.final) == (D("15.00"), True)
    assert result.details.mg_per_kg_per_day == D("0.75")
    assert [drug.prednisone_mg_per_day for drug in result.details.drugs] == [10, 5]


def test_no_glucocorticoid_is_nought_at_any_weight():
    result = prednisone_equivalent([], None)
    assert (result.value, result.details.mg_per_kg_per_day, result.missing, result.final) == (0, 0, (), True)


def test_without_a_weight_there_is_a_dose_but_none_for_each_kilogram():
    result = equivalent(medication(), weight=None)
    assert (result.value, result.missing, result.final) == (D("10.00"), ("weight",), False)
    assert result.details.mg_per_kg_per_day is None


def test_a_drug_without_a_daily_dose_leaves_the_sum_open_with_its_lowest():
    result = equivalent(medication(dose=10), medication(medication="dexamethasone", frequency="as_needed"))
    assert (result.value, result.final, result.missing) == (None, False, ("drugs/1/intakes_per_day",))
    assert (result.details.lowest_mg_per_day, result.details.highest_mg_per_day) == (10, None)


def test_what_may_be_given_leaves_the_sum_open_between_two_doses():
    result = equivalent(medication(dose=10), medication(dose=5, started_on="2026-03"))
    assert (result.value, result.final) == (None, False)
    assert (result.details.lowest_mg_per_day, result.details.highest_mg_per_day) == (10, 15)


def test_a_route_that_is_not_recorded_counts_as_systemic_but_is_not_final():
    result = equivalent(medication(route=None))
    assert (result.value, result.final, result.missing) == (D("10.00"), False, ("drugs/0/route",))


def test_local_and_intravenous_treatment_add_nothing_to_the_daily_dose_and_are_told():
    result = equivalent(medication(dose=10), medication(route="topical"), medication(route="intravenous", dose=500))
    assert (result.value, result.final) == (D("10.00"), True)
    assert [drug.counted for drug in result.details.drugs] == ["daily", "not_systemic", "pulse"]
    assert result.details.pulses.courses == 1


PULSES = [
    ({"frequency": "once", "started_on": "2026-02-01"}, 1),
    ({"frequency": "daily", "started_on": "2026-02-01", "ended_on": "2026-02-03"}, 3),
    ({"frequency": "weekly", "started_on": "2026-02-01", "ended_on": "2026-02-15"}, 3),
    ({"frequency": "weekly", "started_on": "2026-02-01", "ended_on": "2026-02-14"}, 2),
    ({"frequency": "every_four_weeks", "started_on": "2026-01-13"}, 3),
    ({"frequency": "daily", "started_on": "2026-02"}, None),
    ({"frequency": "other", "started_on": "2026-02-01"}, None),
]


@pytest.mark.parametrize(("said", "infusions"), PULSES)
def test_infusions_are_counted_from_the_first_day(said, infusions):
    pulse = medication(medication="methylprednisolone", dose=500, route="intravenous", **said)
    counted = pulses_of([pulse], ON, None)
    assert (counted.courses, counted.infusions) == (1, infusions)
    assert counted.total_mg == (None if infusions is None else infusions * 500)
    assert counted.prednisone_mg == (None if infusions is None else infusions * 625)


def test_a_pulse_for_each_kilogram_is_summed_by_weight():
    pulse = medication(
        medication="methylprednisolone", dose=30, dose_unit="mg/kg", route="intravenous", frequency="once"
    )
    assert pulses_of([pulse], ON, D(20)).total_mg == 600
    assert pulses_of([pulse], ON, None).total_mg is None


EVERY_FOUR_WEEKS = {"frequency": "every_four_weeks", "started_on": "2026-01-01"}
BETWEEN = [
    (EVERY_FOUR_WEEKS, "2026-06-01", "2026-07-01", 1),
    (EVERY_FOUR_WEEKS, "2026-06-01", "2026-06-17", 0),
    (EVERY_FOUR_WEEKS, "2026-06-01", "2026-06-18", 1),
    (EVERY_FOUR_WEEKS, "2026-05-21", "2026-06-18", 2),
    (EVERY_FOUR_WEEKS, "2026-05-22", "2026-06-18", 1),
    (EVERY_FOUR_WEEKS, "2025-12-01", "2026-01-28", 1),
    (EVERY_FOUR_WEEKS, "2025-12-01", "2026-01-29", 2),
    (EVERY_FOUR_WEEKS | {"ended_on": "2026-06-17"}, "2026-06-01", "2026-07-01", 0),
    (EVERY_FOUR_WEEKS | {"ended_on": "2026-06-18"}, "2026-06-01", "2026-07-01", 1),
    (EVERY_FOUR_WEEKS | {"ended_on": "2026-07"}, "2026-06-01", "2026-07-01", 1),
    (EVERY_FOUR_WEEKS | {"ended_on": "2026-06"}, "2026-06-01", "2026-07-01", None),
    ({"frequency": "daily", "started_on": "2026-05-31", "ended_on": "2026-06-02"}, "2026-06-01", "2026-07-01", 2),
    ({"frequency": "once", "started_on": "2026-06"}, "2026-06-01", "2026-06-30", 1),
    ({"frequency": "once", "started_on": "2026-06"}, "2026-06-01", "2026-06-29", None),
    ({"frequency": "once", "started_on": "2026-06"}, "2026-06-02", "2026-06-30", None),
    ({"frequency": "once", "started_on": "2026-06"}, "2026-07-01", "2026-07-30", 0),
    ({"frequency": "once", "started_on": "2026-06", "ended_on": "2026-06-03"}, "2026-06-01", "2026-06-03", 1),
    ({"frequency": "once", "started_on": None}, "2026-06-01", "2026-07-01", None),
]


@pytest.mark.parametrize(("said", "since", "until", "infusions"), BETWEEN)
def test_infusions_count_by_their_days_from_the_baseline_to_the_visit(said, since, until, infusions):
    pulse = medication(medication="methylprednisolone", dose=500, route="intravenous", **said)
    counted = pulses_of([pulse], date.fromisoformat(until), None, since=date.fromisoformat(since))
    assert (counted.infusions, counted.dates_certain) == (infusions, infusions is not None)
    assert counted.total_mg == (None if infusions is None else infusions * 500)


def test_a_frequency_that_is_not_one_leaves_the_infusions_open_but_not_the_dates():
    pulse = medication(route="intravenous", frequency="other")
    counted = pulses_of([pulse], ON, None, since=ON)
    assert (counted.infusions, counted.dates_certain) == (None, True)


@pytest.mark.parametrize("factor", ["0", "-1"])
def test_an_equivalent_that_is_not_above_zero_is_refused(factor):
    with pytest.raises(ConstantRefused):
        overriding(PREDNISONE_EQUIVALENT, {"equivalents": {"deflazacort": D(factor)}})
    with pytest.raises(ConstantRefused):
        Constants(equivalents={"deflazacort": D(factor)})


def test_a_study_may_set_an_equivalent():
    rule = overriding(PREDNISONE_EQUIVALENT, {"equivalents": {"deflazacort": D("0.8")}})
    assert (
        prednisone_equivalent([Given(drug="deflazacort", route="oral", mg_per_day=D(10))], D(20), rule=rule).value == 8
    )


@settings(max_examples=40, deadline=None)
@for_all(
    dose=st.none() | st.decimals(0, 1000, places=4),
    unit=st.none() | st.sampled_from(sorted(DOSE_UNITS)),
    frequency=st.none() | st.sampled_from(sorted(FREQUENCIES)),
    weight=st.none() | st.decimals(1, 250, places=2),
)
def test_a_dose_is_counted_or_says_what_is_missing(dose, unit, frequency, weight):
    counted = daily_equivalent(medication(dose=dose, dose_unit=unit, frequency=frequency), weight)
    assert (counted.counted == "daily") == (counted.missing == ()) == (counted.prednisone_mg_per_day is not None)
