"""A study's own constants are of the kind that the rule's have, and hold in place of them."""

from dataclasses import dataclass, fields
from decimal import Decimal

import pytest

from registry.domain.rulebook import RULEBOOK, of_study
from registry.domain.rules import ConstantRefused, Rule, constant, overriding


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """Constants of every kind."""

    factor: Decimal = constant("Factor", Decimal("0.5"), source="A paper")
    visits: int = constant("Visits", 2, source="A paper")
    scale: str = constant("Scale", "vas", source="A paper", one_of=("vas", "likert"))
    name: str = constant("Name", "usual", source="A paper")
    unknown: Decimal | None = constant("Unknown", None, source="No source")
    points: dict[str, Decimal] = constant("Points", {"low": Decimal(1), "high": Decimal(2)}, source="A paper")


RULE = Rule(id="a-rule", title="A rule", version="1", source="A paper", constants=Constants())


def test_constants_that_a_study_sets_hold_and_the_others_stay():
    own = {"factor": Decimal("0.25"), "scale": "likert", "unknown": 3, "points": {"low": 0}}
    made = overriding(RULE, own)
    assert made.overridden == ("factor", "points", "scale", "unknown")
    assert (made.constants.factor, made.constants.unknown, made.constants.visits) == (Decimal("0.25"), Decimal(3), 2)
    assert made.constants.points == {"low": 0, "high": 2}
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
