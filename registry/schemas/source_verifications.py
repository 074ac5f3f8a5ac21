"""Source data verification: which forms of a visit's version a monitor has compared with the source."""

from __future__ import annotations

from registry.domain.review import PARTS, SOURCE_VERIFICATION
from registry.schemas.base import Kept, Record
from registry.schemas.fields import LATEST_VERSION, Choice, Id, ListOf, Text, Whole, about
from registry.schemas.queries import ParticipantRecordFilters


class SourceVerificationRequest(Record):
    """Note that forms of a visit agree with the source."""

    visit_version = Whole(
        1, LATEST_VERSION, required=True, metadata=about("Version that was compared; it must be the present one")
    )
    forms = ListOf(
        Choice(PARTS), len(PARTS), distinct=True, required=True, metadata=about("Forms that agree with the source")
    )


class SourceVerification(Kept):
    """That forms of a visit agree with the source: it stands for a form as long as that form stays as it was."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    visit_id = Id(dump_only=True, metadata=about("Visit"))
    visit_version = Whole(1, LATEST_VERSION, dump_only=True, metadata=about("Version of the visit that was compared"))
    forms = ListOf(Choice(PARTS), len(PARTS), dump_only=True, metadata=about("Forms that agree with the source"))
    account_id = Id(dump_only=True, metadata=about("Account that verified"))
    verified_by = Text(120, dump_only=True, metadata=about("Name of who verified", free_text=True))
    state = Choice(SOURCE_VERIFICATION.words, dump_only=True, metadata=about("Standing or withdrawn"))


class SourceVerificationFilters(ParticipantRecordFilters):
    """Filter the source verifications of a study."""

    visit_id = Id(metadata=about("Only verifications of this visit"))
    state = Choice(SOURCE_VERIFICATION.words, metadata=about("Only those that stand, or were withdrawn"))
