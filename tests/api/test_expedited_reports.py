"""The expedited report over HTTP: as data and as a message, of serious events only, each noted, and blind where it must be."""

from __future__ import annotations

from typing import Any

import e2br3

from tests import blinding, bodies, reporting
from tests.blinding import QUOKKA, WOMBAT
from tests.conftest import Person, World

SERIOUS = {
    "serious": True,
    "seriousness_criteria": ["hospitalisation"],
    "grade": 3,
    "narrative": "Admitted with shingles; a secret of the family",
}


def event(world: World, participant: str | None = None, study: str | None = None, **changes: Any) -> dict[str, Any]:
    body = bodies.adverse_event(participant or bodies.enrolled(world), **(SERIOUS | changes))
    answer = world.investigator.post(f"/v1/studies/{study or world.study}/adverse-events", body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json
    return recorded


def report_of(by: Person, recorded: dict[str, Any], asked: str = "") -> Any:
    return by.get(f"/v1/adverse-events/{recorded['id']}/expedited-report{asked}")


def test_a_report_is_read_as_data_with_what_was_checked_and_what_was_not(shared_world: World) -> None:
    world, recorded = shared_world, event(shared_world)
    answer = report_of(world.safety_officer, recorded)
    assert answer.status_code == 200, answer.text
    told = answer.json
    assert (told["event_version"], told["assessment_version"], told["standard"]) == (1, None, "ICH E2B(R3)")
    assert (told["expedited"], told["provisional"]) == (True, True)
    assert told["elements"]["E.i"][0]["E.i.1.2"]["value"] == recorded["term"]
    assert told["elements"]["H"]["H.1"]["value"] == SERIOUS["narrative"]
    assert {one["element"] for one in told["validation"]["faults"]} == {"E.i.2.1a", "E.i.2.1b"}
    assert not told["validation"]["complete"]
    assert any("XML Schema" in one for one in told["validation"]["not_checked"])


def test_the_message_is_read_by_an_independent_reader_and_tells_the_same(shared_world: World) -> None:
    world, recorded = shared_world, event(shared_world)
    answer = report_of(world.investigator, recorded, "/message?receiver=EVCTMPROD")
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert answer.headers["Cache-Control"] == "no-store"
    [read] = e2br3.parse(answer.data).messages
    assert (read.receiver, read.icsr.safety_report_id) == ("EVCTMPROD", f"DE-JAKIJDM-{recorded['id']}")
    assert [drug.product_name for drug in read.icsr.drugs] == ["Baricitinib"]
    assert read.icsr.narrative == SERIOUS["narrative"]


def test_each_report_given_out_is_an_event_of_the_audit_without_its_content(shared_world: World) -> None:
    world, recorded = shared_world, event(shared_world)
    report_of(world.safety_officer, recorded)
    report_of(world.safety_officer, recorded, "/message")
    seen = world.auditor.get("/v1/audit?kind=expedited_report&limit=200").json
    told = [{change["field"]: change["new"] for change in one["changes"]} | {"action": one["action"]} for one in seen]
    noted = [one for one in told if one["/adverse_event_id"] == recorded["id"]]
    assert [(one["action"], one["/event_version"], one["/format"]) for one in noted] == [
        ("download", 1, "json"), ("download", 1, "xml"),
    ]  # fmt: skip
    assert "secret" not in str(noted)


def test_what_is_not_serious_is_not_reported_until_the_sponsor_says_so(shared_world: World) -> None:
    world = shared_world
    recorded = event(world, serious=False, seriousness_criteria=[], grade=2)
    answer = report_of(world.safety_officer, recorded)
    assert (answer.status_code, bodies.problem(answer)) == (409, "not-serious")
    assessment = {"sponsor_aware_at": "2025-05-01T08:00:00Z", "seriousness_criteria": ["important_medical_event"]}
    raised = world.safety_officer.post(f"/v1/adverse-events/{recorded['id']}/sponsor-assessment", assessment)
    assert raised.status_code == 201, raised.text
    told = report_of(world.safety_officer, recorded).json
    assert told["assessment_version"] == 1
    assert told["elements"]["E.i"][0]["E.i.3.2f"]["value"] is True


def test_who_may_not_read_reports_is_told_so_and_another_site_sees_none(shared_world: World) -> None:
    recorded = event(shared_world)
    assert report_of(shared_world.coordinator, recorded).status_code == 403
    there = bodies.participant(shared_world.other_site)
    child = shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/participants", there).json["id"]
    body = bodies.adverse_event(child, **SERIOUS)
    elsewhere = shared_world.neighbour.post(f"/v1/studies/{shared_world.study}/adverse-events", body)
    assert elsewhere.status_code == 201
    assert report_of(shared_world.investigator, elsewhere.json).status_code == 404
    refused = report_of(shared_world.safety_officer, recorded, "/message?format=pdf&receiver=a+b")
    assert bodies.said(refused) == {"/format": "unknown_field", "/receiver": "wrong_form"}


def test_a_blinded_participants_report_tells_nothing_of_the_treatment(shared_world: World) -> None:
    world = shared_world
    own = blinding.blinded(world, [QUOKKA, WOMBAT])
    trial = blinding.allocated(own, QUOKKA)
    given = world.pharmacist.post(f"{trial.base}/study-product-doses", trial.dose())
    taken = world.coordinator.post(f"{trial.base}/study-product-intakes", trial.intake())
    assert (given.status_code, taken.status_code) == (201, 201)
    blamed = {"causality": [{"drug": "study_product", "causality": "possible"}], "started_on": taken.json["started_on"]}
    recorded = event(world, trial.participant, trial.base.rpartition("/")[2], **blamed)
    answer = report_of(world.safety_officer, recorded, "/message")
    assert answer.status_code == 200, answer.text
    [read] = e2br3.parse(answer.data).messages
    assert [drug.product_name for drug in read.icsr.drugs] == ["Study product (blinded)"]
    dose = given.json
    assert not any(str(dose[name]).lower().encode() in answer.data.lower() for name in ("product", "kit"))


def test_what_was_reported_of_an_event_entered_in_error_is_taken_back(shared_world: World) -> None:
    recorded, officer = event(shared_world), shared_world.safety_officer
    clock = reporting.clocks(shared_world, recorded)["serious_unexpected"]
    sent = reporting.submission(clock, recipient="authority", recipient_name="An authority")
    assert officer.post(f"/v1/adverse-events/{recorded['id']}/submissions", sent).status_code == 201
    assert "C.1.11.1" not in report_of(officer, recorded).json["elements"]["C"]
    reporting.amended(shared_world, recorded, entered_in_error=True)
    told = report_of(officer, recorded).json
    assert told["elements"]["C"]["C.1.11.1"]["code"] == "1"
    assert {fault["element"] for fault in told["validation"]["faults"]} == {"E.i.2.1a", "E.i.2.1b"}
    [read] = e2br3.parse(report_of(officer, recorded, "/message").data).messages
    assert read.icsr.nullification_amendment.code == "1"
    assert read.icsr.nullification_reason == "The event was entered in error."
