"""Bodies that clients send, small and right; tests change what they are about."""

from __future__ import annotations

import itertools
from typing import Any

from registry.domain import items
from tests.conftest import World

_numbers = itertools.count(1)


def participant(site: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "site_id": site,
        "code": f"P-{next(_numbers):05d}",
        "birth_year": 2014,
        "birth_month": 5,
        "sex_at_birth": "female",
        "symptom_onset": "2021-03",
        "diagnosed_on": "2021-06-14",
        "indications": ["refractory_skin"],
    }
    return usual | changes


def consent(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "document_version": "1.0",
        "kind": "consent",
        "given_by": "parent",
        "given_on": "2025-01-10",
    }
    return usual | changes


def visit(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "event": "week_0",
        "visited_on": "2025-02-10",
        "mode": "in_person",
        "status": "complete",
        "forms": {
            "vital_signs": {"height": 128.5, "weight": 27.4},
            "disease_activity": {"physician_global_activity": 5.5, "physician_global_scale": "vas"},
            "muscle_strength": {"cmas_total": 41, "cmas_maximum": 52},
        },
        "laboratory_results": [
            {"analyte": "CK", "value": 812, "unit": "U/L", "upper_limit": 200, "collected_at": "2025-02-10T08:30:00Z"}
        ],
    }
    return usual | changes


def withdrawal(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "kind": "treatment",
        "withdrawn_on": "2025-06-01",
        "decided_by": "parent",
        "reason": "burden",
    }
    return usual | changes


def consent_document(**changes: Any) -> dict[str, Any]:
    usual = {
        "document_version": "1.0",
        "kind": "consent",
        "language": "de",
        "valid_from": "2025-01-01",
        "scopes": ["registry", "biobank", "partner_sharing"],
    }
    return usual | changes


def dose(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "drug": "baricitinib",
        "formulation": "tablet",
        "mg_per_intake": 2,
        "intakes_per_day": 1,
        "weight_used": 27.4,
        "started_on": "2025-02-10",
        "reason_for_start": "started",
    }
    return usual | changes


def protocol_deviation(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "occurred_on": "2025-02-12",
        "category": "dosing",
        "description": "Two days of tablets were not taken",
    }
    return usual | changes


def adverse_event(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "term": "Shingles on the trunk",
        "grade": 2,
        "started_on": "2025-04",
        "serious": False,
        "outcome": "recovering",
        "causality": [{"drug": "baricitinib", "causality": "possible", "action_taken": "interrupted"}],
    }
    return usual | changes


def concomitant_medication(participant_id: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "participant_id": participant_id,
        "medication": "prednisolone",
        "dose": 10,
        "dose_unit": "mg",
        "frequency": "daily",
        "route": "oral",
        "started_on": "2025-01",
    }
    return usual | changes


def enrolled(world: World, **changes: Any) -> str:
    """Enrol a participant with a consent; give its id."""
    body = participant(changes.pop("site", world.site), **changes)
    answer = world.coordinator.post(f"/v1/studies/{world.study}/participants", body)
    assert answer.status_code == 201, answer.text
    participant_id: str = answer.json["id"]
    given = world.coordinator.post(f"/v1/studies/{world.study}/consents", consent(participant_id))
    assert given.status_code == 201, given.text
    return participant_id


def reference(world: World, **changes: Any) -> str:
    """Give the id of a document that lists what is expected of a drug from a day on; it is recorded unless it is there."""
    body = {"drug": "baricitinib", "document": "Brochure", "effective_from": "2025-01-01", **changes}
    path = f"/v1/studies/{world.study}/reference-safety-information"
    known = world.safety_officer.get(f"{path}?drug={body['drug']}").json
    same = [one["id"] for one in known if one["effective_from"] == body["effective_from"]]
    answer = None if same else world.safety_officer.post(path, body)
    return str(same[0] if answer is None else answer.json["id"])


def visited(world: World, participant_id: str | None = None, **changes: Any) -> dict[str, Any]:
    """Record a visit, of a new participant unless one is given; give the answer."""
    body = visit(participant_id or enrolled(world), **changes)
    answer = world.coordinator.post(f"/v1/studies/{world.study}/visits", body)
    assert answer.status_code == 201, answer.text
    recorded: dict[str, Any] = answer.json
    return recorded


def whole_visit(participant_id: str, **changes: Any) -> dict[str, Any]:
    """A visit with every form filled in, and laboratory results of every kind."""
    usual = {"forms": every_form(), "laboratory_results": results_of_every_kind()}
    return visit(participant_id, **(usual | changes))


def every_form() -> dict[str, Any]:
    """Every form with every item; the totals are what the items make."""
    full = {item.field: item.maximum for item in items.CMAS_ITEMS}
    return {
        "vital_signs": {"height": 128.5, "height_position": "standing", "weight": 27.4, "systolic_blood_pressure": 104,
                        "diastolic_blood_pressure": 62, "heart_rate": 92, "respiratory_rate": 18, "temperature": 36.8,
                        "oxygen_saturation": 98},
        "disease_activity": {"physician_global_activity": 5.5, "physician_global_scale": "vas",
                             "patient_global_activity": 3, "patient_global_scale": "likert",
                             "patient_global_wording": "disease_activity", "patient_global_rater": "parent",
                             "extramuscular_global_activity": 4.5, "pain": 2.5, "pain_rater": "patient",
                             "physician_global_damage": 0.5, **{item.field: 1.5 for item in items.MDAAT_ORGANS}},
        "muscle_strength": {"mmt8_maximum": 150, "mmt8_total": 150, **dict.fromkeys(items.fields(items.MMT8_ITEMS), 10),
                            "cmas_maximum": 52, "cmas_total": 52, **full, "mmt_axial": 18, "mmt_proximal": 140, "mmt_distal": 76,
                            "mmt26_total": 234},
        "skin_disease": {**dict.fromkeys(items.fields(items.CDASI_ACTIVITY_ITEMS), 1), "cdasi_gottron_hands_papules": True,
                         "cdasi_activity_total": 50, **dict.fromkeys(items.fields(items.CDASI_DAMAGE_ITEMS), 1),
                         "cdasi_damage_total": 31, **dict.fromkeys(items.fields(items.DAS_SKIN_ITEMS), 1),
                         "das_skin_total": 4, **dict.fromkeys(items.fields(items.DAS_MUSCLE_ITEMS), 1),
                         "das_muscle_total": 9, "das_total": 13, "acat_activity": 9, "acat_damage": 2,
                         **dict.fromkeys(items.fields(items.NAILFOLD_ITEMS), 6.5), "nailfold_density": 6.5,
                         "nailfold_haemorrhage": False},
        "functioning": {**dict.fromkeys(items.fields(items.CHAQ_DOMAINS), 1), "chaq_index": 1.0, "chaq_rater": "parent",
                        **dict.fromkeys(items.fields(items.CHAQ_AIDS), False), "chq_physical_summary": 41.5,
                        **dict.fromkeys(items.fields(items.PROMIS_ITEMS), 48.5), "promis_version": "2.0",
                        "promis_rater": "patient"},
        "organ_involvement": {"calcinosis": True, "calcinosis_lesions": 3, "calcinosis_types": ["superficial"],
                              "calcinosis_sites": ["elbow", "knee"], "interstitial_lung_disease": "absent", "fvc": 1.84,
                              "fvc_percent_predicted": 92.5, "dysphagia": "none", "pericarditis": False, "active_joints": 0,
                              "bed_bound": False, "intensive_care": False,
                              "missing": {"dlco_percent_predicted": "not_done", "hrct_extent": "not_applicable"}},
        "damage": {"mdi_extent_total": 5, "mdi_extent_maximum": 38, "mdi_severity_total": 11,
                   **dict.fromkeys(items.fields(items.MDI_SEVERITY_ITEMS), 1)},
    }  # fmt: skip


def results_of_every_kind() -> list[dict[str, Any]]:
    """A value, a censored value, a value that is converted, a finding, and a reason why there is none."""
    at = {"collected_at": "2025-02-10T08:30:00Z"}
    return [
        {"analyte": "CK", "value": 812, "unit": "U/L", "upper_limit": 200, "specimen": "serum", **at},
        {"analyte": "CXCL10", "value": 15.6, "comparator": "<", "unit": "pg/mL", "lower_limit_of_quantification": 15.6,
         "assay": "Bead array", "specimen": "plasma", **at},
        {"analyte": "CREAT", "value": 0.5, "unit": "mg/dL", "lower_limit": 0.3, "upper_limit": 0.7, **at},
        {"analyte": "SIGLEC1", "value": 4200, "unit": "{mAb}/{cell}", "specimen": "whole_blood", **at},
        {"analyte": "HBSAG", "finding": "negative", **at},
        {"analyte": "ALDOLASE", "missing_reason": "not_done"},
    ]  # fmt: skip


def said(answer: Any) -> dict[str, str]:
    """What a refusal said: the code of the broken rule at each JSON pointer."""
    assert answer.mimetype == "application/problem+json", answer.text
    return {error["pointer"]: error["code"] for error in answer.json.get("errors", [])}


def problem(answer: Any) -> str:
    """The last part of a refusal's type, such as `no-such-record`."""
    assert answer.mimetype == "application/problem+json", answer.text
    name: str = answer.json["type"].removeprefix("/problems/")
    assert answer.json["status"] == answer.status_code
    return name
