"""Randomisation lists: sealed when they are made, shown to the unblinded statistician alone, verified by anyone who watches."""

from __future__ import annotations

import hashlib
import uuid
from fractions import Fraction
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from registry.domain import randomisation_lists
from registry.domain.minimisation import Levels, Minimisation
from tests import bodies, protocols
from tests.api.test_permissions import NOBODY
from tests.bodies import problem, said
from tests.conftest import World, attribution
from tests.randomisation import BY_CHANCE, SEED, STRATUM, allocated, asked, listed, minimised, path, ready, trial


@pytest.fixture(scope="module")
def made(shared_world: World) -> tuple[World, str, dict[str, Any]]:
    """A trial, its protocol version, and its list."""
    own, version = trial(shared_world)
    return own, version, listed(own, version)


def rows(world: World, query: str, *parameters: Any) -> list[Any]:
    with psycopg.connect(world.installation.admin_url, row_factory=dict_row) as connection:
        return connection.execute(query, parameters).fetchall()


def every_slot(world: World, list_id: str) -> list[dict[str, Any]]:
    answer = world.unblinded_statistician.get(f"/v1/randomisation-lists/{list_id}/slots?limit=200")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json
    return found


def test_a_list_from_a_seed_tells_its_strata_and_seal_and_not_its_slots(
    made: tuple[World, str, dict[str, Any]],
) -> None:
    own, version, told = made
    assert (told["method"], told["origin"], told["status"]) == ("permuted_blocks", "generated", "in_use")
    assert told["protocol_version_id"] == version
    assert len(told["strata"]) == 4
    assert STRATUM in {stratum["stratum"] for stratum in told["strata"]}
    assert told["slots"] == sum(stratum["slots"] for stratum in told["strata"])
    assert all(12 <= stratum["slots"] < 18 for stratum in told["strata"])
    assert not {"seed", "rows", "arm", "kit"} & set(told)
    assert own.data_manager.get(f"/v1/randomisation-lists/{told['id']}").json == told
    assert own.auditor.get(path(own, "randomisation-lists")).json == [told]


def test_the_seal_can_be_made_again_from_the_slots_by_anybody_who_sees_them(
    made: tuple[World, str, dict[str, Any]],
) -> None:
    own, _, told = made
    slots = sorted(every_slot(own, told["id"]), key=lambda slot: (slot["stratum"], slot["position"]))
    lines = [
        "\t".join(str(slot[name]) for name in ("study_id", "list_id", "stratum", "position", "arm", "kit", "salt"))
        for slot in slots
    ]
    assert hashlib.sha256("".join(line + "\n" for line in lines).encode()).hexdigest() == told["seal"]


@pytest.mark.requirement("A13")
def test_that_slots_were_read_is_an_event_and_a_blinded_role_reads_none(
    made: tuple[World, str, dict[str, Any]],
) -> None:
    own, _, told = made
    answer = own.unblinded_statistician.get(f"/v1/randomisation-lists/{told['id']}/slots?limit=1")
    [event] = rows(own, "select * from audit.event where request_id = %s", answer.headers["X-Request-Id"])
    assert (event["action"], event["kind"], event["role"]) == ("access", "treatment_access", "unblinded_statistician")
    assert event["after"] == {"route": "/v1/randomisation-lists/<uuid:record_id>/slots", "record": told["id"]}
    for role in set(own.people) - {"unblinded_statistician"}:
        refused = own.people[role].get(f"/v1/randomisation-lists/{told['id']}/slots")
        assert refused.status_code == 403, role


def test_the_same_seed_makes_the_same_slots_in_any_other_program(shared_world: World) -> None:
    own, version = trial(shared_world)
    seed = f"{SEED}-once"
    told = listed(own, version, seed=seed)
    protocol = own.administrator.get(f"/v1/protocol-versions/{version}").json
    again = randomisation_lists.in_order(randomisation_lists.generated(protocol, [], seed, 12, [4, 6]))
    kept = [(slot["stratum"], slot["position"], slot["arm"], slot["kit"]) for slot in every_slot(own, told["id"])]
    assert kept == [(slot.stratum, slot.position, slot.arm, slot.kit) for slot in again]


def test_the_seed_is_kept_nowhere_and_a_repeat_is_answered_without_it(
    shared_world: World, capfd: pytest.CaptureFixture[str]
) -> None:
    own, version = trial(shared_world)
    seed, key = f"{SEED}-{uuid.uuid4().hex}", uuid.uuid4().hex
    first, again = (asked(own, version, seed=seed, key=key) for _ in range(2))
    assert (first.status_code, again.status_code, again.json) == (201, 201, first.json)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert problem(asked(own, version, seed=seed, slots_per_stratum=8, key=key)) == "idempotency-key-reused"
    refused = asked(own, version, seed=seed)
    assert (refused.status_code, problem(refused)) == (409, "already-recorded")
    output = capfd.readouterr()
    assert seed not in first.text + refused.text + output.out + output.err
    tables = [row["name"] for row in rows(own, "select oid::regclass::text as name from pg_class where relkind = 'r'"
                                               " and relnamespace in ('public'::regnamespace, 'audit'::regnamespace)")]  # fmt: skip
    for table in tables:
        assert rows(own, f"select from {table} t where t::text like %s", f"%{seed}%") == [], table


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"seed": "short"}, {"/seed": "wrong_form"}),
        ({"seed": "ab" * 20}, {"/seed": "guessable"}),
        ({"seed": None, "slots_per_stratum": None, "block_sizes": None}, {"/seed": "seed_or_rows"}),
        ({"slots_per_stratum": None}, {"/slots_per_stratum": "with_seed"}),
        ({"slots_per_stratum": 5000}, {"/slots_per_stratum": "too_many"}),
        ({"sites": ["BER"]}, {"/sites": "sites_not_needed"}),
        ({"imbalance": "range"}, {"/imbalance": "only_minimisation"}),
        ({"probability": 0.8}, {"/probability": "only_minimisation"}),
        ({"block_sizes": None}, {"/block_sizes": "too_few_sizes"}),
        ({"block_sizes": [4, 4]}, {"/block_sizes": "too_few_sizes"}),
        ({"block_sizes": [4, 5, 7]}, {"/block_sizes/1": "not_a_multiple", "/block_sizes/2": "not_a_multiple"}),
        ({"ratio_confirmed": True}, {"/ratio_confirmed": "with_rows"}),
        ({"protocol_version_id": NOBODY}, {"/protocol_version_id": "no_such_protocol_version"}),
    ],
)
def test_what_cannot_make_a_list_is_refused_with_its_place(
    made: tuple[World, str, dict[str, Any]], changes: dict[str, Any], expected: dict[str, str]
) -> None:
    refused = asked(*made[:2], **changes)
    assert (refused.status_code, said(refused)) == (422, expected)
    assert str(changes.get("seed")) not in refused.text


def test_a_version_that_allocates_nobody_has_no_list(shared_world: World) -> None:
    version = protocols.defined(shared_world, "observational")
    assert said(asked(shared_world, version["id"])) == {"/protocol_version_id": "not_randomised"}


def row(position: int, **changes: Any) -> dict[str, Any]:
    return {"stratum": STRATUM, "position": position, "arm": "placebo", "kit": f"K-{position}"} | changes


def test_an_uploaded_list_is_kept_as_it_is(shared_world: World) -> None:
    own, version = trial(shared_world)
    sent = [row(2, arm="baricitinib"), row(1), row(3)]
    refused = asked(own, version, seed=None, slots_per_stratum=None, rows=sent)
    assert said(refused) == {"/rows": "out_of_ratio"}
    told = listed(own, version, seed=None, slots_per_stratum=None, rows=sent, ratio_confirmed=True)
    assert (told["origin"], told["strata"]) == ("uploaded", [{"stratum": STRATUM, "slots": 3}])
    assert [(slot["position"], slot["arm"], slot["kit"]) for slot in every_slot(own, told["id"])] == [
        (1, "placebo", "K-1"), (2, "baricitinib", "K-2"), (3, "placebo", "K-3"),
    ]  # fmt: skip


def test_all_that_is_wrong_with_uploaded_rows_is_told_at_once_and_no_value_of_it(shared_world: World) -> None:
    own, version = trial(shared_world)
    sent = [row(1), row(3, arm="aspirin"), row(1, stratum="weight_band=heavy", kit="K-1"), row(4, kit=None)]
    refused = asked(own, version, seed=None, slots_per_stratum=None, rows=sent)
    assert refused.status_code == 422
    assert said(refused) == {
        "/rows/1/arm": "no_such_arm", "/rows/2/stratum": "no_such_stratum", "/rows/0/kit": "repeated", "/rows/2/kit": "repeated",
        "/rows": "out_of_ratio",
    }  # fmt: skip
    assert {"kits_missing", "positions", "out_of_ratio"} <= {error["code"] for error in refused.json["errors"]}
    assert "aspirin" not in refused.text


@pytest.mark.requirement("P5")
def test_a_list_is_retired_once_with_a_reason_and_never_taken_up_again(shared_world: World) -> None:
    own, version = trial(shared_world)
    made = listed(own, version)
    put = f"/v1/randomisation-lists/{made['id']}"
    statistician = own.unblinded_statistician
    assert statistician.put(put, {"status": "retired"}, version=7).status_code == 412
    retired = statistician.put(put, {"status": "retired"}, version=1, reason="Another ratio")
    assert (retired.status_code, retired.json["status"]) == (200, "retired")
    refused = statistician.put(put, {"status": "in_use"}, version=2)
    assert (refused.status_code, problem(refused), refused.json["allowed"]) == (409, "transition-not-allowed", [])
    assert own.data_manager.put(put, {"status": "retired"}, version=2).status_code == 403
    history = own.auditor.get(f"{put}/history").json
    assert [(event["version"], event["reason"]) for event in history] == [(1, None), (2, "Another ratio")]


def test_with_the_site_as_a_factor_each_named_site_has_strata_and_another_list_adds_sites(shared_world: World) -> None:
    own, version = trial(shared_world, stratification=[], **minimised(method="permuted_blocks"))
    assert said(asked(own, version)) == {"/sites": "sites_needed"}
    assert said(asked(own, version, sites=["NOWHERE"])) == {"/sites": "no_such_site"}
    listed(own, version, sites=["BER"])
    assert asked(own, version, sites=["BER", "AKL"]).status_code == 409
    added = listed(own, version, sites=["AKL"])
    assert [stratum["stratum"] for stratum in added["strata"]] == ["site=AKL"]
    assert allocated(own, ready(own), []).json["stratum"] == "site=BER"


def test_a_list_serves_an_amendment_that_leaves_the_randomisation_as_it_was(shared_world: World) -> None:
    own, version = trial(shared_world, stratification=[])
    made = listed(own, version)
    same = {"eligibility": [], "assent_from_age": 16, "stratification": []}
    protocols.activated(
        own, protocols.defined(own, "randomised", number="2.0", **same)["id"], effective_from="2025-06-01"
    )
    assert allocated(own, ready(own), []).json["list_id"] == made["id"]
    changed = same | {"randomisation": protocols.definition("randomised")["randomisation"] | {"by_site": True}}
    protocols.activated(
        own, protocols.defined(own, "randomised", number="3.0", **changed)["id"], effective_from="2025-07-01"
    )
    assert problem(allocated(own, ready(own), [])) == "no-randomisation-list"


def test_a_level_follows_from_what_is_recorded(shared_world: World) -> None:
    by_weight = {
        "code": "weight_band", "name": "Weight band", "levels": [
            {"code": "below_30_kg", "name": "Below 30 kg", "condition": {"measure": "weight", "below": 30}},
            {"code": "from_30_kg", "name": "30 kg or more", "condition": {"measure": "weight", "at_least": 30}},
        ],
    }  # fmt: skip
    own, version = trial(shared_world, stratification=[by_weight])
    listed(own, version)
    participant = ready(own)
    contradicted = allocated(own, participant, [{"factor": "weight_band", "level": "from_30_kg"}])
    assert said(contradicted) == {"/levels/0/level": "contradicts_weight_band"}
    told = allocated(own, participant, []).json
    assert told["levels"] == [{"factor": "weight_band", "level": "below_30_kg", "basis": "recorded"}]


# --- minimisation -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", ["range", "variance"])
def test_the_database_minimises_by_the_same_rule_as_the_registry_does(shared_world: World, measure: str) -> None:
    """The two were written apart; each allocation is judged again from the levels, arms and draws that were recorded."""
    arms = [{"code": code, "name": code, "ratio": ratio, "product": product}
            for code, ratio, product in (("x", 2, "baricitinib"), ("y", 1, "placebo"), ("z", 1, "tofacitinib"))]  # fmt: skip
    factors = [{"code": code, "name": code, "levels": [{"code": "low", "name": "L"}, {"code": "high", "name": "H"}]}
               for code in ("weight", "activity")]  # fmt: skip
    blinding = {"masking": "double_blind", "products": ["baricitinib", "placebo", "tofacitinib"]}
    own, version = trial(shared_world, arms=arms, stratification=factors, blinding=blinding, **minimised())
    told = listed(own, version, slots_per_stratum=60, imbalance=measure, **BY_CHANCE)
    assert told["strata"] == [{"stratum": "all", "slots": 60}]
    levels = [
        [{"factor": "weight", "level": a}, {"factor": "activity", "level": b}]
        for a in ("low", "high")
        for b in ("low", "high")
    ]
    for index in range(14):
        answer = allocated(own, ready(own), levels[index * index % 4])
        assert answer.status_code == 201, answer.text
    kept = rows(own, "select a.levels, s.arm, s.draw from allocation a join randomisation_slot s using (participant_id)"
                     " where a.list_id = %s order by a.allocated_at", told["id"])  # fmt: skip
    rule, before = Minimisation({"x": 2, "y": 1, "z": 1}, Fraction(4, 5), measure), []
    for one in kept:
        given: Levels = {level["factor"]: level["level"] for level in one["levels"]}
        assert set(given) == {"site", "weight", "activity"}
        assert one["arm"] == rule.chosen(given, before, int(one["draw"]))
        before.append((given, one["arm"]))
    [seal] = own.data_manager.get(f"{path(own, 'randomisation-lists')}/verification").json
    assert (seal["sealed"], seal["in_order"], seal["allocated"]) == (True, True, 14)


def test_minimisation_stops_when_any_arm_has_no_kit_left_so_that_a_retry_cannot_choose(shared_world: World) -> None:
    own, version = trial(shared_world, stratification=[], **minimised(by_site=False))
    sent = [row(1, stratum="all"), row(2, stratum="all", arm="baricitinib")]
    listed(own, version, seed=None, slots_per_stratum=None, rows=sent, probability=1)
    assert allocated(own, ready(own), []).status_code == 201
    assert problem(allocated(own, ready(own), [])) == "list-exhausted"


# --- the database has the last word -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update randomisation_slot set arm = 'placebo', version = version + 1 where list_id = %(list)s and arm <> 'placebo'",
         "randomisation_slot_sealed"),
        ("""insert into randomisation_slot (study_id, list_id, stratum, position, arm, salt)
            select study_id, id, 'all', 1, 'placebo', repeat('0', 32) from randomisation_list where id = %(list)s""",
         "randomisation_slot_sealed"),
        ("update randomisation_list set seal = repeat('0', 64), version = version + 1 where id = %(list)s",
         "randomisation_list_only_retired"),
        ("""insert into allocation (study_id, site_id, participant_id, list_id, number, method, stratum)
            select p.study_id, p.site_id, p.id, %(list)s, '100000', 'permuted_blocks', 'all' from participant p limit 1""",
         "allocation_has_slot"),
    ],
)  # fmt: skip
def test_the_service_itself_cannot_alter_a_sealed_list_or_allocate_past_it(
    made: tuple[World, str, dict[str, Any]], statement: str, constraint: str
) -> None:
    own, _, told = made
    bodies.enrolled(own)
    service = own.app.extensions["registry"].database
    with pytest.raises(psycopg.errors.IntegrityError) as refused, service.transaction() as tx:  # noqa: PT012
        tx.attribute(attribution(role="unblinded_statistician", reason="A try"))
        tx.run(statement, {"list": told["id"]})
        tx.commit()
    assert refused.value.diag.constraint_name == constraint
