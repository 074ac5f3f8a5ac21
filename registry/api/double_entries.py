"""Double entry: two people enter a form independently, what differs is decided by a third, and then it is in the visit."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import form_writing
from registry.api.contract import Call, contract
from registry.api.form_writing import Opened
from registry.db import double_entries
from registry.db.transaction import Image
from registry.domain import double_entry
from registry.domain.double_entry import DOUBLE_ENTRY
from registry.permissions import MAY
from registry.problems import (
    BrokenRule,
    NeedsConfirmation,
    NoSuchRecord,
    RecordLocked,
    RulesBroken,
    TransitionNotAllowed,
)
from registry.schemas.base import schema_of
from registry.schemas.double_entries import DoubleEntry, FormReconciliation, IndependentEntry
from registry.schemas.visits import FORMS

namespace = Namespace("double_entries")
REFUSALS = (NoSuchRecord, TransitionNotAllowed, NeedsConfirmation, RecordLocked)
NOT_DOUBLE = BrokenRule(
    "/form", "not_double_entered", "The protocol asks for no double entry of this form: amend the visit."
)
IN_VISIT = BrokenRule("/form", "form_recorded", "The visit has this form already: amend the visit.")
SECOND_PERSON = BrokenRule("", "second_person_needed", "The second entry is made by another person than the first.")
THIRD_PERSON = BrokenRule("", "third_person_needed", "Entries are reconciled by a person who made neither.")
NOT_INDEPENDENT = BrokenRule(
    "", "not_independent", "Who may read the audit can see the first entry, and does not make the second."
)


def shown(call: Call, entries: list[Image]) -> list[Image]:
    """Give entries as the caller may see them: another's is hidden until both of the form are in."""
    both = {(entry["form"], entry["pair_number"]) for entry in entries if entry["entry_number"] == 2}
    return [
        {**entry, "hidden": False}
        if (entry["form"], entry["pair_number"]) in both or entry["entered_by_id"] == call.actor.account_id
        else {**entry, "hidden": True, "values": {}, "confirmations": []}
        for entry in entries
    ]


def entered(call: Call, visit_id: str) -> Image:
    """Keep an entry; the second, where it equals the first, writes the form into the visit at once.

    Raises:
        RulesBroken: the form is not double-entered, is in the visit, or the first entry is of the same person.
        TransitionNotAllowed: both entries are in. NeedsConfirmation: an unusual value is not confirmed.
    """
    form, values = call.body["form"], call.body["values"]
    opened = form_writing.opened(call.tx, visit_id)
    before = opened.entries(form)
    _check_entry(call, opened, form, before)
    form_writing.judge(opened, form, values, call.body["confirmations"])
    act = "enter_first"
    if before:
        act = "enter_different" if double_entry.differing(before[0]["values"], values) else "enter_equal"
    state = DOUBLE_ENTRY.after(opened.state(form), act)
    said = {"form": form, "values": values, "confirmations": call.body["confirmations"], "state": state}
    numbered = (
        said
        | {"pair_number": opened.pair(form), "entry_number": len(before) + 1}
        | _by(call, "entered_by", opened.visit)
    )
    kept = double_entries.keep(call.tx, "form_entry", opened.visit, numbered)
    if state == "both_equal":
        form_writing.write(call, opened, form, values, f"Both entries of {form} are equal")
    return {**kept, "hidden": False}


def _check_entry(call: Call, opened: Opened, form: str, before: list[Image]) -> None:
    if form not in opened.place["double_entry_forms"]:
        raise RulesBroken(NOT_DOUBLE)
    if len(before) == 2:
        return
    if form in opened.visit["forms"]:
        raise RulesBroken(IN_VISIT)
    if before and before[0]["entered_by_id"] == call.actor.account_id:
        raise RulesBroken(SECOND_PERSON)
    if before and any(role in MAY["audit.read"] for role, _ in call.actor.grants):
        raise RulesBroken(NOT_INDEPENDENT)


def reconciled(call: Call, visit_id: str) -> Image:
    """Decide what differs and write the form into the visit, with the reason, in one transaction.

    Raises:
        TransitionNotAllowed: there is nothing to reconcile. RulesBroken: the caller made an entry, a difference is left
        undecided, or what was decided is not what the form takes. NeedsConfirmation: an unusual value is not confirmed.
    """
    form = call.body["form"]
    opened = form_writing.opened(call.tx, visit_id)
    DOUBLE_ENTRY.after(opened.state(form), "reconcile")
    first, second = opened.entries(form)
    if call.actor.account_id in (first["entered_by_id"], second["entered_by_id"]):
        raise RulesBroken(THIRD_PERSON)
    _check_decided(call.body, first["values"], second["values"])
    values = _accepted(
        form, double_entry.merged(first["values"], second["values"], call.body["choices"], call.body["values"])
    )
    given = [*first["confirmations"], *second["confirmations"], *call.body["confirmations"]]
    written = form_writing.write(call, opened, form, values, call.body["reason"], given)
    pair = opened.pair(form)
    said = {
        **call.body,
        "pair_number": pair,
        "visit_version": written["version"],
        **_by(call, "reconciled_by", opened.visit),
    }
    return double_entries.keep(call.tx, "form_reconciliation", opened.visit, said)


def _check_decided(body: dict[str, Any], first: Image, second: Image) -> None:
    """Refuse a decision that leaves a difference open, or that is about a field without one."""
    differing = [found.field for found in double_entry.differing(first, second)]
    decided = {name: told for told in ("choices", "values") for name in body[told]}
    left = [BrokenRule(f"/choices/{name}", "not_decided", "The entries differ in this field: choose one, or give a value.")
            for name in differing if name not in decided]  # fmt: skip
    idle = [BrokenRule(f"/{told}/{name}", "nothing_to_decide", "The entries do not differ in this field.")
            for name, told in decided.items() if name not in differing]  # fmt: skip
    if left or idle:
        raise RulesBroken(*left, *idle)


def _accepted(form: str, values: dict[str, Any]) -> dict[str, Any]:
    try:
        return schema_of(FORMS[form]).accept(values)
    except RulesBroken as broken:
        raise RulesBroken(*(form_writing.moved(error, "/values") for error in broken.errors)) from None


def _by(call: Call, prefix: str, visit: Image) -> dict[str, Any]:
    said = call.attribution
    return {prefix: said.actor, f"{prefix}_role": said.role_at(visit["site_id"]), f"{prefix}_id": call.actor.account_id}


@namespace.route("/visits/<uuid:record_id>/form-entries")
class FormEntries(Resource):  # type: ignore[misc]
    """The entries of a visit's forms."""

    @contract(may="form_entry.read", gives=IndependentEntry, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List the entries of a visit's forms; another person's is hidden until both are in."""
        form_writing.seen(call.tx, record_id)
        return shown(call, double_entries.entries(call.tx, record_id))

    @contract(
        may="form_entry.record",
        takes=IndependentEntry,
        gives=IndependentEntry,
        status=201,
        kind="form_entry",
        problems=REFUSALS,
        again=lambda _, image: {**image, "hidden": False},
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Enter a form of a visit; the second entry, where it equals the first, writes the form."""
        return entered(call, record_id)


@namespace.route("/visits/<uuid:record_id>/double-entries")
class DoubleEntries(Resource):  # type: ignore[misc]
    """The double entry of a visit's forms."""

    @contract(may="form_entry.read", gives=DoubleEntry, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """Tell where each form of a visit that two people enter stands, and what differs."""
        return form_writing.seen(call.tx, record_id).told()


@namespace.route("/visits/<uuid:record_id>/reconciliations")
class FormReconciliations(Resource):  # type: ignore[misc]
    """The reconciliations of a visit's forms."""

    @contract(may="form_entry.read", gives=FormReconciliation, many=True, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """List the reconciliations of a visit's forms."""
        form_writing.seen(call.tx, record_id)
        return double_entries.reconciliations(call.tx, record_id)

    @contract(
        may="form_reconciliation.record",
        takes=FormReconciliation,
        gives=FormReconciliation,
        status=201,
        kind="form_reconciliation",
        problems=REFUSALS,
    )
    def post(self, call: Call, record_id: str) -> dict[str, Any]:
        """Decide what differs between two entries, and write the form into the visit."""
        return reconciled(call, record_id)
