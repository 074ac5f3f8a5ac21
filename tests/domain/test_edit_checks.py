"""Edit checks refuse what contradicts itself and ask about what is unlikely, on the right side of every boundary."""

import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from registry.domain import edit_checks, items
from registry.domain.dosing import UnknownDrug
from registry.domain.edit_check_rules import RULES, Limits

NOW = datetime(2025, 6, 2, 9, 30, tzinfo=UTC)
TODAY = date(2025, 6, 2)
CONTEXT = edit_checks.Context(
    now=NOW,
    today=TODAY,
    previous_height=Decimal("131.5"),
    previous_height_on=date(2025, 5, 5),
    previous_weight=Decimal("30.0"),
    previous_weight_on=date(2025, 5, 5),
)


def visit(results=(), visited_on=TODAY, **forms):
    return {"visited_on": visited_on, "forms": forms, "laboratory_results": list(results)}


def found(record, context=CONTEXT):
    return [(finding.rule, finding.pointer) for finding in edit_checks.of_visit(record, context)]


def ck(value, **changes):
    return {"analyte": "CK", "value": Decimal(value), "unit": "U/L", "upper_limit": Decimal("150.2")} | changes


def strength(side="right", **changes):
    muscles = (items.MMT8_AXIAL, *items.MMT8_BY_SIDE[side])
    return {item.field: 9 for item in muscles} | {"mmt8_maximum": 80, "mmt8_total": 72} | changes


def test_a_consistent_visit_breaks_nothing():
    record = visit(
        [ck("420", collected_at=NOW - timedelta(hours=2))],
        vital_signs={"height": Decimal("132.0"), "weight": Decimal("31.2")},
        muscle_strength=strength(),
        skin_disease={"das_skin_total": 4, "das_muscle_total": 3, "das_total": 7},
    )
    assert found(record) == []


@pytest.mark.parametrize("record", [{}, {"forms": None, "laboratory_results": None}, visit(vital_signs=None)])
def test_an_empty_visit_breaks_nothing(record):
    assert found(record) == []


def test_a_visit_of_today_passes_and_of_tomorrow_does_not():
    assert found(visit(visited_on=TODAY)) == []
    assert found(visit(visited_on=TODAY + timedelta(days=1))) == [("visit_in_the_future", "/visited_on")]


def test_a_result_collected_at_the_moment_of_entry_passes_and_a_second_later_does_not():
    assert found(visit([ck("100", collected_at=NOW)])) == []
    late = visit([ck("100"), ck("100", collected_at=NOW + timedelta(seconds=1))])
    assert found(late) == [("result_after_entry", "/laboratory_results/1/collected_at")]


@pytest.mark.parametrize(
    ("result", "above"),
    [
        (ck("7510"), False),
        (ck("7510.0"), False),
        (ck("7510.1"), True),
        (ck("7510", comparator=">"), True),
        (ck("7509.9", comparator=">"), False),
        (ck("9000", comparator="<"), False),
        (ck("9000", upper_limit=None), False),
        (ck("9000") | {"value": None}, False),
        (ck("9000", analyte="LDH"), False),
    ],
)
def test_ck_is_asked_about_above_50_times_its_upper_limit_and_not_at_it(result, above):
    assert found(visit([result])) == ([("ck_above_50_uln", "/laboratory_results/0/value")] if above else [])


@pytest.mark.parametrize(("height", "asked"), [("131.5", False), ("131.4", True), ("140", False)])
def test_a_height_that_shrank_is_asked_about(height, asked):
    record = visit(vital_signs={"height": Decimal(height)})
    assert found(record) == ([("height_decreased", "/forms/vital_signs/height")] if asked else [])


@pytest.mark.parametrize(
    ("weight", "asked"), [("24.0", False), ("23.99", True), ("36.0", False), ("36.01", True), ("30", False)]
)
def test_a_weight_is_asked_about_when_it_changed_by_more_than_20_percent(weight, asked):
    record = visit(vital_signs={"weight": Decimal(weight)})
    assert found(record) == ([("weight_changed", "/forms/vital_signs/weight")] if asked else [])


def test_a_first_visit_has_nothing_to_compare_with():
    record = visit(vital_signs={"height": Decimal(100), "weight": Decimal(16)})
    assert found(record, edit_checks.Context(now=NOW, today=TODAY)) == []


def test_a_study_can_set_its_own_limits():
    strict = edit_checks.Context(now=NOW, today=TODAY, limits=Limits(version="study-1", ck_multiple=Decimal(10)))
    assert found(visit([ck("1502")]), strict) == []
    assert found(visit([ck("1502.1")]), strict) == [("ck_above_50_uln", "/laboratory_results/0/value")]


@pytest.mark.parametrize(
    ("form", "total"),
    [
        ("muscle_strength", {"cmas_total": 51, "cmas_maximum": 52, **{i.field: i.maximum for i in items.CMAS_ITEMS}}),
        ("muscle_strength", strength(mmt8_total=71)),
        ("skin_disease", {"das_total": 8, "das_skin_total": 4, "das_muscle_total": 3}),
        ("skin_disease", {"cdasi_damage_total": 1, **{i.field: 0 for i in items.CDASI_DAMAGE_ITEMS}}),
        ("functioning", {"chaq_index": Decimal("0.5"), **{i.field: 1 for i in items.CHAQ_DOMAINS}}),
        ("damage", {"mdi_severity_total": 1, **{i.field: Decimal("0.1") for i in items.MDI_SEVERITY_ITEMS}}),
    ],
)
def test_a_total_that_contradicts_its_items_is_refused(form, total):
    field = next(name for name in total if name.endswith(("_total", "_index")))
    assert found(visit(**{form: total})) == [("total_contradicts_items", f"/forms/{form}/{field}")]


def test_a_total_with_only_some_items_is_refused_and_names_the_missing():
    record = visit(muscle_strength=strength(mmt8_biceps_right=None))
    [finding] = edit_checks.of_visit(record, CONTEXT)
    assert (finding.rule, finding.kind) == ("total_without_all_items", "hard")
    assert "mmt8_biceps_right" in finding.sentence


def test_left_muscles_are_refused_on_the_80_scale_unless_that_is_the_side_used():
    both = strength(mmt8_deltoid_left=9)
    assert found(visit(muscle_strength=both)) == [("mmt8_other_side", "/forms/muscle_strength/mmt8_deltoid_left")]
    assert found(visit(muscle_strength=strength("left", mmt8_side="left"))) == []
    mixed = strength("left", mmt8_side="left", mmt8_deltoid_right=9)
    assert found(visit(muscle_strength=mixed)) == [("mmt8_other_side", "/forms/muscle_strength/mmt8_deltoid_right")]


def test_a_total_without_its_maximum_is_refused_once():
    record = visit(muscle_strength=strength(mmt8_maximum=None))
    assert found(record) == [("total_without_maximum", "/forms/muscle_strength/mmt8_maximum")]
    assert found(visit(muscle_strength={"cmas_total": 40})) == [
        ("total_without_maximum", "/forms/muscle_strength/cmas_maximum")
    ]


@pytest.mark.parametrize(
    ("form", "values", "passes"),
    [
        ("muscle_strength", {"mmt8_total": 80, "mmt8_maximum": 80}, True),
        ("muscle_strength", {"mmt8_total": 81, "mmt8_maximum": 80}, False),
        ("muscle_strength", {"mmt8_total": 146, "mmt8_maximum": 150}, True),
        ("muscle_strength", {"cmas_total": 49, "cmas_maximum": 49}, True),
        ("muscle_strength", {"cmas_total": 50, "cmas_maximum": 49}, False),
        ("damage", {"mdi_extent_total": 39, "mdi_extent_maximum": 38}, False),
    ],
)
def test_a_total_may_reach_the_maximum_of_its_scale_and_not_exceed_it(form, values, passes):
    total = next(name for name in values if name.endswith("_total"))
    assert found(visit(**{form: values})) == ([] if passes else [("total_above_maximum", f"/forms/{form}/{total}")])


def test_everything_broken_is_found_at_once_hard_first():
    record = visit(
        [ck("9000"), ck("1", collected_at=NOW + timedelta(days=1))],
        visited_on=TODAY + timedelta(days=3),
        vital_signs={"height": Decimal(90), "weight": Decimal(90)},
        muscle_strength=strength(mmt8_total=3),
    )
    findings = edit_checks.of_visit(record, CONTEXT)
    assert [finding.kind for finding in findings] == ["hard"] * 3 + ["soft"] * 3


def test_a_sentence_never_shows_a_value_of_the_patient():
    record = visit(
        [ck("98765"), ck("1", collected_at=NOW + timedelta(days=777))],
        visited_on=date(2031, 11, 17),
        vital_signs={"height": Decimal("88.8"), "weight": Decimal("77.7")},
        muscle_strength=strength(mmt8_total=66, cmas_total=53, cmas_maximum=52),
    )
    sentences = " ".join(finding.sentence for finding in edit_checks.of_visit(record, CONTEXT))
    assert not re.search(r"98765|2031|2027|88\.8|77\.7|131|30\.0|66|72|53", sentences)


DOSE = {"drug": "L04AF02", "formulation": "tablet", "mg_per_intake": Decimal(2), "intakes_per_day": Decimal(1)}


@pytest.mark.parametrize(
    ("changes", "asked"),
    [
        ({"weight_used": Decimal("29.9")}, False),
        ({"weight_used": Decimal("29.9"), "intakes_per_day": Decimal(2)}, True),
        ({"weight_used": Decimal(30), "intakes_per_day": Decimal(2)}, False),
        ({"weight_used": Decimal(30), "intakes_per_day": Decimal(3)}, True),
        ({"weight_used": None}, False),
        ({"intakes_per_day": None}, False),
    ],
)
def test_a_dose_outside_the_published_range_is_asked_about(changes, asked):
    findings = edit_checks.of_dose(DOSE | changes)
    assert [finding.rule for finding in findings] == (["dose_outside_published_range"] if asked else [])
    assert all(finding.kind == "soft" and finding.pointer == "/mg_per_intake" for finding in findings)


def test_a_dose_of_another_drug_is_refused():
    with pytest.raises(UnknownDrug):
        edit_checks.of_dose(DOSE | {"drug": "aspirin"})


def test_every_rule_says_what_it_asks_and_where_it_comes_from():
    for identity, rule in RULES.items():
        assert identity == rule.id
        assert re.fullmatch(r"[a-z][a-z0-9_]+", identity)
        assert rule.sentence.endswith(".")
        assert rule.source
        assert rule.version
