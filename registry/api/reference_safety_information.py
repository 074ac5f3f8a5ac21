"""Reference safety information: what is expected of each drug of a study, and what it says of an adverse event."""

from __future__ import annotations

from typing import Any

from flask_restx import Namespace, Resource

from registry.api import past
from registry.api.contract import Call, contract
from registry.api.lists import page_of_records
from registry.db import codings, records, sponsor_assessments, studies
from registry.db.transaction import Image, Transaction
from registry.domain import expectedness
from registry.problems import AlreadyRecorded, CursorNotUnderstood, NoSuchRecord
from registry.schemas.reference_safety_information import (
    Expectedness,
    ReferenceSafetyInformation,
    ReferenceSafetyInformationFilters,
)

namespace = Namespace("reference_safety_information")
TABLE = "reference_safety_information"


def of_event(tx: Transaction, event_id: str) -> dict[str, Any]:
    """Propose, for each suspected drug of an event, whether it was expected; nothing of it is kept."""
    event = records.read(tx, "adverse_event", event_id)
    assessment = sponsor_assessments.found_of_event(tx, event_id) or {"drugs": []}
    drugs = list(dict.fromkeys(one["drug"] for one in [*event["causality"], *assessment["drugs"]]))
    documents = sponsor_assessments.documents(tx, event["study_id"], drugs)
    coded = codings.terms_of(tx, [event_id]).get(event_id) or {}
    terms = [event["term"], event.get("ctcae_term"), coded.get("term"), coded.get("preferred_term")]
    looked_for = list(dict.fromkeys(term for term in terms if term))
    return {
        "adverse_event_id": event_id,
        "event_version": event["version"],
        "terms": looked_for,
        "drugs": [_told(event, drug, looked_for, documents) for drug in drugs],
    }


def _told(event: Image, drug: str, terms: list[str], documents: list[Image]) -> dict[str, Any]:
    own = [document for document in documents if document["drug"] == drug]
    found = expectedness.proposed(drug, event, terms, own)
    document = found.document or {}
    return {
        "drug": drug,
        "reference_safety_information_id": document.get("id"),
        "document": document.get("document"),
        "effective_from": document.get("effective_from"),
        "certainly_in_force": found.certainly_in_force,
        "listed_term": found.listed_term,
        "proposal": found.proposal,
        "reason": found.reason,
    }


@namespace.route("/studies/<study>/reference-safety-information")
class DocumentsOfStudy(Resource):  # type: ignore[misc]
    """The reference safety information of a study."""

    @contract(
        may="reference_safety_information.read",
        gives=ReferenceSafetyInformation,
        many=True,
        asks=ReferenceSafetyInformationFilters,
        problems=(NoSuchRecord, CursorNotUnderstood),
    )
    def get(self, call: Call, study: str) -> list[dict[str, Any]]:
        """List the reference safety information of a study, every edition of it."""
        return page_of_records(call, TABLE, study_id=studies.id_of(call.tx, study))

    @contract(
        may="reference_safety_information.define",
        takes=ReferenceSafetyInformation,
        gives=ReferenceSafetyInformation,
        status=201,
        kind=TABLE,
        problems=(NoSuchRecord, AlreadyRecorded),
    )
    def post(self, call: Call, study: str) -> dict[str, Any]:
        """Add an edition of a drug's reference safety information; none is ever edited."""
        return records.record(call.tx, TABLE, call.body | {"study_id": studies.id_of(call.tx, study)})


@namespace.route("/reference-safety-information/<uuid:record_id>")
class OneDocument(Resource):  # type: ignore[misc]
    """An edition of reference safety information."""

    @contract(may="reference_safety_information.read", gives=ReferenceSafetyInformation, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read an edition of reference safety information."""
        return records.read(call.tx, TABLE, record_id)


@namespace.route("/adverse-events/<uuid:record_id>/expectedness")
class ExpectednessOfEvent(Resource):  # type: ignore[misc]
    """What the reference safety information says of an adverse event."""

    @contract(may="adverse_event.read", gives=Expectedness, problems=(NoSuchRecord,))
    def get(self, call: Call, record_id: str) -> dict[str, Any]:
        """Read for each suspected drug whether the document in force at the onset makes the event expected: a proposal."""
        return of_event(call.tx, str(record_id))


past.publish(namespace, "/reference-safety-information", TABLE, ReferenceSafetyInformation)
