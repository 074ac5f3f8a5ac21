"""De-identified extracts: ordered, listed, cancelled, and their files downloaded; each download is an event of the audit."""

from __future__ import annotations

from dataclasses import replace

from flask import Response, current_app
from flask_restx import Namespace, Resource

from registry import keys
from registry.api import extract_files, extract_orders
from registry.api.contract import Call, contract
from registry.api.extract_files import WHOLE
from registry.api.lists import page
from registry.db import extracts
from registry.db.records import Window
from registry.db.transaction import Image
from registry.domain.extract_states import EXTRACT
from registry.permissions import Role
from registry.problems import (
    CursorNotUnderstood,
    ExtractGone,
    ExtractNotReady,
    MomentInTheFuture,
    NoSuchRecord,
    Problem,
    ProfileNotAllowed,
    RangeNotSatisfiable,
    RecipientNotYours,
    ReleasedOtherwise,
    ReleaseTooClose,
    TransitionNotAllowed,
)
from registry.schemas.extracts import Extract, ExtractFilters, ExtractRequest

namespace = Namespace("extracts")
CANCELLED = "Cancelled by who ordered it"
NOT_SENT = (NoSuchRecord, ProfileNotAllowed, ExtractNotReady, ExtractGone, RangeNotSatisfiable)


@namespace.route("/extracts")
class Extracts(Resource):  # type: ignore[misc]
    """The extracts that were ordered."""

    @contract(may="extract.read", gives=Extract, many=True, asks=ExtractFilters, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[Image]:
        """List your extracts; an auditor sees everybody's, a data manager everybody's that hold a participant."""
        return page(call, lambda window: extracts.page(call.tx, _of_whom(call, window)))

    @contract(
        may="extract.pull",
        takes=ExtractRequest,
        gives=Extract,
        status=202,
        kind="extract",
        problems=(ProfileNotAllowed, RecipientNotYours, ReleaseTooClose, ReleasedOtherwise, MomentInTheFuture),
    )
    def post(self, call: Call) -> Image:
        """Pull a de-identified extract of the sites where you may: it is queued, and a worker writes it."""
        return ordered(call)


@namespace.route("/extracts/<uuid:extract_id>")
class OneExtract(Resource):  # type: ignore[misc]
    """An extract."""

    @contract(may="extract.read", gives=Extract, problems=(NoSuchRecord,))
    def get(self, call: Call, extract_id: str) -> Image:
        """Read how far an extract is and what it is made of."""
        return extracts.read(call.tx, str(extract_id), _owner(call))


@namespace.route("/extracts/<uuid:extract_id>/cancellation")
class ExtractCancellation(Resource):  # type: ignore[misc]
    """The end of an order that is not wanted any more."""

    @contract(may="extract.pull", gives=Extract, kind="extract", problems=(NoSuchRecord, TransitionNotAllowed))
    def post(self, call: Call, extract_id: str) -> Image:
        """Cancel an extract that is not complete; one that is being written ends within seconds."""
        extracts.hold_still(call.tx, str(extract_id))
        return cancelled(call, extracts.read(call.tx, str(extract_id), call.actor.account_id))


@namespace.route("/extracts/<uuid:extract_id>/files/<name>")
class ExtractFileOf(Resource):  # type: ignore[misc]
    """A file of an extract."""

    @contract(may="extract.read", problems=NOT_SENT)
    def get(self, call: Call, extract_id: str, name: str) -> Response:
        """Download one file of an extract; a download that broke off is resumed with Range."""
        return extract_files.sent(call, extracts.read(call.tx, str(extract_id), _owner(call)), name)


@namespace.route("/extracts/<uuid:extract_id>/download")
class ExtractDownload(Resource):  # type: ignore[misc]
    """All files of an extract."""

    @contract(may="extract.read", problems=NOT_SENT)
    def get(self, call: Call, extract_id: str) -> Response:
        """Download an extract whole, as a zip; a download that broke off is resumed with Range."""
        return extract_files.sent(call, extracts.read(call.tx, str(extract_id), _owner(call)), WHOLE)


def ordered(call: Call) -> Image:
    """Keep an order; where it is refused, that is kept instead."""
    by, registry = call.attribution, current_app.extensions["registry"]
    have = {"allowed": extract_orders.profiles_of(by), "kinds_of": registry.kinds_of}
    try:
        versions = keys.pseudonym_keys(registry.settings)
        order = extract_orders.order(call.tx, by, call.body, **have, keys=versions)
        return extract_orders.queued(call.tx, order | {"account_id": call.actor.account_id})
    except Problem as problem:
        call.tx.undo()
        call.tx.attribute(by)
        extracts.note_refusal(call.tx, problem.slug(), study=call.body["study"])
        call.tx.commit()
        raise


def cancelled(call: Call, extract: Image) -> Image:
    """Cancel an order that waits; ask whoever writes it to end; leave it where it is cancelled already."""
    if extract["state"] == "cancelled":
        return extract
    state = EXTRACT.after(extract["state"], "cancel")
    extracts.ask_to_cancel(call.tx, extract["id"])
    if extract["state"] != EXTRACT.first:
        return extract
    call.tx.attribute(replace(call.attribution, reason=CANCELLED))
    return extracts.become(call.tx, extract, state)


def _owner(call: Call) -> str | None:
    """Give whose extracts may be seen: one's own, or everybody's for an auditor."""
    return None if Role.AUDITOR in call.attribution.role.split(",") else call.actor.account_id


def _of_whom(call: Call, window: Window) -> Window:
    """Narrow a list to the caller's own, but for an auditor, and for a data manager who asks who has a participant's data."""
    informs = Role.DATA_MANAGER in call.attribution.role.split(",") and "participant_id" in window.equal
    owner = None if informs else _owner(call)
    return replace(window, equal={**window.equal, "account_id": owner})
