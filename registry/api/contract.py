"""An endpoint is a signature: who may call it, what it takes, what it gives, which problems it can answer with."""

from __future__ import annotations

import functools
import hashlib
import re
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Protocol, cast

import psycopg
from flask import Response, current_app, g, request

from registry.api import asked, beside, bodies, derived, identity, looks
from registry.api.answers import answer
from registry.api.beside import Beside
from registry.db import refusals, request_keys
from registry.db.accounts import Actor
from registry.db.request_keys import RequestKey
from registry.db.transaction import Attribution, Awaited, Image, Transaction, as_json
from registry.domain.locks import LOCKABLE
from registry.problems import (
    ChangeReasonMissing,
    IdempotencyKeyMissing,
    MalformedRequest,
    MomentInTheFuture,
    NotAuthenticated,
    NotPermitted,
    Problem,
    RecordLocked,
    RulesBroken,
    VersionMissing,
    VersionStale,
)
from registry.schemas.base import Record, schema_of

ACCEPTED = 202
"""What was asked is kept and done later; the answer says where to look."""
KEY_FORM = re.compile(r"[\x21-\x7e]{8,128}")


@dataclass(frozen=True, slots=True)
class Contract:
    """What one operation promises; the check of each request and its page in the OpenAPI are both made from this.

    `may`: the verb of the permission table. `takes`, `gives`, `asks`: schemas of body, answer and query. `many`: a list.
    `kind`: the table a POST writes to. `amends`: needs If-Match and a reason. `lines`: body and answer are NDJSON.
    `stateless`: nothing is recorded, so a POST needs no key.
    `derives`: the kind of record whose signatures the answer has besides, and derived values unless asked without them.
    `proves`: what must be shown before all else, each time; what it keeps stays kept though the request is refused.
    `again`: makes the answer to a repeated POST whole, where the record's own image is not all of it.
    """

    may: str
    gives: type[Record] | None = None
    takes: type[Record] | None = None
    asks: type[Record] | None = None
    many: bool = False
    status: int = 200
    kind: str = ""
    amends: bool = False
    lines: bool = False
    stateless: bool = False
    derives: str = ""
    proves: Callable[[Call], None] | None = None
    problems: tuple[type[Problem], ...] = ()
    again: Callable[[Transaction, Image], Image] | None = None
    sentence: str = ""

    def keyed(self, method: str) -> bool:
        """Tell whether a repeat of a request is told by its key here."""
        return method == "POST" and not self.lines and not self.stateless

    def every_problem(self, method: str) -> tuple[type[Problem], ...]:
        """Give each problem the operation can answer with: its own, and those of its permission, body and headers."""
        found: list[type[Problem]] = [NotAuthenticated, NotPermitted, MalformedRequest, *self.problems]
        if self.takes or self.asks:
            found.append(RulesBroken)
        if method == "POST" and not self.stateless:
            found += [IdempotencyKeyMissing]
        if self.amends:
            found += [VersionMissing, VersionStale, ChangeReasonMissing]
        if method != "GET" and self.may.partition(".")[0] in LOCKABLE:
            found.append(RecordLocked)
        return tuple(dict.fromkeys(found))


@dataclass(slots=True)
class Call:
    """One request as its handler sees it."""

    tx: Transaction
    actor: Actor
    attribution: Attribution
    body: Any = None
    query: dict[str, Any] = field(default_factory=dict)
    version: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    moment: datetime | None = None

    def keep_so_far(self) -> None:
        """Commit what was done and go on under the same attribution."""
        self.tx.commit()
        self.tx.attribute(self.attribution)

    @property
    def as_of(self) -> datetime | None:
        """The past moment that was asked for, or that the version that was asked for is of, if any."""
        return self.moment or self.query.get("as_of")


class Handler(Protocol):
    """A method of a Resource that was given a contract."""

    __contract__: Contract


def contract(**promises: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Make a handler keep a contract; the handler gets a Call and the parts of the path, and gives an image or rows."""

    def bound(handler: Callable[..., Any]) -> Callable[..., Any]:
        promised = Contract(**promises, sentence=(handler.__doc__ or "").strip())

        @functools.wraps(handler)
        def kept(resource: Any, **path: Any) -> Response:
            return _repeated_once(lambda: _answered(promised, functools.partial(handler, resource), path))

        cast(Handler, kept).__contract__ = promised
        return kept

    return bound


def _repeated_once(work: Callable[[], Response]) -> Response:
    """Do the work again when it lost a race, so that its refusal can name what was recorded meanwhile."""
    try:
        return work()
    except psycopg.Error as error:
        if not refusals.worth_repeating(error):
            raise
    return work()


def _answered(promised: Contract, handler: Callable[..., Any], path: dict[str, Any]) -> Response:
    with current_app.extensions["registry"].database.transaction() as tx:
        actor = g.actor = identity.actor_of_request(tx)
        call = Call(tx, actor, _attribution(actor, promised.may))
        sent = _read_request(promised, call)
        asked.check_path(path)
        tx.attribute(call.attribution)
        if promised.proves:
            promised.proves(call)
        key = request_key(actor, sent) if promised.keyed(request.method) else None
        first = request_keys.claim(tx, key) if key else None
        if first is not None:
            return _answered_again(promised, call, first)
        given = handler(call, **path)
        if isinstance(given, Response):
            return given
        looks.note(tx, call.attribution, promised.may, path, call.query, given)
        others = _ask_what_stands_beside(promised, call, given, call.query.get("as_of"))
        if key and promised.kind:
            request_keys.finish(tx, key, status=promised.status, kind=promised.kind, written=given)
        tx.commit()
        given = given.image() if isinstance(given, Awaited) else given
        return _presented(promised, call, others.added_to(given) if others else given)


def _answered_again(promised: Contract, call: Call, first: Image) -> Response:
    """Answer a repeated POST as it was answered first: with what was derived from the records of that moment."""
    call.headers["Idempotency-Replayed"] = "true"
    given = promised.again(call.tx, first) if promised.again else first
    if promised.derives:
        call.moment = derived.moment_of_version(call.tx, promised.derives, given)
    others = _ask_what_stands_beside(promised, call, given, call.moment)
    return _presented(promised, call, others.added_to(given) if others else given)


def _ask_what_stands_beside(promised: Contract, call: Call, given: Any, signed_by: datetime | None) -> Beside | None:
    """Ask for signatures and what derived values are made of, where the answer has them; sent with the next statement.

    Signatures stand as they do now, also beside an earlier version, unless a past moment (`signed_by`) is asked for.
    """
    if not promised.derives:
        return None
    told = call.query.get("derived")
    wanted = not promised.many if told is None else told
    return beside.ask(call.tx, promised.derives, given, call.as_of, signed_by, with_derived=wanted)


def _read_request(promised: Contract, call: Call) -> Any:
    """Read what was sent, all before any work: query, headers, body."""
    if promised.asks:
        call.query = schema_of(promised.asks).accept(asked.query_arguments())
        if (as_of := call.as_of) and as_of > datetime.now(UTC):
            raise MomentInTheFuture
    elif request.args:
        schema_of(Record).accept(request.args.to_dict())
    if promised.amends:
        call.version = asked.version_asked()
        call.attribution = replace(call.attribution, reason=asked.change_reason())
    if promised.takes is None or promised.lines:
        return None
    sent = bodies.json_body(current_app.extensions["registry"].settings.max_body)
    schema = schema_of(promised.takes)
    call.body = schema.whole(schema.accept(sent))
    return {name: value for name, value in sent.items() if name not in schema.secret}


def request_key(actor: Actor, sent: Any) -> RequestKey:
    """Give the key of a POST with the fingerprint of what it stands for; raises IdempotencyKeyMissing."""
    key = request.headers.get("Idempotency-Key", "")
    if not KEY_FORM.fullmatch(key):
        raise IdempotencyKeyMissing
    stands_for = f"{request.method} {request.full_path}\n{as_json(sent)}".encode()
    return RequestKey(actor.account_id, key, hashlib.sha256(stands_for).digest())


def _attribution(actor: Actor, verb: str) -> Attribution:
    roles, sites, by_site = identity.permitted_sites(actor, verb)
    return Attribution(
        actor=actor.name,
        actor_id=actor.account_id,
        organisation=actor.organisation,
        role=roles,
        sites=sites,
        site_roles=by_site,
        client=(request.user_agent.string or "-")[:200],
        request_id=g.request_id,
        change_set=str(uuid.uuid4()),
    )


def _presented(promised: Contract, call: Call, given: Any) -> Response:
    if promised.gives is None:
        return answer(None, promised.status, headers=call.headers)
    schema = schema_of(promised.gives)
    if promised.many:
        return answer([schema.present(row) for row in given], promised.status, headers=call.headers)
    if promised.stateless:
        return answer(schema.present(given), promised.status)
    if promised.status == ACCEPTED:
        call.headers["Location"] = f"{request.path}/{given['id']}"
    return _conditional(
        answer(schema.present(given), promised.status, version=given.get("version"), headers=call.headers)
    )


def _conditional(response: Response) -> Response:
    """Answer 304 where the client holds just this answer, and 412 where it wants another version (RFC 9110)."""
    if request.method == "GET":
        wanted = asked.ETAG_FORM.fullmatch(asked.if_match() or "")
        own = (response.get_etag()[0] or "").partition(".")[0]
        met = {"HTTP_IF_MATCH"} if wanted and wanted[1] == own else set()
        response.make_conditional({name: value for name, value in request.environ.items() if name not in met})
    return response
