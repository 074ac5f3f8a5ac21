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


EVERYONE = frozenset(Role)
SITE_STAFF = frozenset({Role.COORDINATOR, Role.INVESTIGATOR, Role.PARTNER})
READERS = SITE_STAFF | {Role.MONITOR, Role.DATA_MANAGER, Role.SAFETY_OFFICER, Role.AUDITOR}
CORRECTORS = SITE_STAFF | {Role.DATA_MANAGER}

MAY: dict[str, frozenset[Role]] = {
    "study.read": EVERYONE,
    "study.define": frozenset({Role.ADMINISTRATOR}),
    "site.read": EVERYONE,
    "site.define": frozenset({Role.ADMINISTRATOR}),
    "catalogue.read": EVERYONE,
    "calculation.run": EVERYONE,
    "participant.read": READERS,
    "participant.enrol": SITE_STAFF,
    "participant.amend": CORRECTORS,
    "consent.read": READERS,
    "consent.record": SITE_STAFF,
    "consent.amend": CORRECTORS,
    "visit.read": READERS,
    "visit.record": SITE_STAFF,
    "visit.amend": CORRECTORS,
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
    "audit.read": frozenset({Role.MONITOR, Role.DATA_MANAGER, Role.AUDITOR, Role.ADMINISTRATOR}),
    "account.manage": frozenset({Role.ADMINISTRATOR}),
    "extract.pull": frozenset({Role.STATISTICIAN, Role.PARTNER}),
    "extract.read": frozenset({Role.STATISTICIAN, Role.PARTNER, Role.AUDITOR}),
}
