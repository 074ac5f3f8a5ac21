"""An extract that was ordered is written: claimed, worked on, kept or refused; by the worker, or by a command.

Whoever writes holds a claim, which is a lock of a session. When it ends without an end of the work, by a kill or because the
database is away, the extract stays `writing` and the next one begins anew: what was half done is in a draft that nobody sees.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import structlog

from registry import keys
from registry.commands import by_command
from registry.db import extract_claims, extract_snapshot, extracts
from registry.db.transaction import Database, Image, Transaction
from registry.domain.extract_orders import Order
from registry.domain.extract_states import EXTRACT, UNFINISHED, WRITTEN
from registry.domain.recipients import same_name
from registry.problems import (
    KeyMissing,
    NobodyAgrees,
    Problem,
    RiskAboveThreshold,
    Unexpected,
    VersionStale,
    WriterLost,
)
from registry.publish.extracts import drafts, writing
from registry.publish.extracts.manifest import Written
from registry.publish.extracts.writing import Cancelled, Sources
from registry.settings import Settings

log = structlog.get_logger("registry")
BEGUN = "Writing begins"
ENDED = "Writing has ended"
OVER = "Its time is over"
MOST_BEGINNINGS = 5
"""After so many writers that ended without an end of the work, it is given up."""
SECONDS_BETWEEN_NOTES = 1.0
REFUSALS = (RiskAboveThreshold, NobodyAgrees)
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)

Shown = Callable[[str, int, int], None]


class Interrupted(Exception):
    """The worker is told to stop: another one shall begin anew."""


def nobody_looks(_step: str, _done: int, _total: int) -> None:
    """Show nothing."""


@dataclass(frozen=True, slots=True)
class Workshop:
    """Where extracts are written: what is read, where it is kept, who is told, and whether to stop.

    `out` is the folder that a command names; without it an extract is kept in the home, for as long as the settings say.
    """

    sources: Sources
    service: Database
    settings: Settings
    interrupted: Callable[[], bool] = field(default=lambda: False)
    shown: Shown = field(default=nobody_looks)
    out: Path | None = None
    by: str = "worker"


def work(shop: Workshop, extract_id: str) -> str:
    """Write an extract if nobody else does, and give its state then.

    Raises:
        psycopg.Error: the database was lost; it is left for the next one.
    """
    with extract_claims.claimed(shop.service, extract_id) as tx:
        if tx is None:
            return "writing"
        try:
            return str(_worked_on(shop, tx, _read(shop, tx, extract_id))["state"])
        except VersionStale:
            tx.undo()
            return str(_read(shop, tx, extract_id)["state"])


def pick_up(shop: Workshop) -> None:
    """Write what waits and what another writer left, the oldest first, and remove what is over."""
    with shop.service.transaction() as tx:
        tx.attribute(by_command(shop.by))
        waiting = extracts.waiting(tx)
    for extract_id in waiting:
        if not shop.interrupted():
            work(shop, extract_id)
    expire(shop, datetime.now(UTC))


def expire(shop: Workshop, now: datetime) -> int:
    """Remove the files of extracts whose time is over by now, and give of how many."""
    with shop.service.transaction() as tx:
        tx.attribute(by_command(shop.by, OVER))
        over = extracts.over(tx, now)
        for extract in over:
            drafts.removed(shop.settings.extracts / extract["id"])
            extracts.become(tx, extract, EXTRACT.after(extract["state"], "expire"))
        tx.commit()
    return len(over)


def order_of(extract: Mapping[str, Any]) -> Order:
    """Give the inputs of an extract."""
    return Order(
        id=extract["id"],
        study_id=extract["study_id"],
        as_of=datetime.fromisoformat(extract["cut_at"]),
        profile_name=extract["profile"],
        recipient=same_name(extract["recipient"]),
        uses=tuple(extract["uses"]),
        kinds=tuple(extract["kinds"]),
        formats=tuple(extract["formats"]),
        sites=",".join(extract["sites"]) if extract.get("sites") is not None else "*",
        role=extract["role"],
        key_version=extract["key_version"],
        cut=extract.get("cut"),
    )


# --- the work -----------------------------------------------------------------------------------------------------


def _read(shop: Workshop, tx: Transaction, extract_id: str) -> Image:
    tx.attribute(by_command(shop.by))
    return extracts.read(tx, extract_id, None)


def _worked_on(shop: Workshop, tx: Transaction, extract: Image) -> Image:
    """Write an extract unless it has ended, or is to end without being written."""
    if extract["state"] not in UNFINISHED:
        return extract
    asked = extracts.asked(tx, extract["id"])
    if asked.to_cancel:
        return _end(shop, tx, extract, "cancel")
    if asked.begun >= MOST_BEGINNINGS:
        return _failed(shop, tx, extract, WriterLost())
    return _written(shop, tx, extract)


def _written(shop: Workshop, tx: Transaction, extract: Image) -> Image:
    """Write an extract that is claimed, and keep how it ended."""
    tx.attribute(by_command(shop.by, BEGUN))
    extract = extracts.become(tx, extract, EXTRACT.after(extract["state"], "write"))
    extracts.count_beginning(tx, extract["id"], 1)
    tx.commit()
    try:
        return _kept(shop, tx, extract, _files(shop, tx, extract))
    except Interrupted:
        extracts.count_beginning(tx, extract["id"], -1)
        tx.commit()
        return extract
    except Cancelled:
        return _end(shop, tx, extract, "cancel")
    except VersionStale:
        raise
    except Problem as problem:
        return _failed(shop, tx, extract, problem)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        log.error(  # noqa: TRY400 (a trace may hold a value)
            "extract_failed", extract_id=extract["id"], error=type(error).__name__, where=_where(error)
        )
        return _failed(shop, tx, extract, Unexpected())
    finally:
        drafts.leave_no_draft(shop.settings.extracts, extract["id"])


def _files(shop: Workshop, tx: Transaction, extract: Image) -> Written:
    """Write the files into a draft that takes its place when the record tells of it."""
    drafts.leave_no_draft(shop.settings.extracts, extract["id"])
    shop.settings.extracts.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = keys.pseudonym_keys(shop.settings)
    if extract["key_version"] not in known:
        raise KeyMissing
    wal = extract_snapshot.present_wal(tx)
    tx.commit()
    return writing.write(
        replace(shop.sources, wal=wal),
        order_of(extract),
        shop.out or drafts.draft_of(shop.settings.extracts, extract["id"]),
        keys=known,
        held_before=_held_before(shop, extract),
        still_agree=partial(_still_agree, shop, extract["uses"]),
        progress=_Teller(shop, tx, extract["id"]),
    )


def _held_before(shop: Workshop, extract: Image) -> frozenset[str] | None:
    """Give who was in an extract with the same inputs, if there is one."""
    with shop.service.transaction() as tx:
        tx.attribute(by_command(shop.by))
        inputs = {**extract, "sites": extract.get("sites"), "unblinded": extract["unblinded"]}
        equal = extracts.equal_to(tx, inputs, WRITTEN)
        return extracts.held(tx, equal[0]["id"]) if equal else None


def _still_agree(shop: Workshop, uses: Sequence[str], ids: Sequence[str]) -> frozenset[str]:
    with shop.service.transaction() as tx:
        tx.attribute(by_command(shop.by))
        return extracts.still_agree(tx, ids, uses)


def _kept(shop: Workshop, tx: Transaction, extract: Image, written: Written) -> Image:
    """Keep what was written and who is in it; the files take their place before the commit tells of them."""
    now, ids = datetime.now(UTC), sorted(written.participants)
    kept = None if shop.out else now + timedelta(days=shop.settings.extract_days)
    told: dict[str, Any] = {
        "software": written.software,
        "files": [asdict(file) for file in written.files],
        "rows": dict(written.rows),
        "risk": written.risk,
        "participants": len(ids),
        "participants_sha256": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        "expires_at": kept,
    }
    tx.attribute(by_command(shop.by, ENDED))
    extracts.hold(tx, extract["id"], ids)
    return _end(shop, tx, extract, "complete", **told)


def _failed(shop: Workshop, tx: Transaction, extract: Image, problem: Problem) -> Image:
    """Keep why an extract has no files; a refusal is an event of its own besides."""
    act = "refuse" if isinstance(problem, REFUSALS) else "fail"
    detail = " ".join(error.detail for error in problem.errors) or None
    failure = {"type": f"/problems/{problem.slug()}", "title": problem.title(), "detail": detail}
    tx.attribute(by_command(shop.by, ENDED))
    if act == "refuse":
        extracts.note_refusal(tx, problem.slug(), id=extract["id"])
    return _end(shop, tx, extract, act, failure=failure, risk=problem.members.get("risk"))


def _end(shop: Workshop, tx: Transaction, extract: Image, act: str, **values: Any) -> Image:
    state = EXTRACT.after(extract["state"], act)
    tx.attribute(by_command(shop.by, ENDED))
    ended = extracts.become(tx, extract, state, finished_at=datetime.now(UTC), **values)
    if act == "complete" and shop.out is None:
        drafts.take_place(shop.settings.extracts, extract["id"])
    tx.commit()
    return ended


class _Teller:
    """Tells how far the writing is, at most once a second, and hears that it is to end."""

    def __init__(self, shop: Workshop, tx: Transaction, extract_id: str) -> None:
        self.shop, self.tx, self.extract_id = shop, tx, extract_id
        self.told = -SECONDS_BETWEEN_NOTES

    def __call__(self, step: str, done: int, total: int) -> None:
        """Tell it; raises Interrupted or Cancelled."""
        if self.shop.interrupted():
            raise Interrupted
        self.shop.shown(step, done, total)
        if (now := time.monotonic()) - self.told >= SECONDS_BETWEEN_NOTES:
            self.told = now
            if extracts.tell(self.tx, self.extract_id, step, done, total):
                raise Cancelled


def _where(error: BaseException) -> str:
    """Name the line that failed; never the message, which may hold a value."""
    trace = error.__traceback__
    while trace and trace.tb_next:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_globals.get('__name__')}:{trace.tb_lineno}" if trace else "-"
