"""The calculations of diagnosis: worked examples come out, mixed input is refused, absent input is not."""

import json
from decimal import Decimal

import pytest

from registry.problems import RulesBroken
from registry.schemas.calculations import bohan_peter, classification, high_risk, refractory

MODULES = (bohan_peter, classification, high_risk, refractory)
EXAMPLES = [(module.CALCULATION, example) for module in MODULES for example in module.CALCULATION.examples]


def sent(body):
    return json.loads(json.dumps(body), parse_float=Decimal)


@pytest.mark.parametrize(("calculation", "example"), EXAMPLES, ids=[example.source for _, example in EXAMPLES])
def test_a_worked_example_comes_out(calculation, example):
    result = calculation.of(sent(example.body))
    assert result.category == example.category
    assert result.value == (None if example.value is None else Decimal(example.value))


@pytest.mark.parametrize("module", MODULES)
def test_what_is_absent_is_said_and_not_refused(module):
    result = module.CALCULATION.of({})
    assert (result.value, result.category, result.final) == (None, "indeterminate", False)
    assert result.missing
    assert set(result.missing) <= module.CALCULATION.takes().load_fields.keys()


def test_null_means_the_same_as_absent():
    body = dict.fromkeys(classification.CALCULATION.takes().load_fields)
    assert classification.CALCULATION.of(body) == classification.CALCULATION.of({})


REFUSED = [
    ("biopsy item, not done", classification, {"biopsy_rimmed_vacuoles": True}, "/biopsy_rimmed_vacuoles"),
    (
        "biopsy item, done is no",
        classification,
        {"biopsy_done": False, "biopsy_perifascicular_atrophy": False},
        "/biopsy_perifascicular_atrophy",
    ),
    ("onset too fine", classification, {"onset_age": 8.25}, "/onset_age"),
    ("MMT8 of both sides", high_risk, {"mmt8_total": 78, "mmt8_maximum": 150}, "/mmt8_maximum"),
    ("MMT8 without its maximum", high_risk, {"mmt8_total": 29}, "/mmt8_maximum"),
    ("CMAS without its maximum", high_risk, {"cmas_total": 14}, "/cmas_maximum"),
    ("MMT8 above its maximum", high_risk, {"mmt8_total": 81, "mmt8_maximum": 80}, "/mmt8_total"),
    ("CMAS above its maximum", high_risk, {"cmas_total": 50, "cmas_maximum": 49}, "/cmas_total"),
    ("21 immunosuppressants", refractory, {"immunosuppressants_failed": 21}, "/immunosuppressants_failed"),
    ("a word for yes", bohan_peter, {"rash": "yes"}, "/rash"),
    ("a field that does not exist", bohan_peter, {"mri": True}, "/mri"),
]


@pytest.mark.parametrize(
    ("module", "body", "pointer"), [row[1:] for row in REFUSED], ids=[f"{row[0]}" for row in REFUSED]
)
def test_impossible_or_mixed_input_is_refused(module, body, pointer):
    with pytest.raises(RulesBroken) as refused:
        module.CALCULATION.of(sent(body))
    assert [error.pointer for error in refused.value.errors] == [pointer]


def test_the_refusal_names_the_measure_and_the_rule():
    with pytest.raises(RulesBroken) as refused:
        high_risk.CALCULATION.of({"mmt8_total": 78, "mmt8_maximum": 150})
    sentence = refused.value.errors[0].detail
    assert "MMT8" in sentence
    assert "high-risk rule" in sentence
    assert "78" not in sentence


def test_the_items_of_a_biopsy_count_where_one_was_done():
    result = classification.CALCULATION.of({"biopsy_done": True, "biopsy_rimmed_vacuoles": True})
    assert result.details.biopsy_column
    assert result.details.score == Decimal("3.1")


def test_a_cmas_of_another_version_is_not_compared_with_the_cut_off():
    result = high_risk.CALCULATION.of({"cmas_total": 14, "cmas_maximum": 49})
    assert "cmas_total" in result.details.unknown
