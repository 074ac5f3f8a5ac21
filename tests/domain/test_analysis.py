"""The tables for analysis against numbers that were counted on paper."""

from decimal import Decimal

import pytest

from registry.domain import derivation
from registry.domain.antibody_group import antibody_group, findings_of
from tests.domain import treatment_course as kept
from tests.domain.analysis_course import (
    BASELINE,
    LAST,
    WEEK_12,
    better,
    course,
    followed,
    ill,
    told,
    told_of_visits,
)

# --- what was known at the baseline -------------------------------------------------------------------------------


def test_the_baseline_tells_what_may_predict() -> None:
    row = told(followed(course()))
    assert (row["antibody_group"], row["baseline_event"], row["baseline_day"]) == ("nxp2", "week_0", 1)
    assert row["months_since_onset"] == 14, "from November 2024 to January 2026"
    assert row["months_since_diagnosis"] is None, "only the year is known"
    assert (row["core_set_used"], row["strength_measure_used"]) == ("imacs", "mmt8")
    assert (row["baseline_physician_global_activity"], row["baseline_mmt8"], row["baseline_cmas"]) == (5, 60, 30)
    assert row["baseline_prednisone_equivalent_mg_per_day"] == 10
    assert row["baseline_prednisone_equivalent_mg_per_kg_per_day"] == Decimal("0.25")
    assert row["prior_treatments_count"] == 2


def test_without_a_baseline_nothing_is_counted_from_it() -> None:
    row = told(followed(course(better(LAST, "unscheduled"), doses=())))
    counted = {name: value for name, value in row.items() if value is not None}
    assert counted == {
        "antibody_group": "nxp2",
        "core_set_used": "imacs",
        "strength_measure_used": "mmt8",
        "prior_treatments_count": 2,
        "died": 0,
    }


@pytest.mark.parametrize(
    ("tests", "group"),
    [
        ([], "not_tested"),
        ([("nxp2", "negative"), ("mda5", "indeterminate")], "none_found"),
        ([("ro52", "positive"), ("nxp2", "negative")], "associated_only"),
        ([("nxp2", "negative"), ("nxp2", "positive")], "nxp2"),
        ([("nxp2", "positive"), ("mda5", "positive"), ("ro52", "positive")], "several"),
    ],
)
def test_the_antibodies_of_a_participant_are_one_group(tests: list[tuple[str, str]], group: str) -> None:
    found = findings_of({"antibody": antibody, "finding": finding} for antibody, finding in tests)
    assert antibody_group(found) == group


# --- the first JAK inhibitor --------------------------------------------------------------------------------------


def test_the_first_jak_inhibitor_is_told_with_its_dose_and_the_time_on_it() -> None:
    row = told(followed(course()))
    first = {name.removeprefix("first_jak_inhibitor"): row[name] for name in row if name.startswith("first_jak")}
    assert first == {
        "": "baricitinib",
        "_mg_per_day": 4,
        "_mg_per_kg_per_day": Decimal("0.1"),
        "_dose_band": "within",
        "_began_after_days": 2,
        "_days": 175,
        "_stopped": 1,
    }, "from 7 January to 30 June"


def test_a_gap_of_thirty_days_does_not_end_the_time_on_a_drug_and_one_of_31_does() -> None:
    doses = [kept.dose("2026-01-07", ended_on="2026-02-28"), kept.dose("2026-03-31")]
    row = told(followed(course(doses=doses)))
    assert (row["first_jak_inhibitor_days"], row["first_jak_inhibitor_stopped"]) == (176, 0), "it went on to 1 July"
    doses = [kept.dose("2026-01-07", ended_on="2026-02-28"), kept.dose("2026-04-01")]
    row = told(followed(course(doses=doses)))
    assert (row["first_jak_inhibitor_days"], row["first_jak_inhibitor_stopped"]) == (53, 1)


def test_a_dose_after_the_last_visit_and_a_cream_are_no_first_jak_inhibitor() -> None:
    doses = [kept.dose("2026-01-07", drug="ruxolitinib", formulation="cream"), kept.dose("2026-07-02")]
    assert told(followed(course(doses=doses)))["first_jak_inhibitor"] is None


# --- a visit ------------------------------------------------------------------------------------------------------


def test_a_visit_tells_the_enzyme_that_counts_and_the_interferon_score_that_transcripts_make() -> None:
    ck = {"analyte": "CK", "unit": "U/L", "upper_limit": 200}
    early = "2026-07-01T08:00:00Z"
    enzymes = [ck | {"value": 500, "collected_at": "2026-07-01T10:00:00Z"}, ck | {"value": 900, "collected_at": early}]
    genes = ("IFI27", "IFI44L", "IFIT1", "ISG15", "RSAD2", "SIGLEC1")
    transcripts = [
        {"analyte": f"RNA_{gene}", "value": value, "unit": "{fold}", "collected_at": early}
        for value, gene in enumerate(genes, 1)
    ]
    reported = {"analyte": "IFN6", "value": 9, "unit": "{fold}", "upper_limit": 2}
    visits = (
        kept.visit(BASELINE, "week_0", [reported, *transcripts]),
        kept.visit(LAST, "unscheduled", [*enzymes, reported]),
    )
    first, last = told_of_visits(followed(course(*visits)))
    assert last["ck_times_uln"] == Decimal("2.5"), "the last collected, not the last submitted"
    name = "interferon_score_6"
    assert (first[name], first[f"{name}_sign"], first[f"{name}_from"]) == (Decimal("3.5"), "positive", "transcripts")
    assert (last[name], last[f"{name}_sign"], last[f"{name}_from"]) == (9, "positive", "reported")


def test_a_visit_tells_biomarkers_in_their_standard_unit_and_which_are_censored() -> None:
    results = [
        {"analyte": "CXCL10", "value": 2, "unit": "ng/mL"},
        {"analyte": "IFNA", "value": 5, "unit": "fg/mL", "comparator": "<"},
        {"analyte": "SIGLEC1", "value": 2400, "unit": "{mAb}/{cell}"},
    ]
    (row,) = told_of_visits(followed(course(kept.visit(BASELINE, "week_0", results, weight=40, height=140))))
    assert (row["weight"], row["height"], row["days_from_baseline"]) == (40, 140, 0)
    assert (row["cxcl10"], row["cxcl10_comparator"], row["crp"]) == (2000, None, None)
    assert (row["ifna"], row["ifna_comparator"]) == (Decimal("0.005"), "<")
    assert (row["siglec1"], row["siglec1_unit"]) == (2400, "{mAb}/{cell}")


def test_a_likert_scale_is_no_centimetre() -> None:
    made = ill(BASELINE, "week_0")
    made["forms"]["disease_activity"] |= {"physician_global_scale": "likert", "physician_global_activity": 3}
    (row,) = told_of_visits(followed(course(made)))
    assert (row["physician_global_activity"], row["patient_global_activity"]) == (None, 5)


def test_visits_tell_where_they_lie_and_what_was_given() -> None:
    rows = told_of_visits(followed(course(ill("2025-12-01", "screening"), *_later())))
    assert [row["relative_to_baseline"] for row in rows] == ["before", "baseline", "after"]
    assert [row["jak_inhibitor_mg_per_day"] for row in rows] == [None, None, 4]
    assert rows[2]["jak_inhibitor_mg_per_kg_per_day"] == Decimal("0.0975609756098"), "4 mg by 41 kg"
    assert [row["glucocorticoid_status"] for row in rows] == ["steroid_free", "on_glucocorticoids", "steroid_free"]
    assert [row["total_improvement_score"] for row in rows] == [None, None, Decimal("67.5")]


def _later():
    return ill(BASELINE, "week_0"), better(WEEK_12, "week_12")


def test_every_value_of_a_rule_is_the_one_that_the_rule_derived() -> None:
    who = followed(course())
    for seen, row in zip(who.seen, told_of_visits(who), strict=True):
        derived = {one.result.rule.id: one.result for one in derivation.of_visit(who.course, seen.visit)}
        for rule in ("cmas", "mmt8", "chaq", "jdmai1", "hmc", "total-improvement-score", "glucocorticoid-reduction"):
            assert row[rule.replace("-", "_")] == (derived[rule].value if rule in derived else None)
