"""The review of a visit at a glance, and the work lists of what is still to be verified or signed."""

from __future__ import annotations

from registry.domain.locks import LOCK, SCOPES
from registry.domain.review import PART_STATES, PARTS
from registry.domain.vocabulary import VISIT_EVENTS
from registry.schemas.base import Record
from registry.schemas.fields import LATEST_VERSION, Choice, Day, Id, ListOf, Moment, Part, Text, Whole, about
from registry.schemas.queries import Page
from registry.schemas.signatures import KINDS, MOST_RECORDS, SignedRecord, signatures_of_record


class ReviewedPart(Record):
    """How a part of a visit stands with regard to the source."""

    form = Choice(PARTS, required=True, metadata=about("Form, or header or laboratory results"))
    state = Choice(PART_STATES, required=True, metadata=about("Verified, stale or not verified"))
    verification_id = Id(metadata=about("Newest verification of the form"))
    verified_by = Text(120, metadata=about("Name of who verified", free_text=True))
    verified_at = Moment(metadata=about("When it was verified"))
    verified_version = Whole(1, LATEST_VERSION, metadata=about("Version of the visit that was verified"))


class LockInForce(Record):
    """A freeze or lock that covers a record."""

    id = Id(required=True, metadata=about("Lock"))
    scope = Choice(SCOPES, required=True, metadata=about("What it covers"))
    state = Choice(LOCK.words, required=True, metadata=about("Frozen or locked"))
    reason = Text(500, required=True, metadata=about("Why", free_text=True))
    changed_at = Moment(required=True, metadata=about("Since when"))


class VisitReview(Record):
    """What was verified, signed and locked of a visit."""

    visit_id = Id(required=True, metadata=about("Visit"))
    visit_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Present version of the visit"))
    parts = ListOf(
        Part(ReviewedPart, required=True),
        len(PARTS),
        required=True,
        metadata=about("Each part that is filled in or was verified"),
    )
    signatures = signatures_of_record()
    locks = ListOf(
        Part(LockInForce, required=True), len(SCOPES), required=True, metadata=about("Locks that cover the visit")
    )


class ParticipantReview(Record):
    """What a signature of a participant covers as it stands, and what was signed and locked of it."""

    participant_id = Id(required=True, metadata=about("Participant"))
    participant_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Present version of the participant"))
    records = ListOf(
        Part(SignedRecord, required=True),
        MOST_RECORDS,
        required=True,
        metadata=about("Records that a signature covers, with versions: all but those about study product and allocation, "
                       "deviations and the work on data"),
    )  # fmt: skip
    records_sha256 = Text(64, required=True, metadata=about("SHA-256 of these records; a signature gives it"))
    signatures = signatures_of_record()
    locks = ListOf(
        Part(LockInForce, required=True), len(SCOPES), required=True, metadata=about("Locks that cover the participant")
    )


class DueFilters(Page):
    """Filter a work list."""

    site_id = Id(metadata=about("Only records of this site"))
    participant_id = Id(metadata=about("Only records of this participant"))


class VisitDue(Record):
    """A complete visit with work to be done on it."""

    id = Id(required=True, metadata=about("Visit"))
    version = Whole(1, LATEST_VERSION, required=True, metadata=about("Present version of the visit"))
    site_id = Id(required=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    event = Choice(VISIT_EVENTS, required=True, metadata=about("Planned event, or unscheduled"))
    visited_on = Day(required=True, metadata=about("Date of the visit"))
    changed_at = Moment(required=True, metadata=about("When the present version was kept"))


class SignatureDue(Record):
    """A complete visit whose present version is not signed, or a participant that was signed and has changed since."""

    kind = Choice(KINDS, required=True, metadata=about("What is to be signed", example="visit"))
    id = Id(required=True, metadata=about("Visit or participant"))
    version = Whole(1, LATEST_VERSION, required=True, metadata=about("Present version of the visit or participant"))
    site_id = Id(required=True, metadata=about("Site"))
    participant_id = Id(required=True, metadata=about("Participant"))
    event = Choice(VISIT_EVENTS, metadata=about("Planned event of the visit, or unscheduled"))
    visited_on = Day(metadata=about("Date of the visit"))
    changed_at = Moment(required=True, metadata=about("When it, or a record of the participant, was changed last"))
    signed_version = Whole(
        1, LATEST_VERSION, metadata=about("Newest version that was signed; null where none was: signed never")
    )


class VerificationDue(VisitDue):
    """A complete visit with forms that are not verified as they stand."""

    forms = ListOf(Choice(PARTS), len(PARTS), required=True, metadata=about("Forms to compare with the source"))
