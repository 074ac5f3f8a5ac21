"""Candidates for events of special interest: what was found, by which rule, and how a person judged it."""

from __future__ import annotations

from registry.domain.special_interest import FOUND_BY
from registry.domain.special_interest_candidate import SPECIAL_INTEREST_CANDIDATE
from registry.domain.vocabulary import SPECIAL_INTEREST
from registry.schemas.base import Kept, Record
from registry.schemas.fields import Choice, Id, Moment, Text, Whole, about
from registry.schemas.queries import ParticipantRecordFilters

DECISIONS = {"confirm": "It is an event of special interest", "dismiss": "It is none"}


class SpecialInterestCandidate(Kept):
    """What may be an event of special interest: a question to a person, put by the rule set."""

    study_id = Id(dump_only=True, metadata=about("Study"))
    site_id = Id(dump_only=True, metadata=about("Site"))
    participant_id = Id(dump_only=True, metadata=about("Participant"))
    topic = Choice(SPECIAL_INTEREST, dump_only=True, metadata=about("Topic of special interest"))
    found_by = Choice(FOUND_BY, dump_only=True, metadata=about("How it was found"))
    adverse_event_id = Id(
        dump_only=True, allow_none=True, metadata=about("Adverse event; null where it is something else")
    )
    visit_id = Id(
        dump_only=True, allow_none=True, metadata=about("Visit of the result; null where it is something else")
    )
    concomitant_medication_id = Id(
        dump_only=True, allow_none=True, metadata=about("Live vaccine; null where it is something else")
    )
    analyte = Text(40, dump_only=True, allow_none=True, metadata=about("Analyte of the result"))
    rule_version = Text(10, dump_only=True, metadata=about("Version of the rule set that found it"))
    status = Choice(SPECIAL_INTEREST_CANDIDATE.words, dump_only=True, metadata=about("State"))
    comment = Text(500, dump_only=True, allow_none=True, metadata=about("Reason of the judgement", free_text=True))
    decided_by = Id(
        dump_only=True,
        allow_none=True,
        metadata=about("Account that judged; null where no account did, as in the demo"),
    )
    decided_at = Moment(dump_only=True, allow_none=True, metadata=about("When it was judged"))
    judged_version = Whole(
        1,
        2**31 - 1,
        dump_only=True,
        allow_none=True,
        metadata=about("Version of the event, the visit or the medication that was judged"),
    )


class SpecialInterestJudgement(Record):
    """A person's judgement of a candidate."""

    decision = Choice(DECISIONS, required=True, metadata=about("What is decided", example="confirm"))
    comment = Text(
        500,
        required=True,
        metadata=about(
            "Why; kept with the candidate and as reason of the change",
            free_text=True,
            example="Zoster, seen at the visit",
        ),
    )


class SpecialInterestCandidateFilters(ParticipantRecordFilters):
    """Filter the candidates of a study."""

    status = Choice(SPECIAL_INTEREST_CANDIDATE.words, metadata=about("Only candidates in this state"))
    topic = Choice(SPECIAL_INTEREST, metadata=about("Only candidates of this topic"))
    found_by = Choice(FOUND_BY, metadata=about("Only candidates found in this way"))
    adverse_event_id = Id(metadata=about("Only candidates of this adverse event"))
    visit_id = Id(metadata=about("Only candidates of this visit"))
    concomitant_medication_id = Id(metadata=about("Only candidates of this medication"))
