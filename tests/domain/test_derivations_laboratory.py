"""What is derived of the laboratory results of a visit, and that nothing accepted makes it fail."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import items
from registry.domain.analytes import CATALOGUE
from registry.domain.derivation import of_visit
from registry.domain.derivations import interferon, laboratory
from tests.domain.laboratory_course import STABLE, course, derived_at_last, keys, lab, told, visit


def test_a_grade_compares_with_the_baseline_in_whatever_unit_it_was_reported():
    before = visit("2026-01-01", lab("ALT", "0.8", "ukat/L", upper_limit=Decimal("0.65")), event="week_0")
    derived = derived_at_last(before, visit("2026-02-01", lab("ALT", 121, upper_limit=39)))
    assert told(derived, "ctcae-grade-5.0") == [(1, "grade_1")]
    (grade,) = [one for one in derived if one.result.rule.id == "ctcae-grade-5.0"]
    assert grade.result.details.basis == "baseline"
    assert [(one.id, one.fields) for one in grade.inputs] == [
        (course_id, ("/laboratory_results/ALT",)) for course_id in (grade.inputs[0].id, before["id"])
    ]


def test_the_last_result_before_the_baseline_visit_stands_where_it_has_none():
    screening = visit("2025-12-01", lab("ALT", 40, upper_limit=39), event="screening")
    start = visit("2026-01-01", event="week_0")
    derived = derived_at_last(screening, start, visit("2026-02-01", lab("ALT", 60, upper_limit=39)))
    assert told(derived, "ctcae-grade-5.0") == [(1, "grade_1")]
    assert told(derived, "ctcae-grade-6.0") == [(1, "grade_1")]


@pytest.mark.parametrize("at", [0, 1])
def test_nothing_at_the_baseline_or_before_it_is_graded_by_it(at):
    screening = visit("2025-12-01", lab("ALT", 60, upper_limit=39), event="screening")
    made = course(screening, visit("2026-01-01", lab("ALT", 60, upper_limit=39), event="week_0"))
    (grade,) = [one for one in laboratory.of_visit(made, made.visits[at]) if one.result.rule.id == "ctcae-grade-5.0"]
    assert (grade.result.value, grade.result.details.basis, grade.result.final) == (1, "limits", False)
    assert (grade.result.missing, len(grade.inputs)) == (("baseline_value",), 1)


def test_of_several_results_at_the_baseline_the_last_collected_is_the_baseline():
    early, late = (f"2026-01-01T{hour}:00:00+00:00" for hour in ("08", "16"))
    results = lab("ALT", 60, upper_limit=39, collected_at=late), lab("ALT", 30, upper_limit=39, collected_at=early)
    start = visit("2026-01-01", *results, event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", lab("ALT", 60, upper_limit=39)))
    assert told(derived, "ctcae-grade-5.0") == [(0, "grade_0")]


def test_only_what_is_graded_by_the_baseline_rests_on_it():
    start = visit("2026-01-01", lab("NEUT", 3, lower_limit=2), lab("CREAT", 30, upper_limit=60), event="week_0")
    now = visit("2026-02-01", lab("NEUT", 1, lower_limit=2), lab("CREAT", 91, upper_limit=60))
    inputs = {one.result.subject: len(one.inputs) for one in derived_at_last(start, now)}
    assert inputs == {"NEUT": 1, "CREAT": 2}


def test_a_censored_result_is_no_baseline_value():
    start = visit("2026-01-01", lab("ALT", 40, upper_limit=39, comparator=">"), event="week_0")
    derived = derived_at_last(start, visit("2026-02-01", lab("ALT", 60, upper_limit=39)))
    (grade,) = [one.result for one in derived if one.result.rule.id == "ctcae-grade-5.0"]
    assert (grade.value, grade.final, grade.missing) == (1, False, ("baseline_value",))


def test_each_result_is_graded_and_tells_its_place():
    results = lab("LDH", 300), lab("NEUT", "0.9", lower_limit=2), lab("NEUT", "1.2", lower_limit=2, assay="manual")
    derived = derived_at_last(visit("2026-01-01", *results))
    assert told(derived, "ctcae-grade-5.0") == [(3, "grade_3"), (2, "grade_2")]
    assert [one.result.details.result_number for one in derived if one.result.rule.id == "ctcae-grade-5.0"] == [2, 3]


def test_haemoglobin_above_its_limit_is_graded_both_ways():
    derived = derived_at_last(visit("2026-01-01", lab("HGB", 175, lower_limit=120, upper_limit=155)))
    assert told(derived, "ctcae-grade-5.0", "HGB") == [(0, "grade_0")]
    assert told(derived, "ctcae-grade-5.0", "HGB:increased") == [(1, "grade_1")]
    within = derived_at_last(visit("2026-01-01", lab("HGB", 155, lower_limit=120, upper_limit=155)))
    assert told(within, "ctcae-grade-5.0") == [(0, "grade_0")]


def test_what_version_6_does_not_source_is_left_to_version_5():
    derived = derived_at_last(visit("2026-01-01", lab("CK", 300, upper_limit=200)))
    assert [one.result.rule.id for one in derived if "ctcae" in one.result.rule.id] == ["ctcae-grade-5.0"]


def test_every_muscle_enzyme_has_its_multiple():
    derived = derived_at_last(visit("2026-01-01", lab("CK", 300, upper_limit=200), lab("ALDOLASE", 6, upper_limit=8)))
    assert told(derived, "enzyme-multiple") == [(Decimal("1.5"), None), (Decimal("0.75"), None)]


def test_ck_is_compared_with_the_last_complete_visit_that_has_it():
    earlier = visit("2026-01-01", lab("CK", 200, upper_limit=200), **STABLE)
    without = visit("2026-02-01", **STABLE)
    draft = visit("2026-02-15", lab("CK", 450, upper_limit=200), status="draft", **STABLE)
    now = visit("2026-03-01", lab("CK", 500, upper_limit=200), **STABLE)
    derived = derived_at_last(earlier, without, draft, now)
    assert told(derived, "enzyme-signal") == [(None, "signal")]
    (signal,) = [one for one in derived if one.result.rule.id == "enzyme-signal"]
    assert {one.id for one in signal.inputs} == {earlier["id"], now["id"]}


def test_the_last_collected_ck_of_the_visit_before_is_the_last_value():
    early, late = (f"2026-01-01T{hour}:00:00+00:00" for hour in ("08", "16"))
    results = lab("CK", 200, upper_limit=200, collected_at=late), lab("CK", 450, upper_limit=200, collected_at=early)
    derived = derived_at_last(
        visit("2026-01-01", *results, **STABLE), visit("2026-03-01", lab("CK", 500, upper_limit=200), **STABLE)
    )
    assert told(derived, "enzyme-signal") == [(None, "signal")]


@pytest.mark.parametrize(
    ("strength", "expected"),
    [
        (
            {item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])} | {"mmt8_maximum": 80},
            "signal",
        ),
        ({item.field: 10 for item in (items.MMT8_AXIAL, *items.MMT8_BY_SIDE["right"])}, "indeterminate"),
        ({item.field: item.maximum for item in items.CMAS_ITEMS}, "signal"),
        ({item.field: item.maximum for item in items.CMAS_ITEMS[1:]}, "indeterminate"),
    ],
)
def test_strength_given_by_its_items_alone_counts_in_the_enzyme_signal(strength, expected):
    forms = STABLE | {"muscle_strength": strength}
    earlier = visit("2026-01-01", lab("CK", 200, upper_limit=200), **forms)
    derived = derived_at_last(earlier, visit("2026-03-01", lab("CK", 500, upper_limit=200), **forms))
    assert told(derived, "enzyme-signal") == [(None, expected)]


def test_a_global_on_the_likert_scale_is_not_compared():
    likert = STABLE | {"disease_activity": {"physician_global_activity": 1, "physician_global_scale": "likert"}}
    earlier = visit("2026-01-01", lab("CK", 200, upper_limit=200), **likert)
    derived = derived_at_last(earlier, visit("2026-03-01", lab("CK", 500, upper_limit=200), **likert))
    assert told(derived, "enzyme-signal") == [(None, "indeterminate")]


def test_a_visit_without_results_derives_nothing():
    assert derived_at_last(visit("2026-01-01")) == []
    assert derived_at_last(visit("2026-01-01", lab("CK", None, missing_reason="not_done"))) == []


RESULTS = st.builds(
    lambda analyte, value, unit, comparator, low, high: lab(
        analyte, value, unit, comparator=comparator, lower_limit=low, upper_limit=high, reference_sd=low
    ),
    st.sampled_from(sorted(CATALOGUE)),
    st.none() | st.integers(0, 3000) | st.decimals(0, 3000, places=2),
    st.sampled_from([None, "U/L", "ukat/L", "g/dL", "mmol/L", "mg/dL", "{MFI}", "{counts}", "{Log_copies}/mL", "odd"]),
    st.sampled_from([None, "<", ">"]),
    st.none() | st.integers(0, 200),
    st.none() | st.integers(0, 400),
)
EVENTS = st.sampled_from(["week_0", "unscheduled"])


@settings(max_examples=40)
@given(st.lists(RESULTS, max_size=12), st.lists(RESULTS, max_size=12), EVENTS, st.sampled_from(["complete", "draft"]))
def test_no_accepted_record_makes_it_fail(earlier, now, event, status):
    made = course(
        visit("2026-01-01", *earlier, event=event, **STABLE),
        visit("2026-02-01", *now, status=status, **STABLE),
    )
    for one in made.visits:
        for derived in (*laboratory.of_visit(made, one), *interferon.of_visit(made, one)):
            result = derived.result
            assert derived.inputs
            assert result.value is None or result.value.is_finite()
            assert result.reason or (result.value is not None or result.category is not None)
            assert result.category is None or result.category in result.rule.categories
        found = keys((*laboratory.of_visit(made, one), *interferon.of_visit(made, one)))
        assert len(set(found)) == len(found)


@pytest.mark.parametrize("rule", ["ctcae-grade-5.0", "interferon-positivity", "enzyme-multiple"])
def test_nothing_of_a_draft_is_final(rule):
    made = course(visit("2026-01-01", lab("CK", 300, upper_limit=200), lab("CXCL10", 5, upper_limit=1), status="draft"))
    assert all(not one.result.final for one in of_visit(made, made.visits[0]) if one.result.rule.id == rule)
