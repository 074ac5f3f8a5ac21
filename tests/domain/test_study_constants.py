"""A study's own constants are of the kind that the rule's have, make sense, and hold in place of them."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.domain.rulebook import RULEBOOK, of_study
from registry.domain.rules import ConstantRefused, Rule, ascending, constant, overriding


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Constants of every kind."""

    factor: Decimal = constant("Factor", Decimal("0.5"), source="A paper")
    visits: int = constant("Visits", 2, source="A paper")
    scale: str = constant("Scale", "vas", source="A paper", one_of=("vas", "likert"))
    name: str = constant("Name", "usual", source="A paper")
    unknown: Decimal | None = constant("Unknown", None, source="No source")
    points: dict[str, Decimal] = constant("Points", {"low": Decimal(1), "high": Decimal(2)}, source="A paper")
    weights: dict[str, Decimal] = constant("Weights", {"one": Decimal(1)}, source="A paper", low=0)
    share: Decimal = constant("Share", Decimal("0.5"), source="A paper", low=0, high=1)
    cells: dict[str, Decimal] = constant(
        "Cells", {"a": Decimal(3), "b": Decimal(2), "c": Decimal(1)}, source="A paper", ordered="strictly"
    )
    plateau: dict[str, Decimal] = constant(
        "Plateau", {"a": Decimal(1), "b": Decimal(2), "c": Decimal(2)}, source="A paper", ordered="loosely"
    )
    mild_from: Decimal = constant("Mild from", Decimal(1), source="A paper")
    severe_from: Decimal = constant("Severe from", Decimal(2), source="A paper")
    worst_from: Decimal | None = constant("Worst from", None, source="No source")

    def __post_init__(self):
        ascending(self, "mild_from", "severe_from", "worst_from")


RULE = Rule(id="a-rule", title="A rule", version="1", source="A paper", constants=Constants())


def test_constants_that_a_study_sets_hold_and_the_others_stay():
    own = {"factor": Decimal("0.25"), "scale": "likert", "unknown": 3, "points": {"low": Decimal("0.5")}}
    made = overriding(RULE, own)
    assert made.overridden == ("factor", "points", "scale", "unknown")
    assert (made.constants.factor, made.constants.unknown, made.constants.visits) == (Decimal("0.25"), Decimal(3), 2)
    assert made.constants.points == {"low": Decimal("0.5"), "high": 2}
    assert RULE.constants.factor == Decimal("0.5")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("factor", "0.5"),
        ("factor", True),
        ("factor", None),
        ("factor", Decimal("1e10")),
        ("factor", Decimal("1e-13")),
        ("factor", Decimal("NaN")),
        ("visits", Decimal("1.5")),
        ("scale", "cm"),
        ("scale", 1),
        ("name", ""),
        ("name", "a\x00b"),
        ("name", "\ud800"),
        ("name", "a" * 101),
        ("points", 1),
        ("points", {"middle": 1}),
        ("points", {"low": "1"}),
        ("no_such", 1),
    ],
)
def test_a_constant_of_another_kind_is_refused_by_its_name(name, value):
    with pytest.raises(ConstantRefused) as refused:
        overriding(RULE, {name: value})
    assert refused.value.name == name


@pytest.mark.parametrize(
    ("own", "name", "sentence"),
    [
        ({"factor": 0}, "factor", "factor must be above 0."),
        ({"factor": -1}, "factor", "factor must be above 0."),
        ({"visits": 0}, "visits", "visits must be above 0."),
        ({"unknown": -1}, "unknown", "unknown must be at least 0."),
        ({"points": {"low": 0}}, "points", "low of points must be above 0."),
        ({"points": {"low": "1"}}, "points", "low of points must be a number."),
        ({"weights": {"one": -1}}, "weights", "one of weights must be at least 0."),
        ({"share": Decimal("1.1")}, "share", "share must be at least 0 and at most 1."),
        ({"cells": {"a": 1}}, "cells", "a to c of cells must descend."),
        ({"cells": {"b": 1}}, "cells", "a to c of cells must descend."),
        ({"plateau": {"b": Decimal("2.5")}}, "plateau", "a to c of plateau must not descend."),
        ({"mild_from": 2}, "mild_from", "mild_from must be below severe_from."),
        ({"severe_from": 1}, "severe_from", "mild_from must be below severe_from."),
        ({"worst_from": 2}, "worst_from", "severe_from must be below worst_from."),
    ],
)
def test_a_constant_that_makes_no_sense_is_refused_by_its_name_and_its_rule(own, name, sentence):
    with pytest.raises(ConstantRefused) as refused:
        overriding(RULE, own)
    assert (refused.value.name, str(refused.value)) == (name, sentence)


@pytest.mark.parametrize(
    "own",
    [
        {"unknown": 0},
        {"weights": {"one": 0}},
        {"share": 0},
        {"share": 1},
        {"cells": {"a": 9, "b": 8, "c": 7}},
        {"plateau": {"a": 2, "c": 3}},
        {"mild_from": 3, "severe_from": 4, "worst_from": 5},
    ],
)
def test_a_constant_at_the_edge_of_its_sense_is_taken(own):
    assert overriding(RULE, own).overridden == tuple(sorted(own))


def test_a_constant_that_is_set_to_the_rules_own_value_is_not_overridden():
    assert overriding(RULE, {"factor": Decimal("0.50"), "unknown": None, "points": {"low": 1}}) is RULE
    assert overriding(RULE, {"factor": Decimal("0.5"), "visits": 3}).overridden == ("visits",)


NUMBERS = [
    (rule.id, one.name, key)
    for rule in RULEBOOK.values()
    for one in fields(rule.constants)
    for shipped in [getattr(rule.constants, one.name)]
    if not isinstance(shipped, str)
    for key in (shipped if isinstance(shipped, Mapping) else [None])
]
MAY_BE_NONE_AT_ALL = {
    ("special-interest", "live_vaccine_days"),
    ("clinically-inactive-disease", "physician_global_at_most"),
    ("clinically-inactive-disease-revised", "physician_global_at_most"),
    ("definition-of-improvement", "worsened_measures"),
    ("printo-improvement", "worsened_measures"),
    ("enzyme-signal", "strength_loss"),
    ("enzyme-signal", "global_rise"),
    ("interferon-score-28-standardised", "genes"),
    ("interferon-score-28-geomean", "genes"),
}
"""What may be 0: no measure may worsen, no loss is stable, a gene is left out.

Points and weights of a table may be 0 besides."""
TABLES_WITH_NOTHING = ("_points", "weights_without_biopsy", "weights_with_biopsy")


def own(name, key, value):
    return {name: value if key is None else {key: value}}


@pytest.mark.parametrize("value", [-1, Decimal("-1e-12"), Decimal("1e99999999"), Decimal("-1e99999999"), 10**400])
def test_no_rule_takes_a_number_that_is_negative_or_beyond_all_measure(value):
    for rule, name, key in NUMBERS:
        with pytest.raises(ConstantRefused) as refused:
            overriding(RULEBOOK[rule], own(name, key, value))
        assert refused.value.name == name


def test_no_rule_takes_nothing_where_it_ships_something():
    for rule, name, key in NUMBERS:
        shipped = getattr(RULEBOOK[rule].constants, name)
        if shipped is None or (rule, name) in MAY_BE_NONE_AT_ALL or name.endswith(TABLES_WITH_NOTHING):
            continue
        with pytest.raises(ConstantRefused, match=name):
            overriding(RULEBOOK[rule], own(name, key, 0))


@settings(max_examples=50, deadline=None)
@given(st.sampled_from(NUMBERS), st.one_of(st.decimals(), st.integers(), st.text(), st.none(), st.booleans()))
def test_whatever_a_study_sends_is_taken_or_refused_by_name(constant, value):
    rule, name, key = constant
    try:
        made = overriding(RULEBOOK[rule], own(name, key, value))
    except ConstantRefused as refused:
        assert refused.name == name  # noqa: PT017
    else:
        assert made.overridden in {(), (name,)}


def test_the_constants_of_every_rule_sent_back_as_they_are_change_nothing():
    shipped = {
        rule.id: {one.name: getattr(rule.constants, one.name) for one in fields(rule.constants)}
        for rule in RULEBOOK.values()
    }
    assert {name: overriding(RULEBOOK[name], constants) for name, constants in shipped.items()} == dict(RULEBOOK)


@pytest.mark.parametrize(
    ("rule", "constants", "sentence"),
    [
        ("egfr", {"k": 0}, "k must be above 0."),
        (
            "ctcae-grade-5.0",
            {"neutrophils": {"grade_1": Decimal("0.5"), "grade_2": 1, "grade_3": Decimal("1.5")}},
            "grade_1 to grade_3 of neutrophils must descend.",
        ),
        ("ctcae-grade-5.0", {"ck": {"grade_3": 4}}, "grade_1 to grade_3 of ck must ascend."),
        ("ctcae-grade-5.0", {"triglycerides": {"from": 4}}, "from to grade_3 of triglycerides must ascend."),
        (
            "total-improvement-score",
            {"juvenile_thresholds": {"minimal": 70}},
            "minimal to major of juvenile_thresholds must ascend.",
        ),
        ("hmc", {"floor_rise_1": 12}, "floor_rise_1 must be at least 0 and at most 9."),
        ("hmc", {"floor_rise_1": 5, "floor_rise_2": 2}, "floor_rise_1 must not be above floor_rise_2."),
        ("jdmai2", {"inactive_at_most": 9}, "inactive_at_most must be below low_at_most."),
        ("clinically-inactive-disease", {"criteria_needed": 0}, "criteria_needed must be above 0 and at most 4."),
        ("cmas", {"no_impairment_from": 0}, "no_impairment_from must be above 0 and at most 52."),
        ("cmas", {"severe_below": 31}, "severe_below must be below moderate_at."),
        ("bohan-peter", {"definite": 2}, "probable must be below definite."),
        ("printo-improvement", {"printo_20": 50}, "printo_20 must be below printo_50."),
        ("dose-band", {"tofacitinib": {"from_10_kg": 9}}, "from_10_kg to from_40_kg of tofacitinib must not descend."),
        ("prednisone-equivalent", {"equivalents": {"deflazacort": -1}}, "deflazacort of equivalents must be above 0."),
    ],
)
def test_a_constant_that_would_turn_a_rule_upside_down_is_refused(rule, constants, sentence):
    with pytest.raises(ConstantRefused) as refused:
        of_study({rule: constants})
    assert str(refused.value) == sentence
    assert refused.value.name in constants


def test_a_study_without_constants_has_the_rules_as_they_are():
    assert of_study(None) is of_study({}) is RULEBOOK


def test_a_studys_constants_are_of_rules_that_there_are():
    assert of_study({"egfr": {"k": Decimal("0.5")}})["egfr"].constants.k == Decimal("0.5")
    with pytest.raises(ConstantRefused, match="no rule"):
        of_study({"no-such-rule": {}})


def test_a_constant_that_is_a_code_says_which_codes_there_are() -> None:
    for rule in RULEBOOK.values():
        for one in fields(rule.constants):
            if isinstance(getattr(rule.constants, one.name), str):
                assert getattr(rule.constants, one.name) in one.metadata["one_of"], f"{rule.id}: {one.name}"
