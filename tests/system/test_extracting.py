"""Whoever writes an extract may be killed, interrupted, doubled or cancelled: there is a whole one, or none."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from procrastinate import App

from registry import extracting, keys, worker
from registry.domain.deidentification import PROFILES
from tests import bodies
from tests.conftest import World
from tests.extracting import fetched, ordered, worked, workshop

FEW = {"kinds": ["participant", "visit"]}
STUCK = """
import sys, time
from pathlib import Path
from registry import extracting
from tests.conftest import Installation
from tests.extracting import workshop

def stuck(step, done, total):
    if step == "pack":
        print(step, flush=True)
        time.sleep(60)

with workshop(Installation("", sys.argv[1], Path(sys.argv[2])), shown=stuck) as shop:
    extracting.work(shop, sys.argv[3])
"""


@pytest.fixture(scope="module", autouse=True)
def _visited(shared_world: World) -> None:
    bodies.visited(shared_world)


@pytest.fixture
def extract(shared_world: World) -> dict[str, Any]:
    return ordered(shared_world, **FEW)


def read(world: World, extract: dict[str, Any]) -> dict[str, Any]:
    told: dict[str, Any] = world.statistician.get(f"/v1/extracts/{extract['id']}").json
    return told


def folders(world: World, extract: dict[str, Any]) -> list[str]:
    """What there is of an extract in the home, drafts too."""
    home: Path = world.installation.settings.extracts
    return sorted(path.name for path in home.glob(f"*{extract['id']}*"))


def once(act: Callable[[], Any]) -> Callable[[str, int, int], None]:
    """Do something when the writing first tells how far it is."""
    waiting = [act]
    return lambda *_: waiting.pop()() if waiting else None


def test_an_order_calls_a_worker(shared_world: World, extract: dict[str, Any]) -> None:
    async def drained(app: App) -> None:
        async with app.open_async():
            await app.run_worker_async(queues=["extracts"], wait=False, install_signal_handlers=False)

    with workshop(shared_world.installation) as shop:
        asyncio.run(drained(worker.queue(shared_world.installation.service_url, shop)))
    assert read(shared_world, extract)["state"] == "complete"


def test_what_a_killed_worker_began_is_not_seen_and_is_finished_by_another(
    shared_world: World, extract: dict[str, Any]
) -> None:
    said = [shared_world.installation.admin_url, str(shared_world.installation.home), extract["id"]]
    with subprocess.Popen([sys.executable, "-c", STUCK, *said], stdout=subprocess.PIPE, cwd=Path.cwd()) as dying:
        assert dying.stdout
        assert dying.stdout.readline() == b"pack\n"
        assert worked(shared_world, extract["id"]) == "writing", "it is another's"
        assert read(shared_world, extract)["state"] == "writing"
        assert extract["id"] not in folders(shared_world, extract)
        assert shared_world.statistician.get(f"/v1/extracts/{extract['id']}/download").status_code == 409
        dying.kill()
    assert folders(shared_world, extract), "it left a draft"
    assert worked(shared_world, extract["id"]) == "complete"
    assert folders(shared_world, extract) == [extract["id"]]
    assert "visit.csv" in fetched(shared_world.statistician, extract["id"])
    events = shared_world.auditor.get(f"/v1/audit?record_id={extract['id']}&kind=extract").json
    assert [event["reason"] for event in events] == [None, extracting.BEGUN, extracting.BEGUN, extracting.ENDED]


def test_of_two_workers_one_writes(shared_world: World, extract: dict[str, Any]) -> None:
    second: list[str] = []
    first = worked(shared_world, extract["id"], shown=once(lambda: second.append(worked(shared_world, extract["id"]))))
    assert (first, second) == ("complete", ["writing"])
    assert worked(shared_world, extract["id"]) == "complete", "it is done once"
    assert read(shared_world, extract)["version"] == 3


def test_the_progress_is_told_while_it_is_written(shared_world: World, extract: dict[str, Any]) -> None:
    steps: list[tuple[str, int, int]] = []
    seen: list[dict[str, Any]] = []

    def shown(*step: Any) -> None:
        steps.append(step)
        if len(steps) == 2:
            seen.append(read(shared_world, extract))

    assert worked(shared_world, extract["id"], shown=shown) == "complete"
    assert seen[0]["state"] == "writing"
    assert tuple(seen[0]["progress"].values()) == steps[0]
    assert all(0 <= done <= total for _, done, total in steps if total)


def test_an_order_is_cancelled_while_it_waits(shared_world: World, extract: dict[str, Any]) -> None:
    path = f"/v1/extracts/{extract['id']}/cancellation"
    assert shared_world.statistician.post(path, {}).json["state"] == "cancelled"
    again = shared_world.statistician.post(path, {})
    assert (again.status_code, again.json["state"]) == (200, "cancelled")
    assert worked(shared_world, extract["id"]) == "cancelled"


def test_a_writing_that_is_cancelled_ends_and_leaves_nothing(shared_world: World, extract: dict[str, Any]) -> None:
    path = f"/v1/extracts/{extract['id']}/cancellation"
    asked: list[Any] = []
    state = worked(
        shared_world, extract["id"], shown=once(lambda: asked.append(shared_world.statistician.post(path, {})))
    )
    assert (asked[0].json["state"], state, folders(shared_world, extract)) == ("writing", "cancelled", [])
    assert read(shared_world, extract)["finished_at"]


def test_a_complete_extract_cannot_be_cancelled(shared_world: World, extract: dict[str, Any]) -> None:
    assert worked(shared_world, extract["id"]) == "complete"
    refused = shared_world.statistician.post(f"/v1/extracts/{extract['id']}/cancellation", {})
    assert (refused.status_code, bodies.problem(refused)) == (409, "transition-not-allowed")


def test_a_worker_that_is_told_to_stop_leaves_the_work_to_the_next(
    shared_world: World, extract: dict[str, Any]
) -> None:
    for _ in range(extracting.MOST_BEGINNINGS + 1):
        assert worked(shared_world, extract["id"], interrupted=lambda: True) == "writing"
    assert folders(shared_world, extract) == []
    with workshop(shared_world.installation) as shop:
        extracting.pick_up(shop)
    assert read(shared_world, extract)["state"] == "complete"


def test_what_no_writer_survives_is_given_up(shared_world: World, extract: dict[str, Any]) -> None:
    assert worked(shared_world, extract["id"], interrupted=lambda: True) == "writing"
    with psycopg.connect(shared_world.installation.admin_url) as admin:
        admin.execute(
            "update extract_progress set begun = %s where extract_id = %s",
            [extracting.MOST_BEGINNINGS, extract["id"]],
        )
    assert worked(shared_world, extract["id"]) == "failed"
    assert read(shared_world, extract)["failure"]["type"] == "/problems/writer-lost"


LOST = """
    select pg_terminate_backend(pid) from pg_locks
    where locktype = 'advisory' and mode = 'ExclusiveLock' and pid <> pg_backend_pid()
      and database = (select oid from pg_database where datname = current_database())"""


def lose(world: World) -> None:
    """End the session that holds a claim."""
    with psycopg.connect(world.installation.admin_url, autocommit=True) as admin:
        assert len(admin.execute(LOST).fetchall()) == 1


def test_a_worker_that_loses_its_database_leaves_the_work_to_the_next(
    shared_world: World, extract: dict[str, Any]
) -> None:
    with pytest.raises(psycopg.OperationalError):
        worked(shared_world, extract["id"], shown=once(lambda: lose(shared_world)))
    assert (read(shared_world, extract)["state"], folders(shared_world, extract)) == ("writing", [])
    assert worked(shared_world, extract["id"]) == "complete"


def test_who_lost_the_claim_does_not_disturb_the_next_one(shared_world: World, extract: dict[str, Any]) -> None:
    begun, ended, second = threading.Event(), threading.Event(), []

    def until_the_first_has_ended(step: str, *_: int) -> None:
        if step == "protect":
            begun.set()
            assert ended.wait(20)

    next_one = threading.Thread(
        target=lambda: second.append(worked(shared_world, extract["id"], shown=until_the_first_has_ended))
    )

    def overtaken() -> None:
        lose(shared_world)
        next_one.start()
        assert begun.wait(20)

    with suppress(psycopg.OperationalError):
        worked(shared_world, extract["id"], shown=once(overtaken))
    ended.set()
    next_one.join()
    assert (second, folders(shared_world, extract)) == (["complete"], [extract["id"]])


def test_what_cannot_be_written_is_tried_again_and_then_given_up(shared_world: World) -> None:
    waiting, given_up = ordered(shared_world, **FEW), ordered(shared_world, **FEW, purpose="Another")
    home: Path = shared_world.installation.settings.extracts
    home.mkdir(exist_ok=True)
    aside = home.rename(home.with_name("aside"))
    home.touch()
    assert worked(shared_world, waiting["id"]) == "writing"
    states = [worked(shared_world, given_up["id"]) for _ in range(extracting.MOST_BEGINNINGS)]
    home.unlink()
    aside.rename(home)
    assert states == ["writing"] * (extracting.MOST_BEGINNINGS - 1) + ["failed"]
    failure = read(shared_world, given_up)["failure"]
    assert (failure["type"], failure["detail"]) == ("/problems/cannot-be-written", "File exists.")
    assert worked(shared_world, waiting["id"]) == "complete"


@pytest.mark.parametrize("act", ["cancelled", "complete"])
def test_files_that_took_their_place_untold_do_not_stay(shared_world: World, extract: dict[str, Any], act: str) -> None:
    assert worked(shared_world, extract["id"], interrupted=lambda: True) == "writing"
    left = shared_world.installation.settings.extracts / extract["id"]
    left.mkdir()
    (left / "left.csv").touch()
    if act == "cancelled":
        shared_world.statistician.post(f"/v1/extracts/{extract['id']}/cancellation", {})
    assert worked(shared_world, extract["id"]) == act
    assert not (left / "left.csv").exists()
    assert left.exists() == (act == "complete")


def test_an_order_by_another_version_of_its_profile_is_not_written(
    shared_world: World, extract: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = PROFILES[extract["profile"]]
    monkeypatch.setitem(PROFILES, profile.name, replace(profile, version="another"))
    assert worked(shared_world, extract["id"]) == "failed"
    assert read(shared_world, extract)["failure"]["type"] == "/problems/profile-changed"


def test_files_are_removed_when_their_time_is_over_and_made_again_when_asked_for(
    shared_world: World, extract: dict[str, Any]
) -> None:
    assert worked(shared_world, extract["id"]) == "complete"
    files = fetched(shared_world.statistician, extract["id"])
    now = datetime.now(UTC)
    with workshop(shared_world.installation) as shop:
        extracting.expire(shop, now + timedelta(days=89))
        assert read(shared_world, extract)["state"] == "complete"
        assert extracting.expire(shop, now + timedelta(days=91)) >= 1
    assert (read(shared_world, extract)["state"], folders(shared_world, extract)) == ("expired", [])
    gone = shared_world.statistician.get(f"/v1/extracts/{extract['id']}/download")
    assert (gone.status_code, bodies.problem(gone)) == (410, "extract-gone")
    again = ordered(shared_world, as_of=extract["cut_at"], **FEW)
    assert worked(shared_world, again["id"]) == "complete"
    assert fetched(shared_world.statistician, again["id"]) == files


def test_an_extract_whose_key_is_gone_fails(shared_world: World) -> None:
    settings = shared_world.installation.settings
    keys.add_pseudonym_key(settings)
    extract = ordered(shared_world, **FEW)
    assert extract["key_version"] == 2
    shutil.rmtree(settings.home / "pseudonym-keys")
    assert worked(shared_world, extract["id"]) == "failed"
    assert read(shared_world, extract)["failure"]["type"] == "/problems/key-missing"
