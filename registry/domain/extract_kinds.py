"""The kinds of record that an extract can hold, one file each, in the order in which they are written."""

from __future__ import annotations

from collections.abc import Mapping

KINDS: Mapping[str, str] = {
    "participant": "One row a participant",
    "consent": "One row a consent or assent",
    "allocation": "One row a participant that was allocated; inside the study, for those who know the treatment",
    "visit": "One row a complete visit",
    "vital_signs": "Growth and vital signs, one row a visit",
    "disease_activity": "Global assessments, one row a visit",
    "muscle_strength": "MMT8, MMT26 and CMAS, one row a visit",
    "skin_disease": "Skin activity and damage, one row a visit",
    "functioning": "Scores of questionnaires, one row a visit",
    "organ_involvement": "Organs beyond muscle and rash, one row a visit",
    "damage": "Damage, one row a visit",
    "missing_value": "One row a value of a form that is missing",
    "laboratory_result": "One row a laboratory result",
    "dose": "One row an interval of a JAK inhibitor at one dose",
    "concomitant_medication": "One row a concomitant medication",
    "adverse_event": "One row an adverse event",
    "severity_change": "One row a grade that an adverse event had from a day on",
    "drug_causality": "One row an adverse event and drug",
    "derived": "One row a value that a rule derives",
    "wide_visit": "One row a participant and visit, for analysis",
    "wide_participant": "One row a participant, for analysis",
}
