"""Dictionaries that were loaded, which one a study codes with, and what a change of version changed."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from flask_restx import Namespace, Resource

from registry.api import interest_keeping
from registry.api.contract import Call, contract
from registry.api.identity import EVERY_SITE
from registry.api.lists import page_of_records
from registry.db import codings, dictionaries, records, studies
from registry.db.transaction import Image, Transaction
from registry.domain import coding
from registry.problems import BrokenRule, CursorNotUnderstood, NoSuchRecord, NotPermitted, RulesBroken
from registry.schemas.dictionaries import (
    CodingChanges,
    CodingChangesAsked,
    Dictionary,
    DictionaryUsed,
    SimilarTerm,
    StudyDictionary,
    StudyDictionaryRequest,
    TermSearch,
)
from registry.schemas.queries import USUAL_PAGE, Page

namespace = Namespace("dictionaries")

NOT_LOADED = BrokenRule("/dictionary_id", "no_such_dictionary", "No such version of a dictionary is loaded.")
REASON = "The study codes with another version of the dictionary"


def used(call: Call, study: str) -> Image:
    """Have a study code with a version of a dictionary, and give what that changed.

    Raises:
        NoSuchRecord: there is no such study. RulesBroken: there is no such version. NotPermitted: the role holds at some
            sites only, and a study's version holds at all of them.
    """
    if call.attribution.sites != EVERY_SITE:
        raise NotPermitted
    study_id = studies.id_of(call.tx, study)
    try:
        dictionary = records.read(call.tx, "dictionary", call.body["dictionary_id"])
    except NoSuchRecord:
        raise RulesBroken(NOT_LOADED) from None
    call.tx.attribute(replace(call.attribution, reason=REASON))
    return with_report(call.tx, begin(call.tx, study_id, dictionary))


def begin(tx: Transaction, study_id: str, dictionary: Image) -> Image:
    """Code a study's records with a version from now on, and see which events are of special interest by their codes."""
    image = dictionaries.use(tx, study_id, dictionary)
    if image["kind"] == "adverse_event":
        interest_keeping.keep_of_events(tx, dictionaries.coded_with(tx, study_id, image["dictionary_id"]))
    return image


def with_report(tx: Transaction, image: Image) -> Image:
    """Give a study's version with what it changed; a repeated request is answered with how that stands now."""
    before, after = image.get("previous_dictionary_id"), image["dictionary_id"]
    return {**image, "report": changes(tx, image["study_id"], before, after)}


def changes(tx: Transaction, study_id: str, before: str | None, after: str) -> dict[str, Any]:
    """Compare the codes of a study's records in two versions; without an earlier one, with no codes at all."""
    found = [
        {**row, "change": coding.change(row["before"], row["after"], row["status"])}
        for row in codings.side_by_side(tx, study_id, before, after)
    ]
    counts = coding.counted([row["change"] for row in found])
    return {
        "from_dictionary_id": before,
        "to_dictionary_id": after,
        "counts": [{"change": kind, "records": number} for kind, number in counts.items()],
        "changes": [row for row in found if row["change"] != "unchanged"],
    }


@namespace.route("/dictionaries")
class Dictionaries(Resource):  # type: ignore[misc]
    """The dictionaries of this installation."""

    @contract(may="dictionary.read", gives=Dictionary, many=True, asks=Page, problems=(CursorNotUnderstood,))
    def get(self, call: Call) -> list[dict[str, Any]]:
        """List the versions of dictionaries that are loaded."""
        return page_of_records(call, "dictionary")


@namespace.route("/dictionaries/<uuid:dictionary_id>")
class OneDictionary(Resource):  # type: ignore[misc]
    """A version of a dictionary."""

    @contract(may="dictionary.read", gives=Dictionary, problems=(NoSuchRecord,))
    def get(self, call: Call, dictionary_id: str) -> Image:
        """Read what a version of a dictionary is."""
        return records.read(call.tx, "dictionary", dictionary_id)


@namespace.route("/dictionaries/<uuid:dictionary_id>/terms")
class DictionaryTerms(Resource):  # type: ignore[misc]
    """The terms of a version of a dictionary."""

    @contract(may="dictionary.read", gives=SimilarTerm, many=True, asks=TermSearch, problems=(NoSuchRecord,))
    def get(self, call: Call, dictionary_id: str) -> list[dict[str, Any]]:
        """Look for terms by their words, the most similar first."""
        known = records.read(call.tx, "dictionary", dictionary_id)
        return dictionaries.alike(call.tx, known["id"], call.query["search"], call.query.get("limit") or USUAL_PAGE)


@namespace.route("/studies/<study>/dictionary")
class DictionaryOfStudy(Resource):  # type: ignore[misc]
    """The dictionaries that a study codes with."""

    @contract(
        may="dictionary.read",
        gives=StudyDictionary,
        many=True,
        asks=Page,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the versions that a study has coded with, the one in use of each kind last."""
        return page_of_records(call, "study_dictionary", study_id=studies.id_of(call.tx, study))

    @contract(
        may="dictionary.use",
        takes=StudyDictionaryRequest,
        gives=DictionaryUsed,
        status=201,
        kind="study_dictionary",
        again=with_report,
        problems=(NoSuchRecord,),
    )
    def post(self, call: Call, study: str) -> Image:
        """Have a study code with a version of a dictionary from now on, and tell what that changed."""
        return used(call, study)


@namespace.route("/studies/<study>/coding-changes")
class CodingChangesOfStudy(Resource):  # type: ignore[misc]
    """What two versions of a dictionary make of a study's records."""

    @contract(may="coding.read", gives=CodingChanges, asks=CodingChangesAsked, problems=(NoSuchRecord,))
    def get(self, call: Call, study: str) -> dict[str, Any]:
        """Compare the codes of a study's records in two versions of a dictionary."""
        before, after = (call.query.get(f"{side}_dictionary_id") for side in ("from", "to"))
        for asked in filter(None, (before, after)):
            records.read(call.tx, "dictionary", asked)
        return changes(call.tx, studies.id_of(call.tx, study), before, str(after))
