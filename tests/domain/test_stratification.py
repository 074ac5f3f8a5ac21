"""Strata: named in the protocol's order; the level of each factor from what is recorded, else attested."""

from __future__ import annotations

from typing import Any

import pytest

from registry.domain import stratification
from registry.domain.stratification import Level

WEIGHT = {
    "code": "weight",
    "name": "Weight",
    "levels": [{"code": "low", "condition": "low"}, {"code": "high", "condition": "high"}],
}
COURSE = {"code": "course", "name": "Course", "levels": [{"code": "new"}, {"code": "old"}]}


def found(told: dict[str, bool | None], *attested: tuple[str, str], factors: list[Any] | None = None) -> Any:
    sent = [{"factor": factor, "level": level} for factor, level in attested]
    levels, broken = stratification.levels_of([WEIGHT] if factors is None else factors, sent, told.get, None)
    return [(level.level, level.basis) for level in levels] or [rule.code for rule in broken]


def test_strata_are_every_combination_in_the_order_of_the_protocol_the_site_first() -> None:
    assert stratification.every([WEIGHT, COURSE], ["BER", "AKL"])[:3] == [
        "site=BER|weight=low|course=new", "site=BER|weight=low|course=old", "site=BER|weight=high|course=new",
    ]  # fmt: skip
    assert stratification.counted([WEIGHT, COURSE], ["BER", "AKL"]) == 8
    assert stratification.every([], []) == ["all"]
    assert stratification.counted([], []) == 1


def test_the_site_is_a_level_of_its_own_where_it_is_a_factor() -> None:
    levels, broken = stratification.levels_of([COURSE], [{"factor": "course", "level": "new"}], lambda _: None, "BER")
    assert levels == [Level("site", "BER", "recorded"), Level("course", "new", "attested")]
    assert broken == []


@pytest.mark.parametrize(
    ("told", "attested", "expected"),
    [
        ({"low": True, "high": False}, [], [("low", "recorded")]),
        ({"low": True, "high": False}, [("weight", "low")], [("low", "recorded")]),
        ({"low": True, "high": None}, [], [("low", "recorded")]),
        ({"low": True, "high": False}, [("weight", "high")], ["contradicts_weight"]),
        ({"low": None, "high": False}, [("weight", "high")], ["contradicts_weight"]),
        ({"low": None, "high": None}, [("weight", "high")], [("high", "attested")]),
        ({"low": None, "high": False}, [("weight", "low")], [("low", "attested")]),
        ({"low": None, "high": None}, [], ["attest_weight"]),
        ({"low": False, "high": None}, [], ["attest_weight"]),
        ({"low": False, "high": False}, [], ["attest_weight"]),
        ({"low": True, "high": True}, [], ["overlap_weight"]),
        ({"low": True, "high": False}, [("weight", "middle")], ["unknown_weight"]),
    ],
)
def test_a_level_is_taken_from_what_is_recorded_and_attested_only_where_that_does_not_tell(
    told: dict[str, bool | None], attested: list[tuple[str, str]], expected: list[Any]
) -> None:
    assert found(told, *attested) == expected
