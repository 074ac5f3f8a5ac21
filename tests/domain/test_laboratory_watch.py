"""What the rules of laboratory safety ask: both sides of each cut-off, censored values, baseline, and what a change concerns."""

from datetime import date
from decimal import Decimal

import pytest

from registry.domain.course import read
from registry.domain.laboratory_grades import baseline_grade, grade_at
from registry.domain.laboratory_safety import JAKI_HOLD
from registry.domain.laboratory_values import found_virus, held
from registry.domain.laboratory_watch import of_course, of_visit
from registry.domain.rulebook import of_study
from tests.domain.laboratory_course import kept, lab, visit

BEGAN, LATER, LAST = "2025-01-10", "2025-02-10", "2025-08-10"


def course(*visits, own=None, **child):
    person = kept({"birth_year": 2018, "birth_month": 5, "sex_at_birth": "female"} | child)
    empty = {name: [] for name in ("doses", "concomitant_medications", "adverse_events")}
    images = {"participant": person, "visits": [one for one in visits if one.get("visited_on")]}
    return read(images | empty, of_study(own), date(2026, 6, 30))


def unexpected(rule, error):
    raise AssertionError(rule) from error


def asked(*visits, at=-1, own=None, **child):
    """What is asked at a visit, the last unless told: kind and analyte of each alert."""
    made = course(*visits, own=own, **child)
    return [(one.kind, one.analyte) for one in of_visit(made, made.visits[at], unexpected).alerts]


def baseline(*results, **forms):
    return visit(BEGAN, *results, event="week_0", **forms)


@pytest.mark.parametrize(
    ("analyte", "value", "unit", "comparator", "hold"),
    [
        ("NEUT", "0.99", "10*9/L", None, True),
        ("NEUT", "1.0", "10*9/L", None, False),
        ("NEUT", "999", "/uL", None, True),
        ("NEUT", "1000", "/uL", None, False),
        ("NEUT", "1.0", "10*9/L", "<", True),
        ("NEUT", "1.1", "10*9/L", "<", None),
        ("NEUT", "0.9", "10*9/L", ">", None),
        ("NEUT", "1.0", "10*9/L", ">", False),
        ("LYM", "0.49", "10*9/L", None, True),
        ("LYM", "0.5", "10*9/L", None, False),
        ("HGB", "7.9", "g/dL", None, True),
        ("HGB", "80", "g/L", None, False),
        ("HGB", "79.9", "g/L", None, True),
        ("HGB", "4.96", "mmol/L", None, True),
        ("HGB", "4.97", "mmol/L", None, False),
        ("HGB", "7", "furlong", None, None),
    ],
)
def test_a_jak_inhibitor_is_held_below_the_cut_off_not_at_it(analyte, value, unit, comparator, hold):
    said = {} if comparator is None else {"comparator": comparator}
    assert held(lab(analyte, value, unit, **said), JAKI_HOLD) is hold


def test_a_study_sets_its_own_hold():
    own = {"jaki-hold": {"neutrophils_below": Decimal("1.5")}}
    assert asked(baseline(lab("NEUT", "1.2"))) == []
    assert asked(baseline(lab("NEUT", "1.2")), own=own) == [("hold", "NEUT")]


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        (lab("PLAT", 49, lower_limit=Decimal(150)), [("grade", "PLAT")]),
        (lab("PLAT", 50, lower_limit=Decimal(150)), []),
        (lab("ALT", 121, upper_limit=Decimal(40)), [("grade", "ALT")]),
        (lab("ALT", 120, upper_limit=Decimal(40)), []),
        (lab("CHOL", 301, "mg/dL", upper_limit=Decimal(200)), [("grade", "CHOL")]),
        (lab("CHOL", 300, "mg/dL", upper_limit=Decimal(200)), []),
        (lab("CK", 1001, upper_limit=Decimal(200)), [("grade", "CK")]),
        (lab("CK", 1000, upper_limit=Decimal(200)), []),
        (lab("NEUT", "0.4", lower_limit=Decimal("1.5")), [("hold", "NEUT")]),
    ],
)
def test_a_grade_is_asked_about_from_three_and_of_lipids_and_transaminases_from_two(result, expected):
    assert asked(baseline(result)) == expected


def test_a_grade_is_asked_about_only_where_it_is_worse_than_at_baseline():
    platelets = {"lower_limit": Decimal(150)}
    first = baseline(lab("PLAT", 45, **platelets))
    assert asked(first) == [("grade", "PLAT")]
    assert asked(first, visit(LATER, lab("PLAT", 40, **platelets))) == []
    assert asked(first, visit(LATER, lab("PLAT", 24, **platelets))) == [("grade", "PLAT")]


def test_a_rise_of_two_grades_is_asked_about_and_one_is_not():
    platelets = {"lower_limit": Decimal(150)}
    first = baseline(lab("PLAT", 200, **platelets))
    assert asked(first, visit(LATER, lab("PLAT", 75, **platelets))) == []
    assert asked(first, visit(LATER, lab("PLAT", 74, **platelets))) == [("shift", "PLAT")]
    assert asked(first, visit(LATER, lab("PLAT", 49, **platelets))) == [("grade", "PLAT")]


def test_the_version_of_the_ctcae_is_the_studys():
    low, own = lab("NEUT", "1.2", lower_limit=Decimal("1.5")), {"laboratory-grade-alert": {"ctcae_version": "6.0"}}
    for rules, grade in ((None, 2), (own, 1)):
        made = course(baseline(low), own=rules)
        assert grade_at(made, made.visits[0]) == {"NEUT": grade}


def test_the_two_sides_of_a_shift_are_the_baseline_and_the_grades_after_it():
    limits = {"lower_limit": Decimal(110), "upper_limit": Decimal(160)}
    made = course(
        visit("2024-12-10", lab("PLAT", 70)),
        baseline(lab("HGB", 98, **limits)),
        visit(LATER, lab("HGB", 79, **limits), lab("PLAT", 40)),
        visit(LAST, lab("HGB", 185, **limits), lab("PLAT", 60)),
    )
    assert [baseline_grade(made, one) for one in ("HGB", "HGB:increased", "PLAT", "ALT")] == [2, 0, 2, None]
    after = [{"HGB": 3, "PLAT": 3}, {"HGB": 0, "HGB:increased": 2, "PLAT": 2}]
    assert [dict(grade_at(made, later)) for later in made.visits[2:]] == after


def test_an_enzyme_that_rises_without_weakness_is_asked_about():
    forms = {
        "disease_activity": {"physician_global_activity": 1, "physician_global_scale": "vas"},
        "muscle_strength": {"mmt8_total": 78, "mmt8_maximum": 80},
    }
    limit = {"upper_limit": Decimal(200)}
    first = baseline(lab("CK", 240, **limit), **forms)
    assert asked(first, visit(LATER, lab("CK", 500, **limit), **forms)) == [("enzyme_signal", "CK")]
    weak = forms | {"muscle_strength": {"mmt8_total": 70, "mmt8_maximum": 80}}
    assert asked(first, visit(LATER, lab("CK", 500, **limit), **weak)) == []


def size(height):
    return {"vital_signs": {"height": Decimal(height)}}


@pytest.mark.parametrize(
    ("creatinine", "comparator", "expected"),
    [
        ("0.85", None, [("renal", "CREAT")]),
        ("0.8", None, []),
        ("0.9", ">", [("renal", "CREAT")]),
        ("0.7", ">", []),
        ("0.9", "<", []),
    ],
)
def test_a_filtration_rate_is_low_below_sixty(creatinine, comparator, expected):
    said = {} if comparator is None else {"comparator": comparator}
    assert asked(baseline(lab("CREAT", creatinine, "mg/dL", **said), **size("120"))) == expected


def test_a_filtration_rate_that_fell_by_a_quarter_from_baseline_is_asked_about():
    first = baseline(lab("CREAT", "0.3", "mg/dL"), **size("120"))
    assert asked(first, visit(LATER, lab("CREAT", "0.4", "mg/dL"))) == [("renal", "CREAT")]
    assert asked(first, visit(LATER, lab("CREAT", "0.399", "mg/dL"))) == []
    reported = baseline(lab("EGFR", 100))
    assert asked(reported, visit(LATER, lab("EGFR", 75))) == [("renal", "EGFR")]
    assert asked(reported, visit(LATER, lab("EGFR", 76))) == []


@pytest.mark.parametrize(
    ("result", "found"),
    [
        (lab("BKVPLASMA", 500), True),
        (lab("BKVPLASMA", 500, comparator="<"), False),
        (lab("BKVURINE", 500, comparator=">"), True),
        (lab("BKVPLASMA", 0), False),
        (lab("BKVPLASMA", "3.2", "{Log_copies}/mL"), True),
        ({"analyte": "BKVURINE", "finding": "positive"}, True),
        ({"analyte": "BKVURINE", "finding": "indeterminate"}, False),
        ({"analyte": "BKVURINE", "missing_reason": "not_done"}, False),
        ({"analyte": "HBSAG", "finding": "positive"}, False),
    ],
)
def test_bk_virus_is_found_by_a_finding_or_a_value_that_is_not_below_detection(result, found):
    assert found_virus(result) is found
    assert (("virus", result["analyte"]) in asked(baseline(result))) is found


def test_growth_is_judged_over_six_months_in_children_before_puberty():
    first = baseline(**size("110"))
    for height, expected in (("111.9", [("growth", None)]), ("112.4", [])):
        assert asked(first, visit("2025-07-10", **size(height)), birth_year=2020) == expected
    assert asked(first, visit("2025-07-09", **size("110")), birth_year=2020) == []
    assert asked(baseline(**size("140")), visit("2025-07-10", **size("141")), birth_year=2013) == []


def test_height_for_age_that_falls_by_half_a_deviation_from_baseline_is_asked_about():
    tall = course(baseline(**size("150")), visit("2026-01-10", **size("151.5")), birth_year=2013, birth_month=1)
    [alert] = of_visit(tall, tall.visits[-1], unexpected).alerts
    assert (alert.kind, alert.unit) == ("growth", "{z-score}")
    assert alert.measured < Decimal("-0.5")


@pytest.mark.parametrize(
    ("values", "limit", "expected"),
    [
        ((100, 90, 70), 150, [("trend", "PLAT")]),
        ((100, 90, 71), 150, []),
        ((100, 100, 60), 150, []),
        ((100, 110, 60), 150, []),
        ((300, 250, 200), 150, []),
        ((300, 250, 200), None, [("trend", "PLAT")]),
    ],
)
def test_three_results_that_each_move_towards_harm_are_a_trend(values, limit, expected):
    said = {} if limit is None else {"lower_limit": Decimal(limit)}
    visits = [visit(f"2025-0{month}-10", lab("PLAT", value, **said)) for month, value in enumerate(values, 1)]
    assert [one for one in asked(*visits) if one[0] == "trend"] == expected


def test_a_censored_value_moves_nowhere_and_a_draft_is_no_history():
    def falling(**said):
        return [visit("2025-01-10", lab("PLAT", 100)), visit("2025-02-10", lab("PLAT", 90), **said)]

    last = visit("2025-03-10", lab("PLAT", 60))
    assert asked(*falling(), last) == [("trend", "PLAT")]
    assert asked(*falling(status="draft"), last) == []
    assert asked(*falling(), visit("2025-03-10", lab("PLAT", 60, comparator="<"))) == []


def concerned(written, *visits):
    made = course(*visits)
    return {one.visit_id for one in of_course(made, visits, {written["id"]}, unexpected)}


def test_a_visit_concerns_those_after_it_and_one_at_baseline_or_amended_every_one():
    before, first, later, last = visit("2024-12-10"), baseline(), visit(LATER), visit(LAST)
    every = (before, first, later, last)
    assert concerned(later, *every) == {later["id"], last["id"]}
    assert concerned(first, *every) == {one["id"] for one in every}
    amended = last | {"version": 2}
    assert concerned(amended, before, first, later, amended) == {one["id"] for one in every}
    draft, dayless = visit(LATER, status="draft"), visit(None, status="draft")
    assert concerned(draft, first, draft, last) == {draft["id"]}
    assert concerned(dayless, first, dayless, last) == {dayless["id"]}


def test_a_draft_without_a_day_is_watched_for_what_needs_no_other_visit():
    virus, low = lab("BKVPLASMA", 900), lab("NEUT", "0.4")
    kidney = lab("CREAT", "0.9", "mg/dL")
    draft = visit(None, low, virus, kidney, lab("CK", 5000), status="draft", **size("120"))
    [wanted] = of_course(course(baseline()), [draft], {draft["id"]}, unexpected)
    assert {(one.kind, one.analyte) for one in wanted.alerts} == {
        ("hold", "NEUT"), ("virus", "BKVPLASMA"), ("renal", "CREAT"),
    }  # fmt: skip
