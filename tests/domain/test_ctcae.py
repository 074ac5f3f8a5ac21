"""CTCAE grades: the published vectors, both sides of every edge in every printed unit, and what cannot be graded."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain import ctcae_5, ctcae_6
from registry.domain.analytes import CATALOGUE
from registry.domain.ctcae_ladder import Measured
from registry.domain.rules import overriding

UNITS = {"NEUT": "10*9/L", "LYM": "10*9/L", "PLAT": "10*9/L", "WBC": "10*9/L", "HGB": "g/L", "ALB": "g/L"}
NUMBERS = ("value", "lower_limit", "upper_limit", "baseline_value", "baseline_lower_limit", "baseline_upper_limit")


def measured(analyte, value, unit=None, **said):
    numbers = {name: Decimal(str(number)) for name, number in said.items() if name in NUMBERS and number is not None}
    rest = {name: word for name, word in said.items() if name not in NUMBERS}
    unit = unit or UNITS.get(analyte) or CATALOGUE[analyte].standard_unit
    return Measured(analyte=analyte, value=Decimal(str(value)), unit=unit, **numbers, **rest)


def five(analyte, value, unit=None, direction=None, **said):
    return ctcae_5.grade(measured(analyte, value, unit, **said), direction)


def six(analyte, value, unit=None, direction=None, **said):
    return ctcae_6.grade(measured(analyte, value, unit, **said), direction)


def grade_of(result):
    assert result.category == (None if result.value is None else f"grade_{result.value}")
    assert result.value is not None or result.reason
    return None if result.value is None else int(result.value)


ADMIRAL = [
    *[("NEUT", value, {"lower_limit": 2}, grade) for value, grade in
      (("0.49", 4), ("0.5", 3), ("0.99", 3), ("1", 2), ("1.49", 2), ("1.5", 1), ("1.9", 1), ("2", 0))],
    *[("NEUT", value, {}, grade) for value, grade in (("0.49", 4), ("1.49", 2), ("1.5", None), ("2", None))],
    *[("LYM", value, {"lower_limit": "1.1"}, grade) for value, grade in
      (("0.19", 4), ("0.2", 3), ("0.49", 3), ("0.5", 2), ("0.79", 2), ("0.8", 1), ("1.09", 1), ("1.1", 0))],
    *[("LYM", value, {}, grade) for value, grade in (("0.79", 2), ("0.8", None))],
    *[("HGB", value, {"lower_limit": 140}, grade) for value, grade in
      (("79", 3), ("80", 2), ("99", 2), ("100", 1), ("139", 1), ("140", 0))],
    *[("HGB", value, {}, grade) for value, grade in (("99", 2), ("100", None))],
    *[("ALT", value, {"upper_limit": 39, "baseline_value": 40}, grade) for value, grade in
      ((801, 4), (800, 3), (201, 3), (200, 2), (121, 2), (120, 1), (60, 1), (59, 0))],
    ("ALT", 100, {"baseline_value": 40}, None),
    *[("CREAT", value, {"upper_limit": 40, "baseline_value": baseline}, grade) for value, baseline, grade in
      ((121, 120, 3), (120, 119, 2), (61, 60, 2), (60, 60, 1), (41, 41, 1), (40, 40, 0), (42, 6, 3), (42, "13.9", 3),
       (42, 14, 2), ("42.1", 28, 2))],
    ("CREAT", 42, {"baseline_value": 42}, None),
]  # fmt: skip


@pytest.mark.parametrize(("analyte", "value", "limits", "expected"), ADMIRAL)
def test_the_vectors_of_admiral_for_version_5_come_out(analyte, value, limits, expected):
    assert grade_of(five(analyte, value, **limits)) == expected


ADMIRAL_6 = [
    *[("ALT", value, {"upper_limit": 39, "baseline_value": 40}, grade) for value, grade in
      ((161, 4), (160, 3), (81, 3), (80, 2), (61, 2), (60, 1), (40, 1), (39, 0))],
    *[("CREAT", value, {"upper_limit": 40, "baseline_value": 40, "lower_limit": 20}, grade) for value, grade in
      ((241, 4), (240, 3), (121, 3), (120, 2), (61, 2), (60, 1), (41, 1), (40, 0))],
    *[("CREAT", value, {"upper_limit": limit, "baseline_value": 40, "lower_limit": 41}, grade) for value, limit, grade in
      ((121, 41, 3), (120, 41, 2), (61, 41, 2), (60, 60, 0))],
    ("CREAT", 42, {"upper_limit": 42}, 0),
    ("CREAT", 60, {"baseline_value": 40, "lower_limit": 41}, None),
]  # fmt: skip


@pytest.mark.parametrize(("analyte", "value", "limits", "expected"), ADMIRAL_6)
def test_the_vectors_of_admiral_for_version_6_come_out(analyte, value, limits, expected):
    assert grade_of(six(analyte, value, **limits)) == expected


def edges(analyte, unit, limits, *rows, grade=five, **said):
    return [(grade, analyte, unit, {**limits, **said}, value, expected) for value, expected in rows]


LLN, ULN = {"lower_limit": 150}, {"upper_limit": 100}
NORMAL = {**ULN, "baseline_value": 100}
ABNORMAL = {"upper_limit": 90, "baseline_value": 100}
EDGES = [
    *edges("HGB", "g/dL", {"lower_limit": 14}, ("14.0", 0), ("13.9", 1), ("10.0", 1), ("9.9", 2), ("8.0", 2), ("7.9", 3)),
    *edges("HGB", "mmol/L", {"lower_limit": "8.7"}, ("8.7", 0), ("8.6", 1), ("6.2", 1), ("6.1", 2), ("4.9", 2), ("4.8", 3)),
    *edges("NEUT", "/uL", {"lower_limit": 2000}, (2000, 0), (1500, 1), (1499, 2), (1000, 2), (999, 3), (500, 3), (499, 4)),
    *edges("PLAT", "10*9/L", LLN, (150, 0), (149, 1), (75, 1), (74, 2), (50, 2), (49, 3), (25, 3), (24, 4)),
    *edges("WBC", "10*9/L", {"lower_limit": 4}, ("4", 0), ("3.9", 1), ("3.0", 1), ("2.9", 2), ("2.0", 2), ("1.9", 3),
           ("1.0", 3), ("0.9", 4)),
    *edges("ALT", "U/L", NORMAL, (100, 0), (101, 1), (300, 1), (301, 2), (500, 2), (501, 3), (2000, 3), (2001, 4)),
    *edges("AST", "U/L", ABNORMAL, (149, 0), (150, 1), (300, 1), (301, 2), (500, 2), (501, 3), (2000, 3), (2001, 4)),
    *edges("GGT", "U/L", NORMAL, (100, 0), (101, 1), (250, 1), (251, 2), (500, 2), (501, 3), (2000, 3), (2001, 4)),
    *edges("GGT", "U/L", ABNORMAL, (199, 0), (200, 1), (250, 1), (251, 2), (500, 2), (501, 3), (2000, 3), (2001, 4)),
    *edges("BILI", "umol/L", NORMAL, (100, 0), (101, 1), (150, 1), (151, 2), (300, 2), (301, 3), (1000, 3), (1001, 4)),
    *edges("BILI", "umol/L", ABNORMAL, (100, 0), (101, 1), (150, 1), (151, 2), (300, 2), (301, 3), (1000, 3), (1001, 4)),
    *edges("CK", "U/L", ULN, (100, 0), (101, 1), (250, 1), (251, 2), (500, 2), (501, 3), (1000, 3), (1001, 4)),
    *edges("CREAT", "umol/L", NORMAL, (100, 0), (101, 1), (150, 1), (151, 2), (300, 2), (301, 3), (600, 3), (601, 4)),
    *edges("CHOL", "mg/dL", {"upper_limit": 200}, (200, 0), (201, 1), (300, 1), (301, 2), (400, 2), (401, 3), (500, 3),
           (501, 4)),
    *edges("CHOL", "mmol/L", {"upper_limit": 5}, ("5", 0), ("7.75", 1), ("7.76", 2), ("10.34", 2), ("10.35", 3),
           ("12.92", 3), ("12.93", 4)),
    *edges("TRIG", "mg/dL", {}, (149, 0), (150, 1), (300, 1), (301, 2), (500, 2), (501, 3), (1000, 3), (1001, 4)),
    *edges("TRIG", "mmol/L", {}, ("1.70", 0), ("1.71", 1), ("3.42", 1), ("3.43", 2), ("5.7", 2), ("5.71", 3), ("11.4", 3),
           ("11.41", 4)),
    *edges("ALB", "g/L", {"lower_limit": 35}, (35, 0), (34, 1), (30, 1), (29, 2), (20, 2), (19, 3)),
    *edges("ALB", "g/dL", {"lower_limit": "3.5"}, ("3.0", 1), ("2.9", 2), ("2.0", 2), ("1.9", 3)),
    *edges("NEUT", "10*9/L", {}, ("1.5", 0), ("1.49", 1), ("1.0", 1), ("0.99", 2), ("0.5", 2), ("0.49", 3), ("0.1", 3),
           ("0.09", 4), grade=six),
    *edges("PLAT", "10*9/L", LLN, (150, 0), (149, 1), (75, 1), (74, 2), (50, 2), (49, 3), (10, 3), (9, 4), grade=six),
    *edges("ALT", "U/L", NORMAL, (100, 0), (101, 1), (300, 1), (301, 2), (2000, 3), (2001, 4), grade=six),
    *edges("ALP", "U/L", NORMAL, (100, 0), (101, 1), (9999, 1), grade=six),
    *edges("ALP", "U/L", {**ULN, "baseline_value": 140}, (140, 0), (141, 1), grade=six),
    *edges("HGB", "g/L", {"lower_limit": 140}, (100, 1), (99, 2), grade=six),
    *edges("TRIG", "mg/dL", {}, (149, 0), (150, 1), grade=six),
]  # fmt: skip


@pytest.mark.parametrize(("version", "analyte", "unit", "limits", "value", "expected"), EDGES)
def test_an_edge_belongs_to_the_milder_grade(version, analyte, unit, limits, value, expected):
    assert grade_of(version(analyte, value, unit, **limits)) == expected


@pytest.mark.parametrize(("value", "expected"), [(160, 0), (161, 1), (180, 1), (181, 2), (200, 2), (201, 3)])
def test_an_increase_of_haemoglobin_is_graded_by_how_far_it_is_above_the_limit(value, expected):
    result = five("HGB", value, direction="increase", upper_limit=160, lower_limit=120)
    assert (grade_of(result), result.subject, result.details.term) == (
        expected,
        "HGB:increased",
        "Hemoglobin increased",
    )


def test_haemoglobin_is_graded_for_its_decrease_unless_asked():
    result = five("HGB", 99, lower_limit=120, upper_limit=160)
    assert (result.subject, result.details.term) == ("HGB", "Anemia")


def test_the_cut_off_printed_for_the_unit_reported_decides_although_it_does_not_convert_exactly():
    assert grade_of(five("CHOL", 300, "mg/dL", upper_limit=200)) == 1
    assert grade_of(five("CHOL", "7.758", "mmol/L", upper_limit="5.2")) == 2


@pytest.mark.parametrize("version", [five, six])
def test_a_fixed_cut_off_holds_whatever_the_limit(version):
    assert grade_of(version("HGB", 98, lower_limit=95)) == 2
    assert grade_of(version("CHOL", 301, "mg/dL", upper_limit=320)) == 2


def test_a_missing_unit_is_never_guessed():
    result = ctcae_5.grade(Measured(analyte="NEUT", value=Decimal("0.49"), unit=None))
    assert (result.value, result.missing, result.final) == (None, ("unit",), False)


def test_a_wrong_unit_is_never_guessed():
    result = five("HGB", 79, "U/L", lower_limit=140)
    assert (result.value, result.missing) == (None, ("unit",))
    assert "g/dL" in result.reason


def test_a_missing_limit_is_named():
    assert five("NEUT", "1.5").missing == ("lower_limit",)
    assert five("CK", 300).missing == ("upper_limit",)
    assert five("CHOL", 250, "mg/dL").missing == ("upper_limit",)


def test_an_upper_limit_of_zero_is_none():
    assert five("CK", 300, upper_limit=0).missing == ("upper_limit",)


def test_without_a_baseline_a_transaminase_is_graded_by_its_limit_and_above_it_the_grade_is_not_final():
    within = five("ALT", 39, upper_limit=39)
    assert (grade_of(within), within.final, within.missing) == (0, True, ())
    above = five("ALT", 118, upper_limit=39)
    assert (grade_of(above), above.final, above.missing) == (2, False, ("baseline_value",))


def test_without_a_baseline_the_limits_grade_creatinine_and_the_grade_is_not_final():
    result = five("CREAT", 151, upper_limit=100)
    assert (grade_of(result), result.final, result.missing) == (2, False, ("baseline_value",))
    worst = five("CREAT", 301, upper_limit=100)
    assert (grade_of(worst), worst.final, worst.missing) == (3, True, ())


def test_creatinine_of_version_6_says_when_the_lower_limit_at_baseline_could_raise_it():
    result = six("CREAT", 61, upper_limit=70, baseline_value=40)
    assert (grade_of(result), result.final, result.missing) == (0, False, ("baseline_lower_limit",))
    assert six("CREAT", 60, upper_limit=70, baseline_value=40).final


def test_the_limits_at_baseline_decide_whether_it_was_abnormal():
    assert grade_of(five("ALT", 59, upper_limit=39, baseline_value=40, baseline_upper_limit=40)) == 1
    assert grade_of(five("ALT", 59, upper_limit=39, baseline_value=40)) == 0


def test_alp_of_version_6_needs_only_what_decides():
    assert grade_of(six("ALP", 100, upper_limit=100)) == 0
    assert grade_of(six("ALP", 100, baseline_value=100)) == 0
    assert six("ALP", 101, upper_limit=100).missing == ("baseline_value",)
    assert six("ALP", 101, baseline_value=100).missing == ("upper_limit",)


@pytest.mark.parametrize("analyte", ["LYM", "CK", "GGT", "BILI", "ALB"])
def test_what_is_not_sourced_for_version_6_has_no_grade(analyte):
    result = six(analyte, 1, lower_limit=0, upper_limit=100, baseline_value=1)
    assert (grade_of(result), result.final) == (None, False)
    assert "6.0" in result.reason


def test_an_increase_of_haemoglobin_is_not_sourced_for_version_6():
    assert grade_of(six("HGB", 200, direction="increase", upper_limit=160)) is None


def test_an_analyte_without_a_term_has_no_grade():
    assert "Lactate dehydrogenase" in five("LDH", 300, upper_limit=200).reason
    assert grade_of(five("ALP", 300, upper_limit=200)) is None


CENSORED = [
    ("NEUT", "<", "0.5", {"lower_limit": 2}, 4), ("NEUT", "<", "0.51", {"lower_limit": 2}, None),
    ("NEUT", ">", "2", {"lower_limit": 2}, 0), ("NEUT", ">", "1.99", {"lower_limit": 2}, None),
    ("NEUT", ">", "2", {}, None),
    ("HGB", "<", "80", {"lower_limit": 120}, 3), ("HGB", "<", "81", {"lower_limit": 120}, None),
    ("CK", "<", "200", {"upper_limit": 200}, 0), ("CK", "<", "201", {"upper_limit": 200}, None),
    ("CK", ">", "2000", {"upper_limit": 200}, 4), ("CK", ">", "1999", {"upper_limit": 200}, None),
    ("ALT", "<", "5", {"upper_limit": 39}, 0),
    ("ALT", ">", "800", {"upper_limit": 39, "baseline_value": 40}, 4),
    ("TRIG", "<", "1.71", {}, 0), ("TRIG", "<", "1.72", {}, None),
]  # fmt: skip


@pytest.mark.parametrize(("analyte", "comparator", "value", "limits", "expected"), CENSORED)
def test_a_censored_value_is_graded_only_where_all_it_can_be_has_one_grade(
    analyte, comparator, value, limits, expected
):
    assert grade_of(five(analyte, value, comparator=comparator, **limits)) == expected


def test_the_details_say_what_decided_in_the_standard_unit():
    details = five("ALT", "2", "ukat/L", upper_limit="0.65", baseline_value="0.7", result_number=3).details
    assert (details.version, details.term) == ("5.0", "Alanine aminotransferase increased")
    assert (details.basis, details.multiple) == ("baseline", Decimal("2.85714285714"))
    assert (details.upper_limit, details.baseline_value, details.unit) == (Decimal(39), Decimal(42), "U/L")
    assert details.result_number == 3


def test_a_study_may_use_cut_offs_of_its_own():
    rule = overriding(ctcae_5.CTCAE_5, {"neutrophils": {"grade_3": Decimal("0.2")}})
    result = ctcae_5.grade(measured("NEUT", "0.3", lower_limit=2), None, rule)
    assert (grade_of(result), result.rule.overridden) == (3, ("neutrophils",))


GRADED = sorted(ctcae_5.TABLE)
AMOUNTS = st.decimals(min_value=0, max_value=3000, places=2)


@settings(max_examples=50)
@given(st.sampled_from(GRADED), AMOUNTS, AMOUNTS, st.sampled_from([None, Decimal(50)]), st.sampled_from([five, six]))
def test_a_worse_value_never_has_a_milder_grade(term, one, other, baseline, version):
    analyte, direction = term
    limits = {"lower_limit": 60, "upper_limit": 45, "baseline_value": baseline}
    milder, worse = sorted((one, other), reverse=direction == "decrease")
    grades = [grade_of(version(analyte, value, direction=direction, **limits)) for value in (milder, worse)]
    if None not in grades:
        assert grades[0] <= grades[1]


@settings(max_examples=50)
@given(st.sampled_from(GRADED), AMOUNTS, AMOUNTS, st.sampled_from(["<", ">"]))
def test_a_grade_of_a_censored_value_is_the_grade_of_every_value_that_it_can_be(term, bound, other, comparator):
    analyte, direction = term
    limits = {"lower_limit": 60, "upper_limit": 45, "baseline_value": 50}
    within = other < bound if comparator == "<" else other > bound
    censored = grade_of(five(analyte, bound, direction=direction, comparator=comparator, **limits))
    if within and censored is not None:
        assert censored == grade_of(five(analyte, other, direction=direction, **limits))
