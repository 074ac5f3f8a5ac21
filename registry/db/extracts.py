"""Extracts as orders: kept, found again by their inputs, listed with their progress; who was in them; their downloads."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg import sql

from registry.db import events, records
from registry.db.records import Window
from registry.db.transaction import Image, Transaction
from registry.domain.recipients import same_name
from registry.domain.releases import Release, way_of

DOWNLOAD = "extract_download"
"""The kind of the event that a download is; its record is the extract."""
REFUSED = "extract_refused"
"""The kind of the event that a refusal is: who was refused, and by which problem."""

SHOWN = sql.SQL("""
    audit.image(to_jsonb(t)) || jsonb_strip_nulls(jsonb_build_object('progress',
        (select jsonb_build_object('step', p.step, 'done', p.done, 'total', p.total)
         from extract_progress p where p.extract_id = t.id and t.state = any (array['queued', 'writing']))))""")

READ = sql.SQL("select {shown} as image from extract t where t.id = %(id)s").format(shown=SHOWN)

# Of a list the risk is left out: it is long, and each extract tells its own.
PAGE = sql.SQL("""
    select ({shown}) - 'risk' as image from extract t
    where t.id > %(after)s and (%(account_id)s::uuid is null or t.account_id = %(account_id)s)
      and (%(participant_id)s::uuid is null
           or exists (select from extract_participant x where x.extract_id = t.id and x.participant_id = %(participant_id)s))
    order by t.id limit %(limit)s""").format(shown=SHOWN)

# One release at a time is given its moment: who asks second sees the first one's.
ONE_AT_A_TIME = "select pg_advisory_xact_lock(hashtextextended('release of ' || %s, 0))"
RELEASES = """
    select moment, recipient, profile, uses, sites::text[] as sites
    from releases_of(%(study_id)s, %(profiles)s) order by moment"""

# Kinds may be fewer: whom it held is told already, and no more of them.
WRITTEN_FREELY = ("recipient", "purpose")
INPUTS = ("study_id", "cut_at", "profile", "profile_version", "unblinded", "uses", "sites", "kinds")
EQUAL = """
    select e.id::text as id, e.recipient, e.purpose, e.key_version from extract e
    where e.study_id = %(study_id)s and e.cut_at = %(cut_at)s and e.profile = %(profile)s
      and e.profile_version = %(profile_version)s and e.unblinded = %(unblinded)s and e.uses = %(uses)s::text[]
      and e.sites is not distinct from %(sites)s::uuid[] and e.kinds @> %(kinds)s::text[] and e.state = any (%(states)s)
    order by e.id"""

# A command writes its own order; what it left is taken up as any other.
WAITING = """
    select e.id::text as id from extract e
    where e.state = any (array['queued', 'writing'])
      and (e.ordered_by is null or e.state = 'writing' or e.recorded_at < clock_timestamp() - interval '1 hour')
    order by e.id"""

OVER = """
    select audit.image(to_jsonb(e)) as image from extract e
    where e.state = 'complete' and e.expires_at < %(now)s order by e.id for update skip locked"""

HELD = "select participant_id::text as id from extract_participant where extract_id = %(id)s"

HOLD = """
    insert into extract_participant (extract_id, participant_id, site_id)
    select %(id)s, p.id, p.site_id from participant p where p.id = any (%(participants)s::uuid[])"""

AGREE = """
    select p.id::text as id from participant p
    where p.id = any (%(ids)s::uuid[])
      and not exists (select from unnest(%(uses)s::text[]) asked(use) where not consent_covers(p.id, asked.use))"""

TELL = """
    update extract_progress set step = %(step)s, done = %(done)s, total = %(total)s, changed_at = clock_timestamp()
    where extract_id = %(id)s returning cancel_asked"""

ASK_TO_CANCEL = "update extract_progress set cancel_asked = true where extract_id = %(id)s"
ASKED = "select cancel_asked as to_cancel, begun from extract_progress where extract_id = %(id)s"
COUNT = "update extract_progress set begun = begun + %(more)s where extract_id = %(id)s"


@dataclass(frozen=True, slots=True)
class Asked:
    """Whether it was asked that an extract be not written, and how often somebody began and did not end."""

    to_cancel: bool
    begun: int


# --- orders -------------------------------------------------------------------------------------------------------


def record(tx: Transaction, order: Mapping[str, Any]) -> Image:
    """Keep who ordered what, and why; the audit keeps it with them."""
    image = records.record(tx, "extract", order)
    tx.run("insert into extract_progress (extract_id) values (%s)", [image["id"]])
    return image


def call_writer(tx: Transaction, extract_id: str) -> None:
    """Tell the worker, with the commit, that there is something to write."""
    tx.run("select call_writer(%s)", [extract_id])


def releases_of(tx: Transaction, study_id: str, profiles: Sequence[str]) -> list[Release]:
    """Give a study's releases by these profiles, to whomever, and let no other begin until this transaction ends."""
    tx.run(ONE_AT_A_TIME, [study_id])
    found = tx.every(RELEASES, {"study_id": study_id, "profiles": list(profiles)})
    return [Release(row["moment"], way_of(row)) for row in found]


def equal_to(tx: Transaction, order: Mapping[str, Any], states: Collection[str]) -> list[dict[str, Any]]:
    """Give the extracts in these states with the same inputs, these kinds among theirs; the first one first."""
    found = tx.every(EQUAL, {name: order.get(name) for name in INPUTS} | {"states": list(states)})
    return [one for one in found if all(same_name(one[name]) == same_name(order[name]) for name in WRITTEN_FREELY)]


def read(tx: Transaction, extract_id: str, account_id: str | None) -> Image:
    """Read an extract of an account, or of anybody; NoSuchRecord when its sites may not all be seen any more."""
    image = records.required(tx.image(READ, {"id": extract_id}))
    return records.required(image if account_id in (None, image.get("account_id")) else None)


def page(tx: Transaction, window: Window) -> list[Image]:
    """Give a page of extracts: of an account, and of those that hold a participant, where the window says so."""
    asked = {name: window.equal.get(name) for name in ("account_id", "participant_id")}
    return tx.images(PAGE, asked | {"after": window.after or records.FIRST, "limit": window.limit})


def become(tx: Transaction, extract: Mapping[str, Any], state: str, **values: Any) -> Image:
    """Give an extract its next state; VersionStale when somebody else did meanwhile."""
    return records.amend(tx, "extract", extract["id"], extract["version"], {"state": state, **values})


def hold_still(tx: Transaction, extract_id: str) -> None:
    """Let nobody else change an extract until this transaction ends."""
    tx.run("select from extract where id = %s for update", [extract_id])


def ask_to_cancel(tx: Transaction, extract_id: str) -> None:
    """Ask whoever writes an extract to end."""
    tx.run(ASK_TO_CANCEL, {"id": extract_id})


# --- writing ------------------------------------------------------------------------------------------------------


def waiting(tx: Transaction) -> list[str]:
    """Give the ids of those that are not written yet, the oldest first; somebody may be writing them."""
    return [row["id"] for row in tx.every(WAITING)]


def over(tx: Transaction, now: datetime) -> list[Image]:
    """Give the extracts whose time is over, held for this transaction."""
    return tx.images(OVER, {"now": now})


def tell(tx: Transaction, extract_id: str, step: str, done: int, total: int) -> bool:
    """Keep how far the writing is; tell whether it is to end."""
    row = tx.one(TELL, {"id": extract_id, "step": step, "done": done, "total": total})
    tx.commit()
    return bool(row and row["cancel_asked"])


def asked(tx: Transaction, extract_id: str) -> Asked:
    """Give what whoever begins to write an extract must know."""
    return Asked(**records.required(tx.one(ASKED, {"id": extract_id})))


def count_beginning(tx: Transaction, extract_id: str, more: int) -> None:
    """Keep that somebody began to write an extract (1), or ended in good order before it was complete (-1)."""
    tx.run(COUNT, {"id": extract_id, "more": more})


def hold(tx: Transaction, extract_id: str, participants: Sequence[str]) -> None:
    """Keep who is in an extract."""
    tx.run(HOLD, {"id": extract_id, "participants": list(participants)})


def held(tx: Transaction, extract_id: str) -> frozenset[str]:
    """Give who is in an extract."""
    return frozenset(row["id"] for row in tx.every(HELD, {"id": extract_id}))


def still_agree(tx: Transaction, ids: Sequence[str], uses: Sequence[str]) -> frozenset[str]:
    """Give those who agree now to every one of some uses."""
    return frozenset(row["id"] for row in tx.every(AGREE, {"ids": list(ids), "uses": list(uses)}))


# --- events -------------------------------------------------------------------------------------------------------


def note_download(tx: Transaction, extract: Mapping[str, Any], file: str) -> None:
    """Keep a download as an event of the audit."""
    events.note(tx, "download", DOWNLOAD, {"id": extract["id"], "file": file})


def ordered_by(extract: Mapping[str, Any]) -> dict[str, str]:
    """Give which extract it is, and whose: of an account, or of a command."""
    return {name: extract[name] for name in ("id", "account_id", "ordered_by") if extract.get(name)}


def note_refusal(tx: Transaction, problem: str, **told: str) -> None:
    """Keep a refusal as an event of the audit: which problem, and of which study, or which extract and whose."""
    events.note(tx, "refuse", REFUSED, {"problem": problem, **told})
