"""Who may do what: one table from verb to roles; sites come from the grant, transitions from the state."""

from __future__ import annotations

from enum import StrEnum


class Role(StrEnum):
    """A role that an account holds at one site, or at all."""

    COORDINATOR = "coordinator"
    INVESTIGATOR = "investigator"
    MONITOR = "monitor"
    DATA_MANAGER = "data_manager"
    SAFETY_OFFICER = "safety_officer"
    STATISTICIAN = "statistician"
    PARTNER = "partner"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"
    PHARMACIST = "pharmacist"
    UNBLINDED_STATISTICIAN = "unblinded_statistician"


EVERYONE = frozenset(Role)
SITE_STAFF = frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.PARTNER})
UNBLINDED = frozenset({Role.PHARMACIST, Role.UNBLINDED_STATISTICIAN})
READERS = SITE_STAFF | {Role.MONITOR, Role.DATA_MANAGER, Role.SAFETY_OFFICER, Role.AUDITOR}
CORRECTORS = SITE_STAFF | {Role.DATA_MANAGER}
SAFETY_READERS = frozenset({Role.SAFETY_OFFICER, Role.MONITOR, Role.DATA_MANAGER, Role.AUDITOR})
CODERS = frozenset({Role.DATA_MANAGER, Role.SAFETY_OFFICER})
PULLERS = frozenset({Role.STATISTICIAN, Role.UNBLINDED_STATISTICIAN, Role.DATA_MANAGER, Role.MONITOR, Role.PARTNER})

MAY: dict[str, frozenset[Role]] = {
    "study.read": EVERYONE,
    "study.define": frozenset({Role.ADMINISTRATOR}),
    "site.read": EVERYONE,
    "site.define": frozenset({Role.ADMINISTRATOR}),
    "protocol_version.read": EVERYONE,
    "protocol_version.define": frozenset({Role.ADMINISTRATOR, Role.DATA_MANAGER}),
    "protocol_activation.read": EVERYONE,
    "protocol_activation.define": frozenset({Role.ADMINISTRATOR, Role.DATA_MANAGER}),
    "catalogue.read": EVERYONE,
    "calculation.run": EVERYONE,
    "participant.read": READERS | {Role.PHARMACIST},
    "participant.enrol": SITE_STAFF,
    "participant.amend": CORRECTORS,
    "consent.read": READERS,
    "consent.record": SITE_STAFF,
    "consent.amend": CORRECTORS,
    "consent_document.read": EVERYONE,
    "consent_document.define": frozenset({Role.ADMINISTRATOR, Role.DATA_MANAGER}),
    "withdrawal.read": READERS,
    "withdrawal.record": SITE_STAFF,
    "withdrawal.amend": CORRECTORS,
    "enrolment.read": READERS,
    "enrolment.amend": CORRECTORS,
    "eligibility_assessment.read": READERS,
    "eligibility_assessment.record": SITE_STAFF,
    "protocol_deviation.read": READERS,
    "protocol_deviation.record": SITE_STAFF | {Role.MONITOR, Role.DATA_MANAGER},
    "protocol_deviation.amend": frozenset({Role.INVESTIGATOR, Role.MONITOR, Role.DATA_MANAGER}),
    "randomisation_list.read": frozenset({Role.UNBLINDED_STATISTICIAN, Role.DATA_MANAGER, Role.AUDITOR}),
    "randomisation_list.make": frozenset({Role.UNBLINDED_STATISTICIAN}),
    "randomisation_list.verify": frozenset(
        {Role.UNBLINDED_STATISTICIAN, Role.DATA_MANAGER, Role.MONITOR, Role.AUDITOR, Role.ADMINISTRATOR}
    ),
    "randomisation_slot.read": frozenset({Role.UNBLINDED_STATISTICIAN}),
    "allocation.read": READERS | UNBLINDED,
    "allocation.record": SITE_STAFF,
    "visit.read": READERS,
    "visit.record": SITE_STAFF,
    "visit.amend": CORRECTORS,
    "schedule.read": READERS,
    "skipped_visit.read": READERS,
    "skipped_visit.record": SITE_STAFF,
    "skipped_visit.amend": CORRECTORS,
    "protocol_deviation.detect": frozenset({Role.COORDINATOR, Role.MONITOR, Role.DATA_MANAGER}),
    "laboratory_result.read": READERS,
    "dose.read": READERS,
    "dose.record": SITE_STAFF,
    "dose.amend": CORRECTORS,
    "concomitant_medication.read": READERS,
    "concomitant_medication.record": SITE_STAFF,
    "concomitant_medication.amend": CORRECTORS,
    "adverse_event.read": READERS,
    "adverse_event.record": SITE_STAFF | {Role.SAFETY_OFFICER},
    "adverse_event.amend": CORRECTORS | {Role.SAFETY_OFFICER},
    "reference_safety_information.read": READERS,
    "reference_safety_information.define": frozenset({Role.SAFETY_OFFICER}),
    "sponsor_assessment.read": READERS,
    "sponsor_assessment.record": frozenset({Role.SAFETY_OFFICER}),
    "sponsor_assessment.amend": frozenset({Role.SAFETY_OFFICER}),
    "reporting_clock.read": READERS,
    "safety_submission.read": READERS,
    "safety_submission.record": SITE_STAFF | {Role.SAFETY_OFFICER},
    "expedited_report.read": frozenset({Role.INVESTIGATOR, Role.SAFETY_OFFICER, Role.AUDITOR}),
    "dictionary.read": READERS | {Role.ADMINISTRATOR},
    "dictionary.use": CODERS,
    "coding.read": READERS,
    "coding.amend": CODERS,
    "special_interest_term.read": READERS,
    "special_interest_term.define": frozenset({Role.SAFETY_OFFICER}),
    "special_interest_candidate.read": READERS,
    "special_interest_candidate.judge": frozenset({Role.INVESTIGATOR, Role.SAFETY_OFFICER}),
    "laboratory_alert.read": READERS,
    "laboratory_alert.acknowledge": SITE_STAFF | {Role.SAFETY_OFFICER},
    "study_safety.read": SAFETY_READERS | {Role.STATISTICIAN, Role.UNBLINDED_STATISTICIAN},
    "study_safety.list": SAFETY_READERS,
    "study_safety.compare_arms": frozenset({Role.UNBLINDED_STATISTICIAN}),
    "board_report.read_open": SAFETY_READERS | {Role.STATISTICIAN, Role.UNBLINDED_STATISTICIAN},
    "board_report.read_closed": frozenset({Role.UNBLINDED_STATISTICIAN}),
    "treatment.read": READERS | UNBLINDED,
    "study_product_dose.read": UNBLINDED,
    "study_product_dose.record": UNBLINDED,
    "study_product_dose.amend": UNBLINDED,
    "study_product_intake.read": READERS | UNBLINDED,
    "study_product_intake.record": SITE_STAFF,
    "study_product_intake.amend": CORRECTORS,
    "code_break.read": READERS | UNBLINDED,
    "code_break.request": frozenset({Role.INVESTIGATOR, Role.SAFETY_OFFICER}),
    "code_break.decide": frozenset({Role.INVESTIGATOR, Role.SAFETY_OFFICER, Role.UNBLINDED_STATISTICIAN}),
    "code_break.open": UNBLINDED | {Role.INVESTIGATOR, Role.SAFETY_OFFICER},
    "code_break.acknowledge": frozenset({Role.SAFETY_OFFICER}),
    "source_verification.read": READERS,
    "source_verification.record": frozenset({Role.MONITOR}),
    "source_verification.withdraw": frozenset({Role.MONITOR}),
    "signature.read": READERS,
    "signature.sign": frozenset({Role.INVESTIGATOR}),
    "signing_password.set": frozenset({Role.INVESTIGATOR}),
    "data_lock.read": READERS,
    "data_lock.set": frozenset({Role.DATA_MANAGER}),
    "data_cut.read": READERS | {Role.STATISTICIAN, Role.UNBLINDED_STATISTICIAN},
    "data_cut.name": frozenset({Role.DATA_MANAGER, Role.STATISTICIAN}),
    "audit.read": frozenset(
        {Role.MONITOR, Role.DATA_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR, Role.UNBLINDED_STATISTICIAN}
    ),
    "data_query.read": READERS,
    "data_query.open": frozenset({Role.MONITOR, Role.DATA_MANAGER}),
    "data_query.answer": SITE_STAFF,
    "data_query.close": frozenset({Role.MONITOR, Role.DATA_MANAGER}),
    "data_query.comment": SITE_STAFF | {Role.MONITOR, Role.DATA_MANAGER},
    "form_entry.read": READERS,
    "form_entry.record": SITE_STAFF,
    "form_reconciliation.record": frozenset({Role.INVESTIGATOR, Role.DATA_MANAGER}),
    "account.manage": frozenset({Role.ADMINISTRATOR}),
    "extract.pull": PULLERS,
    "extract.read": PULLERS | {Role.AUDITOR},
}

PROFILES_OF: dict[Role, tuple[str, ...]] = {
    Role.STATISTICIAN: ("internal", "blinded_review", "limited", "safe_harbor"),
    Role.UNBLINDED_STATISTICIAN: ("internal", "limited", "safe_harbor"),
    Role.DATA_MANAGER: ("blinded_review", "internal"),
    Role.MONITOR: ("blinded_review",),
    Role.PARTNER: ("safe_harbor", "limited"),
}
"""De-identification profiles that a role may pull an extract by; the first where none is named."""
