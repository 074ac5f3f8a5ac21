"""The laboratory calculations: worked examples come out, what is absent is said, what is mixed up is refused."""

import json
from decimal import Decimal

import pytest

from registry.problems import RulesBroken
from registry.schemas.calculations import ctcae_grade, enzyme_signal, interferon_score
from registry.schemas.laboratory_results import LaboratoryResult

MODULES = (ctcae_grade, enzyme_signal, interferon_score)
EXAMPLES = [(module.CALCULATION, example) for module in MODULES for example in module.CALCULATION.examples]


def sent(body):
    return json.loads(json.dumps(body), parse_float=Decimal)


def refused(module, body):
    with pytest.raises(RulesBroken) as refusal:
        module.CALCULATION.of(sent(body))
    (broken,) = refusal.value.errors
    return broken


@pytest.mark.parametrize(("calculation", "example"), EXAMPLES, ids=[example.source for _, example in EXAMPLES])
def test_a_worked_example_comes_out(calculation, example):
    result = calculation.of(sent(example.body))
    assert result.category == example.category
    assert result.value == (None if example.value is None else Decimal(example.value))


def test_the_version_5_grades_unless_version_6_is_asked_for():
    body = {"analyte": "NEUT", "value": 1, "unit": "10*9/L"}
    assert ctcae_grade.CALCULATION.of(body).rule.id == "ctcae-grade-5.0"
    assert ctcae_grade.CALCULATION.of(body | {"ctcae_version": "6.0"}).rule.id == "ctcae-grade-6.0"


def test_a_value_without_unit_is_not_refused_and_not_graded():
    result = ctcae_grade.CALCULATION.of({"analyte": "NEUT", "value": 1, "lower_limit": 2})
    assert (result.value, result.missing) == (None, ("unit",))


def test_haemoglobin_is_graded_in_the_direction_asked_for():
    body = {"analyte": "HGB", "value": 181, "unit": "g/L", "upper_limit": 160}
    assert ctcae_grade.CALCULATION.of(body | {"term": "increase"}).value == 2
    assert refused(ctcae_grade, body | {"analyte": "ALB", "term": "increase"}).pointer == "/term"


def test_limits_that_are_reversed_are_refused():
    body = {"analyte": "NEUT", "value": 1, "unit": "10*9/L", "lower_limit": 7, "upper_limit": 2}
    assert refused(ctcae_grade, body).code == "limits_reversed"


def test_a_constant_of_ones_own_holds():
    body = {"analyte": "NEUT", "value": 1, "unit": "10*9/L", "constants": {"neutrophils": {"grade_2": Decimal("1.2")}}}
    assert ctcae_grade.CALCULATION.of(body).value == 3


def test_a_total_above_the_maximum_of_its_version_is_refused():
    body = {"current": {"mmt8_total": 120, "mmt8_maximum": 80}}
    assert refused(enzyme_signal, body).pointer == "/current/mmt8_total"


def test_a_signal_without_a_visit_before_says_what_is_missing():
    result = enzyme_signal.CALCULATION.of({"current": {"value": 900, "unit": "U/L", "upper_limit": 200}})
    assert (result.category, result.final) == ("indeterminate", False)
    assert "previous/value" in result.missing


def test_a_gene_given_twice_is_refused_by_name():
    genes = [{"gene": "IFI27", "value": 2}, {"gene": "IFI27", "value": 3}]
    broken = refused(interferon_score, {"panel": "6_gene", "genes": genes})
    assert (broken.pointer, broken.code) == ("/genes", "repeated_gene")
    assert "IFI27" in broken.detail


def test_a_gene_that_is_not_of_the_panel_is_refused_by_name():
    broken = refused(interferon_score, {"panel": "6_gene", "genes": [{"gene": "MX1", "value": 2}]})
    assert (broken.pointer, broken.code) == ("/genes", "foreign_gene")
    assert "MX1" in broken.detail


def test_a_panel_that_is_not_whole_has_no_score_and_names_the_rest():
    result = interferon_score.CALCULATION.of({"panel": "6_gene", "genes": [{"gene": "IFI27", "value": 2}]})
    assert (result.value, len(result.missing)) == (None, 5)


def test_the_healthy_controls_of_a_result_need_its_unit_and_a_deviation_above_zero():
    counted = {"analyte": "RNA_IFI27", "missing_reason": "not_done", "reference_mean": 4}
    with pytest.raises(RulesBroken) as refusal:
        LaboratoryResult().accept(counted)
    assert [broken.pointer for broken in refusal.value.errors] == ["/unit"]
    whole = {"analyte": "RNA_IFI27", "value": 9, "unit": "{counts}", "reference_mean": 4, "reference_sd": 2}
    assert LaboratoryResult().accept(whole)["standard_unit"] == "{counts}"
    with pytest.raises(RulesBroken):
        LaboratoryResult().accept(whole | {"reference_sd": 0})
