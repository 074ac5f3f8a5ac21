"""A study's file: YAML as version 1.2 means it, exact numbers, and every broken rule at once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from registry.problems import RulesBroken
from registry.schemas import study_files
from registry.schemas.study_files import NotYaml, parsed


def test_numbers_are_exact_days_are_texts_and_no_is_a_word() -> None:
    read = parsed("a: 0.1\nb: -3\nc: 2026-01-01\nd: no\ne: true\nf:\ng: 1_000\nh: 1e5\ni: 012\nj: 1:30\nk: '5'")
    assert read == {"a": Decimal("0.1"), "b": -3, "c": "2026-01-01", "d": "no", "e": True, "f": None, "g": "1_000",
                    "h": "1e5", "i": "012", "j": "1:30", "k": "5"}  # fmt: skip
    assert isinstance(read["a"], Decimal)


@pytest.mark.parametrize("text", ["a: [", "a: 1\na: 2", "1: a", "a: {b: 1, b: 2}", "!!python/object:os.system x", "[" * 1500,
                                  "a: !!python/name:os.system", "? [a]\n: b", "\x00"])  # fmt: skip
def test_what_is_no_yaml_of_names_that_stand_once_is_refused(text: str) -> None:
    with pytest.raises(NotYaml):
        parsed(text)


def test_a_list_may_be_named_once_and_used_again() -> None:
    assert parsed("a: &it [x, y]\nb: *it") == {"a": ["x", "y"], "b": ["x", "y"]}


@pytest.mark.parametrize("name", study_files.SHIPPED)
def test_a_shipped_protocol_breaks_no_rule(name: str) -> None:
    file = study_files.read(study_files.shipped(name))
    assert file["protocol"]["number"] == "1.0"
    assert file["study"]["design"] in ("observational_cohort", "single_arm", "randomised")


def test_every_broken_rule_is_named_with_its_place_in_the_file() -> None:
    text = (
        study_files.shipped("observational")
        .replace("code: JAKI-JDM", "code: jaki")
        .replace("window_after: 14", "window_after: 1.5")
    )
    with pytest.raises(RulesBroken) as refused:
        study_files.read(text.replace("design: observational_cohort", "protocol_version: '1'"))
    found = {(rule.pointer, rule.code) for rule in refused.value.errors}
    assert {("/study/code", "wrong_form"), ("/study/design", "required"), ("/study/protocol_version", "unknown_field"),
            ("/protocol/schedule/0/window_after", "wrong_type")} <= found  # fmt: skip


@pytest.mark.parametrize("text", ["", "[]", "study: 1", "protocol: {}"])
def test_a_file_without_a_study_and_a_protocol_is_refused(text: str) -> None:
    with pytest.raises(RulesBroken):
        study_files.read(text)


@pytest.mark.parametrize(("name", "codes"), [("single_arm", {"tablet_age"}), ("randomised", {"weakness"})])
def test_a_shipped_trial_has_the_ways_in_of_its_source(name: str, codes: set[str]) -> None:
    criteria = {
        one["code"]: one.get("condition")
        for one in study_files.read(study_files.shipped(name))["protocol"]["eligibility"]
    }
    assert not codes & criteria.keys()
    assert criteria["live_vaccine"] == {"measure": "days_since_live_vaccine", "at_most": 28}
    if name == "randomised":
        assert {"measure": "cdasi_activity", "above": 20} in criteria["active_disease"]["any"]
