"""A rule that fails, and constants that a release refuses: what is told, what is logged, and what is not written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
import structlog
from structlog.testing import LogCapture

from registry.api import derived
from registry.db import records, studies
from registry.domain import derivation
from registry.domain.course import Course, Visit
from registry.domain.derivations import growth
from registry.domain.derived import Derived
from tests import bodies
from tests.api import kidney
from tests.api.kidney import seen
from tests.conftest import World, attribution
from tests.extracting import ordered, worked


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> LogCapture:
    """The group of the eGFR fails after its first value; give what is logged."""

    def fails(course: Course, visit: Visit) -> Iterator[Derived]:
        yield from (one for one in growth.of_visit(course, visit) if one.result.rule.id == "body-mass-index")
        raise ZeroDivisionError(Decimal("27.4"))

    groups = [replace(one, derive=fails) if "egfr" in one.rules else one for one in derivation.OF_VISIT]
    monkeypatch.setattr(derivation, "OF_VISIT", tuple(groups))
    capture = LogCapture()
    logger = structlog.wrap_logger(None, processors=[capture], wrapper_class=structlog.BoundLogger)
    monkeypatch.setattr(derived, "log", logger)
    return capture


def test_a_rule_that_fails_is_undecided_and_takes_no_other_with_it(shared_world: World, failing: LogCapture) -> None:
    recorded = bodies.visited(shared_world, forms={"vital_signs": {"height": 140, "weight": 32}})
    assert (seen(recorded)["value"], seen(recorded)["reason"]) == (None, derivation.FAILED)
    assert seen(recorded, "body-mass-index")["value"] is not None
    assert {one["rule"] for one in recorded["derived"]} - {"egfr", "body-mass-index"} >= {"high-risk", "cmas"}
    failing.entries.clear()
    answer = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}", **{"X-Request-Id": "a-request-of-tests"})
    assert answer.json == recorded
    (line,) = failing.entries
    assert (line["error"], line["request_id"]) == ("ZeroDivisionError", "a-request-of-tests")
    assert line["rule"] in {rule for one in derivation.OF_VISIT if "egfr" in one.rules for rule in one.rules}
    assert line["where"].startswith(f"{__name__}:failing.<locals>.fails:")
    assert "27.4" not in repr(line)


def test_the_course_and_the_history_are_told_where_a_rule_fails(shared_world: World, failing: LogCapture) -> None:
    recorded = bodies.visited(shared_world, forms={"vital_signs": {"height": 140, "weight": 32}})
    course = shared_world.coordinator.get(f"/v1/participants/{recorded['participant_id']}/course")
    assert course.status_code == 200, course.text
    assert course.json["entries"][0]["growth"]["body_mass_index"]["value"] is not None
    history = shared_world.coordinator.get(f"/v1/visits/{recorded['id']}/derived/history?rule=egfr")
    assert [(one["value"], one["reason"]) for one in history.json] == [(None, derivation.FAILED)]


def test_an_extract_fails_where_a_rule_fails_and_nothing_of_it_is_kept(world: World, failing: LogCapture) -> None:
    bodies.visited(world, forms={"vital_signs": {"height": 140, "weight": 32}})
    extract = ordered(world, kinds=["derived"])
    assert worked(world, extract["id"]) == "failed"
    failure = world.statistician.get(f"/v1/extracts/{extract['id']}").json["failure"]
    assert failure["type"] == "/problems/rule-failed"
    assert failing.entries[-1]["rule"] in failure["detail"]
    assert not list((world.installation.home / "extracts").iterdir())


# --- constants that a release refuses -----------------------------------------------------------------------------


def test_a_study_whose_constants_are_not_of_the_rules_is_told_so(world: World) -> None:
    recorded = kidney.measured(world)
    keep_constants(world, {"egfr": {"gone": 1}})
    visit, participant = f"/v1/visits/{recorded['id']}", f"/v1/participants/{recorded['participant_id']}"
    for path in (visit, participant, f"{visit}/versions/1"):
        assert world.coordinator.get(path).status_code == 200
    assert world.coordinator.get(visit).json == recorded | {"derived": None}
    refused = [f"{participant}/course", f"/v1/studies/{world.study}/rules", f"{visit}/derived/history"]
    answers = [world.coordinator.get(path) for path in refused]
    for answer in answers:
        assert (answer.status_code, bodies.problem(answer)) == (409, "study-constants-refused")
        assert bodies.said(answer) == {"/rule_constants": "constant_refused"}
    extract = ordered(world, kinds=["derived"])
    assert worked(world, extract["id"]) == "failed"
    failure = world.statistician.get(f"/v1/extracts/{extract['id']}").json["failure"]
    assert failure["type"] == "/problems/study-constants-refused"
    keep_constants(world, {})
    history = world.coordinator.get(f"{visit}/derived/history?rule=egfr").json
    assert [one["value"] for one in history] == [115.6, None, 115.6]
    assert (history[1]["final"], history[1]["because"][0]["record"]) == (False, "study")


def keep_constants(world: World, own: dict[str, Any]) -> None:
    """Keep constants past the check of the API, as an older release may have."""
    with world.app.extensions["registry"].database.transaction() as tx:
        tx.attribute(attribution(reason="Of an older release"))
        study = records.read(tx, "study", studies.id_of(tx, world.study))
        records.amend(tx, "study", study["id"], study["version"], {"rule_constants": own})
        tx.commit()
