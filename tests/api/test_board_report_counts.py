"""What the report for the monitoring board counts: each death once, in every table alike, and the same after names changed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from werkzeug.test import TestResponse

from tests import blinding, bodies
from tests.blinding import QUOKKA, WOMBAT
from tests.conftest import World

FATAL = {"grade": 5, "outcome": "fatal", "serious": True, "seriousness_criteria": ["death"], "causality": []}
NOON = 12
"""From this hour on it is tomorrow in Kiritimati; before it, yesterday in Pago Pago."""
Rows = list[list[str]]


@dataclass
class Counted:
    """A blinded trial in which two died, one after being lost, and the closed report of it."""

    world: World
    closed: TestResponse

    def rows(self, caption: str) -> Rows:
        """Give the cells of a table."""
        [table] = re.findall(rf"<caption>[\d.]+ {caption}.*?</table>", self.closed.text, re.DOTALL)
        return [re.findall(r"<td[^>]*>(.*?)</td>", row) for row in re.findall(r"<tr>?.*?</tr>", table, re.DOTALL)][1:]


@pytest.fixture(scope="module")
def counted(shared_world: World) -> Counted:
    """One was lost, then died; one left by death while on a drug; of one the sponsor alone holds the event serious."""
    world = blinding.blinded(shared_world, [QUOKKA, WOMBAT])
    lost, kept = blinding.allocated(world, QUOKKA), blinding.allocated(world, WOMBAT)
    yesterday = (date.fromisoformat(lost.allocated_on) - timedelta(1)).isoformat()
    _moves(world, lost.participant, status="lost_to_follow_up", status_on=yesterday)
    _keeps(world, "adverse-events", bodies.adverse_event(lost.participant, started_on=lost.allocated_on, **FATAL))
    mild = _keeps(
        world, "adverse-events", bodies.adverse_event(kept.participant, started_on="2025-03-01", causality=[])
    )
    said = {"sponsor_aware_at": "2026-01-01T00:00:00Z", "seriousness_criteria": ["hospitalisation"]}
    assert world.safety_officer.post(f"/v1/adverse-events/{mild}/sponsor-assessment", said).status_code == 201
    died = bodies.enrolled(world)
    _keeps(world, "doses", bodies.dose(died))
    _moves(world, died, status="enrolled", status_on="2025-02-10")
    _moves(world, died, status="withdrawn", status_on="2025-06-01", reason="death")
    cut = world.statistician.post(f"/v1/studies/{world.study}/data-cuts", {"code": "COUNT-1", "name": "A cut"})
    assert cut.status_code == 201, cut.text
    closed = _closed(world, world.study)
    assert closed.status_code == 200, closed.text
    return Counted(world, closed)


def _closed(world: World, study: str) -> TestResponse:
    return world.unblinded_statistician.get(f"/v1/studies/{study}/board-report/closed?cut=COUNT-1")


def _keeps(world: World, kind: str, body: dict[str, object]) -> str:
    answer = world.coordinator.post(f"/v1/studies/{world.study}/{kind}", body)
    assert answer.status_code == 201, answer.text
    return str(answer.json["id"])


def _moves(world: World, participant: str, **to: str) -> None:
    enrolment = world.coordinator.get(f"/v1/participants/{participant}/enrolment").json
    answer = world.coordinator.put(f"/v1/enrolments/{enrolment['id']}", to, version=enrolment["version"])
    assert answer.status_code == 200, answer.text


def test_everybody_who_was_allocated_counts_by_arm_and_so_does_a_death_after_being_lost(counted: Counted) -> None:
    arms = {row[0]: row[1:] for row in counted.rows("Exposure and events by arm")}
    assert arms[QUOKKA] == ["1", "0.000", "0", "0", "1", "1"]
    assert (arms[WOMBAT][0], arms[WOMBAT][4:]) == ("1", ["0", "0"])
    [every, *_] = counted.rows("Participants with an event, and differences")
    assert {every[1], every[2]} == {f"{QUOKKA} 0/1", f"{WOMBAT} 0/1"}


def test_every_table_counts_the_same_deaths(counted: Counted) -> None:
    text = counted.closed.text
    assert re.findall(r"Deaths: (\d+)<", text) == ["2"]
    assert sorted(row[-2] for row in counted.rows("Deaths:")) == ["after follow-up", "ended follow-up"]
    assert "by a fatal event alone: 1; as the reason alone: 1." in text
    first = counted.rows("First event on a drug")
    assert {(row[3], row[6]) for row in first} == {("1", "1")}
    assert "0 of them after follow-up had ended. 1 more died who were never on a drug." in text
    assert "2 events (2 serious) began outside the time at risk and are not counted." in text


def test_an_event_is_serious_where_the_sponsor_alone_says_so(counted: Counted) -> None:
    [row] = [row for row in counted.rows("Events by system organ class") if row[0] == "Not coded"]
    assert row[-1] == "2"


def test_the_reasons_for_stopping_a_drug_add_up_to_those_that_were_stopped(counted: Counted) -> None:
    [taken] = counted.rows("Time on each drug")
    reasons = counted.rows("Why a drug was stopped")
    assert reasons == [["Death", taken[4]]] == [["Death", "1"]]


def test_a_curve_goes_on_to_the_last_day_with_the_numbers_at_risk_below_it(counted: Counted) -> None:
    assert "there is no curve to draw" not in counted.closed.text
    [held] = counted.rows("Numbers on the drug")
    assert (held[0], held[1:]) == ("Baricitinib", ["1"] * 7)
    assert counted.closed.text.count("Numbers at risk, at the beginning of the day") == 2


@pytest.fixture
def renamed(counted: Counted) -> Iterator[str]:
    """Another time zone of the site, in which it is another day, and another code of the study."""
    admin, path = counted.world.administrator, f"/v1/sites/{counted.world.site}"
    before = admin.get(path).json
    zone = "Pacific/Kiritimati" if datetime.now(UTC).hour >= NOON else "Pacific/Pago_Pago"
    changed = admin.put(path, before | {"time_zone": zone}, version=before["version"])
    assert changed.status_code == 200, changed.text
    study = admin.get(f"/v1/studies/{counted.world.study}").json
    answer = admin.put(f"/v1/studies/{counted.world.study}", study | {"code": "RENAMED"}, version=study["version"])
    assert answer.status_code == 200, answer.text
    yield "RENAMED"
    admin.put("/v1/studies/RENAMED", study, version=answer.json["version"])
    admin.put(path, before, version=changed.json["version"])


def test_another_time_zone_of_a_site_and_another_code_of_the_study_change_no_byte(
    counted: Counted, renamed: str
) -> None:
    assert _closed(counted.world, renamed).data == counted.closed.data
