"""Worked examples of the response criteria: the vectors of domain reference 8.1 as they are sent."""

from typing import Any

Body = dict[str, Any]
Number = int | float


def visit(measures: tuple[Number, Number, Number, Number, Number, Number], maximum: int, **enzyme: Any) -> Body:
    """Give a visit of the IMACS core set in the order of the reference: PGA, PtGA, MMT, CHAQ, CK, extramuscular."""
    physician, patient, strength, function, value, extramuscular = measures
    return {
        "physician_global_activity": physician,
        "patient_global_activity": patient,
        "mmt_total": strength,
        "mmt_maximum": maximum,
        "chaq_index": function,
        "enzymes": [{"enzyme": "CK", "value": value, **enzyme}],
        "extramuscular_global_activity": extramuscular,
    }


LIMITED = {"upper_limit": 200, "unit": "U/L"}

A: Body = {"baseline": visit((5.5, 2, 146, 0, 66, 5.5), 150), "followup": visit((0.5, 1, 150, 0, 84, 0), 150)}
C: Body = {
    "baseline": visit((10, 10, 0, 3, 3000, 10), 80, **LIMITED),
    "followup": visit((0, 0, 80, 0, 0, 0), 80, **LIMITED),
}
D: Body = {
    "baseline": visit((5.5, 5.5, 50, 1.5, 3000, 5.5), 80, **LIMITED),
    "followup": visit((5.0, 5.0, 51.6, 1.35, 2850, 5.0), 80, **LIMITED),
}
E: Body = {
    "baseline": visit((5.5, 5.5, 50, 1.5, 3000, 5.5), 80, **LIMITED),
    "followup": visit((4.9, 4.9, 52, 1.25, 2849, 4.9), 80, **LIMITED),
}
F: Body = {
    "baseline": visit((4, 4, 60, 1, 200, 4), 80, **LIMITED),
    "followup": visit((3, 3.5, 66, 0.875, 150, 3.1), 80, **LIMITED),
}

PRINTO: Body = {
    "strength_measure": "cmas",
    "baseline": {
        "physician_global_activity": 6,
        "patient_global_activity": 5,
        "patient_global_wording": "overall_well_being",
        "cmas_total": 30,
        "cmas_maximum": 52,
        "chaq_index": 2,
        "chq_physical_summary": 30,
        "das_total": 12,
    },
    "followup": {
        "physician_global_activity": 2,
        "patient_global_activity": 2.5,
        "patient_global_wording": "overall_well_being",
        "cmas_total": 45,
        "cmas_maximum": 52,
        "chaq_index": 1,
        "chq_physical_summary": 33,
        "das_total": 9,
    },
}
"""Physician 66.7 %, patient, CMAS and CHAQ 50 %, DAS 25 %, CHQ 10 % better: PRINTO 50 by the text of reference 2.2."""
