"""The rules of the science as a client reads them."""

from __future__ import annotations

from registry.domain.rulebook import RULEBOOK
from tests.conftest import World


def test_every_rule_tells_its_version_source_constants_and_certainty(shared_world: World) -> None:
    told = {rule["rule"]: rule for rule in shared_world.partner.get("/v1/rules").json}
    assert told.keys() == RULEBOOK.keys()
    for name, rule in told.items():
        assert all(rule[part] for part in ("version", "source", "title")), name
        assert 0 < rule["certainty"] <= 100
        assert rule["certainty"] <= min((one["certainty"] for one in rule["constants"]), default=100), name
        assert all(one["words"] and one["source"] and one["name"] for one in rule["constants"]), name
        assert rule["unit"] or rule["categories"], f"{name} gives a value with its unit, or a category"


def test_a_constant_is_told_with_its_value_and_source(shared_world: World) -> None:
    told = {rule["rule"]: rule for rule in shared_world.partner.get("/v1/rules").json}
    (k,) = told["egfr"]["constants"]
    assert (k["name"], k["value"], k["certainty"], k["overridden"]) == ("k", 0.413, 97, False)
    assert told["egfr"]["calculation"] == "/v1/calculations/egfr"


def test_the_rules_of_a_study_are_those_in_force_for_it(shared_world: World) -> None:
    study = f"/v1/studies/{shared_world.study}"
    told = {rule["rule"]: rule for rule in shared_world.partner.get(f"{study}/rules").json}
    assert told.keys() == RULEBOOK.keys()
    assert shared_world.partner.get("/v1/studies/NOWHERE/rules").status_code == 404


def test_a_study_puts_its_own_constant_in_place_of_the_rules(world: World) -> None:
    path = f"/v1/studies/{world.study}"
    study = world.administrator.get(path)
    body = study.json | {"rule_constants": {"egfr": {"k": 0.5}}}
    changed = world.administrator.put(path, body, version=study.json["version"], reason="Own equation")
    assert changed.status_code == 200, changed.text
    (k,) = next(rule for rule in world.partner.get(f"{path}/rules").json if rule["rule"] == "egfr")["constants"]
    assert (k["value"], k["overridden"]) == (0.5, True)
    (k,) = next(rule for rule in world.partner.get("/v1/rules").json if rule["rule"] == "egfr")["constants"]
    assert (k["value"], k["overridden"]) == (0.413, False)
