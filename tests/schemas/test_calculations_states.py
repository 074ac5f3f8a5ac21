"""The calculations of disease states: worked examples come out, mixed input is refused, absent input is not."""

import json

import pytest

from registry.db.transaction import as_json, from_json
from registry.problems import RulesBroken
from registry.schemas.calculations import CALCULATIONS

NAMES = ("clinically-inactive-disease", "hmc", "jdmai", "complete-clinical-response", "deterioration")
EXAMPLES = [(name, example) for name in NAMES for example in CALCULATIONS[name].examples]
VISIT = {"visited_on": "2026-02-10", "state": "inactive"}
STRENGTH = {"mmt8_total": 70, "mmt8_maximum": 80}


def calculated(name, body):
    return CALCULATIONS[name].of(from_json(as_json(body)))


def refused(name, body):
    with pytest.raises(RulesBroken) as broken:
        calculated(name, body)
    return [(one.pointer, one.code, one.detail) for one in broken.value.errors]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {one.source}" for name, one in EXAMPLES])
def test_a_worked_example_comes_out(name, example):
    result = calculated(name, example.body)
    assert example.category in {None, result.category}
    assert example.value is None or str(result.value) == example.value
    assert result.final


@pytest.mark.parametrize("name", ["clinically-inactive-disease", "hmc"])
def test_an_mmt8_of_78_on_the_150_scale_is_refused_naming_measure_and_rule(name):
    ((pointer, code, sentence),) = refused(name, {"mmt8_total": 78, "mmt8_maximum": 150})
    assert (pointer, code) == ("/mmt8_maximum", "other_scale")
    assert "MMT8" in sentence
    assert "clinically inactive disease" in sentence or "hMC" in sentence


@pytest.mark.parametrize(
    ("name", "body", "pointer"),
    [
        ("clinically-inactive-disease", {"mmt8_total": 78}, "/mmt8_maximum"),
        ("clinically-inactive-disease", {"mmt8_total": 81, "mmt8_maximum": 80}, "/mmt8_total"),
        ("clinically-inactive-disease", {"cmas_total": 50, "cmas_maximum": 49}, "/cmas_total"),
        ("clinically-inactive-disease", {"comparator": "<"}, "/creatine_kinase"),
        ("clinically-inactive-disease", {"physician_global_activity": 10.1}, "/physician_global_activity"),
        ("clinically-inactive-disease", {"creatine_kinase": 150, "unit": "mg/dL"}, "/unit"),
        ("clinically-inactive-disease", {"ck": 150}, "/ck"),
        ("clinically-inactive-disease", {"variant": "modified"}, "/variant"),
        ("hmc", {"floor_rise_recoded": 9, "cmas_floor_rise": 4}, "/floor_rise_recoded"),
        ("hmc", {"cmas_sit_ups": 7}, "/cmas_sit_ups"),
        ("jdmai", {"score": 2.4}, "/version"),
        ("jdmai", {"version": 3, "score": 2.4}, "/version"),
        ("jdmai", {"version": 2, "score": 39.1}, "/score"),
        ("jdmai", {"version": 1, "score": 2.4, "hmc": 90}, "/score"),
        ("jdmai", {"version": 1, "muscle": 1, "hmc": 90}, "/muscle"),
        ("jdmai", {"version": 1, "das_skin_total": 1}, "/das_skin_total"),
        ("jdmai", {"version": 2, "mdaat_cutaneous": 1}, "/mdaat_cutaneous"),
        ("complete-clinical-response", {"visits": [VISIT, {**VISIT, "visited_on": "2026-02-09"}]}, "/visits"),
        ("complete-clinical-response", {"visits": [{"state": "inactive"}]}, "/visits/0/visited_on"),
        ("deterioration", {"visit": {}}, "/baseline"),
        ("deterioration", {"baseline": STRENGTH, "visit": {"mmt8_total": 70}}, "/visit/mmt8_maximum"),
        ("deterioration", {"baseline": {"mmt8_total": 81, "mmt8_maximum": 80}, "visit": {}}, "/baseline/mmt8_total"),
        ("deterioration", {"baseline": STRENGTH, "visit": {"mmt8_total": 70, "mmt8_maximum": 150}}, "/visit"),
    ],
)
def test_impossible_or_mixed_input_is_refused_with_its_pointer(name, body, pointer):
    assert [one for one, _, _ in refused(name, body)] == [pointer]


@pytest.mark.parametrize(
    ("name", "body", "category"),
    [
        ("clinically-inactive-disease", {}, "indeterminate"),
        ("hmc", {}, None),
        ("jdmai", {"version": 1}, None),
        ("complete-clinical-response", {}, None),
        ("deterioration", {"baseline": {}, "visit": {}}, "indeterminate"),
    ],
)
def test_what_is_merely_absent_is_said_and_not_refused(name, body, category):
    result = calculated(name, body)
    assert (result.value, result.category, result.final) == (None, category, False)
    assert result.missing
    assert len(result.reason) <= 500


def test_an_unset_unit_is_units_per_litre_and_an_unset_cmas_maximum_is_52():
    result = calculated("clinically-inactive-disease", {"creatine_kinase": 150, "cmas_total": 48})
    assert result.details.met == 2
    assert calculated("clinically-inactive-disease", {"cmas_total": 48, "cmas_maximum": 49}).details.met == 0


def test_the_variant_asked_for_is_the_rule_of_the_answer():
    result = calculated("clinically-inactive-disease", {"variant": "revised"})
    assert result.rule.id == "clinically-inactive-disease-revised"


def test_constants_can_be_sent_with_the_numbers():
    body = {"mmt8_total": 80, "mmt8_maximum": 80, "cmas_head_elevation": 5, "cmas_sit_ups": 6, "cmas_floor_rise": 4}
    assert calculated("hmc", body).value is None
    assert calculated("hmc", {**body, "constants": {"floor_rise_4": 9}}).value == 100


def test_therapy_between_visits_can_be_told():
    visits = [{**VISIT, "therapy": "no"}, {**VISIT, "visited_on": "2026-08-10", "therapy": "no"}]
    assert calculated("complete-clinical-response", {"visits": visits}).category == "remission"
    told = calculated("complete-clinical-response", {"visits": visits, "therapy_between_visits": "yes"})
    assert told.category == "complete_clinical_response"


@pytest.mark.parametrize(
    ("name", "body"),
    [
        ("clinically-inactive-disease", {"physician_global_activity": 0.125}),
        ("jdmai", {"version": 1, "physician_global_activity": 0.125}),
        ("jdmai", {"version": 1, "patient_global_activity": 0.125}),
        ("jdmai", {"version": 1, "mdaat_cutaneous": 0.125}),
        ("deterioration", {"baseline": {"extramuscular_global_activity": 0.125}, "visit": {}}),
    ],
)
def test_a_global_of_three_decimals_is_taken_and_one_of_four_is_not(name, body):
    assert calculated(name, body).rule.id.startswith(name)
    finer = json.loads(json.dumps(body).replace("0.125", "0.1255"))
    ((_, code, _),) = refused(name, finer)
    assert code == "too_precise"
