"""The Total Improvement Score is the published table, cell by cell, and says what it could not score."""

from dataclasses import fields, replace
from decimal import Decimal

import pytest

from registry.domain.core_set_enzymes import Enzyme
from registry.domain.rules import ConstantRefused, overriding
from registry.domain.total_improvement_score import TOTAL_IMPROVEMENT_SCORE, total_improvement_score
from registry.schemas.calculations import core_set_examples as vectors
from registry.schemas.calculations.total_improvement_score import CALCULATION
from tests.domain.response_bodies import STILL, imacs, sent

TIS = TOTAL_IMPROVEMENT_SCORE


def change_of(result, measure):
    return next(one for one in result.details.measures if one.measure == measure)


@pytest.mark.parametrize("example", CALCULATION.examples, ids=[one.source for one in CALCULATION.examples])
def test_a_worked_example_gives_its_score(example):
    result = CALCULATION.of(sent(example.body))
    assert (result.value, result.category) == (Decimal(example.value), example.category)
    assert result.final


@pytest.mark.parametrize(
    ("vector", "points"),
    [
        pytest.param(vectors.A, "20 2.5 10 0 0 20", id="8.1 A, Aggarwal 2018"),
        pytest.param(vectors.C, "20 10 32.5 10 7.5 20", id="8.1 C"),
        pytest.param(vectors.D, "0 0 0 0 0 0", id="8.1 D"),
        pytest.param(vectors.E, "7.5 2.5 10 5 2.5 7.5", id="8.1 E"),
        pytest.param(vectors.F, "7.5 0 10 0 0 7.5", id="8.1 F"),
    ],
)
def test_each_measure_of_a_vector_gives_its_points(vector, points):
    result = CALCULATION.of(sent(vector))
    assert [one.points for one in result.details.measures] == list(map(Decimal, points.split()))


def test_an_enzyme_that_did_not_improve_needs_no_upper_limit():
    enzyme = change_of(CALCULATION.of(sent(vectors.A)), "enzyme")
    assert (enzyme.points, enzyme.level, enzyme.worsened, enzyme.percent_change) == (0, 0, True, None)


def test_an_enzyme_that_improved_without_an_upper_limit_is_missing():
    before, after = (imacs(*STILL[:4], value, "5", upper_limit=None, unit=None) for value in ("84", "66"))
    result = total_improvement_score(before, after)
    assert (result.value, result.final) == (0, False)
    assert result.missing == ("baseline/enzymes/CK/upper_limit",)
    assert "upper limit of normal" in change_of(result, "enzyme").reason


OTHERS = ("5", "15", "25", "40")
TABLE = [
    # measure, place, range, edges, points of levels 1 to 4 (Rider 2016, Table 3)
    ("physician_global", 0, "10", OTHERS, ("7.5", "15", "17.5", "20")),
    ("patient_global", 1, "10", OTHERS, ("2.5", "5", "7.5", "10")),
    ("strength", 2, "80", ("2", "10", "20", "30"), ("10", "20", "27.5", "32.5")),
    ("function", 3, "3", OTHERS, ("5", "7.5", "7.5", "10")),
    ("enzyme", 4, "3000", OTHERS, ("2.5", "5", "7.5", "7.5")),
    ("extramuscular", 5, "10", OTHERS, ("7.5", "12.5", "15", "20")),
]
EDGES = [
    pytest.param(measure, place, span, edge, below, above, id=f"S-TIS Table 3: {measure} at {edge} %")
    for measure, place, span, edges, points in TABLE
    for edge, below, above in zip(edges, ("0", *points), points, strict=False)
]


@pytest.mark.parametrize(("measure", "place", "span", "edge", "below", "above"), EDGES)
@pytest.mark.parametrize("step", ["-0.001", "0", "0.001"])
def test_a_level_is_open_below_and_closed_above(measure, place, span, edge, below, above, step):
    improved = (Decimal(edge) + Decimal(step)) * Decimal(span) / 100
    start = Decimal(0) if measure == "strength" else Decimal(span)
    before, after = list(STILL), list(STILL)
    before[place] = start
    after[place] = start + improved if measure == "strength" else start - improved
    result = total_improvement_score(imacs(*before), imacs(*after))
    expected = Decimal(above) if Decimal(step) > 0 else Decimal(below)
    assert (result.value, change_of(result, measure).points) == (expected, expected)
    assert change_of(result, measure).percent_change == Decimal(edge) + Decimal(step)


@pytest.mark.parametrize(("enzyme", "multiple"), [("CK", 15), ("ALDOLASE", 6), ("LDH", 3), ("AST", 3), ("ALT", 3)])
def test_the_range_of_an_enzyme_is_its_multiple_of_the_upper_limit(enzyme, multiple):
    def visit(value):
        one = Enzyme(enzyme=enzyme, value=Decimal(value), upper_limit=Decimal(10), unit="U/L")
        return replace(imacs(*STILL), enzymes=(one,))

    change = change_of(total_improvement_score(visit(100), visit(90)), "enzyme")
    assert (change.range, change.percent_change) == (10 * multiple, Decimal(1000) / (10 * multiple))


@pytest.mark.parametrize(
    ("population", "total", "category"),
    [
        ("juvenile", "29.9", "none"),
        ("juvenile", "30", "minimal"),
        ("juvenile", "44.9", "minimal"),
        ("juvenile", "45", "moderate"),
        ("juvenile", "69.9", "moderate"),
        ("juvenile", "70", "major"),
        ("adult", "19.9", "none"),
        ("adult", "20", "minimal"),
        ("adult", "39.9", "minimal"),
        ("adult", "40", "moderate"),
        ("adult", "59.9", "moderate"),
        ("adult", "60", "major"),
    ],
)
def test_a_threshold_counts_from_its_value(population, total, category):
    rule = overriding(TIS, {"physician_global_points": {"level_4": Decimal(total)}})
    before, after = imacs("10", *STILL[1:]), imacs("0", *STILL[1:])
    result = total_improvement_score(before, after, rule, population=population)
    assert (result.value, result.category) == (Decimal(total), category)


MISSING = [
    (1, "patient_global", "followup/patient_global_activity"),
    (3, "function", "followup/chaq_index"),
    (4, "enzyme", "followup/enzymes/CK"),
    (5, "extramuscular", "followup/extramuscular_global_activity"),
]


@pytest.mark.parametrize(("place", "measure", "name"), MISSING)
def test_a_missing_measure_adds_nothing_and_is_named(place, measure, name):
    after = ["0", "0", "80", "0", "0", "0"]
    whole = change_of(total_improvement_score(imacs(*STILL), imacs(*after)), measure).points
    after[place] = None
    result = total_improvement_score(imacs(*STILL), imacs(*after))
    complete = total_improvement_score(imacs(*STILL), imacs("0", "0", "80", "0", "0", "0"))
    assert result.value == complete.value - whole
    assert (result.final, result.details.complete, result.missing) == (False, False, (name,))
    assert change_of(result, measure).points is None


@pytest.mark.parametrize("place", [0, 2])
def test_without_the_physicians_global_or_strength_there_is_no_total_but_the_points_of_the_others(place):
    after = ["0", "0", "80", "0", "0", "0"]
    after[place] = None
    result = total_improvement_score(imacs(*STILL), imacs(*after))
    assert (result.value, result.category, result.final) == (None, None, False)
    assert sum(one.points is not None for one in result.details.measures) == 5
    assert result.reason.startswith("A total needs the physician's global activity and the muscle strength")


def test_a_worsening_takes_no_points_off_and_is_counted():
    result = total_improvement_score(imacs(*STILL), imacs("6", "4", "39", "1.5", "3001", "5"))
    assert (result.value, result.details.worsened_measures) == (Decimal("2.5"), 3)
    assert change_of(result, "physician_global").percent_change == -10


@pytest.mark.parametrize(("before", "after"), [("likert", "likert"), ("likert", "vas"), ("vas", "likert")])
def test_a_global_on_the_likert_scale_is_missing(before, after):
    visits = [replace(imacs("4", *STILL[1:]), patient_global_activity=Decimal(3), patient_global_scale=scale)
              for scale in (before, after)]  # fmt: skip
    result = total_improvement_score(*visits)
    assert change_of(result, "patient_global").points is None
    assert "Likert" in result.reason
    assert not result.final


def test_the_printo_core_set_is_scored_with_das_and_without_the_range_of_the_chq_says_so():
    before = replace(imacs(*STILL), das_total=Decimal(20), chq_physical_summary=Decimal(30))
    after = replace(imacs(*STILL), das_total=Decimal(10), chq_physical_summary=Decimal(50))
    result = total_improvement_score(before, after, core_set="printo")
    assert (result.value, result.final) == (20, False)
    assert "chq_physical_summary_range" in result.reason
    ranged = overriding(TIS, {"chq_physical_summary_range": 40})
    scored = total_improvement_score(before, after, ranged, core_set="printo")
    assert (scored.value, scored.final) == (Decimal("27.5"), True)
    assert change_of(scored, "quality_of_life").percent_change == 50


@pytest.mark.parametrize(("maximum", "percent"), [(52, Decimal(650) / 52), (49, Decimal(650) / 49)])
def test_the_cmas_is_measured_against_the_maximum_of_its_version(maximum, percent):
    before, after = (
        replace(imacs(*STILL), cmas_total=Decimal(total), cmas_maximum=Decimal(maximum)) for total in ("40", "46.5")
    )
    result = total_improvement_score(before, after, strength_measure="cmas")
    assert (change_of(result, "strength").percent_change, result.value) == (percent, 20)


@pytest.mark.parametrize("maximum", ["80", "150", "260"])
def test_the_mmt_is_measured_against_the_maximum_of_its_version(maximum):
    before, after = (
        imacs("5", "5", strength, "1", "200", "5", maximum=maximum) for strength in (0, Decimal(maximum) / 4)
    )
    assert change_of(total_improvement_score(before, after), "strength").percent_change == 25


def test_maxima_are_never_mixed():
    before, after = imacs(*STILL, maximum="80"), imacs(*STILL, maximum="150")
    result = total_improvement_score(before, after)
    assert (result.value, result.missing) == (None, ("followup/mmt_total",))
    assert "never mixed" in result.reason


def test_the_two_strength_tools_of_one_cohort_disagree():
    """Domain reference 8, S-WANG: CMAS 41 to 50 scores 20 points, MMT8 73 to 79 scores 10 [DERIVED]."""
    before, after = (
        replace(imacs("5", "5", mmt, "1", "200", "5"), cmas_total=Decimal(cmas), cmas_maximum=Decimal(52))
        for mmt, cmas in ((73, 41), (79, 50))
    )
    assert total_improvement_score(before, after, strength_measure="mmt8").value == 10
    assert total_improvement_score(before, after, strength_measure="cmas").value == 20


def test_a_study_sets_its_own_cells_and_variant():
    rule = overriding(TIS, {"core_set": "printo", "population": "adult", "adult_thresholds": {"minimal": 15}})
    result = total_improvement_score(imacs("10", *STILL[1:]), imacs("8", *STILL[1:]), rule)
    assert (result.category, result.details.core_set, result.details.thresholds["moderate"]) == (
        "minimal",
        "printo",
        40,
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("core_set", "acr"), ("strength_measure", "mmt"), ("population", "all"), ("enzyme", "HGB"), ("vas_range", 0),
     ("enzyme_range_multiples", {"CK": -1}), ("chq_physical_summary_range", 0)],
)  # fmt: skip
def test_a_constant_that_cannot_be_used_is_refused(name, value):
    with pytest.raises(ConstantRefused) as refusal:
        overriding(TIS, {name: value})
    assert refusal.value.name == name


@pytest.mark.parametrize(("core_set", "field"), [("imacs", "extramuscular_global_activity"), ("printo", "das_total")])
def test_a_study_may_ask_for_the_extramuscular_activity_or_the_das(core_set, field):
    whole = replace(imacs(*STILL), das_total=Decimal(5))
    visits = (whole, replace(whole, **{field: None}))
    usual = total_improvement_score(*visits, core_set=core_set)
    assert (usual.value, usual.final) == (0, False)
    asked = overriding(TOTAL_IMPROVEMENT_SCORE, {"third_required": "extramuscular"})
    result = total_improvement_score(*visits, asked, core_set=core_set)
    assert (result.value, result.category) == (None, None)
    assert f"followup/{field}" in result.missing
    assert "In this study" in result.reason
    assert total_improvement_score(whole, whole, asked, core_set=core_set).value == 0


def test_the_score_is_as_sure_as_the_least_sure_of_its_constants():
    declared = fields(TOTAL_IMPROVEMENT_SCORE.constants)
    assert TOTAL_IMPROVEMENT_SCORE.certainty == min(one.metadata["certainty"] for one in declared) == 60
