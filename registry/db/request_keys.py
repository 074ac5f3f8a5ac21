"""Keys of requests that were done: a POST repeated with its key is answered again, never done again."""

from __future__ import annotations

from dataclasses import dataclass

from psycopg.errors import LockNotAvailable

from registry.db.transaction import Awaited, Image, Transaction
from registry.problems import AnswerShownOnce, IdempotencyKeyInUse, IdempotencyKeyReused, NoSuchRecord

CLAIM = """
    with claimed as (
        insert into request_key (account_id, key, fingerprint) values (%(account_id)s, %(key)s, %(fingerprint)s)
        on conflict (account_id, key) do nothing returning 1)
    select exists (select from claimed) as claimed"""

FINISH = """
    update request_key set status = %(status)s, kind = %(kind)s, record_id = %(record_id)s, record_version = %(version)s
    where account_id = %(account_id)s and key = %(key)s"""

DONE = """
    select k.fingerprint, k.status, k.kind, k.record_id, e.after as image
    from request_key k
    left join audit.event e on e.record_id = k.record_id and e.version = k.record_version
    where k.account_id = %(account_id)s and k.key = %(key)s"""


@dataclass(frozen=True, slots=True)
class RequestKey:
    """A client's key for one request, and the SHA-256 of the method, path and body that it stands for."""

    account_id: str
    key: str
    fingerprint: bytes

    def parameters(self) -> dict[str, str | bytes]:
        return {"account_id": self.account_id, "key": self.key, "fingerprint": self.fingerprint}


def claim(tx: Transaction, key: RequestKey) -> Image | None:
    """Claim the key for this transaction, waiting for one that has it; or give the image of the first answer.

    The image is empty where the request was done and wrote nothing.

    Raises:
        IdempotencyKeyInUse: the one that has it takes too long. IdempotencyKeyReused: the key was used for a
            different request.
        AnswerShownOnce: the first answer was a secret and is not kept. NoSuchRecord: what was recorded is no longer
            among what may be seen.
    """
    try:
        claimed = tx.one(CLAIM, key.parameters())
    except LockNotAvailable:
        raise IdempotencyKeyInUse(headers={"Retry-After": "1"}) from None
    if claimed and claimed["claimed"]:
        return None
    done = tx.one(DONE, key.parameters())
    if done is None or bytes(done["fingerprint"]) != key.fingerprint:
        raise IdempotencyKeyReused
    if done["kind"] == "api_token":
        raise AnswerShownOnce
    if done["status"] is not None and done["record_id"] is None:
        return {}
    if done["image"] is None:
        raise NoSuchRecord
    image: Image = done["image"]
    return image


def finish(tx: Transaction, key: RequestKey, *, status: int, kind: str, written: Image | Awaited) -> None:
    """Keep which record version answers a repeat, none where nothing was written; sent together with the next statement."""
    if isinstance(written, Awaited):
        record = {"record_id": written.record_id, "version": written.version}
    else:
        record = {"record_id": written.get("id"), "version": written.get("version")}
    tx.run(FINISH, key.parameters() | record | {"status": status, "kind": kind})
