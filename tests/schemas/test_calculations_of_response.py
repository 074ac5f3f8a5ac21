"""The response criteria refuse what is impossible or mixed, name the field, and accept what is merely absent."""

import pytest

from registry.problems import RulesBroken
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations import definition_of_improvement, printo_improvement, total_improvement_score
from tests.domain.response_bodies import sent

ALL = (total_improvement_score.CALCULATION, definition_of_improvement.CALCULATION, printo_improvement.CALCULATION)
TIS = total_improvement_score.CALCULATION


def body(followup, baseline=None):
    return sent({"baseline": {**vectors.F["baseline"], **(baseline or {})},
                 "followup": {**vectors.F["followup"], **followup}})  # fmt: skip


def without(name):
    kept = {field: value for field, value in vectors.F["followup"].items() if field != name}
    return sent({"baseline": vectors.F["baseline"], "followup": kept})


REFUSED = [
    pytest.param({"physician_global_activity": 10.1}, None, "/followup/physician_global_activity", "out_of_range",
                 id="a VAS above 10"),
    pytest.param({"mmt_total": 81}, None, "/followup/mmt_total", "total_above_maximum", id="a total above its maximum"),
    pytest.param({"cmas_total": 53}, None, "/followup/cmas_total", "out_of_range", id="a CMAS above 52"),
    pytest.param({"cmas_total": 50, "cmas_maximum": 49}, None, "/followup/cmas_total", "total_above_maximum",
                 id="a CMAS above 49 of the version for young children"),
    pytest.param({"cmas_maximum": 50}, None, "/followup/cmas_maximum", "not_in_list", id="no such version"),
    pytest.param({"mmt_maximum": 240}, None, "/followup/mmt_maximum", "not_in_list", id="no such version of the MMT"),
    pytest.param({"mmt_maximum": 150}, None, "/followup/mmt_maximum", "mixed", id="two versions of the MMT"),
    pytest.param({"cmas_total": 40, "cmas_maximum": 49}, {"cmas_total": 40}, "/followup/cmas_maximum", "mixed",
                 id="two versions of the CMAS"),
    pytest.param({"patient_global_activity": 3, "patient_global_scale": "likert"}, None,
                 "/followup/patient_global_scale", "mixed", id="Likert after VAS"),
    pytest.param({"patient_global_activity": 3.5, "patient_global_scale": "likert"}, None,
                 "/followup/patient_global_activity", "not_on_likert_scale", id="between two Likert grades"),
    pytest.param({"chaq_index": 3.125}, None, "/followup/chaq_index", "out_of_range", id="a CHAQ above 3"),
    pytest.param({"das_total": 21}, None, "/followup/das_total", "out_of_range", id="a DAS above 20"),
    pytest.param({"enzymes": [{"enzyme": "CK", "value": 1}, {"enzyme": "CK", "value": 2}]}, None,
                 "/followup/enzymes", "repeated", id="an enzyme twice"),
    pytest.param({"enzymes": [{"enzyme": "CK", "value": 1, "unit": "mg/dL"}]}, None, "/followup/enzymes/0/unit",
                 "not_in_list", id="an enzyme in no catalytic unit"),
    pytest.param({"enzymes": [{"enzyme": "CK", "value": 1, "upper_limit": 0}]}, None,
                 "/followup/enzymes/0/upper_limit", "out_of_range", id="an upper limit of zero"),
]  # fmt: skip


@pytest.mark.parametrize("calculation", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize(("followup", "baseline", "pointer", "code"), REFUSED)
def test_what_is_impossible_or_mixed_is_refused_at_its_field(calculation, followup, baseline, pointer, code):
    with pytest.raises(RulesBroken) as refusal:
        calculation.of(body(followup, baseline))
    assert [(rule.pointer, rule.code) for rule in refusal.value.errors] == [(pointer, code)]


@pytest.mark.parametrize("name", vectors.F["followup"])
def test_what_is_absent_is_named_in_the_result(name):
    result = TIS.of(without(name))
    assert not result.final
    assert result.missing[0].startswith("followup/")


def test_a_strength_by_the_tool_that_was_not_chosen_is_missing_and_not_refused():
    visits = {"baseline": {"cmas_total": 40}, "followup": {"cmas_total": 45}, "strength_measure": "mmt8"}
    assert {"baseline/mmt_total", "followup/mmt_total"} <= set(TIS.of(sent(visits)).missing)


def test_the_cmas_is_out_of_52_unless_it_is_said():
    visits = body({"cmas_total": 46.5, "cmas_maximum": 52}, {"cmas_total": 40}) | {"strength_measure": "cmas"}
    strength = TIS.of(visits).details.measures[2]
    assert (strength.percent_change, strength.range) == (12.5, 52)


def test_two_visits_are_required():
    with pytest.raises(RulesBroken) as refusal:
        TIS.of({"baseline": {}})
    assert [rule.pointer for rule in refusal.value.errors] == ["/followup"]


def test_a_study_sets_constants_in_the_body():
    own = {"constants": {"population": "adult"}}
    assert TIS.of(sent(vectors.F) | own).category == "minimal"
    with pytest.raises(RulesBroken) as refusal:
        TIS.of(sent(vectors.F) | {"constants": {"population": "all"}})
    assert [rule.pointer for rule in refusal.value.errors] == ["/constants/population"]
