"""The calculations of the instruments: worked examples, what is refused, and what is only missing."""

import pytest

from registry.db.transaction import as_json, from_json
from registry.domain import items
from registry.problems import RulesBroken
from registry.schemas.calculations import CALCULATIONS

NAMES = ("cmas", "mmt8", "mmt26", "cdasi", "das", "chaq", "myoact", "mdi-severity", "nailfold-density")
EXAMPLES = [(name, example) for name in NAMES for example in CALCULATIONS[name].examples]
BEST = {item.field: item.maximum for item in items.CMAS_ITEMS}


def calculated(name, body):
    return CALCULATIONS[name].of(from_json(as_json(body)))


def refused(name, body):
    with pytest.raises(RulesBroken) as caught:
        calculated(name, body)
    return [(rule.pointer, rule.code) for rule in caught.value.errors]


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[f"{name}: {one.source}" for name, one in EXAMPLES])
def test_an_example_gives_what_it_says(name, example):
    assert f"{calculated(name, example.body).value.normalize():f}" == example.value


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_body_is_not_refused_and_says_what_is_missing(name):
    result = calculated(name, {})
    assert (result.value, result.final) == (None, False)
    assert result.missing
    assert result.reason


@pytest.mark.parametrize(
    ("name", "body", "expected"),
    [
        ("cmas", {**BEST, "cmas_total": 51}, [("/cmas_total", "total_contradicts_items")]),
        ("cmas", {"cmas_pick_up": 3, "cmas_total": 51}, [("/cmas_total", "total_without_all_items")]),
        ("cmas", {"cmas_total": 50, "cmas_maximum": 49}, [("/cmas_total", "total_above_maximum")]),
        ("cmas", {"cmas_total": 53, "cmas_maximum": 52}, [("/cmas_total", "out_of_range")]),
        ("cmas", {"cmas_total": 50, "cmas_maximum": 53}, [("/cmas_maximum", "not_in_list")]),
        ("mmt8", {"mmt8_total": 146, "mmt8_maximum": 80}, [("/mmt8_total", "total_above_maximum")]),
        ("mmt8", {"mmt8_biceps_left": 9, "mmt8_maximum": 80}, [("/mmt8_biceps_left", "mmt8_other_side")]),
        ("mmt8", {"mmt8_total": 78, "mmt8_maximum": 260}, [("/mmt8_maximum", "not_in_list")]),
        ("cdasi", {"cdasi_scalp_poikiloderma": 2}, [("/cdasi_scalp_poikiloderma", "out_of_range")]),
        ("das", {"das_skin_total": 6, "das_total": 7}, [("/das_total", "total_without_all_items")]),
        ("chaq", {"chaq_index": 3.1}, [("/chaq_index", "out_of_range")]),
        ("myoact", {"mdaat_cutaneous": 10.1}, [("/mdaat_cutaneous", "out_of_range")]),
        ("mdi-severity", {"mdi_extent_total": 3}, [("/mdi_extent_total", "unknown_field")]),
    ],
)
def test_what_contradicts_itself_is_refused(name, body, expected):
    assert refused(name, body) == expected


def test_every_total_that_contradicts_its_items_is_named():
    activity = {item.field: 0 for item in items.CDASI_ACTIVITY_ITEMS if item.kind == "score"}
    damage = {item.field: 0 for item in items.CDASI_DAMAGE_ITEMS}
    body = activity | damage | {"cdasi_activity_total": 1, "cdasi_damage_total": 1}
    assert [pointer for pointer, _ in refused("cdasi", body)] == ["/cdasi_activity_total", "/cdasi_damage_total"]


def test_constants_of_the_body_hold_for_the_index_and_its_refusal():
    domains = {item.field: 0 for item in items.CHAQ_DOMAINS} | {"chaq_grip_aid": True}
    own = {"constants": {"level_with_aid": 3}}
    assert calculated("chaq", domains | own).details.expected * 8 == 3
    assert refused("chaq", domains | own | {"chaq_index": 0.25}) == [("/chaq_index", "total_contradicts_items")]
