"""The response of a visit is derived against the baseline, from what both visits hold, and never fails."""

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.course import Visit
from registry.domain.derivations import response
from registry.domain.rulebook import RULEBOOK, of_study
from tests.domain import treatment_course as kept

TIS, DOI, PRINTO = "total-improvement-score", "definition-of-improvement", "printo-improvement"


def ck(value, **said):
    return {"analyte": "CK", "value": value, "unit": "U/L", "upper_limit": 200} | said


def activity(physician, patient, extramuscular, wording="disease_activity", scale="vas"):
    return {
        "physician_global_activity": Decimal(physician),
        "physician_global_scale": "vas",
        "patient_global_activity": Decimal(patient),
        "patient_global_scale": scale,
        "patient_global_wording": wording,
        "extramuscular_global_activity": Decimal(extramuscular),
    }


def forms(physician=5, patient=5, mmt8=60, chaq="1.5", extramuscular=5, **others):
    return {
        "disease_activity": activity(physician, patient, extramuscular),
        "muscle_strength": {"mmt8_total": mmt8, "mmt8_maximum": 80, "cmas_total": 30, "cmas_maximum": 52},
        "functioning": {"chaq_index": Decimal(chaq)},
    } | others


def visit(on, event="unscheduled", ck_of=3000, status="complete", results=None, **said):
    image = kept.visit(on, event, [ck(ck_of)] if results is None else results)
    return image | {"status": status, "forms": forms(**said)}


def derived(*visits, rules=RULEBOOK, at=-1, doses=(), **participant):
    course = replace(kept.course(visits, doses=doses, **participant), rules=rules)
    return {one.result.rule.id: one for one in response.of_visit(course, course.visits[at])}


START = visit("2026-01-01", "week_0")
BETTER = visit("2026-03-26", "week_12", 1500, physician=1, patient=2, mmt8=76, chaq="0.5", extramuscular=1)


def change_of(one, measure):
    return next(change for change in one.result.details.measures if change.measure == measure)


def test_a_visit_after_the_baseline_has_all_three_responses():
    found = derived(START, BETTER)
    assert found.keys() == {TIS, DOI, PRINTO}
    assert (found[TIS].result.value, found[TIS].result.category) == (Decimal("75.0"), "major")
    assert found[DOI].result.category == "met"
    assert found[PRINTO].result.category == "indeterminate"


def test_the_baseline_and_a_visit_before_it_have_none():
    screening = visit("2025-12-01")
    assert derived(screening, START, BETTER, at=0) == {}
    assert derived(screening, START, BETTER, at=1) == {}


def test_without_a_baseline_only_the_score_is_told_with_the_reason():
    found = derived(visit("2026-02-01"))
    assert found.keys() == {TIS}
    assert (found[TIS].result.value, found[TIS].result.reason) == (None, response.NO_BASELINE)


def test_the_last_visit_before_the_first_dose_is_a_baseline():
    found = derived(visit("2026-01-01"), BETTER, doses=[kept.dose("2026-01-05")])
    assert found[TIS].result.value == 75


def test_a_draft_is_compared_with_the_baseline():
    assert derived(START, BETTER | {"status": "draft"})[TIS].result.value == 75


def test_a_draft_without_a_date_says_that_it_has_none():
    course = kept.course((START,))
    undated = Visit({name: value for name, value in BETTER.items() if name != "visited_on"})
    (only,) = response.of_visit(course, undated)
    assert only.result.reason == response.NO_DATE


def test_both_visits_and_the_participant_are_inputs_with_the_fields_that_were_used():
    inputs = {one.id: one for one in derived(START, BETTER)[TIS].inputs}
    assert set(inputs) >= {START["id"], BETTER["id"]}
    assert {one.record for one in inputs.values()} == {"visit", "participant"}
    participant = next(one for one in inputs.values() if one.record == "participant")
    assert participant.fields == ("core_set", "strength_measure")
    assert inputs[START["id"]].fields == (
        "/forms/disease_activity/physician_global_activity",
        "/forms/disease_activity/physician_global_scale",
        "/forms/disease_activity/patient_global_activity",
        "/forms/disease_activity/patient_global_scale",
        "/forms/disease_activity/patient_global_wording",
        "/forms/muscle_strength/mmt8_total",
        "/forms/muscle_strength/mmt8_maximum",
        "/forms/functioning/chaq_index",
        "/laboratory_results/CK",
        "/forms/disease_activity/extramuscular_global_activity",
    )


def test_the_variant_is_that_of_the_participant():
    found = derived(START, BETTER, core_set="printo", strength_measure="cmas")
    assert (found[TIS].result.details.core_set, found[TIS].result.details.strength_measure) == ("printo", "cmas")
    assert {change_of(found[rule], "strength").field for rule in found} == {"cmas_total"}


def test_the_variant_of_a_participant_who_has_none_is_that_of_the_study():
    rules = of_study({TIS: {"core_set": "printo", "strength_measure": "cmas"}})
    found = derived(START, BETTER, rules=rules)
    assert found[TIS].result.details.core_set == "printo"
    assert {change_of(found[rule], "strength").field for rule in found} == {"cmas_total"}
    assert found[TIS].result.rule.overridden == ("core_set", "strength_measure")


def test_a_total_that_is_not_stated_is_made_of_its_items():
    full = {item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])} | {"mmt8_maximum": 80}
    skin = {"das_skin_total": 4, "das_muscle_total": 2}
    after = BETTER | {"forms": forms(muscle_strength=full, skin_disease=skin)}
    before = START | {"forms": forms(skin_disease={"das_total": 12})}
    found = derived(before, after, core_set="printo")
    assert change_of(found[TIS], "strength").followup == 80
    assert change_of(found[TIS], "disease_activity_score").percent_change == 30
    used = next(one for one in found[TIS].inputs if one.id == after["id"]).fields
    assert {"/forms/muscle_strength/mmt8_deltoid_right", "/forms/skin_disease/das_muscle_total"} <= set(used)


def test_a_total_with_an_item_missing_is_missing():
    some = {"mmt8_neck_flexors": 10, "mmt8_maximum": 80}
    found = derived(START, BETTER | {"forms": forms(muscle_strength=some)})
    assert found[TIS].result.missing == ("followup/mmt_total",)


def test_a_question_asked_differently_is_missing():
    after = forms() | {"disease_activity": activity(1, 1, 1, wording="overall_well_being")}
    found = derived(START, BETTER | {"forms": after})
    assert "asked differently" in change_of(found[TIS], "patient_global").reason


def test_a_scale_that_changed_is_missing():
    after = forms() | {"disease_activity": activity(1, 1, 1, scale="likert")}
    found = derived(START, BETTER | {"forms": after})
    assert "never mixed" in change_of(found[TIS], "patient_global").reason


def test_another_version_of_the_mmt_leaves_no_total():
    after = forms(muscle_strength={"mmt8_total": 140, "mmt8_maximum": 150})
    assert derived(START, BETTER | {"forms": after})[TIS].result.value is None


@pytest.mark.parametrize("results", [[], [ck(None)], [ck(150, comparator="<")], [{"analyte": "CK", "finding": "x"}]])
def test_an_enzyme_that_has_no_exact_value_is_missing(results):
    found = derived(START, visit("2026-03-26", results=results))
    assert change_of(found[TIS], "enzyme").points is None


def test_of_several_results_of_an_enzyme_the_last_with_a_value_counts():
    after = visit("2026-03-26", results=[ck(1500), ck(100), ck(None)])
    assert change_of(derived(START, after)[TIS], "enzyme").followup == 100


def test_the_last_collected_result_counts_in_whatever_order_they_were_submitted():
    evening, morning = (
        ck(value, collected_at=f"2026-03-26T{at}:00:00+00:00") for value, at in ((900, 18), (1500, "08"))
    )
    after = visit("2026-03-26", results=[evening, morning, ck(100)])
    assert change_of(derived(START, after)[TIS], "enzyme").followup == 900
    censored = visit("2026-03-26", results=[evening | {"comparator": ">"}, morning])
    assert change_of(derived(START, censored)[TIS], "enzyme").points is None


DOMAINS = items.fields(items.CHAQ_DOMAINS)


def domains(*scores, **more):
    return {"functioning": dict(zip(DOMAINS, scores, strict=False)) | more}


def test_a_chaq_that_was_stated_rounded_counts_as_its_domains_make_it():
    before = START | {"forms": forms() | domains(1, 1, 1, 1, 1, 0, chaq_index=Decimal("0.83"))}
    after = BETTER | {"forms": forms() | domains(1, 1, 1, 1, 0, 0, chaq_index=Decimal("0.67"))}
    found = derived(before, after)
    change = change_of(found[DOI], "function")
    assert (round(change.baseline, 3), round(change.followup, 3)) == (Decimal("0.833"), Decimal("0.667"))
    assert change.percent_change == 20
    assert round(change_of(found[TIS], "function").percent_change, 3) == Decimal("5.556")


def test_the_chaq_is_made_by_the_constants_of_the_study():
    before = START | {"forms": forms() | domains(*[0] * 7, 0, chaq_grip_aid=True)}
    after = BETTER | {"forms": forms() | domains(*[0] * 7)}
    usual = change_of(derived(before, after)[TIS], "function")
    assert (usual.baseline, usual.followup) == (Decimal("0.25"), 0)
    rules = of_study({"chaq": {"level_with_aid": 3, "minimum_domains": 8}})
    for rule in (TIS, DOI, PRINTO):
        own = change_of(derived(before, after, rules=rules)[rule], "function")
        assert (own.baseline, own.followup) == (Decimal("0.375"), None)


def test_a_cmas_of_its_items_alone_is_out_of_52():
    full = {item.field: item.maximum for item in items.CMAS_ITEMS}
    found = derived(START, BETTER | {"forms": forms(muscle_strength=full)}, strength_measure="cmas")
    change = change_of(found[TIS], "strength")
    assert (change.followup, change.range, change.points) == (52, 52, Decimal("32.5"))
    stated = derived(START, BETTER | {"forms": forms(muscle_strength={"cmas_total": 52})}, strength_measure="cmas")
    assert stated[TIS].result.missing == ("followup/cmas_maximum",)


def test_a_visit_of_nothing_is_told_without_a_value():
    found = derived(START, BETTER | {"forms": {}, "laboratory_results": []})
    assert [found[rule].result.category for rule in (TIS, DOI, PRINTO)] == [None, "indeterminate", "indeterminate"]


NUMBER = st.one_of(st.none(), st.integers(0, 200), st.decimals(0, 100, places=2))
ANY_FORMS = st.fixed_dictionaries(
    {},
    optional={
        "disease_activity": st.none()
        | st.fixed_dictionaries(
            {},
            optional={
                "physician_global_activity": NUMBER,
                "physician_global_scale": st.sampled_from(["vas", "likert", None]),
                "patient_global_activity": NUMBER,
                "patient_global_wording": st.sampled_from(["disease_activity", "overall_well_being", None]),
                "extramuscular_global_activity": NUMBER,
            },
        ),
        "muscle_strength": st.fixed_dictionaries(
            {},
            optional={
                "mmt8_total": NUMBER,
                "mmt8_maximum": st.sampled_from([80, 150, None]),
                "cmas_total": NUMBER,
                "cmas_maximum": st.sampled_from([49, 52, None]),
                "cmas_pick_up": NUMBER,
            },
        ),
        "functioning": st.fixed_dictionaries({}, optional={"chaq_index": NUMBER, "chq_physical_summary": NUMBER}),
        "skin_disease": st.fixed_dictionaries({}, optional={"das_total": NUMBER, "das_skin_total": NUMBER}),
    },
)
ANY_RESULTS = st.lists(
    st.fixed_dictionaries(
        {"analyte": st.sampled_from(["CK", "LDH", "ALDOLASE", "HGB"])},
        optional={
            "value": NUMBER,
            "unit": st.sampled_from(["U/L", "ukat/L", "g/L"]),
            "upper_limit": NUMBER,
            "comparator": st.sampled_from(["<", ">"]),
        },
    ),
    max_size=4,
)


@given(ANY_FORMS, ANY_FORMS, ANY_RESULTS, ANY_RESULTS, st.sampled_from([None, "imacs", "printo"]),
       st.sampled_from([None, "mmt8", "cmas"]))  # fmt: skip
@settings(max_examples=50)
def test_no_record_makes_it_fail(before, after, first, second, core_set, tool):
    start = kept.visit("2026-01-01", "week_0", first) | {"forms": before}
    later = kept.visit("2026-03-01", "week_8", second) | {"forms": after}
    found = derived(start, later, core_set=core_set, strength_measure=tool)
    assert found.keys() == {TIS, DOI, PRINTO}
    assert all(one.result.rule.categories.keys() >= {one.result.category} - {None} for one in found.values())
