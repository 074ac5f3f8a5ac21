"""Each record with the table that keeps it."""

from __future__ import annotations

from dataclasses import dataclass

from registry.schemas.accounts import Account, Grant, Token
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.allocations import Allocation
from registry.schemas.base import Record
from registry.schemas.code_breaks import CodeBreak
from registry.schemas.codings import Coding
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consent_documents import ConsentDocument
from registry.schemas.consents import Consent
from registry.schemas.data_cuts import DataCut
from registry.schemas.data_locks import DataLock
from registry.schemas.data_queries import DataQuery, DataQueryMessage
from registry.schemas.dictionaries import Dictionary, DictionaryTerm, StudyDictionary
from registry.schemas.doses import Dose
from registry.schemas.double_entries import FormReconciliation, IndependentEntry
from registry.schemas.eligibility_assessments import EligibilityAssessment
from registry.schemas.enrolments import Enrolment
from registry.schemas.laboratory_alerts import LaboratoryAlert
from registry.schemas.laboratory_results import KeptLaboratoryResult
from registry.schemas.participants import Participant
from registry.schemas.protocol_activations import ProtocolActivation
from registry.schemas.protocol_deviations import ProtocolDeviation
from registry.schemas.protocol_versions import ProtocolVersion
from registry.schemas.randomisation_lists import RandomisationList, RandomisationScheme, RandomisationSlot
from registry.schemas.reference_safety_information import ReferenceSafetyInformation
from registry.schemas.reporting_clocks import ReportingClock
from registry.schemas.safety_submissions import SafetySubmission
from registry.schemas.schedule import ExpectedVisit
from registry.schemas.signatures import Signature
from registry.schemas.signing_passwords import SigningPassword
from registry.schemas.sites import Site
from registry.schemas.skipped_visits import SkippedVisit
from registry.schemas.source_verifications import SourceVerification
from registry.schemas.special_interest_candidates import SpecialInterestCandidate
from registry.schemas.special_interest_terms import SpecialInterestTerm
from registry.schemas.sponsor_assessments import SponsorAssessment
from registry.schemas.studies import Study
from registry.schemas.study_product_doses import StudyProductDose
from registry.schemas.study_product_intakes import StudyProductIntake
from registry.schemas.visits import FORMS, Visit
from registry.schemas.withdrawals import Withdrawal

PLACE_OF_A_FORM = frozenset({"visit_id", "site_id", "voided"})
KEPT = frozenset({"id", "version", "recorded_at", "changed_at"})


@dataclass(frozen=True)
class Pair:
    """A record with its table: columns that only the table has, fields that only the record has."""

    record: type[Record]
    table: str
    only_kept: frozenset[str] = frozenset()
    only_said: frozenset[str] = frozenset()


PAIRS = [
    *(Pair(form, name, PLACE_OF_A_FORM) for name, form in FORMS.items()),
    Pair(Visit, "visit", only_said=frozenset({"forms", "laboratory_results", "derived", "signatures"})),
    Pair(Participant, "participant", only_said=frozenset({"derived", "signatures"})),
    Pair(KeptLaboratoryResult, "laboratory_result", frozenset({"position", "voided"})),
    *(Pair(record, table) for record, table in (
        (Study, "study"), (Site, "site"), (Consent, "consent"), (Dose, "dose"),
        (ConcomitantMedication, "concomitant_medication"), (AdverseEvent, "adverse_event"),
        (Enrolment, "enrolment"), (EligibilityAssessment, "eligibility_assessment"), (ProtocolDeviation, "protocol_deviation"),
    )),
    Pair(ProtocolVersion, "protocol_version"),
    Pair(DataQuery, "data_query", only_said=frozenset({"age_days"})),
    Pair(DataQueryMessage, "data_query_message"),
    Pair(IndependentEntry, "form_entry", only_said=frozenset({"hidden"})),
    Pair(FormReconciliation, "form_reconciliation"),
    Pair(ProtocolActivation, "protocol_activation"),
    Pair(SkippedVisit, "skipped_visit"),
    Pair(ExpectedVisit, "expected_visit", frozenset({"required_forms", "required_analytes"}), frozenset({
        "participant_code", "status", "days", "visit_id", "visit_version", "visit_status", "skipped_visit_id", "missing_forms",
        "missing_analytes"})),
    Pair(RandomisationList, "randomisation_list"),
    Pair(RandomisationScheme, "randomisation_scheme"),
    Pair(RandomisationSlot, "randomisation_slot"),
    Pair(Allocation, "allocation"),
    Pair(SourceVerification, "source_verification"),
    Pair(SigningPassword, "signing_password", frozenset({"scrypt"})),
    Pair(Signature, "signature", only_said=frozenset({"status", "invalidated_at", "invalidated_by"})),
    Pair(DataLock, "data_lock"),
    Pair(DataCut, "data_cut"),
    Pair(CodeBreak, "code_break"),
    Pair(ReferenceSafetyInformation, "reference_safety_information"),
    Pair(SponsorAssessment, "sponsor_assessment", only_said=frozenset({"compared", "classification"})),
    Pair(SpecialInterestCandidate, "special_interest_candidate"),
    Pair(SpecialInterestTerm, "special_interest_term"),
    Pair(Dictionary, "dictionary"),
    Pair(DictionaryTerm, "dictionary_term"),
    Pair(StudyDictionary, "study_dictionary"),
    Pair(Coding, "coding", only_said=frozenset({"code", "term", "preferred_term", "system_organ_class"})),
    Pair(ReportingClock, "reporting_clock", only_said=frozenset({
        "participant_code", "event_term", "time_zone", "due_at_site", "hours_left", "overdue", "met"})),
    Pair(SafetySubmission, "safety_submission"),
    Pair(StudyProductDose, "study_product_dose"),
    Pair(StudyProductIntake, "study_product_intake"),
    Pair(ConsentDocument, "consent_document"),
    Pair(Withdrawal, "withdrawal"),
    Pair(LaboratoryAlert, "laboratory_alert"),
    Pair(Account, "account", only_said=frozenset({"grants"})),
    Pair(Grant, "access_grant", KEPT - {"id"} | {"account_id", "revoked_at"}),
    Pair(Token, "api_token", frozenset({"sha256"}), frozenset({"token"})),
]  # fmt: skip
