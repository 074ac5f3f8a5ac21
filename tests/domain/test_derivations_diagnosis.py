"""Diagnosis derived from a course: from what is recorded alone, and with the records it was made from."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.classification_weights import BIOPSY_ITEMS, ITEMS
from registry.domain.course import Visit
from registry.domain.derivations import diagnosis
from registry.domain.diagnostic_items import DIAGNOSTIC_ITEMS
from registry.schemas.organ_involvement import DYSPHAGIA, ILD_STATES
from tests.domain.treatment_course import course, result, visit

CHILD = {f"diagnostic_{name}": False for name in (*ITEMS, "biopsy_done") if name != "anti_jo_1"}
RASH = {"diagnostic_heliotrope_rash": True, "diagnostic_gottron_papules": True}
NO_JO_1 = {"autoantibodies": [{"antibody": "jo_1", "finding": "negative"}]}


def of_participant(rule, medications=(), visits=(), **participant):
    return result(diagnosis.of_participant(course(visits, medications, **participant)), rule=rule)


def inputs_of(rule, **images):
    return next(one.inputs for one in diagnosis.of_participant(course(**images)) if one.result.rule.id == rule)


# --- classification -----------------------------------------------------------------------------------------------


def test_a_recorded_child_is_classified():
    known = CHILD | RASH | NO_JO_1 | {"diagnostic_gottron_sign": True, "symptom_onset": "2023-04"}
    found = of_participant("classification", **known)
    assert (str(found.value), found.category, found.final) == ("8.5", "definite", True)
    assert found.details.subgroup == "juvenile_dermatomyositis"


def test_a_participant_of_whom_nothing_is_recorded_is_indeterminate():
    found = of_participant("classification")
    assert (found.category, found.final) == ("indeterminate", False)
    assert "anti_jo_1" in found.missing
    assert "onset_age" in found.missing


def test_items_of_a_biopsy_count_only_where_it_was_done():
    item = {"diagnostic_biopsy_rimmed_vacuoles": True}
    done = of_participant("classification", **CHILD | item | {"diagnostic_biopsy_done": True})
    not_done = of_participant("classification", **CHILD | RASH | item)
    assert done.details.biopsy_column
    assert str(done.details.score) == "3.1"
    assert str(not_done.details.score) == "5.2"


@pytest.mark.parametrize(
    ("findings", "missing", "score"),
    [
        (["positive"], False, "9.1"),
        (["negative", "positive"], False, "9.1"),
        (["negative", "negative"], False, "5.2"),
        (["negative", "indeterminate"], True, "5.2"),
        ([], True, "5.2"),
    ],
    ids=["positive", "positive in one", "negative in all", "indeterminate in one", "not tested"],
)
def test_anti_jo_1_is_read_from_every_test(findings, missing, score):
    tests = [{"antibody": "jo_1", "finding": finding} for finding in findings]
    tests.append({"antibody": "mda5", "finding": "positive"})
    found = of_participant("classification", **CHILD | RASH | {"autoantibodies": tests, "symptom_onset": "2022"})
    assert ("anti_jo_1" in found.missing) == missing
    assert str(found.details.score) == score


@pytest.mark.parametrize(
    ("onset", "missing", "score"),
    [
        ("2016", False, "5.2"),
        ("2033-05-31", False, "5.2"),
        ("2034-04-30", False, "5.2"),
        ("2034-05", True, "5.2"),
        ("2034", True, "5.2"),
        ("2034-06-01", False, "6.5"),
        ("2056-05-02", True, "6.5"),
        ("2056-06", False, "7.3"),
    ],
)
def test_the_age_at_onset_is_uncertain_only_about_18_and_40(onset, missing, score):
    found = of_participant("classification", **CHILD | RASH | NO_JO_1 | {"symptom_onset": onset})
    assert ("onset_age" in found.missing) == missing
    assert str(found.details.score) == score


def test_the_classification_names_the_fields_it_was_made_from():
    (participant,) = inputs_of("classification", **RASH | {"symptom_onset": "2022"})
    assert participant.record == "participant"
    assert set(participant.fields) == {*RASH, "symptom_onset", "birth_year", "birth_month"}


# --- Bohan and Peter ----------------------------------------------------------------------------------------------


def test_bohan_and_peter_is_read_from_what_was_found_at_diagnosis():
    known = CHILD | RASH | {"diagnostic_upper_limb_weakness": True, "diagnostic_raised_enzymes": True}
    tested = {"diagnostic_emg_myopathic": True, "diagnostic_biopsy_myositis": False}
    assert of_participant("bohan-peter", **known | tested).category == "definite"
    assert of_participant("bohan-peter", **known).details.lowest_category == "probable"


def test_weakness_and_rash_are_absent_only_where_each_sign_is():
    assert of_participant("bohan-peter", **CHILD).category == "not_met"
    unknown = of_participant("bohan-peter", **CHILD | {"diagnostic_gottron_sign": None})
    assert (unknown.category, unknown.details.highest_category) == ("indeterminate", "probable")


# --- high risk ----------------------------------------------------------------------------------------------------

ORGANS = {
    **dict.fromkeys(
        (
            "bed_bound",
            "aspiration",
            "gastrointestinal_vasculopathy",
            "myocarditis",
            "central_nervous_system",
            "skin_ulceration",
            "intensive_care",
        ),
        False,
    ),
    "dysphagia": "none",
    "interstitial_lung_disease": "absent",
}
STRENGTH = {"cmas_total": 45, "cmas_maximum": 52, "mmt8_total": 70, "mmt8_maximum": 80}


def at_visit(on="2026-03-01", **forms):
    image = visit(on) | {"forms": {"organ_involvement": ORGANS, "muscle_strength": STRENGTH} | forms}
    made = course([image])
    (derived,) = diagnosis.of_visit(made, made.visits[0])
    return derived


def test_a_visit_with_every_feature_absent_is_not_high_risk():
    found = at_visit().result
    assert (found.category, found.final, found.missing) == ("not_high_risk", True, ())


def test_a_visit_with_nothing_recorded_is_indeterminate():
    found = at_visit(organ_involvement=None, muscle_strength=None).result
    assert (found.category, found.details.absent) == ("indeterminate", ("age_months",))


@pytest.mark.parametrize(
    ("on", "state"),
    [("2017-04-30", "present"), ("2017-05-31", "unknown"), ("2017-06-01", "absent")],
    ids=["11 months", "12 months", "13 months"],
)
def test_age_under_one_year_is_uncertain_only_in_the_month_of_the_birthday(on, state):
    assert "age_months" in getattr(at_visit(on).result.details, state)


@pytest.mark.parametrize(
    ("strength", "feature", "state"),
    [
        ({"cmas_total": 14, "cmas_maximum": 52}, "cmas_total", "present"),
        ({item.field: 0 for item in items.CMAS_ITEMS} | {"cmas_maximum": 52}, "cmas_total", "present"),
        ({"cmas_total": 14, "cmas_maximum": 49}, "cmas_total", "unknown"),
        ({"mmt8_total": 29, "mmt8_maximum": 80}, "mmt8_total", "present"),
        ({"mmt8_total": 29, "mmt8_maximum": 150}, "mmt8_total", "present"),
        ({"mmt8_total": 99, "mmt8_maximum": 150}, "mmt8_total", "unknown"),
        ({"mmt8_total": 100, "mmt8_maximum": 150}, "mmt8_total", "absent"),
        (
            {item.field: 2 for item in items.MMT8_ITEMS} | {"mmt8_total": 30, "mmt8_maximum": 150},
            "mmt8_total",
            "present",
        ),
    ],
    ids=["CMAS", "CMAS items", "CMAS of 49", "MMT8", "both sides low", "both sides open", "both sides", "one of both"],
)
def test_strength_is_read_on_the_scale_of_the_cut_off(strength, feature, state):
    assert feature in getattr(at_visit(muscle_strength=strength).result.details, state)


def test_lung_disease_that_is_suspected_is_not_known():
    found = at_visit(organ_involvement=ORGANS | {"interstitial_lung_disease": "suspected"}).result
    assert (found.category, found.missing) == ("indeterminate", ("interstitial_lung_disease",))


def test_high_risk_names_the_fields_it_was_made_from():
    at, participant = at_visit(organ_involvement={"dysphagia": "mild"}).inputs
    assert "/forms/organ_involvement/dysphagia" in at.fields
    assert "/forms/muscle_strength/cmas_total" in at.fields
    assert participant.fields == ("birth_year", "birth_month")


# --- whatever is recorded -----------------------------------------------------------------------------------------


def optional(values):
    return st.none() | values


FORM = st.fixed_dictionaries(
    {name: optional(st.booleans()) for name in ORGANS if name not in ("dysphagia", "interstitial_lung_disease")}
    | {
        "dysphagia": optional(st.sampled_from(tuple(DYSPHAGIA))),
        "interstitial_lung_disease": optional(st.sampled_from(tuple(ILD_STATES))),
    }
)
WEAKNESS = st.fixed_dictionaries(
    {
        "cmas_total": optional(st.integers(0, 52)),
        "cmas_maximum": optional(st.sampled_from((49, 52))),
        "mmt8_total": optional(st.integers(0, 150)),
        "mmt8_maximum": optional(st.sampled_from((80, 150))),
    }
)


@settings(max_examples=35, deadline=None)
@given(optional(FORM), optional(WEAKNESS), st.dates(date(2016, 5, 1), date(2040, 1, 1)))
def test_any_visit_gives_its_risk(organs, strength, on):
    found = at_visit(on.isoformat(), organ_involvement=organs, muscle_strength=strength).result
    assert found.category in found.rule.categories
    assert len({*found.details.present, *found.details.absent, *found.details.unknown}) == 12


def test_biopsy_items_are_the_records_own():
    assert {f"diagnostic_{name}" for name in (*BIOPSY_ITEMS, *ITEMS)} - {"diagnostic_anti_jo_1"} <= {
        item.field for item in DIAGNOSTIC_ITEMS
    }


def test_a_draft_without_a_date_has_no_age():
    draft = Visit({"id": "1", "version": 1, "event": "week_0", "status": "draft", "forms": {}})
    (derived,) = diagnosis.of_visit(course(), draft)
    assert "age_months" in derived.result.missing
