"""An extract that was ordered is written: claimed, worked on, kept or refused; by the worker, or by a command.

Whoever writes holds a claim, which is a lock of a session. When it ends without an end of the work, by a kill or because the
database is away, the extract stays `writing` and the next one begins anew: what was half done is in a draft that nobody sees.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import structlog

from registry import keys
from registry.api.refusals import where
from registry.commands import by_command
from registry.db import extract_claims, extract_snapshot, extracts
from registry.db.extract_snapshot import ReplicaBehind
from registry.db.transaction import Image, Transaction
from registry.domain.deidentification import PROFILES
from registry.domain.extract_orders import Order
from registry.domain.extract_states import EXTRACT, UNFINISHED, WRITTEN
from registry.domain.recipients import same_name
from registry.problems import (
    BrokenRule,
    CannotBeWritten,
    CommandEnded,
    KeyMissing,
    NobodyAgrees,
    Problem,
    ProfileChanged,
    ReplicaTooFarBehind,
    RiskAboveThreshold,
    VersionStale,
    WriterFailed,
    WriterLost,
)
from registry.publish.extracts import drafts, writing
from registry.publish.extracts.manifest import Written
from registry.publish.extracts.workshop import Interrupted, Teller, Workshop
from registry.publish.extracts.writing import Cancelled, ExtractRefused

log = structlog.get_logger("registry")
BEGUN = "Writing begins"
ENDED = "Writing has ended"
OVER = "Its time is over"
MOST_BEGINNINGS = 5
"""After so many writers that ended without an end of the work, it is given up."""
REFUSALS = (RiskAboveThreshold, NobodyAgrees)
DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError)


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
    why_not = _why_not(shop, extract, asked.begun)
    return _failed(shop, tx, extract, why_not) if why_not else _written(shop, tx, extract, asked.begun + 1)


def _why_not(shop: Workshop, extract: Image, begun: int) -> Problem | None:
    """Give why an extract is not begun, where it is not."""
    if extract.get("ordered_by") and not shop.out:
        return CommandEnded()
    profile = PROFILES.get(extract["profile"])
    if profile is None or profile.version != extract["profile_version"]:
        return ProfileChanged()
    return WriterLost() if begun >= MOST_BEGINNINGS else None


def _written(shop: Workshop, tx: Transaction, extract: Image, begun: int) -> Image:
    """Write an extract that is claimed, as the so many-th who begins, and keep how it ended."""
    tx.attribute(by_command(shop.by, BEGUN))
    extract = extracts.become(tx, extract, EXTRACT.after(extract["state"], "write"))
    extracts.count_beginning(tx, extract["id"], 1)
    tx.commit()
    draft = shop.out or drafts.new_draft(shop.settings.extracts, extract["id"])
    try:
        return _kept(shop, tx, extract, draft, _files(shop, tx, extract, draft))
    except Cancelled:
        return _end(shop, tx, extract, "cancel")
    except (Interrupted, ReplicaBehind) as reason:
        return _left(shop, tx, extract, reason)
    except (VersionStale, *DATABASE_AWAY):
        raise
    except (OSError, ExtractRefused) as error:
        return _not_written(shop, tx, extract, begun, error)
    except Exception as error:
        tx.undo()
        return _failed(shop, tx, extract, error if isinstance(error, Problem) else _failure(extract, error))
    finally:
        if not shop.out:
            drafts.leave_no_draft(draft)


def _files(shop: Workshop, tx: Transaction, extract: Image, draft: Path) -> Written:
    """Write the files into a draft that takes its place when the record tells of it.

    What others left is removed first: the commit just before went over the claim, so nobody else may write.
    """
    if not shop.out:
        drafts.leave_nothing(shop.settings.extracts, extract["id"])
        shop.settings.extracts.mkdir(mode=0o700, parents=True, exist_ok=True)
    known = keys.pseudonym_keys(shop.settings)
    if extract["key_version"] not in known:
        raise KeyMissing
    wal = extract_snapshot.present_wal(tx)
    tx.commit()
    return writing.write(
        replace(shop.sources, wal=wal),
        order_of(extract),
        draft,
        keys=known,
        held_before=_held_before(shop, extract),
        still_agree=partial(_still_agree, shop, extract["uses"]),
        progress=Teller(shop, tx, extract["id"]),
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


def _kept(shop: Workshop, tx: Transaction, extract: Image, draft: Path, written: Written) -> Image:
    """Keep what was written and who is in it; the files take their place before the commit tells of them."""
    now, ids = datetime.now(UTC), sorted(written.participants)
    told: dict[str, Any] = {
        "software": written.software,
        "files": [asdict(file) for file in written.files],
        "rows": dict(written.rows),
        "risk": written.risk,
        "participants": len(ids),
        "participants_sha256": hashlib.sha256("\n".join(ids).encode()).hexdigest(),
        "expires_at": None if shop.out else now + timedelta(days=shop.settings.extract_days),
    }
    try:
        tx.attribute(by_command(shop.by, ENDED))
        extracts.hold(tx, extract["id"], ids)
        ended = _become(shop, tx, extract, "complete", **told)
        if not shop.out:
            drafts.take_place(draft, shop.settings.extracts, extract["id"])
        tx.commit()
    except BaseException:
        if shop.out:
            drafts.removed(shop.out)
        raise
    return ended


def _left(shop: Workshop, tx: Transaction, extract: Image, reason: Exception) -> Image:
    """Leave an extract to the next one, as if nobody had begun; what a command ordered nobody else writes."""
    tx.undo()
    if shop.out and isinstance(reason, Interrupted):
        return _end(shop, tx, extract, "cancel")
    if shop.out:
        return _failed(shop, tx, extract, ReplicaTooFarBehind())
    extracts.count_beginning(tx, extract["id"], -1)
    tx.commit()
    return extract


def _not_written(shop: Workshop, tx: Transaction, extract: Image, begun: int, error: OSError | ExtractRefused) -> Image:
    """Leave an extract to the next one: there may be a disk then, or it is the next one who took the draft away.

    The last one gives it up. What is said of it names no path.
    """
    number = error.errno if isinstance(error, OSError) else errno.EEXIST
    log.error(
        "extract_not_written", extract_id=extract["id"], error=errno.errorcode.get(number or 0), where=where(error)
    )
    if begun < MOST_BEGINNINGS and not shop.out:
        return extract
    tx.undo()
    return _failed(
        shop, tx, extract, CannotBeWritten(BrokenRule("", "cannot_be_written", f"{os.strerror(number or errno.EIO)}."))
    )


def _failed(shop: Workshop, tx: Transaction, extract: Image, problem: Problem) -> Image:
    """Keep why an extract has no files; a refusal is an event of its own besides."""
    act = "refuse" if isinstance(problem, REFUSALS) else "fail"
    detail = " ".join(error.detail for error in problem.errors) or None
    failure = {"type": f"/problems/{problem.slug()}", "title": problem.title(), "detail": detail}
    tx.attribute(by_command(shop.by, ENDED))
    if act == "refuse":
        extracts.note_refusal(tx, problem.slug(), **extracts.ordered_by(extract))
    return _end(shop, tx, extract, act, failure=failure, risk=problem.members.get("risk"))


def _end(shop: Workshop, tx: Transaction, extract: Image, act: str, **values: Any) -> Image:
    """End an extract without files: nothing of it stays, whoever left it."""
    ended = _become(shop, tx, extract, act, **values)
    drafts.leave_nothing(shop.settings.extracts, extract["id"])
    tx.commit()
    return ended


def _become(shop: Workshop, tx: Transaction, extract: Image, act: str, **values: Any) -> Image:
    tx.attribute(by_command(shop.by, ENDED))
    state = EXTRACT.after(extract["state"], act)
    return extracts.become(tx, extract, state, finished_at=datetime.now(UTC), **values)


def _failure(extract: Image, error: Exception) -> Problem:
    """Tell the log what is not known, and give the problem that says so."""
    log.error("extract_failed", extract_id=extract["id"], error=type(error).__name__, where=where(error))
    return WriterFailed()
