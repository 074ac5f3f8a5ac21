"""Whom an extract holds: those who agree to every use that it is for, at the moment of the cut, and nobody else."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

import pytest

from tests import bodies, protocols
from tests.conftest import Person, World
from tests.extracting import ordered, pulled, worked

KINDS = ["participant", "visit", "laboratory_result", "dose", "adverse_event", "derived"]
WORSENED = [{"grade": 1, "changed_on": "2025-04-02"}, {"grade": 2, "changed_on": "2025-04-05"}]


@pytest.fixture
def world(shared_world: World) -> World:
    """The shared world with a study of this test's own."""
    code = f"T-{uuid.uuid4().hex[:8].upper()}"
    body = {"code": code, "title": "A study", "protocol_version": "1.0", "design": "single_arm"}
    assert shared_world.administrator.post("/v1/studies", body).status_code == 201
    return replace(shared_world, study=code)


def held(world: World, by: Person | None = None, **asked: Any) -> int:
    """Give how many participants the next extract holds; of nobody there is none."""
    extract = ordered(world, by, kinds=["participant"], **asked)
    state = worked(world, extract["id"])
    told = (by or world.statistician).get(f"/v1/extracts/{extract['id']}").json
    if state == "complete":
        return int(told["participants"])
    assert (state, told["failure"]["type"]) == ("refused", "/problems/nobody-agrees")
    return 0


def known(world: World, canary: str, **consent: Any) -> str:
    """Record everything of a participant, with a value that nobody else has."""
    base = f"/v1/studies/{world.study}"
    participant: str = world.coordinator.post(f"{base}/participants", bodies.participant(world.site)).json["id"]
    for kind, body in (
        ("consents", bodies.consent(participant, **consent)),
        ("visits", marked(participant, canary)),
        ("doses", bodies.dose(participant)),
        ("concomitant-medications", bodies.concomitant_medication(participant)),
        ("adverse-events", bodies.adverse_event(participant, severity_changes=WORSENED)),
    ):
        answer = world.coordinator.post(f"{base}/{kind}", body)
        assert answer.status_code == 201, answer.text
    return participant


def marked(participant: str, canary: str) -> dict[str, Any]:
    body = bodies.whole_visit(participant)
    body["laboratory_results"][0]["value"] = float(canary)
    return body


def rows(files: dict[str, bytes]) -> dict[str, int]:
    """The rows of each file of records."""
    return {name: content.count(b"\n") - 1 for name, content in files.items() if name.removesuffix(".csv") in KINDS}


@pytest.mark.parametrize("ended", ["data_use", "consent"])
def test_who_withdraws_the_use_of_data_is_in_no_byte_of_the_next_extract(world: World, ended: str) -> None:
    base = f"/v1/studies/{world.study}"
    known(world, "411.25")
    leaving = known(world, "733.75")
    _, before = pulled(world, kinds=KINDS)
    assert all(number >= 2 for number in rows(before).values())
    assert any(b"733.75" in content for content in before.values())
    if ended == "consent":
        consent = world.coordinator.get(f"{base}/consents?participant_id={leaving}").json[0]
        path = f"/v1/consents/{consent['id']}"
        assert world.coordinator.put(path, consent | {"withdrawn_on": "2025-08-01"}, version=1).status_code == 200
    else:
        body = bodies.withdrawal(leaving, kind="data_use")
        assert world.coordinator.post(f"{base}/withdrawals", body).status_code == 201
    _, after = pulled(world, kinds=KINDS)
    names = {line.split(b",")[0] for line in before["participant.csv"].splitlines()[1:]}
    [stays] = [line.split(b",")[0] for line in after["participant.csv"].splitlines()[1:]]
    [gone] = names - {stays}
    for name, content in after.items():
        assert gone not in content, name
        assert b"733.75" not in content, name
    assert any(b"411.25" in content for content in after.values())
    assert {name: 2 * number for name, number in rows(after).items()} == rows(before)


def test_who_withdraws_follow_up_or_treatment_stays_in(world: World) -> None:
    for kind in ("follow_up", "treatment"):
        leaving = bodies.withdrawal(known(world, "411.25"), kind=kind)
        assert world.coordinator.post(f"/v1/studies/{world.study}/withdrawals", leaving).status_code == 201
    assert held(world) == 2


def test_an_extract_holds_who_agrees_to_each_of_its_uses(world: World) -> None:
    every = ["registry", "biobank", "partner_sharing", "international_transfer"]
    for scopes in (["registry"], ["registry", "partner_sharing"], every, ["biobank"], []):
        known(world, "411.25", scopes=scopes)
    counted = {
        uses: held(world, uses=list(uses))
        for uses in (("registry",), ("partner_sharing",), ("registry", "international_transfer"))
    }
    assert counted == {("registry",): 3, ("partner_sharing",): 2, ("registry", "international_transfer"): 1}


def test_a_partners_extract_always_asks_for_sharing_with_partners(world: World) -> None:
    known(world, "411.25")
    known(world, "733.75", scopes=["registry", "partner_sharing"])
    extract = ordered(world, world.partner, uses=["registry"])
    assert extract["uses"] == ["partner_sharing", "registry"]
    assert world.partner.get(f"/v1/extracts/{extract['id']}").json["uses"] == extract["uses"]
    shared = held(world, world.statistician, uses=extract["uses"])
    assert shared == 1


@pytest.mark.parametrize(
    ("uses", "said"),
    [
        ([], {"/uses": "required"}),
        (["biobank"], {"/uses/0": "not_in_list"}),
        (["registry", "registry"], {"/uses": "repeated"}),
        ("registry", {"/uses": "wrong_type"}),
        (None, {"/uses": "null"}),
    ],
)
def test_uses_that_cannot_be_are_refused(shared_world: World, uses: Any, said: dict[str, str]) -> None:
    body = {"study": shared_world.study, "purpose": "A test", "uses": uses}
    assert bodies.said(shared_world.statistician.post("/v1/extracts", body)) == said


def test_a_repeat_of_a_pull_for_other_uses_is_another_request(shared_world: World) -> None:
    key, body = uuid.uuid4().hex, {"study": shared_world.study, "purpose": "A test"}
    assert shared_world.statistician.post("/v1/extracts", body, key=key).json["uses"] == ["registry"]
    other = shared_world.statistician.post("/v1/extracts", body | {"uses": ["partner_sharing"]}, key=key)
    assert bodies.problem(other) == "idempotency-key-reused"


def consented(world: World, **changes: Any) -> str:
    base, body = f"/v1/studies/{world.study}", bodies.participant(world.site)
    participant: str = world.coordinator.post(f"{base}/participants", body).json["id"]
    assert world.coordinator.post(f"{base}/consents", bodies.consent(participant, **changes)).status_code == 201
    return participant


def test_a_child_who_is_asked_for_assent_is_in_extracts_by_its_own_word(world: World) -> None:
    base = f"/v1/studies/{world.study}"
    protocols.applied(world, assent_from_age=7, consent_documents=[], eligibility=[])
    participant = consented(world, scopes=["registry", "partner_sharing"])
    assert held(world) == 0, "no assent yet"
    body = bodies.consent(participant, kind="assent", given_by="participant", scopes=["registry"])
    assent = world.coordinator.post(f"{base}/consents", body).json
    assert held(world) == 1
    assert held(world, uses=["registry", "partner_sharing"]) == 0, "the child agrees to less than its parent"
    leaving = world.coordinator.put(f"/v1/consents/{assent['id']}", assent | {"withdrawn_on": "2025-06-01"}, version=1)
    assert leaving.status_code == 200, leaving.text
    assert held(world) == 0
    own = bodies.consent(participant, given_by="participant", given_on="2025-07-01", scopes=["registry"])
    assert world.coordinator.post(f"{base}/consents", own).status_code == 201
    assert held(world) == 1, "who consents itself needs no assent"
