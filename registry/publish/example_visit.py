"""A full visit as an example: every form of an active disease at the start of treatment, and thirty laboratory results."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from registry.domain import items, sums
from registry.domain.items import Item

Form = dict[str, Any]

COLLECTED = "2025-02-10T08:30:00Z"
GENE_SCORE = {"assay": "NanoString nCounter, 28 genes", "specimen": "whole_blood"}


def _each(scored: Iterable[Item], value: Any, **others: Any) -> Form:
    """Give every item the same value, except those that are named."""
    return {item.field: others.get(item.field, value) for item in scored}


def _with_totals(form: Form, *totals: str) -> Form:
    """Add the totals that the items make."""
    for total in totals:
        made = sums.expected_total(total, form).total
        form[total] = made if made is None or made % 1 else int(made)
    return form


def vital_signs() -> Form:
    """Give the vital signs; the saturation was not measured, and says why."""
    return {
        "height": 128.5,
        "height_position": "standing",
        "weight": 31.2,
        "systolic_blood_pressure": 102,
        "diastolic_blood_pressure": 61,
        "heart_rate": 92,
        "respiratory_rate": 20,
        "temperature": 36.8,
        "oxygen_saturation": None,
        "missing": {"oxygen_saturation": "not_done"},
    }


def disease_activity() -> Form:
    """Give the global assessments and the MDAAT."""
    return {
        "physician_global_activity": 5.5,
        "physician_global_scale": "vas",
        "patient_global_activity": 6.0,
        "patient_global_scale": "vas",
        "patient_global_wording": "overall_well_being",
        "patient_global_rater": "parent",
        "extramuscular_global_activity": 4.5,
        "pain": 3.0,
        "pain_rater": "patient",
        "physician_global_damage": 0.5,
        **_each(items.MDAAT_ORGANS, 0, mdaat_cutaneous=5.0, mdaat_muscle=5.5, mdaat_constitutional=2.0),
    }


def muscle_strength() -> Form:
    """Give MMT8 of both sides, MMT26 by its groups, and CMAS."""
    form = {
        "mmt8_maximum": 150,
        "cmas_maximum": 52,
        **_each(items.MMT8_ITEMS, 8, mmt8_neck_flexors=6, mmt8_wrist_extensors_right=10, mmt8_wrist_extensors_left=10),
        **_each(items.CMAS_ITEMS, 2, cmas_head_elevation=3, cmas_sit_ups=3, cmas_pick_up=3),
        **_each(items.MMT26_PARTS, 14, mmt_proximal=124, mmt_distal=76),
    }
    return _with_totals(form, "mmt8_total", "mmt26_total", "cmas_total")


def skin_disease() -> Form:
    """Give CDASI by site, DAS, the abbreviated CAT and the nailfold capillaries."""
    form = {
        **_each(
            items.CDASI_ACTIVITY_ITEMS,
            0,
            cdasi_malar_erythema=2,
            cdasi_periorbital_erythema=2,
            cdasi_v_neck_erythema=1,
            cdasi_gottron_hands_erythema=3,
            cdasi_gottron_hands_papules=True,
            cdasi_periungual=2,
        ),
        **_each(items.CDASI_DAMAGE_ITEMS, 0, cdasi_v_neck_poikiloderma=1),
        **_each(items.DAS_SKIN_ITEMS, 1, das_skin_type=3, das_skin_distribution=2),
        **_each(items.DAS_MUSCLE_ITEMS, 0, das_muscle_functional_status=1, das_muscle_neck_flexor_weakness=1),
        "acat_activity": 7,
        "acat_damage": 1,
        **_each(items.NAILFOLD_ITEMS, 4.5),
        "nailfold_patterns": ["bushy", "tortuous"],
        "nailfold_haemorrhage": True,
    }
    totals = ("cdasi_activity_total", "cdasi_damage_total", "das_skin_total", "das_muscle_total", "das_total")
    return _with_totals(form, *totals) | {"nailfold_density": 4.5}


def functioning() -> Form:
    """Give CHAQ, the CHQ summary and PROMIS."""
    return {
        **_each(items.CHAQ_DOMAINS, 1, chaq_reach=2, chaq_activities=2),
        **_each(items.CHAQ_AIDS, False),
        "chaq_index": 1.25,
        "chaq_rater": "parent",
        "chq_physical_summary": 38.5,
        **_each(items.PROMIS_ITEMS, 45.5, promis_fatigue=58.5),
        "promis_version": "Pediatric v2.0",
        "promis_rater": "parent",
    }


def organ_involvement() -> Form:
    """Give what organs are involved."""
    return {
        "calcinosis": False,
        "interstitial_lung_disease": "absent",
        "fvc": 1.92,
        "fvc_percent_predicted": 91.5,
        "lung_function_reference": "gli_2012",
        "dysphagia": "mild",
        "dysphonia": "none",
        "abdominal_pain": "none",
        "gastrointestinal_bleeding": False,
        "arthritis": "mild",
        "active_joints": 2,
        "contractures": False,
        "skin_ulceration": False,
        "bed_bound": False,
        "aspiration": False,
        "central_nervous_system": False,
        "intensive_care": False,
        "missing": {"dlco_percent_predicted": "not_applicable"},
    }


def damage() -> Form:
    """Give the Myositis Damage Index."""
    form = {
        "mdi_extent_total": 1,
        "mdi_extent_maximum": 38,
        **_each(items.MDI_SEVERITY_ITEMS, 0, mdi_cutaneous_severity=0.5),
    }
    return form | {"mdi_severity_total": 0.5}


RESULTS: tuple[tuple[str, float, str, float | None, float | None], ...] = (
    ("CK", 812, "U/L", 30, 200),
    ("LDH", 486, "U/L", 120, 300),
    ("AST", 74, "U/L", None, 48),
    ("ALT", 52, "U/L", None, 39),
    ("ALDOLASE", 11.4, "U/L", None, 7.6),
    ("IFN28Z", 12.7, "{score}", None, None),
    ("SIGLEC1", 6120, "{mAb}/{cell}", None, 2400),
    ("CXCL10", 1450, "pg/mL", None, 200),
    ("CXCL9", 980, "pg/mL", None, 250),
    ("GALECTIN9", 18400, "pg/mL", None, 7500),
    ("IFNA", 310, "fg/mL", None, 10),
    ("NEOPTERIN", 21.5, "nmol/L", None, 10),
    ("VWFAG", 188, "%", 50, 150),
    ("HGB", 12.1, "g/dL", 11.5, 15.5),
    ("WBC", 5.2, "10*9/L", 4.5, 13.5),
    ("NEUT", 3.1, "10*9/L", 1.5, 8),
    ("LYM", 1.2, "10*9/L", 1.5, 6.5),
    ("PLAT", 264, "10*9/L", 150, 450),
    ("CREAT", 38, "umol/L", 27, 62),
    ("EGFR", 124, "mL/min/{1.73_m2}", 90, None),
    ("BILI", 7, "umol/L", None, 17),
    ("GGT", 14, "U/L", None, 35),
    ("ALB", 39, "g/L", 35, 50),
    ("CHOL", 4.1, "mmol/L", None, 5.2),
    ("TRIG", 1.3, "mmol/L", None, 1.7),
    ("CRP", 4, "mg/L", None, 5),
    ("FERRITIN", 96, "ug/L", 15, 150),
    ("IGG", 11.2, "g/L", 6, 15),
)


def laboratory_results() -> list[Form]:
    """Give thirty results: measured, below the limit of quantification, and qualitative."""
    measured = [_result(*row) for row in RESULTS]
    below = {"analyte": "IFNB", "value": 1.7, "comparator": "<", "unit": "pg/mL", "lower_limit_of_quantification": 1.7}
    negative = {"analyte": "HBSAG", "finding": "negative", "specimen": "serum"}
    return [*measured, below | {"collected_at": COLLECTED}, negative | {"collected_at": COLLECTED}]


def _result(analyte: str, value: float, unit: str, low: float | None, high: float | None) -> Form:
    limits = {"lower_limit": low, "upper_limit": high}
    method = GENE_SCORE if analyte == "IFN28Z" else {}
    return {"analyte": analyte, "value": value, "unit": unit, **limits, **method, "collected_at": COLLECTED}


def full_visit(participant_id: str) -> Form:
    """Give a complete visit at week 0."""
    forms = (vital_signs, disease_activity, muscle_strength, skin_disease, functioning, organ_involvement, damage)
    return {
        "participant_id": participant_id,
        "event": "week_0",
        "visited_on": "2025-02-10",
        "mode": "in_person",
        "status": "complete",
        "forms": {form.__name__: form() for form in forms},
        "laboratory_results": laboratory_results(),
    }
