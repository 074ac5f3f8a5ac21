"""What a study adds to the rule set of special interest; adding or retiring looks at its adverse events again."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, interest_keeping, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import records, studies
from registry.db import special_interest_candidates as candidates
from registry.problems import AlreadyRecorded, BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken
from registry.schemas.special_interest_terms import SpecialInterestTerm, SpecialInterestTermFilters

namespace = Namespace("special_interest_terms")


NO_DICTIONARY = BrokenRule(
    "/dictionary", "no_such_dictionary", "No dictionary of adverse events of this name is loaded."
)
NO_CODE = BrokenRule(
    "/code", "no_such_code", "No version of the dictionary has a term, or a preferred term, of this code."
)


def check_code(call: Call) -> None:
    """Refuse a code that finds nothing: of a dictionary that is not loaded, or that it does not have.

    Raises:
        RulesBroken: naming the dictionary or the code. One that is retired may be anything.
    """
    if call.body.get("code") is None or call.body.get("retired"):
        return
    dictionary, code = candidates.known_code(call.tx, call.body["dictionary"], call.body["code"])
    if not code:
        raise RulesBroken(NO_CODE if dictionary else NO_DICTIONARY)


def added(call: Call, study: str) -> dict[str, Any]:
    """Keep a word or code of a study, and put forward the events that it finds."""
    study_id = studies.id_of(call.tx, study)
    check_code(call)
    candidates.wait_for_events(call.tx, study_id)
    kept = records.record(call.tx, "special_interest_term", call.body | {"study_id": study_id})
    interest_keeping.keep_of_events(call.tx, candidates.events_of_study(call.tx, study_id))
    return kept


def amended(call: Call, record_id: str) -> dict[str, Any]:
    """Replace a word or code of a study, and look at its events again."""
    check_code(call)
    candidates.wait_for_events(call.tx, records.read(call.tx, "special_interest_term", record_id)["study_id"])
    kept = amendments.amend(call, "special_interest_term", record_id)
    interest_keeping.keep_of_events(call.tx, candidates.events_of_study(call.tx, kept["study_id"]))
    return kept


@namespace.route("/studies/<study>/special-interest-terms")
class SpecialInterestTerms(Resource):  # type: ignore[misc]
    """What a study adds to the rule set."""

    @contract(
        may="special_interest_term.read",
        gives=SpecialInterestTerm,
        many=True,
        asks=SpecialInterestTermFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the words and codes that a study adds to the rule set of special interest."""
        return page_of_records(call, "special_interest_term", study_id=studies.id_of(call.tx, study))

    @contract(
        may="special_interest_term.define",
        takes=SpecialInterestTerm,
        gives=SpecialInterestTerm,
        status=201,
        kind="special_interest_term",
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Add a word or a code to the rule set of special interest of a study."""
        return added(call, study)


@namespace.route("/special-interest-terms/<uuid:record_id>")
class OneSpecialInterestTerm(Resource):  # type: ignore[misc]
    """A word or code of a study."""

    @contract(may="special_interest_term.read", gives=SpecialInterestTerm, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read a word or code that a study adds."""
        return records.read(call.tx, "special_interest_term", record_id)

    @contract(
        may="special_interest_term.define",
        takes=SpecialInterestTerm,
        gives=SpecialInterestTerm,
        amends=True,
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def put(self, call: Call, record_id: str) -> dict[str, Any]:
        """Replace a word or code that a study adds, or retire it."""
        return amended(call, record_id)


past.publish(namespace, "/special-interest-terms", "special_interest_term", SpecialInterestTerm)
