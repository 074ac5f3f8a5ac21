"""Tapers: the day on which one dose ends and another begins, and records that overlap by more."""

from datetime import date
from decimal import Decimal

import pytest

from registry.domain.derivations import treatment
from registry.domain.glucocorticoid_taper import given_on, overlapping
from tests.domain.treatment_course import course, glucocorticoid, medication, result, visit

D = Decimal
ON = "2026-03-10"


def at(day, *drugs, **more):
    made = course(visits=(visit(day, weight=20),), medications=[glucocorticoid(**said) for said in drugs], **more)
    return result(treatment.of_visit(made, made.visits[-1]), rule="prednisone-equivalent")


HIGH = {"medication": "prednisone", "dose": 40, "ended_on": ON}
LOW = {"medication": "prednisone", "dose": 20, "started_on": ON}


@pytest.mark.parametrize(("day", "value"), [("2026-03-09", "40.00"), (ON, "20.00"), ("2026-03-11", "20.00")])
def test_on_the_day_of_a_step_the_dose_that_begins_counts(day, value):
    found = at(day, HIGH, LOW)
    assert (found.value, found.final, found.details.overlapping) == (D(value), True, ())


def test_a_step_to_another_drug_is_one_too():
    found = at(ON, HIGH, LOW | {"medication": "methylprednisolone", "dose": 16})
    assert (found.value, found.final) == (D("20.00"), True)


def test_the_record_that_ended_stays_among_what_the_value_was_made_from():
    made = course(visits=(visit(ON, weight=20),), medications=(glucocorticoid(**HIGH), glucocorticoid(**LOW)))
    (derived,) = (
        one for one in treatment.of_visit(made, made.visits[0]) if one.result.rule.id == "prednisone-equivalent"
    )
    assert {one.id for one in derived.inputs} >= {one.id for one in made.medications}


@pytest.mark.parametrize(
    ("first", "second", "value"),
    [
        (HIGH, LOW | {"started_on": "2026-03-09", "medication": "prednisolone"}, "60.00"),
        (HIGH | {"ended_on": "2026-03-11"}, LOW | {"medication": "prednisolone"}, "60.00"),
        (HIGH | {"route": "intramuscular"}, LOW, "60.00"),
        (HIGH | {"started_on": ON}, LOW | {"ended_on": ON}, "60.00"),
        (HIGH | {"started_on": ON}, LOW, "20.00"),
        (HIGH, LOW | {"ended_on": ON}, "20.00"),
    ],
)
def test_only_a_step_by_mouth_on_that_very_day_is_one(first, second, value):
    assert at(ON, first, second).value == D(value)


def test_three_steps_on_a_day_leave_the_last():
    assert at(ON, HIGH, LOW, LOW | {"dose": 30, "ended_on": ON}).value == D("20.00")


@pytest.mark.parametrize(
    ("first", "second", "bounds"),
    [
        (HIGH, LOW | {"started_on": "2026-03"}, (0, 60)),
        (HIGH | {"ended_on": "2026-03"}, LOW, (20, 60)),
        (HIGH | {"route": None}, LOW, (20, 60)),
    ],
)
def test_a_step_that_is_not_certain_leaves_two_bounds(first, second, bounds):
    found = at(ON, first, second)
    assert (found.value, found.final) == (None, False)
    assert (found.details.lowest_mg_per_day, found.details.highest_mg_per_day) == bounds


SAME = [
    ("2026-03-12", "2026-03-10", "2026-03-10", True),
    ("2026-03-11", "2026-03-10", "2026-03-10", True),
    ("2026-03-10", "2026-03-10", "2026-03-10", False),
    ("2026-03-10", "2026-03-09", "2026-03-10", True),
    (None, "2026-03-10", "2026-03-10", True),
    ("2026-03-11", "2026-03-10", "2026-03-12", False),
]


@pytest.mark.parametrize(("ended_on", "started_on", "day", "said"), SAME)
def test_two_records_of_one_drug_that_overlap_by_more_than_a_day_are_counted_and_not_final(
    ended_on, started_on, day, said
):
    found = at(day, HIGH | {"ended_on": ended_on}, LOW | {"started_on": started_on})
    assert (found.final, found.details.overlapping) == (not said, ("prednisone",) if said else ())
    assert found.value == D("60.00" if said else "20.00")
    assert ("overlap" in (found.reason or "")) is said


def test_two_drugs_that_overlap_are_counted_and_final():
    found = at(ON, HIGH | {"ended_on": None}, LOW | {"medication": "hydrocortisone"})
    assert (found.value, found.final) == (D("45.00"), True)


def test_local_and_intravenous_records_overlap_with_nothing():
    drugs = [medication(), medication(route="topical"), medication(route="intravenous")]
    assert overlapping(drugs, date(2026, 3, 10)) == ()


def test_what_is_given_once_takes_over_from_nothing():
    day = date(2026, 3, 10)
    drugs = [medication(ended_on=ON), medication(started_on=ON, frequency="once")]
    assert [one.in_force for one in given_on(drugs, day)] == ["certain", "certain"]


PULSE = {"medication": "methylprednisolone", "route": "intravenous", "dose": 500, "frequency": "once"}


@pytest.mark.parametrize(("started_on", "final"), [("2026-03-10", True), ("2026-03", False), ("2026-02", True)])
def test_a_pulse_that_may_lie_after_the_visit_is_not_final(started_on, final):
    found = at(ON, LOW, PULSE | {"started_on": started_on})
    assert (found.value, found.final) == (D("20.00"), final)
    assert (found.details.pulses.infusions is not None) is final


def test_a_pulse_that_is_not_certain_leaves_the_reduction_of_the_daily_dose_final():
    visits = (visit("2026-01-10", "week_0", weight=20), visit(ON, weight=20))
    drugs = (glucocorticoid(**HIGH), glucocorticoid(**LOW), glucocorticoid(**PULSE, started_on="2026-03"))
    made = course(visits=visits, medications=drugs)
    found = result(treatment.of_visit(made, made.visits[-1]), rule="glucocorticoid-reduction")
    assert (found.value, found.final) == (D("50.00"), True)


def derived(day, *drugs, rule, baseline=None, **participant):
    visits = [visit(baseline, "week_0", weight=20)] if baseline else []
    made = course(
        visits=(*visits, visit(day, weight=20)),
        medications=[glucocorticoid(**said) for said in drugs],
        **participant,
    )
    return result(treatment.of_visit(made, made.visits[-1]), rule=rule)


@pytest.mark.parametrize(
    ("prior", "drugs", "category"),
    [
        (["prednisolone"], (), "indeterminate"),
        ([], (), "indeterminate"),
        (["methotrexate"], ({"medication": "methotrexate", "ended_on": "2026-03-09"},), "steroid_free"),
        (["prednisolone"], ({"ended_on": "2026-03-09"},), "steroid_free"),
        (["prednisolone"], ({"medication": "prednisone", "started_on": ON},), "on_glucocorticoids"),
        (["prednisolone"], ({"started_on": "2026-03-11"},), "indeterminate"),
        (["prednisolone"], ({"route": "topical", "ended_on": "2026-03-09"},), "indeterminate"),
        (["prednisolone"], ({"dose": 0},), "steroid_free"),
    ],
)
def test_a_prior_glucocorticoid_without_a_record_leaves_steroid_free_open(prior, drugs, category):
    found = derived(ON, *drugs, rule="steroid-free-since", prior_treatments=prior)
    assert (found.category, found.final) == (category, category != "indeterminate")
    if category == "indeterminate":
        assert (found.missing, found.details.low_dose) == (("concomitant_medications",), None)
        assert "prior treatments" in found.reason


def test_a_prior_glucocorticoid_without_a_record_leaves_no_dose_at_all_not_final():
    found = derived(ON, rule="prednisone-equivalent", prior_treatments=["prednisolone"])
    assert (found.value, found.final, found.missing) == (0, False, ("concomitant_medications",))
    other = {"medication": "methotrexate"}
    assert derived(ON, other, rule="prednisone-equivalent").final is True


def test_a_prior_glucocorticoid_without_a_record_at_baseline_is_why_there_is_no_reduction():
    late = {"started_on": "2026-02-01"}
    said = {"rule": "glucocorticoid-reduction", "baseline": "2026-01-10"}
    found = derived(ON, late, **said, prior_treatments=["prednisone"])
    assert (found.value, found.missing) == (None, ("baseline/concomitant_medications",))
    assert "prior treatments" in found.reason
    assert "no reduction" in derived(ON, late, **said).reason
