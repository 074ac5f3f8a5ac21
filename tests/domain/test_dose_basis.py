"""What the dose of a JAK inhibitor is judged by at a visit: which weight and eGFR count, and where each is from."""

from decimal import Decimal

import pytest

from registry.domain.derivations import treatment
from tests.domain.treatment_course import course, dose, result, visit

D = Decimal
CREATININE = {"analyte": "CREAT", "value": D("1.1"), "unit": "mg/dL"}


def at_last_visit(**images):
    made = course(**images)
    return list(treatment.of_visit(made, made.visits[-1]))


def band(visits, **said):
    made = at_last_visit(visits=visits, doses=(dose("2026-01-10", **said),))
    return result(made, rule="dose-band")


def reported(value, **said):
    return {"analyte": "EGFR", "value": D(value), "unit": "mL/min/{1.73_m2}"} | said


NOW = {"on": "2026-03-31", "weight": 32}
USED = {"weight_used": D(31), "egfr_used": D(80)}
AT_VISIT = [
    ({"height": 140, "results": [CREATININE]}, "above", "visit", True),
    ({"results": [reported(45)]}, "above", "visit", True),
    ({"results": [reported(45), CREATININE]}, "above", "visit", True),
    ({"height": 140, "results": [reported(90), CREATININE]}, "above", "visit", True),
    ({"results": [reported(60)]}, "within", "visit", True),
    ({"results": [reported(45, comparator=">")]}, "within", "dose", False),
    ({"results": [reported(45, unit="mL/min")]}, "within", "dose", False),
    ({"results": [reported(0)]}, "within", "dose", False),
    ({"height": 140}, "within", "dose", False),
]


@pytest.mark.parametrize(("measured", "category", "basis", "final"), AT_VISIT)
def test_the_band_takes_the_egfr_of_the_visit_before_the_one_that_the_dose_was_chosen_by(
    measured, category, basis, final
):
    found = band((visit(**NOW, **measured),), **USED)
    assert (found.category, found.details.egfr_basis, found.final) == (category, basis, final)
    assert found.missing == (() if final else ("egfr",))


@pytest.mark.parametrize(
    ("earlier", "category", "basis"),
    [
        ("2026-01-09", "within", "dose"),
        ("2026-01-10", "above", "earlier_visit"),
        ("2026-02-01", "above", "earlier_visit"),
    ],
)
def test_an_egfr_measured_since_the_first_day_of_the_dose_is_carried_forward_and_not_final(earlier, category, basis):
    found = band((visit(earlier, results=[reported(45)]), visit(**NOW)), **USED)
    assert (found.category, found.details.egfr_basis, found.final) == (category, basis, False)
    assert found.missing == ("egfr",)


def test_the_latest_of_the_earlier_egfr_is_taken():
    visits = (visit("2026-02-01", results=[reported(45)]), visit("2026-03-01", results=[reported(75)]), visit(**NOW))
    assert (band(visits, **USED).category, band(visits, **USED).details.egfr) == ("within", 75)


def test_a_creatinine_of_the_visit_goes_with_the_last_height_but_a_reported_egfr_goes_before_it():
    tall = visit("2026-01-05", height=140)
    found = band((tall, visit(**NOW, results=[CREATININE])), **USED)
    assert (found.category, found.details.egfr_basis, found.missing, found.final) == (
        "above",
        "visit",
        ("height",),
        False,
    )
    told = band((tall, visit(**NOW, results=[CREATININE, reported(90)])), **USED)
    assert (told.category, told.details.egfr, told.final) == ("within", 90, True)


def test_without_any_egfr_the_band_says_that_it_is_missing():
    found = band((visit(**NOW),))
    assert (found.category, found.details.egfr_basis, found.missing, found.final) == ("within", None, ("egfr",), False)


WEIGHTS = [
    ((visit("2026-03-01", weight=35), visit("2026-03-31", weight=32, results=[reported(90)])), 32, "visit", ()),
    ((visit("2026-01-01", weight=29), visit("2026-03-31", results=[reported(90)])), 29, "earlier_visit", ("weight",)),
    ((visit("2026-03-31", results=[reported(90)]),), 31, "dose", ("weight",)),
]


@pytest.mark.parametrize(("visits", "weight", "basis", "missing"), WEIGHTS)
def test_the_band_says_where_its_weight_is_from(visits, weight, basis, missing):
    found = band(visits, **USED)
    assert (found.details.weight, found.details.weight_basis) == (weight, basis)
    assert (found.missing, found.final) == (missing, not missing)


def test_an_egfr_carried_forward_leaves_a_band_final_that_does_not_depend_on_it():
    found = band((visit(**NOW),), drug="tofacitinib", mg_per_intake=4, **USED)
    assert (found.category, found.details.egfr_basis, found.final) == ("within", "dose", True)


UNWEIGHED = (
    dose("2026-01-01", ended_on="2026-01-31", egfr_used=D(90), weight_used=D(30)),
    dose("2026-02-01", ended_on="2026-02-28", egfr_used=D(90)),
)
HEAVY, LIGHT, UNKNOWN = {"within": 59}, {"within": 31, "above": 28}, {"within": 31, "undecided": 28}


@pytest.mark.parametrize(
    ("weighed", "bands", "basis"),
    [
        ({"2026-01-31": 29, "2026-03-31": 30}, LIGHT, "earlier_visit"),
        ({"2026-02-01": 29, "2026-03-31": 30}, LIGHT, "earlier_visit"),
        ({"2026-02-02": 29, "2026-03-31": 30}, HEAVY, "visit"),
        ({"2026-01-05": 29, "2026-01-31": 30, "2026-03-31": 29}, HEAVY, "earlier_visit"),
        ({"2026-03-31": 29}, LIGHT, "visit"),
        ({}, UNKNOWN, "none"),
    ],
)
def test_the_days_of_a_dose_without_a_weight_go_by_the_last_one_at_its_start_or_that_of_the_visit(
    weighed, bands, basis
):
    visits = [visit(on, weight=kg) for on, kg in weighed.items()] or [visit("2026-03-31")]
    details = result(at_last_visit(visits=visits, doses=UNWEIGHED), rule="jak-exposure").details
    assert (details.days_by_band, details.days_by_weight_basis) == (bands, {"dose": 31, basis: 28})
