"""A tiny synthetic dictionary in two versions, loaded and used by a study; its animals and codes are invented."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

from registry.db import dictionaries
from tests import bodies
from tests.conftest import Person, World, attribution

QUOKKA, WOMBAT, EMU = "90000001", "90000002", "90000003"


def term(
    code: str, words: str, *, preferred: str = "", organ: str = "Marsupial disorders", current: bool = True
) -> dict[str, Any]:
    return {
        "code": code,
        "term": words,
        "preferred_code": f"PT-{code}",
        "preferred_term": preferred or words,
        "system_organ_class": organ,
        "current": current,
    }


FIRST = [
    term(QUOKKA, "Quokka fever"),
    term(WOMBAT, "Wombat itch"),
    term(EMU, "Emu cough", organ="Ratite disorders"),
    term("90000004", "Quokka fever severe"),
    term("90000005", "Numbat ache"),
    term("90000006", "Dingo rash"),
    term("90000007", "dingo  rash"),
    term("90000008", "Koala stare", current=False),
]
SECOND = [
    term(QUOKKA, "Quokka fever", preferred="Fever of quokkas"),
    term(WOMBAT, "Wombat itch", current=False),
    term(EMU, "Emu cough", organ="Bird disorders"),
    term("90000005", "Numbat ache"),
    term("90000009", "Platypus sting"),
]


@dataclass
class Coded:
    """A study of its own with a participant, and two versions of the dictionary that it can code with."""

    world: World
    study: str
    participant: str
    versions: list[dict[str, Any]]
    people: dict[str, Person] = field(default_factory=dict)

    @property
    def base(self) -> str:
        return f"/v1/studies/{self.study}"

    def use(self, version: int, **headers: str) -> Any:
        body = {"dictionary_id": self.versions[version]["id"]}
        return self.world.data_manager.post(f"{self.base}/dictionary", body, **headers)

    def event(self, words: str, **changes: Any) -> dict[str, Any]:
        body = bodies.adverse_event(self.participant, term=words, **changes)
        answer = self.world.coordinator.post(f"{self.base}/adverse-events", body)
        assert answer.status_code == 201, answer.text
        recorded: dict[str, Any] = answer.json
        return recorded

    def codings(self, query: str = "") -> list[dict[str, Any]]:
        answer = self.world.data_manager.get(f"{self.base}/codings?{query}")
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json
        return found

    def coding(self, record: dict[str, Any], version: int = 0) -> dict[str, Any]:
        found = self.codings(f"dictionary_id={self.versions[version]['id']}&limit=200")
        return next(one for one in found if one["record_id"] == record["id"])

    def term_id(self, version: int, words: str) -> str:
        path = f"/v1/dictionaries/{self.versions[version]['id']}/terms?search={words}"
        answer = self.world.data_manager.get(path.replace(" ", "%20"))
        return str(next(one["id"] for one in answer.json if one["term"] == words))

    def decide(
        self, coding: dict[str, Any], term_id: str | None, version: int | None = None, by: Person | None = None
    ) -> Any:
        path = f"/v1/codings/{coding['id']}"
        return (by or self.world.data_manager).put(
            path, {"dictionary_term_id": term_id}, version=version or coding["version"], reason="Chosen by hand"
        )


def loaded(
    world: World, name: str, edition: str, terms: list[dict[str, Any]], kind: str = "adverse_event"
) -> dict[str, Any]:
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution())
        image, _ = dictionaries.load(tx, {"name": name, "edition": edition, "kind": kind}, terms)
        tx.commit()
    return image


def coded(world: World, *, use: bool = True) -> Coded:
    """Define a study, enrol a participant, load both versions and use the first."""
    code = f"Z{uuid.uuid4().hex[:8].upper()}"
    study = {"code": code, "title": "Coded", "protocol_version": "1.0", "design": "observational_cohort"}
    assert world.administrator.post("/v1/studies", study).status_code == 201
    sent = bodies.participant(world.site)
    participant = world.coordinator.post(f"/v1/studies/{code}/participants", sent).json["id"]
    versions = [loaded(world, code, edition, terms) for edition, terms in (("1.0", FIRST), ("2.0", SECOND))]
    own = Coded(world, code, participant, versions)
    if use:
        assert own.use(0).status_code == 201
    return own
