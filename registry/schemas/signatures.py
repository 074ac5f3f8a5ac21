"""Electronic signatures: what is asked of the signer, what a signature tells, and its verification."""

from __future__ import annotations

from typing import Any

from marshmallow import validates_schema

from registry.domain.review import SIGNATURE_STATES
from registry.domain.signing import LONGEST_PASSWORD, MEANINGS
from registry.schemas.audit import AnyValue
from registry.schemas.base import Kept, Record
from registry.schemas.fields import LATEST_VERSION, Choice, Id, ListOf, Moment, Part, Text, Whole, YesNo, about
from registry.schemas.queries import ParticipantRecordFilters
from registry.schemas.sentences import broken

MOST_RECORDS = 5000
MOST_SIGNATURES = 200
KINDS = {"visit": "A visit", "participant": "A participant with every record that its review lists"}
SHA256 = r"[0-9a-f]{64}"
SHA256_SAYS = "The hash is 64 hexadecimal digits in lower case."


class SignedRecord(Record):
    """A record that a signature covers, in the version that was signed."""

    kind = Text(40, required=True, metadata=about("Kind of record", example="visit"))
    id = Id(required=True, metadata=about("Record"))
    version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version"))


class SignatureRequest(Record):
    """Sign a version of a record: who signs identifies and authenticates anew, each time."""

    kind = Choice(KINDS, required=True, metadata=about("What is signed", example="visit"))
    record_id = Id(required=True, metadata=about("Visit or participant"))
    record_version = Whole(
        1, LATEST_VERSION, required=True, metadata=about("Version that was read; it must be the present one")
    )
    records_sha256 = Text(
        64,
        pattern=SHA256,
        says=SHA256_SAYS,
        metadata=about(
            "Of a participant: `records_sha256` of the review that was read; every record is to be as it was then"
        ),
    )
    meaning = Choice(MEANINGS, required=True, metadata=about("Meaning of the signature", example="approval"))
    signer = Text(
        120, required=True, load_only=True, metadata=about("Printed name of your account, given anew", free_text=True)
    )
    password = Text(
        LONGEST_PASSWORD,
        required=True,
        load_only=True,
        metadata=about("Your signing password; neither kept nor logged", free_text=True),
    )

    @validates_schema(skip_on_field_errors=True)
    def every_record_was_read(self, asked: dict[str, Any], **_: Any) -> None:
        """Who signs a participant says which versions were read."""
        if asked["kind"] == "participant" and not asked.get("records_sha256"):
            raise broken(
                "required", "Read the review of the participant, and give its records_sha256.", "records_sha256"
            )


class Standing(Record):
    """How a signature stands."""

    status = Choice(SIGNATURE_STATES, dump_only=True, metadata=about("Valid or invalidated"))
    invalidated_at = Moment(dump_only=True, allow_none=True, metadata=about("Since when what was signed has changed"))
    invalidated_by = Part(
        SignedRecord, dump_only=True, metadata=about("First version that the signature does not cover")
    )


class ShownSignature(Standing):
    """A signature as it is shown with the record that it is on."""

    id = Id(required=True, metadata=about("Signature"))
    record_version = Whole(1, LATEST_VERSION, required=True, metadata=about("Version that was signed"))
    printed_name = Text(120, required=True, metadata=about("Printed name of who signed", free_text=True))
    signed_at = Moment(required=True, metadata=about("When, by the server's clock, in UTC"))
    meaning = Choice(MEANINGS, required=True, metadata=about("Meaning of the signature"))
    statement = Text(300, required=True, metadata=about("Meaning in words, as it was signed"))


class Signature(Kept, Standing):
    """An electronic signature over a version of a visit or of a whole participant; it never changes."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    kind = Choice(KINDS, dump_only=True, metadata=about("What is signed"))
    record_id = Id(dump_only=True, metadata=about("Visit or participant"))
    record_version = Whole(1, LATEST_VERSION, dump_only=True, metadata=about("Version that was signed"))
    meaning = Choice(MEANINGS, dump_only=True, metadata=about("Meaning of the signature"))
    statement = Text(300, dump_only=True, metadata=about("Meaning in words, as it was signed"))
    account_id = Id(dump_only=True, metadata=about("Account that signed"))
    printed_name = Text(120, dump_only=True, metadata=about("Printed name of who signed", free_text=True))
    signed_at = Moment(dump_only=True, metadata=about("When, by the server's clock, in UTC"))
    records = ListOf(
        Part(SignedRecord, required=True), MOST_RECORDS, dump_only=True, metadata=about("What it covers, with versions")
    )
    records_sha256 = Text(
        64,
        pattern=SHA256,
        says=SHA256_SAYS,
        dump_only=True,
        metadata=about("SHA-256 of what it covers, with versions, hexadecimal"),
    )
    content_sha256 = Text(
        64,
        pattern=SHA256,
        says=SHA256_SAYS,
        dump_only=True,
        metadata=about("SHA-256 over the canonical form of what was signed, hexadecimal"),
    )


class SignatureVerification(Signature):
    """A signature with its hash made again from the audit."""

    recomputed_sha256 = Text(64, dump_only=True, metadata=about("SHA-256 made again from the audit, hexadecimal"))
    fits = YesNo(dump_only=True, metadata=about("Whether the hash that was kept is the one made again"))
    content = AnyValue(dump_only=True, metadata=about("What was signed, as the audit keeps it; the hash is over this"))
    present_records = ListOf(
        Part(SignedRecord, required=True), MOST_RECORDS, dump_only=True, metadata=about("What there is by now")
    )


class SignatureFilters(ParticipantRecordFilters):
    """Filter the signatures of a study."""

    record_id = Id(metadata=about("Only signatures of this visit or participant"))


def signatures_of_record() -> ListOf:
    """Make the field of a record for its signatures: answered, never submitted, never kept in its image."""
    return ListOf(
        Part(ShownSignature, required=True),
        MOST_SIGNATURES,
        dump_only=True,
        metadata=about(
            "Electronic signatures of the record, first to last",
            removed_because="tell of those who signed, not of the participant",
        ),
    )
