"""The states of disease at a visit: what is read from its record, and what is missing and why."""

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.course import Visit
from registry.domain.derivations.states import of_visit
from registry.domain.rulebook import RULEBOOK, of_study
from tests.domain import treatment_course as kept
from tests.domain.state_course import activity, derived, numbers, result, strength, visit

INACTIVE = "clinically-inactive-disease"
REVISED = "clinically-inactive-disease-revised"
RESPONSE = "complete-clinical-response"
MAPPING = {"hmc": {"floor_rise_0": 0, "floor_rise_1": 2, "floor_rise_2": 4, "floor_rise_3": 6, "floor_rise_4": 9}}
MUSCLES = (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"], *items.MMT8_BY_SIDE["left"])


def test_every_rule_is_derived_at_a_visit_after_the_baseline_with_its_inputs():
    found = derived(visit("2026-01-10", "week_0"), visit("2026-02-10"))
    assert list(found) == [INACTIVE, REVISED, "hmc", "jdmai1", "jdmai2", "deterioration", RESPONSE]
    assert found[INACTIVE].inputs[0].fields == (
        "/laboratory_results/CK",
        "/forms/muscle_strength/cmas_total",
        "/forms/muscle_strength/mmt8_total",
        "/forms/muscle_strength/mmt8_maximum",
        "/forms/disease_activity/physician_global_activity",
        "/forms/disease_activity/physician_global_scale",
        "/forms/muscle_strength/cmas_maximum",
    )
    assert len(found["deterioration"].inputs) == 2


def test_at_the_baseline_nothing_looks_back():
    found = derived(visit("2026-01-10", "week_0"))
    assert RESPONSE not in found
    assert "deterioration" not in found


def test_without_a_baseline_deterioration_is_undecided_and_the_response_is_not():
    found = derived(visit("2025-11-10"), visit("2026-06-10"))
    assert (found["deterioration"].result.missing, found["deterioration"].result.final) == (("baseline",), False)
    assert (found[RESPONSE].result.category, found[RESPONSE].result.details.months) == ("indeterminate", 7)


# --- inactive disease ---------------------------------------------------------------------------------------------


def test_a_visit_without_active_disease_is_inactive_by_both_variants():
    assert result(INACTIVE, visit("2026-01-10")).category == "inactive"
    assert result(REVISED, visit("2026-01-10")).category == "inactive"


def test_an_mmt8_out_of_150_counts_by_its_right_side_where_the_muscles_are_recorded():
    muscles = {item.field: 10 for item in MUSCLES} | {"mmt8_total": 143, "mmt8_deltoid_left": 3}
    both_sides = visit("2026-01-10", muscle_strength=strength(mmt8_maximum=150, **muscles))
    assert result(INACTIVE, both_sides).details.criteria[2].status == "met"
    right_weaker = muscles | {"mmt8_deltoid_left": 10, "mmt8_deltoid_right": 7}
    weak = visit("2026-01-10", muscle_strength=strength(mmt8_maximum=150, **right_weaker))
    assert result(INACTIVE, weak).details.criteria[2].status == "failed"


def test_an_mmt8_out_of_150_without_muscles_is_a_missing_criterion_with_the_reason():
    total_only = visit("2026-01-10", ck=None, muscle_strength=strength(mmt8_total=78, mmt8_maximum=150))
    found = result(INACTIVE, total_only)
    assert (found.category, found.missing) == ("indeterminate", ("creatine_kinase", "mmt8_total"))
    assert "not on the scale of 0 to 80" in found.reason


def test_a_likert_physician_global_is_a_missing_criterion():
    likert = visit("2026-01-10", disease_activity=activity(physician_global_scale="likert"))
    assert result(INACTIVE, likert).category == "inactive"
    found = result(REVISED, likert)
    assert (found.category, found.missing) == ("indeterminate", ("physician_global_activity",))
    assert "Likert" in found.reason


def test_a_cmas_out_of_49_is_a_missing_criterion():
    young = visit("2026-01-10", muscle_strength=strength(cmas_total=49, cmas_maximum=49))
    assert "cmas_total" in result(INACTIVE, young).missing


def test_the_last_creatine_kinase_with_a_value_counts_in_its_unit():
    results = [
        {"analyte": "CK", "value": 9000, "unit": "U/L"},
        {"analyte": "CK", "value": Decimal("2.5"), "unit": "ukat/L"},
        {"analyte": "CK", "missing_reason": "not_done"},
    ]
    measured = visit("2026-01-10") | {"laboratory_results": results}
    assert result(INACTIVE, measured).details.criteria[0].status == "met"


def test_totals_are_made_of_items_where_they_are_not_given():
    cmas = {item.field: item.maximum for item in items.CMAS_ITEMS}
    form = numbers({**cmas, **{item.field: 10 for item in MUSCLES[:8]}})
    for maximum in ({}, {"cmas_maximum": 52}):
        assert result(INACTIVE, visit("2026-01-10", muscle_strength=form | maximum)).details.met == 4
    assert result(INACTIVE, visit("2026-01-10", muscle_strength=form | {"cmas_maximum": 49})).details.met == 3


def test_the_chaq_of_the_core_set_is_made_by_the_constants_of_the_study():
    domains = dict.fromkeys(items.fields(items.CHAQ_DOMAINS), 0)
    visits = (
        visit("2026-01-10", "week_0", functioning=domains | {"chaq_index": 0}),
        visit("2026-02-10", functioning=domains | {"chaq_grip_aid": True}),
    )
    for rules, worsening in ((RULEBOOK, "0.25"), (of_study({"chaq": {"level_with_aid": 3}}), "0.375")):
        changes = result("deterioration", *visits, rules=rules).details.visit.changes
        (chaq,) = (one for one in changes if one.measure == "chaq_index")
        assert chaq.worsening == Decimal(worsening)


# --- hMC and JDMAI ------------------------------------------------------------------------------------------------


def test_the_hmc_and_the_jdmai_say_that_the_recoding_of_the_floor_rise_is_missing():
    assert "not published" in result("hmc", visit("2026-01-10")).reason
    found = result("jdmai1", visit("2026-01-10"))
    assert (found.value, found.missing, found.final) == (None, ("muscle",), False)
    assert "not published" in found.reason


def test_with_the_recoding_of_a_study_both_are_derived():
    rules = of_study(MAPPING)
    assert result("hmc", visit("2026-01-10"), rules=rules).value == 100
    found = result("jdmai1", visit("2026-01-10"), rules=rules)
    assert (found.value, found.category) == (Decimal("1.5"), "inactive")
    assert result("jdmai2", visit("2026-01-10"), rules=rules).value == 1


def test_a_jdmai_needs_the_question_of_well_being_unless_a_study_says_otherwise():
    asked = visit("2026-01-10", disease_activity=activity(patient_global_wording="disease_activity"))
    found = result("jdmai1", asked, rules=of_study(MAPPING))
    assert (found.value, found.missing) == (None, ("patient_global_activity",))
    rules = of_study(MAPPING | {"jdmai1": {"patient_global_wording": "disease_activity"}})
    assert result("jdmai1", asked, rules=rules).value == Decimal("1.5")


# --- deterioration ------------------------------------------------------------------------------------------------


WORSE = {"disease_activity": activity(extramuscular_global_activity=2)}


def test_a_deterioration_is_confirmed_at_the_second_visit_in_a_row():
    visits = (visit("2026-01-10", "week_0"), visit("2026-02-10", **WORSE), visit("2026-03-10", **WORSE))
    assert result("deterioration", *visits, at=1).category == "unconfirmed"
    assert result("deterioration", *visits).category == "confirmed"


def test_a_draft_is_no_visit_before():
    draft = visit("2026-02-10", status="draft", **WORSE)
    found = result("deterioration", visit("2026-01-10", "week_0"), draft, visit("2026-03-10", **WORSE))
    assert found.category == "unconfirmed"


def test_another_question_to_the_patient_is_not_compared():
    asked = visit("2026-02-10", disease_activity=activity(patient_global_wording="disease_activity"))
    found = result("deterioration", visit("2026-01-10", "week_0"), asked)
    assert found.missing == ("visit/patient_global_activity",)


def test_an_mmt8_is_compared_on_the_scale_of_the_baseline_or_on_80():
    first = visit("2026-01-10", "week_0", muscle_strength=strength(mmt8_total=150, mmt8_maximum=150))
    same = visit("2026-02-10", muscle_strength=strength(mmt8_total=105, mmt8_maximum=150))
    change = result("deterioration", first, same).details.visit.changes[2]
    assert (change.percent, change.core_set) == (30, "met")
    other = result("deterioration", first, visit("2026-02-10"))
    assert "visit/mmt8_total" in other.missing
    muscles = {item.field: 10 for item in MUSCLES}
    itemised = visit("2026-01-10", "week_0", muscle_strength=strength(mmt8_total=150, mmt8_maximum=150, **muscles))
    assert result("deterioration", itemised, visit("2026-02-10")).details.visit.changes[2].worsening == 0


# --- whatever is recorded -----------------------------------------------------------------------------------------


def test_a_draft_without_date_or_forms_raises_nothing():
    course = kept.course([visit("2026-01-10", "week_0")])
    bare = Visit({"id": "0198c5a0-0000-7000-8000-000000000000", "version": 1, "event": "week_4", "status": "draft"})
    assert [one.result.final for one in of_visit(course, bare)] == [False] * 5


sparse = st.fixed_dictionaries(
    {},
    optional={
        "mmt8_total": st.integers(0, 150),
        "mmt8_maximum": st.sampled_from([80, 150]),
        "mmt8_side": st.sampled_from(["right", "left"]),
        "mmt8_neck_flexors": st.integers(0, 10),
        "cmas_total": st.integers(0, 52),
        "cmas_maximum": st.sampled_from([49, 52]),
        "cmas_floor_rise": st.integers(0, 4),
    },
)
globals_ = st.fixed_dictionaries(
    {},
    optional={
        "physician_global_activity": st.decimals(0, 10, places=1),
        "physician_global_scale": st.sampled_from(["vas", "likert"]),
        "patient_global_activity": st.integers(0, 10),
        "patient_global_wording": st.sampled_from(["disease_activity", "overall_well_being"]),
        "extramuscular_global_activity": st.integers(0, 10),
    },
)
kinases = st.fixed_dictionaries(
    {"analyte": st.just("CK")},
    optional={
        "value": st.integers(0, 100000),
        "unit": st.sampled_from(["U/L", "ukat/L", "mg/dL"]),
        "comparator": st.sampled_from(["<", ">"]),
    },
)


@settings(max_examples=35)
@given(st.lists(st.tuples(sparse, globals_, kinases), min_size=2, max_size=3))
def test_no_record_makes_the_states_fail(forms):
    visits = [
        visit(f"2026-0{month}-10", "week_0" if month == 1 else "unscheduled", muscle_strength=one, disease_activity=two)
        | {"laboratory_results": [kinase]}
        for month, (one, two, kinase) in enumerate(forms, start=1)
    ]
    found = derived(*visits, rules=of_study(MAPPING))
    assert len(found) == 7
    assert all(one.result.reason for one in found.values() if not one.result.final)
