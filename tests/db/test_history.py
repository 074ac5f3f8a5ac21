"""The audit alone rebuilds every record: whatever was written, in whatever order, and as it stood at any moment."""

from __future__ import annotations

import copy
import itertools
import random
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.db import records, visits
from registry.db.records import Window
from registry.db.transaction import Image, Transaction
from registry.domain import differences
from registry.domain.differences import Difference
from registry.domain.vocabulary import VISIT_EVENTS
from registry.problems import NoSuchRecord
from tests import bodies
from tests.conftest import attribution
from tests.db.clinic import Clinic, placed, recorded

FORMS: dict[str, list[dict[str, Any]]] = {
    "vital_signs": [{"weight": Decimal("27.40")}, {"height": Decimal("128.5"), "weight": 28}, {}],
    "disease_activity": [{"pain": 0}, {"pain": Decimal("3.5"), "missing": {"mdaat_muscle": "not_done"}}],
    "muscle_strength": [{"cmas_total": 41, "cmas_maximum": 52}, {"missing": {"cmas_total": "refused"}}],
    "skin_disease": [
        {"nailfold_patterns": ["open", "bushy"]},
        {"nailfold_patterns": []},
        {"nailfold_haemorrhage": False},
    ],
    "damage": [{"mdi_extent_total": 3, "mdi_extent_maximum": 38}],
}
RESULTS: list[dict[str, Any]] = [
    {"analyte": "CK", "value": Decimal("812.50"), "unit": "U/L"},
    {"analyte": "CK", "value": 90, "unit": "U/L", "collected_at": "2025-02-10T08:30:00Z"},
    {"analyte": "LDH", "missing_reason": "not_done"},
    {"analyte": "IFN6", "value": Decimal("0.000001"), "unit": "{fold}", "comparator": "<"},
    {"analyte": "HBSAG", "finding": "negative", "specimen": "serum"},
]


class Writer:
    """Writes at random to one participant's records, and remembers what it read after every write."""

    def __init__(self, clinic: Clinic, seed: int) -> None:
        self.clinic = clinic
        self.chance = random.Random(seed)
        self.kinds: dict[str, str] = {}
        self.read_at: list[tuple[datetime, dict[str, Image]]] = []
        with self.writing() as tx:
            body = bodies.participant(clinic.sites["BER"], study_id=clinic.study)
            self.participant: str = records.record(tx, "participant", body)["id"]
        self.kinds[self.participant] = "participant"
        self.note("consent", lambda tx: records.record_of_participant(tx, "consent", bodies.consent(self.participant)))
        self.days = itertools.count(1)

    def writing(self) -> Any:
        return self.clinic.writing(reason="A change")

    def note(self, kind: str, write: Callable[[Transaction], Any]) -> None:
        with self.writing() as tx:
            written = write(tx)
        self.kinds[written if isinstance(written, str) else written["id"]] = kind

    def step(self) -> None:
        """Do one write, of any kind that is possible now."""
        self.chance.choice([self.new_visit, self.new_dose, self.change_participant, self.change_visit, self.change_visit,
                            self.change_dose, self.change_consent])()  # fmt: skip
        self.read_at.append(self.everything())

    def content(self) -> dict[str, Any]:
        forms = {name: self.chance.choice(shapes) for name, shapes in FORMS.items() if self.chance.random() < 0.5}
        results = self.chance.sample(RESULTS, self.chance.randrange(len(RESULTS)))
        return {"forms": copy.deepcopy(forms), "laboratory_results": copy.deepcopy(results)}

    def new_visit(self) -> None:
        taken = {image["event"] for image in self.everything()[1].values() if "event" in image}
        if free := [event for event in VISIT_EVENTS if event not in taken | {"unscheduled"}]:
            body = bodies.visit(self.participant, event=self.chance.choice(free), **self.content())
            self.note("visit", lambda tx: recorded(tx, body))

    def new_dose(self) -> None:
        day = f"20{next(self.days) + 24:02d}-01-01"
        body = bodies.dose(self.participant, started_on=day, ended_on=day)
        self.note("dose", lambda tx: records.record_of_participant(tx, "dose", body))

    def one_of(self, kind: str) -> str | None:
        found = [record_id for record_id, named in self.kinds.items() if named == kind]
        return self.chance.choice(found) if found else None

    def change_participant(self) -> None:
        values = {
            "ancestry": self.chance.choice([[], ["european"], ["mixed", "other"]]),
            "diagnosed_on": self.chance.choice([None, "2021", "2021-06"]),
            "autoantibodies": self.chance.choice(
                [[], [{"antibody": "NXP2", "finding": "positive", "method": "immunoblot"}]]
            ),
        }
        self.amend("participant", self.participant, values)

    def change_dose(self) -> None:
        if dose := self.one_of("dose"):
            values = {
                "mg_per_intake": self.chance.choice([2, Decimal("2.500"), 4]),
                "adherence": self.chance.choice([None, "full"]),
            }
            self.amend("dose", dose, values)

    def change_consent(self) -> None:
        if consent := self.one_of("consent"):
            self.amend("consent", consent, {"withdrawn_on": self.chance.choice([None, "2060-01-01"])})

    def amend(self, table: str, record_id: str, values: dict[str, Any]) -> None:
        with self.writing() as tx:
            version = records.read(tx, table, record_id)["version"]
            records.amend(tx, table, record_id, version, values)

    def change_visit(self) -> None:
        if visit := self.one_of("visit"):
            with self.writing() as tx:
                current = visits.read(tx, visit)
                changed = {**current, **self.content(), "mode": self.chance.choice(["remote", "in_person"])}
                visits.amend(tx, placed(tx, changed), current["version"])

    def everything(self) -> tuple[datetime, dict[str, Image]]:
        """Read all records as they are, and the moment after the reading."""
        with self.clinic.writing() as tx:
            images = {record_id: self.read(tx, kind, record_id) for record_id, kind in self.kinds.items()}
            moment = tx.one("select clock_timestamp() as moment")
        assert moment is not None
        return moment["moment"], images

    @staticmethod
    def read(tx: Transaction, kind: str, record_id: str) -> Image:
        return visits.read(tx, record_id) if kind == "visit" else records.read(tx, kind, record_id)


def replayed(changes: list[Difference], record: Any = None) -> Any:
    """Apply differences to a record as a reader of the history would: from their pointers, old value and new one."""
    record = copy.deepcopy(record) or {}
    for change in changes:
        *path, last = [step.replace("~1", "/").replace("~0", "~") for step in change.pointer.split("/")[1:]]
        here = record
        for step, following in zip(path, [*path[1:], last][: len(path)], strict=True):
            here = member(here, step, following)
        assert here.get(last) == change.old
        here.pop(last, None)
        if change.new is not None:
            here[last] = change.new
    return record


def member(here: Any, step: str, following: str) -> Any:
    if isinstance(here, list):
        found = next((entry for entry in here if entry["id"] == step), None)
        if found is None:
            here.append(found := {"id": step})
        return found
    return here.setdefault(step, [] if len(following) == 36 else {})


def settled(value: Any) -> Any:
    """Give an image without what says nothing: empty records, and members of a list of which only the id is left."""
    if isinstance(value, dict):
        inner = {name: settled(entry) for name, entry in value.items()}
        return {name: entry for name, entry in inner.items() if entry not in ({}, [], None)}
    if isinstance(value, list) and value and isinstance(value[0], dict) and "id" in value[0]:
        return sorted((settled(entry) for entry in value if set(entry) != {"id"}), key=lambda entry: entry["id"])
    return value


BOUNDED = settings(
    max_examples=15, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@BOUNDED
@given(seed=st.integers(0, 2**32), length=st.integers(1, 8))
@pytest.mark.requirement("A1", "A3")
def test_any_sequence_of_writes_is_rebuilt_from_the_audit_alone(clinic: Clinic, seed: int, length: int) -> None:
    writer = Writer(clinic, seed)
    for _ in range(length):
        writer.step()
    _, present = writer.everything()
    for record_id, image in present.items():
        events = clinic.events(record_id)
        assert events[-1]["after"] == image
        assert [event["version"] for event in events] == list(range(1, image["version"] + 1))
        assert [event["before"] for event in events] == [None, *(event["after"] for event in events[:-1])]
        rebuilt: Any = {}
        for event in events:
            rebuilt = replayed(differences.between(event["before"], event["after"], ignore=()), rebuilt)
        assert settled(rebuilt) == settled(image)
    for moment, images in writer.read_at:
        assert as_of(clinic, writer, moment) == images


def as_of(clinic: Clinic, writer: Writer, moment: datetime) -> dict[str, Image]:
    """Read every record as it stood, those that were there."""
    found = {}
    with clinic.writing() as tx:
        for record_id, kind in writer.kinds.items():
            try:
                found[record_id] = records.read_as_of(tx, kind, record_id, moment)
            except NoSuchRecord:
                continue
    return found


def test_a_list_as_of_a_moment_holds_what_it_held_then(clinic: Clinic) -> None:
    participant = clinic.enrolled()
    first = clinic.visited(participant)
    with clinic.writing() as tx:
        moment = tx.one("select clock_timestamp() as moment")["moment"]  # type: ignore[index]
    clinic.visited(participant, event="week_4")
    with clinic.writing(reason="Later") as tx:
        visits.amend(tx, placed(tx, {**first, "status": "draft", "laboratory_results": []}), 1)
    window = {"participant_id": participant}
    with clinic.writing() as tx:
        past = Window(10, equal=window, as_of=moment)
        assert records.page(tx, "visit", past, "visit_image(t.id)") == [first]
        assert records.page(tx, "visit", Window(10, equal=window | {"status": "complete"}, as_of=moment)) == [first]
        assert records.page(tx, "visit", Window(10, equal=window | {"status": "draft"}, as_of=moment)) == []
        assert len(visits.page(tx, Window(10, equal=window))) == 2


def test_another_sites_past_is_hidden_too(clinic: Clinic) -> None:
    visit = clinic.visited(clinic.enrolled("AKL"))
    with clinic.service.transaction() as tx:
        tx.attribute(attribution(sites=clinic.sites["BER"]))
        now = tx.one("select clock_timestamp() as now")
        assert now is not None
        for look in (
            lambda: records.read_as_of(tx, "visit", visit["id"], now["now"]),
            lambda: records.read_version(tx, "visit", visit["id"], 1),
            lambda: records.history(tx, "visit", visit["id"]),
        ):
            with pytest.raises(NoSuchRecord):
                look()
        past = Window(10, equal={"participant_id": visit["participant_id"]}, as_of=now["now"])
        assert records.page(tx, "visit", past) == []


def test_a_record_that_was_not_there_yet_is_not_read(clinic: Clinic) -> None:
    visit = clinic.visited()
    with clinic.writing() as tx, pytest.raises(NoSuchRecord):
        records.read_as_of(tx, "visit", visit["id"], datetime.fromisoformat("2020-01-01T00:00:00Z"))


def test_a_result_that_comes_back_keeps_its_id(clinic: Clinic) -> None:
    visit = clinic.visited()
    kept = visit["laboratory_results"][0]["id"]
    for version, results in ((1, []), (2, visit["laboratory_results"])):
        with clinic.writing(reason="Away and back") as tx:
            changed = visits.amend(tx, placed(tx, {**visit, "laboratory_results": results}), version)
    assert [result["id"] for result in changed["laboratory_results"]] == [kept]
