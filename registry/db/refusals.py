"""The one door through which PostgreSQL's errors become problems: a constraint's name becomes the client's sentence."""

from __future__ import annotations

import psycopg
from psycopg import errors

from registry.problems import (
    AlreadyRecorded,
    BrokenRule,
    ConsentMissing,
    DosesOverlap,
    DutiesKeptApart,
    IdempotencyKeyInUse,
    ListExhausted,
    NoRandomisationList,
    NotEligible,
    NothingToOpen,
    NotPermitted,
    NotReadyForAllocation,
    ParticipantAlreadyRecorded,
    Problem,
    RecordLocked,
    RulesBroken,
    SealDoesNotHold,
    SecondPersonNeeded,
    StudyProductsOverlap,
    Unavailable,
    Unexpected,
    VersionStale,
    VisitAlreadyRecorded,
    VisitNotComplete,
)

PROBLEMS: dict[str, tuple[type[Problem], str]] = {
    "visit_once": (VisitAlreadyRecorded, "/event"),
    "visit_unscheduled_once": (VisitAlreadyRecorded, "/visited_on"),
    "participant_code_once": (ParticipantAlreadyRecorded, "/code"),
    "dose_no_overlap": (DosesOverlap, "/started_on"),
    "visit_within_consent": (ConsentMissing, "/visited_on"),
    "visit_consent_withdrawn": (ConsentMissing, "/visited_on"),
    "visit_majority_reached": (ConsentMissing, "/visited_on"),
    "visit_reconsent_needed": (ConsentMissing, "/visited_on"),
    "visit_assent_missing": (ConsentMissing, "/visited_on"),
    "withdrawal_once": (AlreadyRecorded, "/withdrawn_on"),
    "consent_document_once": (AlreadyRecorded, "/document_version"),
    "consent_document_covers_visits": (RulesBroken, "/reconsent_by"),
    "consent_document_site_fkey": (RulesBroken, "/site_id"),
    "consent_document_valid": (RulesBroken, "/document_version"),
    "consent_language_told": (RulesBroken, "/language"),
    "consent_scopes_asked": (RulesBroken, "/scopes"),
    "protocol_version_number_once": (AlreadyRecorded, "/number"),
    "protocol_activation_once": (AlreadyRecorded, "/protocol_version_id"),
    "protocol_activation_site_fkey": (RulesBroken, "/site_id"),
    "enrolment_within_consent": (ConsentMissing, "/status_on"),
    "enrolment_of_eligible": (NotEligible, "/status"),
    "enrolment_assessment_outdated": (NotEligible, "/status"),
    "eligibility_assessment_comes_last": (RulesBroken, "/assessed_on"),
    "skipped_visit_not_recorded": (VisitAlreadyRecorded, "/event"),
    "skipped_visit_expected": (RulesBroken, "/event"),
    "skipped_visit_once": (AlreadyRecorded, "/event"),
    "request_key_pkey": (IdempotencyKeyInUse, ""),
    "dose_blinded_product": (RulesBroken, "/drug"),
    "study_product_blinded": (RulesBroken, "/participant_id"),
    "study_product_after_allocation": (RulesBroken, "/started_on"),
    "study_product_dose_no_overlap": (StudyProductsOverlap, "/started_on"),
    "study_product_intake_no_overlap": (StudyProductsOverlap, "/started_on"),
    "study_product_dose_kit_of_one": (RulesBroken, "/kit"),
    "study_product_dose_of_arm": (RulesBroken, "/product"),
    "code_break_of_blinded": (NothingToOpen, ""),
    "code_break_second_person": (SecondPersonNeeded, ""),
    "access_grant_duties_apart": (DutiesKeptApart, "/grants"),
    "access_grant_once_unblinded": (DutiesKeptApart, "/grants"),
    "allocation_of_ready": (NotReadyForAllocation, ""),
    "allocation_has_list": (NoRandomisationList, ""),
    "randomisation_list_exhausted": (ListExhausted, ""),
    "randomisation_list_seal_holds": (SealDoesNotHold, ""),
    "consent_covers_visits": (RulesBroken, "/given_on"),
    "consent_covers_enrolment": (RulesBroken, "/given_on"),
    "record_locked": (RecordLocked, ""),
    "signature_of_present_version": (VersionStale, "/record_version"),
    "signature_of_records_read": (VersionStale, "/records_sha256"),
    "signature_of_complete_visits": (VisitNotComplete, "/record_id"),
    "data_lock_of_its_study": (RulesBroken, "/record_id"),
    "data_cut_not_in_the_future": (RulesBroken, "/moment"),
    "safety_submission_not_in_the_future": (RulesBroken, "/submitted_at"),
    "reporting_clock_submitted_after_start": (RulesBroken, "/submitted_at"),
    "adverse_event_not_before_birth": (RulesBroken, "/started_on"),
    "adverse_event_not_after_death": (RulesBroken, "/started_on"),
    "adverse_event_death_comes_last": (RulesBroken, "/died_on"),
    "adverse_event_one_death": (RulesBroken, "/died_on"),
    "adverse_event_pregnancy_possible": (RulesBroken, "/special_situations"),
    "adverse_event_ends_before_death": (RulesBroken, "/ended_on"),
    "adverse_event_course_before_death": (RulesBroken, "/severity_changes"),
    "adverse_event_keeps_the_blind": (RulesBroken, "/causality"),
    "participant_pregnancy_possible": (RulesBroken, "/sex_at_birth"),
    "enrolment_death_comes_last": (RulesBroken, "/status_on"),
    "visit_not_after_death": (RulesBroken, "/visited_on"),
    "adverse_event_visits_its_own": (RulesBroken, "/visit_ids"),
    "adverse_event_medications_its_own": (RulesBroken, "/concomitant_medication_ids"),
    "adverse_event_results_its_own": (RulesBroken, "/laboratory_results"),
    "reference_safety_information_once": (AlreadyRecorded, "/effective_from"),
    "sponsor_assessment_aware_before_recorded": (RulesBroken, "/sponsor_aware_at"),
    "sponsor_assessment_reference_its_own": (RulesBroken, "/drugs"),
    "sponsor_assessment_reference_in_force": (RulesBroken, "/drugs"),
    "sponsor_assessment_expected_by_document": (RulesBroken, "/drugs"),
    "sponsor_assessment_keeps_the_blind": (RulesBroken, "/drugs"),
}
"""Constraints whose breach has a problem of its own, and the place in the record that it concerns."""

SENTENCES: dict[str, str] = {
    "visit_within_consent": "No consent of this participant is in force on this day.",
    "visit_consent_withdrawn": "Every consent was withdrawn before this day.",
    "visit_majority_reached": "The participant was of age on this day and has not consented itself.",
    "visit_reconsent_needed": "On this day consent to a newer document was needed and is not recorded.",
    "visit_assent_missing": "The protocol asks for the child's own assent on this day, and none is in force.",
    "consent_covers_visits": (
        "Visits rest on this consent: record the one that is right first, or mark them as entered in error."
    ),
    "consent_covers_enrolment": (
        "The enrolment rests on this consent: record the one that is right first, or end the participation."
    ),
    "enrolment_within_consent": "No consent is in force on this day, or the child's own assent is missing.",
    "consent_document_covers_visits": "Visits after this day rest on consent to an earlier document: give a later day.",
    "enrolment_assessment_outdated": "What the newest assessment rests on was changed since: assess again.",
    "eligibility_assessment_comes_last": "There is an assessment of a later day: assess for that day or a later one.",
    "consent_document_valid": "No document of this version, kind and language was valid at the site on that day.",
    "consent_language_told": "The document is there in several languages: tell which was signed.",
    "dose_blinded_product": "The product is given blinded here: record that it was taken as a study product intake.",
    "study_product_dose_kit_of_one": "The kit is another participant's, or of a slot that is still to be given.",
    "study_product_dose_of_arm": "The arm has another product: say in other_product_reason why this one was given.",
    "access_grant_duties_apart": "End the roles of one duty before another is granted.",
    "access_grant_once_unblinded": "The account has held an unblinded role, and what was known then is not unlearnt.",
    "skipped_visit_once": "This visit is skipped already; amend that record.",
    "skipped_visit_not_recorded": "The visit is recorded, as a draft or complete; a visit that took place is not skipped.",
    "code_break_requested_once": "A request for this participant waits already; answer it, or decline it first.",
    "safety_submission_not_in_the_future": "The moment must not be in the future.",
    "reporting_clock_overdue_stays": "A clock that ran out is not due later.",
    "reporting_clock_submitted_after_start": "The submission must not be before the clock started.",
    "reporting_clock_stopped_by_submission": "Only the record of a submission stops a clock.",
    "data_lock_once": "There is a lock on this already; change its state instead.",
    "study_dictionary_changes": "The study codes with this version already.",
    "special_interest_term_once": "The study has this word or code for this topic already.",
    "data_cut_once": "The study has a cut with this code already.",
    "randomisation_list_stratum_once": "A list in use has this stratum already; retire it first, or name other sites.",
    "adverse_event_not_before_birth": "The event begins before the participant's month of birth: one of the two is wrong.",
    "adverse_event_not_after_death": "The event begins after the participant's death: one of the two dates is wrong.",
    "adverse_event_death_comes_last": (
        "An event or a visit of the participant is told of a day after this death: one of the dates is wrong."
    ),
    "adverse_event_one_death": "The participant's death is told with another day already: correct that one first.",
    "adverse_event_ends_before_death": "The event ends after the participant's death: one of the two dates is wrong.",
    "adverse_event_course_before_death": "A grade is of a day after the participant's death: one of the two dates is wrong.",
    "adverse_event_keeps_the_blind": "The product is given blinded here: name study_product.",
    "sponsor_assessment_keeps_the_blind": "The product is given blinded here: name study_product.",
    "participant_pregnancy_possible": "A pregnancy of the participant is recorded: correct that event first.",
    "enrolment_death_comes_last": (
        "An event, a visit or another day of death is told after this death: one of the dates is wrong."
    ),
    "visit_not_after_death": "The visit is after the participant's death: one of the two dates is wrong.",
    "adverse_event_pregnancy_possible": "The participant is male: a pregnancy is the participant's own.",
    "adverse_event_visits_its_own": "Each visit must be one of the participant's that counts.",
    "adverse_event_medications_its_own": "Each medication must be one of the participant's that counts.",
    "adverse_event_results_its_own": "Each result must stand in a visit of the participant that counts.",
    "reference_safety_information_once": "The drug has a document in force from this day already.",
    "sponsor_assessment_once": "The sponsor has assessed this event already; amend that assessment.",
    "sponsor_assessment_aware_before_recorded": "The sponsor's awareness must not be in the future.",
    "sponsor_assessment_reference_its_own": "Each document must be one of this study and of the drug that is assessed.",
    "sponsor_assessment_reference_in_force": "Each document must be in force on a day that the onset may be.",
    "sponsor_assessment_expected_by_document": "What is expected is listed in a document: name it.",
    "consent_scopes_asked": "The document does not ask about every one of these uses.",
}
"""What a client reads of a constraint whose name does not say what to do."""

LOST_RACE = (errors.SerializationFailure, errors.DeadlockDetected)
"""What the same work, sent again, does not meet again."""
LOST = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow, errors.TooManyConnections)


def problem_of(error: psycopg.Error) -> Problem:  # noqa: PLR0911 (one return a kind of error)
    """Give the problem that an error of the database is to the client; it never carries what the database said."""
    name = error.diag.constraint_name
    if name in PROBLEMS:
        problem, pointer = PROBLEMS[name]
        if problem is RecordLocked:
            return RecordLocked(scope=error.diag.column_name, state=error.diag.datatype_name)
        return problem(BrokenRule(pointer, name, sentence(name)))
    if isinstance(error, errors.UniqueViolation):
        return AlreadyRecorded(BrokenRule("", name or "unique", sentence(name or "unique")))
    if isinstance(error, errors.IntegrityError) and name:
        return RulesBroken(BrokenRule("", name, sentence(name)))
    if isinstance(error, (errors.LockNotAvailable, *LOST_RACE)):
        return Unavailable(headers={"Retry-After": "1"})
    if isinstance(error, errors.InsufficientPrivilege):
        return NotPermitted()
    if isinstance(error, LOST) or type(error) is psycopg.OperationalError:
        return Unavailable(headers={"Retry-After": "5"})
    return Unexpected()


def sentence(constraint: str) -> str:
    """Say a constraint's name as a sentence."""
    return SENTENCES.get(constraint) or f"The record breaks the rule: {constraint.replace('_', ' ')}."


def worth_repeating(error: psycopg.Error) -> bool:
    """Tell whether the same work may succeed, or be refused better, when it is done again at once."""
    return isinstance(error, (errors.UniqueViolation, *LOST_RACE))
