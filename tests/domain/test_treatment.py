"""Treatment and growth derived from a course: weaning, exposure, dose band, and the records each was made from."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import derivation
from registry.domain.derivations import growth, treatment
from registry.domain.medications import ROUTES
from registry.schemas.concomitant_medications import DOSE_UNITS, FREQUENCIES
from tests.domain.treatment_course import course, dose, glucocorticoid, result, results, visit

D = Decimal


def at_last_visit(derive=treatment.of_visit, **images):
    made = course(**images)
    return list(derive(made, made.visits[-1]))


WEANING = {
    "visits": (visit("2026-01-10", "week_0", weight=20), visit("2026-04-04", "week_12", weight=25)),
    "medications": (
        glucocorticoid(dose=20, ended_on="2026-03-01"),
        glucocorticoid(dose=5, started_on="2026-03-02"),
    ),
}


def test_the_equivalent_at_a_visit_is_what_is_in_force_by_its_weight():
    found = result(at_last_visit(**WEANING), rule="prednisone-equivalent")
    assert (found.value, found.details.mg_per_kg_per_day, found.final) == (D("5.00"), D("0.2"), True)


def test_the_reduction_is_that_of_the_dose_for_each_kilogram_from_baseline():
    found = result(at_last_visit(**WEANING), rule="glucocorticoid-reduction")
    assert (found.value, found.details.percent_of_mg, found.final) == (D("80.00"), 75, True)


def test_the_medians_of_wang_2022_are_a_reduction_of_37_percent():
    visits = (visit("2026-01-10", "week_0", weight=10), visit("2026-04-04", "week_12", weight=10))
    drugs = (
        glucocorticoid(dose=D("5.3"), ended_on="2026-03-01"),
        glucocorticoid(dose=D("3.3"), started_on="2026-03-02"),
    )
    found = result(at_last_visit(visits=visits, medications=drugs), rule="glucocorticoid-reduction")
    assert found.value == D("37.74")


def test_the_baseline_itself_has_no_reduction():
    assert not results(at_last_visit(visits=WEANING["visits"][:1]), rule="glucocorticoid-reduction")


def test_from_a_baseline_of_nothing_there_is_no_reduction():
    drugs = (glucocorticoid(started_on="2026-02-01"),)
    found = result(at_last_visit(visits=WEANING["visits"], medications=drugs), rule="glucocorticoid-reduction")
    assert (found.value, found.final) == (None, False)
    assert "no reduction" in found.reason


def test_a_weight_missing_at_baseline_leaves_the_reduction_of_milligrams():
    visits = (visit("2026-01-10", "week_0"), visit("2026-04-04", "week_12", weight=25))
    found = result(at_last_visit(visits=visits, medications=WEANING["medications"]), rule="glucocorticoid-reduction")
    assert (found.value, found.missing, found.details.percent_of_mg) == (None, ("baseline/weight",), 75)


def test_the_weight_of_an_earlier_visit_is_used_but_not_final():
    visits = (visit("2026-01-10", "week_0", weight=20), visit("2026-04-04"))
    found = result(at_last_visit(visits=visits, medications=WEANING["medications"]), rule="prednisone-equivalent")
    assert (found.value, found.details.weight, found.final, found.missing) == (D("5.00"), 20, False, ("weight",))


STEROID_FREE = [
    ((), "indeterminate", None, None),
    (({"medication": "methotrexate", "ended_on": "2026-01-02"},), "steroid_free", None, None),
    (({"ended_on": "2026-04-03"},), "steroid_free", "2026-04-04", "0"),
    (({"ended_on": "2026-04-04"},), "on_glucocorticoids", None, None),
    (({},), "on_glucocorticoids", None, None),
    (({"ended_on": "2026-03"},), "steroid_free", "2026-04-01", "3"),
    (({"ended_on": "2026-04"},), "indeterminate", None, None),
    (({"started_on": None},), "indeterminate", None, None),
    (({"route": "topical"},), "steroid_free", None, None),
    (({"dose": 0},), "steroid_free", None, None),
    (({"route": "other"},), "indeterminate", None, None),
    (({"started_on": "2026-05-01"},), "steroid_free", None, None),
    (({"frequency": "as_needed"},), "on_glucocorticoids", None, None),
    (({"ended_on": "2026-03-01"}, {"ended_on": "2026-02"}), "steroid_free", "2026-03-02", "33"),
    (({"ended_on": "2026-02-28"}, {"route": "intravenous", "frequency": "once", "started_on": "2026-03-15"}),
     "steroid_free", "2026-03-16", "19"),
]  # fmt: skip


@pytest.mark.parametrize(("drugs", "category", "since", "days"), STEROID_FREE)
def test_steroid_free_begins_the_day_after_the_last_systemic_glucocorticoid(drugs, category, since, days):
    medications = tuple(glucocorticoid(**said) for said in drugs)
    found = result(at_last_visit(visits=WEANING["visits"], medications=medications), rule="steroid-free-since")
    assert (found.category, found.details.since) == (category, since)
    assert found.value == (None if days is None else D(days))
    assert found.final is (category != "indeterminate")


def test_a_last_day_known_to_the_month_gives_two_first_days():
    images = {"visits": WEANING["visits"], "medications": (glucocorticoid(ended_on="2026-03"),)}
    details = result(at_last_visit(**images), rule="steroid-free-since").details
    assert (details.possibly_since, details.since) == ("2026-03-02", "2026-04-01")


@pytest.mark.parametrize(("mg", "low"), [("5", True), ("5.01", False)])
def test_a_low_dose_is_at_most_a_fifth_of_a_milligram_for_each_kilogram(mg, low):
    images = {"visits": WEANING["visits"], "medications": (glucocorticoid(dose=D(mg)),)}
    assert result(at_last_visit(**images), rule="steroid-free-since").details.low_dose is low


def test_pulses_count_from_baseline():
    pulse = {"medication": "methylprednisolone", "route": "intravenous", "dose": 500, "frequency": "once"}
    drugs = tuple(
        glucocorticoid(**pulse, started_on=on) for on in ("2026-01-09", "2026-01-10", "2026-02-01", "2026-05-01")
    )
    found = result(at_last_visit(visits=WEANING["visits"], medications=drugs), rule="prednisone-equivalent")
    assert (found.value, found.details.pulses.courses, found.details.pulses.total_mg) == (0, 2, 1000)


EXPOSED = {
    "visits": (visit("2026-03-31", weight=32),),
    "doses": (
        dose("2026-01-01", ended_on="2026-01-31", mg_per_intake=1, weight_used=D(30), egfr_used=D(90)),
        dose("2026-02-01", ended_on="2026-02-28", weight_used=D(30), egfr_used=D(90)),
        dose("2026-03-01", drug="tofacitinib", mg_per_intake=4, weight_used=D(31)),
    ),
}


def test_exposure_counts_first_and_last_days_by_drug_and_by_band():
    found = result(at_last_visit(**EXPOSED), rule="jak-exposure")
    assert (found.value, found.final) == (90, True)
    assert found.details.days_by_drug == {"baricitinib": 59, "tofacitinib": 31}
    assert found.details.mg_by_drug == {"baricitinib": 31 * 2 + 28 * 4, "tofacitinib": 31 * 8}
    assert found.details.days_by_band == {"below": 31, "within": 59}
    now = found.details.in_force
    assert (now.drug, now.mg_per_kg_per_day, now.weight_basis) == ("tofacitinib", D("0.25"), "visit")


def test_without_a_weight_of_a_visit_the_one_that_the_dose_was_chosen_for_is_used_and_said():
    found = result(at_last_visit(visits=(visit("2026-03-31"),), doses=EXPOSED["doses"]), rule="jak-exposure")
    assert (found.details.in_force.weight, found.details.in_force.weight_basis) == (31, "dose")


def test_a_cream_is_not_systemic_exposure():
    cream = dose("2026-03-01", drug="ruxolitinib", formulation="cream", mg_per_intake=10)
    derived = at_last_visit(visits=EXPOSED["visits"], doses=(cream,))
    found = result(derived, rule="jak-exposure")
    assert (found.value, found.details.topical_days, found.details.days_by_drug) == (0, 31, {})
    assert (found.details.in_force.systemic, found.details.in_force.mg_per_kg_per_day) == (False, None)
    assert result(derived, rule="dose-band").category == "no_published_dose"


def test_the_participants_exposure_goes_on_until_today():
    found = result(treatment.of_participant(course(**EXPOSED)), rule="jak-exposure")
    assert (found.value, found.details.until, found.final) == (59 + 122, "2026-06-30", False)
    ended = (dose("2026-01-01", ended_on="2026-01-31"),)
    assert result(treatment.of_participant(course(doses=ended)), rule="jak-exposure").final is True
    assert result(treatment.of_participant(course()), rule="jak-exposure").value == 0


CREATININE = {"analyte": "CREAT", "value": D("1.1"), "unit": "mg/dL"}


def test_no_band_where_no_dose_is_in_force():
    visits = (visit("2026-03-31", weight=32),)
    assert not results(at_last_visit(visits=visits, doses=(dose("2026-04-01"),)), rule="dose-band")
    assert not results(
        at_last_visit(visits=visits, doses=(dose("2026-01-01", ended_on="2026-03-30"),)), rule="dose-band"
    )


def test_growth_is_derived_with_the_records_it_was_made_from():
    made = at_last_visit(growth.of_visit, visits=(visit("2026-03-31", weight=32, height=140, results=[CREATININE]),))
    by_rule = {one.result.rule.id: one for one in made}
    assert by_rule["body-mass-index"].result.value == D("16.33")
    assert by_rule["egfr"].result.value == D("52.6")
    assert by_rule["height-z-score"].result.details.age_months == 118
    assert by_rule["height-z-score"].result.details.age_uncertainty_months == 1
    assert {one.record for one in by_rule["bmi-z-score"].inputs} == {"visit", "participant"}


@pytest.mark.parametrize(("sex", "missing"), [("unknown", ("sex",)), ("intersex", ("sex",))])
def test_a_child_of_another_sex_has_no_z_score(sex, missing):
    visits = (visit("2026-03-31", weight=32, height=140),)
    found = result(at_last_visit(growth.of_visit, visits=visits, sex_at_birth=sex), rule="height-z-score")
    assert (found.value, found.missing) == (None, missing)


def test_a_censored_creatinine_is_never_taken_as_exact():
    censored = CREATININE | {"comparator": "<"}
    visits = (visit("2026-03-31", height=140, results=[censored]),)
    found = result(at_last_visit(growth.of_visit, visits=visits), rule="egfr")
    assert (found.value, found.missing, found.reason) == (None, ("creatinine",), growth.CENSORED)


def test_the_last_collected_creatinine_counts_whether_exact_or_censored():
    early, late = ({"collected_at": f"2026-03-31T{hour}:00:00+00:00"} for hour in ("08", "16"))
    censored = CREATININE | {"comparator": "<"}
    for measured, value in (([CREATININE | late, censored | early], D("52.6")), ([censored | late, CREATININE], None)):
        visits = (visit("2026-03-31", height=140, results=measured),)
        assert result(at_last_visit(growth.of_visit, visits=visits), rule="egfr").value == value


def test_the_height_of_an_earlier_visit_gives_an_egfr_that_is_not_final():
    visits = (visit("2026-01-10", height=140), visit("2026-03-31", results=[CREATININE]))
    found = result(at_last_visit(growth.of_visit, visits=visits), rule="egfr")
    assert (found.value, found.final, found.missing) == (D("52.6"), False, ("height",))


def test_an_empty_visit_breaks_nothing_and_says_what_is_missing():
    made = course(
        visits=(visit("2026-03-31"),), medications=(glucocorticoid(started_on=None, dose=None, dose_unit=None),)
    )
    for one in derivation.of_visit(made, made.visits[0]):
        assert one.result.value is not None or one.result.category or one.result.reason


def test_a_medication_may_be_given_on_the_day_of_a_year_known_alone():
    drugs = (glucocorticoid(started_on="2025"),)
    found = result(at_last_visit(visits=WEANING["visits"], medications=drugs), rule="prednisone-equivalent")
    assert (found.value, found.final) == (D("10.00"), True)


PARTIAL = st.none() | st.sampled_from(["2025", "2026", "2026-03", "2026-04", "2026-03-31", "2026-04-04", "2026-05-01"])
RECORDS = st.builds(
    glucocorticoid,
    dose=st.none() | st.decimals(0, 1000, places=2),
    dose_unit=st.none() | st.sampled_from(sorted(DOSE_UNITS)),
    frequency=st.none() | st.sampled_from(sorted(FREQUENCIES)),
    route=st.none() | st.sampled_from(sorted(ROUTES)),
    started_on=PARTIAL,
    ended_on=PARTIAL,
)


@settings(max_examples=50, deadline=None)
@given(records=st.lists(RECORDS, max_size=4))
def test_any_record_of_a_glucocorticoid_is_derived_or_said_why_not(records):
    for one in at_last_visit(visits=WEANING["visits"], medications=tuple(records)):
        found = one.result
        assert found.value is not None or found.category or found.reason
        assert found.final or found.reason
