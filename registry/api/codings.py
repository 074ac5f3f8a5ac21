"""Codings: the work list of what is to be coded, suggestions, and the term that a person chooses."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import amendments, interest_keeping, past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import codings, records, studies
from registry.db.transaction import Image
from registry.domain.coding import CODING
from registry.problems import BrokenRule, CursorNotUnderstood, NoSuchRecord, RulesBroken, TransitionNotAllowed
from registry.schemas.codings import Coding, CodingDecision, CodingFilters, SuggestionLimit
from registry.schemas.dictionaries import SimilarTerm

namespace = Namespace("codings")

SUGGESTED = 10
SUPERSEDED = BrokenRule(
    "/dictionary_term_id", "dictionary_superseded", "The study codes with another version now: code it there."
)
NOT_OFFERED = BrokenRule(
    "/dictionary_term_id",
    "not_in_dictionary",
    "The term is not a current one of the coding's version of the dictionary.",
)


def decided(call: Call, record_id: str) -> Image:
    """Keep the term that a person chose; without one, put the record back on the work list.

    Raises:
        NoSuchRecord: the coding is not among those that may be seen. VersionStale: it has another version.
        TransitionNotAllowed: there is nothing to code. RulesBroken: the term is not one to code with.
    """
    current, term_id = codings.read(call.tx, record_id), call.body["dictionary_term_id"]
    amendments.check(call, current)
    act = "put_back" if term_id is None else "code"
    decision = {"dictionary_term_id": term_id, "status": CODING.after(current["status"], act)}
    in_use, offered = codings.offers(call.tx, record_id, term_id)
    if not (in_use and (offered or term_id is None)):
        raise RulesBroken(NOT_OFFERED if in_use else SUPERSEDED)
    if not amendments.unchanged(decision, current):
        records.amend(call.tx, "coding", record_id, call.version, decision)
        if current["record_kind"] == "adverse_event":
            interest_keeping.keep_of_events(call.tx, [current["record_id"]])
    return codings.read(call.tx, record_id)


@namespace.route("/studies/<study>/codings")
class Codings(Resource):  # type: ignore[misc]
    """The codings of a study."""

    @contract(
        may="coding.read", gives=Coding, many=True, asks=CodingFilters, problems=(NoSuchRecord, CursorNotUnderstood)
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the codings of a study, the oldest first; with status=to_code, the work list."""
        return page_of_records(call, "coding", image=codings.WITH_TERM, study_id=studies.id_of(call.tx, study))


@namespace.route("/codings/<uuid:record_id>")
class OneCoding(Resource):  # type: ignore[misc]
    """A coding."""

    @contract(may="coding.read", gives=Coding, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> Image:
        """Read the code of a record."""
        return codings.read(call.tx, record_id)

    @contract(
        may="coding.amend",
        takes=CodingDecision,
        gives=Coding,
        amends=True,
        problems=(NoSuchRecord, TransitionNotAllowed),
    )
    def put(self, call: Call, record_id: str) -> Image:
        """Code a record with a term of the dictionary, or take a wrong code back."""
        return decided(call, record_id)


@namespace.route("/codings/<uuid:record_id>/suggestions")
class CodingSuggestions(Resource):  # type: ignore[misc]
    """Terms that may be the code of a record."""

    @contract(may="coding.read", gives=SimilarTerm, many=True, asks=SuggestionLimit, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> list[dict[str, Any]]:
        """Suggest current terms by the similarity of their words, the best first."""
        return codings.suggestions(call.tx, codings.read(call.tx, record_id), call.query.get("limit") or SUGGESTED)


past.publish(namespace, "/codings", "coding", Coding)
