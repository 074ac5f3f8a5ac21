"""Examples of what is sent, each whole and valid: shown in the document, and posted to a live registry by a test.

They belong together: one study, one site, one participant, whose records refer to each other.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from apispec import APISpec

from registry.publish import example_visit
from registry.publish.shapes import plainly
from registry.schemas.accounts import Account, Token
from registry.schemas.adverse_events import AdverseEvent
from registry.schemas.base import Record
from registry.schemas.concomitant_medications import ConcomitantMedication
from registry.schemas.consent_documents import ConsentDocument
from registry.schemas.consents import Consent
from registry.schemas.doses import Dose
from registry.schemas.extracts import ExtractRequest
from registry.schemas.participants import Participant
from registry.schemas.sites import Site
from registry.schemas.studies import Study
from registry.schemas.visits import Visit
from registry.schemas.withdrawals import Withdrawal

Example = dict[str, Any]

SITE_ID = "0198c5a0-1111-7000-8000-000000000001"
PARTICIPANT_ID = "0198c5a0-2222-7000-8000-000000000002"
ACCOUNT_ID = "0198c5a0-3333-7000-8000-000000000003"

STUDY: Example = {
    "code": "JAKI-JDM",
    "title": "JAK inhibitors in juvenile dermatomyositis: an observational cohort",
    "protocol_version": "1.0",
    "design": "observational_cohort",
    "registrations": [{"register": "ClinicalTrials.gov", "identifier": "NCT05524311"}],
    "rule_constants": {"egfr": {"k": 0.413}},
}
SITE: Example = {"code": "BER", "country": "DE", "time_zone": "Europe/Berlin"}
PARTICIPANT: Example = {
    "site_id": SITE_ID,
    "code": "BER-0007",
    "birth_year": 2014,
    "birth_month": 5,
    "sex_at_birth": "female",
    "ancestry": ["european"],
    "symptom_onset": "2021-03",
    "diagnosed_on": "2021-06-14",
    "disease_course": "chronic",
    "autoantibodies": [
        {"antibody": "tif1_gamma", "finding": "positive", "method": "immunoblot", "tested_on": "2021-06"},
        {"antibody": "mda5", "finding": "negative", "method": "immunoblot", "tested_on": "2021-06"},
    ],
    "indications": ["refractory_skin", "unable_to_wean_steroids"],
    "prior_treatments": ["prednisolone", "methotrexate", "ivig"],
    "access_barriers": ["insurance"],
    "core_set": "printo",
    "strength_measure": "cmas",
    "diagnostic_lower_limb_weakness": True,
    "diagnostic_heliotrope_rash": True,
    "diagnostic_gottron_papules": True,
    "diagnostic_gottron_sign": False,
    "diagnostic_raised_enzymes": True,
    "diagnostic_biopsy_done": False,
}
CONSENT_DOCUMENT: Example = {
    "document_version": "2.1",
    "kind": "consent",
    "language": "de",
    "valid_from": "2025-01-01",
    "scopes": ["registry", "biobank", "partner_sharing"],
}
CONSENT: Example = {
    "participant_id": PARTICIPANT_ID,
    "document_version": "2.1",
    "kind": "consent",
    "language": "de",
    "scopes": ["registry", "partner_sharing"],
    "given_by": "parent",
    "given_on": "2025-01-12",
}
WITHDRAWAL: Example = {
    "participant_id": PARTICIPANT_ID,
    "kind": "treatment",
    "withdrawn_on": "2025-09-01",
    "decided_by": "parent",
    "reason": "burden",
    "comment": "The tablets are hard to swallow",
}
DRAFT_VISIT: Example = {
    "participant_id": PARTICIPANT_ID,
    "event": "week_4",
    "status": "draft",
    "forms": {"vital_signs": {"weight": 31.6}},
}
CONFIRMED_VISIT: Example = {
    "participant_id": PARTICIPANT_ID,
    "event": "unscheduled",
    "visited_on": "2025-02-24",
    "mode": "remote",
    "status": "complete",
    "laboratory_results": [
        {
            "analyte": "CK",
            "value": 10400,
            "unit": "U/L",
            "upper_limit": 200,
            "collected_at": "2025-02-23T09:10:00+01:00",
        }
    ],
    "confirmations": [{"rule": "ck_above_50_uln", "comment": "Repeated, confirmed by the laboratory"}],
}
DOSE: Example = {
    "participant_id": PARTICIPANT_ID,
    "drug": "baricitinib",
    "formulation": "tablet",
    "mg_per_intake": 4,
    "intakes_per_day": 1,
    "weight_used": 31.2,
    "started_on": "2025-02-10",
    "reason_for_start": "started",
    "adherence": "full",
}
CONCOMITANT_MEDICATION: Example = {
    "participant_id": PARTICIPANT_ID,
    "medication": "prednisolone",
    "dose": 10,
    "dose_unit": "mg",
    "frequency": "daily",
    "route": "oral",
    "started_on": "2025-01",
}
ADVERSE_EVENT: Example = {
    "participant_id": PARTICIPANT_ID,
    "term": "Shingles on the trunk",
    "ctcae_term": "Shingles",
    "ctcae_version": "5.0",
    "grade": 2,
    "special_interest": "herpes_zoster",
    "started_on": "2025-05",
    "serious": False,
    "causality": [{"drug": "baricitinib", "causality": "possible", "action_taken": "interrupted"}],
    "expectedness": "expected",
    "outcome": "recovering",
}
ACCOUNT: Example = {
    "name": "Coordinator, Berlin",
    "organisation": "Berlin site",
    "grants": [{"role": "coordinator", "site_id": SITE_ID}],
}
TOKEN: Example = {"account_id": ACCOUNT_ID, "label": "Upload script", "expires_at": "2099-01-01T00:00:00Z"}

EXTRACT: Example = {"study": "JAKI-JDM", "purpose": "Interim analysis of the CMAS at week 24"}


@cache
def all_examples() -> dict[type[Record], dict[str, Example]]:
    """Give the examples of each record by name, in the order in which they can be posted."""
    visits = {
        "full_visit": example_visit.full_visit(PARTICIPANT_ID),
        "draft_visit": DRAFT_VISIT,
        "confirmed_visit": CONFIRMED_VISIT,
    }
    return {
        Study: {"study": STUDY},
        Site: {"site": SITE},
        Participant: {"participant": PARTICIPANT},
        ConsentDocument: {"consent_document": CONSENT_DOCUMENT},
        Consent: {"consent": CONSENT},
        Visit: visits,
        Dose: {"dose": DOSE},
        ConcomitantMedication: {"concomitant_medication": CONCOMITANT_MEDICATION},
        AdverseEvent: {"adverse_event": ADVERSE_EVENT},
        Withdrawal: {"withdrawal": WITHDRAWAL},
        Account: {"account": ACCOUNT},
        Token: {"token": TOKEN},
        ExtractRequest: {"extract": EXTRACT},
    }


def named(record: type[Record]) -> dict[str, Example]:
    """Give the examples of one record."""
    return all_examples().get(record, {})


def declare(spec: APISpec) -> None:
    """Add every example as a component."""
    for examples in all_examples().values():
        for name, example in examples.items():
            spec.components.example(name, {"summary": name.replace("_", " ").capitalize(), "value": plainly(example)})
