"""Adverse events: what an incident is called, how severe it is, what the drug had to do with it and how it ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from registry.demo.children import Child
from registry.demo.incidents import Incident
from registry.demo.jak_inhibitors import drug_at

CTCAE = "5.0"


@dataclass(frozen=True, slots=True)
class Kind:
    """How a kind of incident is reported; `ctcae` is None where the terms have none that fits."""

    term: str
    ctcae: str | None
    grade: int
    special_interest: str | None
    causality: str
    weeks: float | None
    """How long it lasts; None while it goes on."""
    action: str = "not_changed"
    expected: bool = True


KINDS: dict[str, Kind] = {
    "zoster": Kind("Shingles on the trunk", "Shingles", 2, "herpes_zoster", "probable", 2.0, "interrupted"),
    "infection": Kind("Cold with cough and sore throat", "Upper respiratory infection", 1, None, "possible", 1.2),
    "acne": Kind("Acne of face and back", "Rash acneiform", 1, "acne", "possible", None),
    "lipids": Kind("Raised cholesterol", "Cholesterol high", 1, "lipids", "possible", 12.0),
    "neutropenia": Kind(
        "Low neutrophils in the routine count", "Neutrophil count decreased", 2, "cytopenia", "possible", 4.0
    ),
    "lymphopenia": Kind(
        "Low lymphocytes in the routine count", "Lymphocyte count decreased", 2, "cytopenia", "possible", 6.0
    ),
    "bk_virus": Kind(
        "BK virus in plasma and urine without symptoms", None, 1, "bk_virus", "probable", 10.0, expected=False
    ),
    "transaminases": Kind(
        "Raised transaminases", "Alanine aminotransferase increased", 1, "transaminases", "possible", 5.0
    ),
    "weight_gain": Kind("More weight than expected", "Weight gain", 1, "growth_weight", "unlikely", None),
    "ck_rise": Kind("CK rise without weakness", "CPK increased", 2, "ck_rise", "probable", 15.0),
}
SERIOUS: dict[str, float] = {"zoster": 0.2, "bk_virus": 0.65}
"""Share that leads to hospital: zoster for intravenous aciclovir, BK virus to exclude nephritis."""
WORSE_AFTER = timedelta(days=2)
TOLD_AT = "T15:30:00Z"
NARRATIVES = {
    "zoster": "Vesicles in one dermatome became haemorrhagic; admitted for intravenous aciclovir. Synthetic.",
    "bk_virus": "BK virus DNA rose in two samples; admitted to exclude nephritis, without symptoms. Synthetic.",
}


def adverse_events(child: Child, last_week: float | None) -> list[dict[str, Any]]:
    """Give the child's adverse events, as far as it was followed."""
    seen = [one for one in child.incidents if last_week is None or one.week <= last_week]
    return [_event(child, incident) | _ending(child, incident, last_week) for incident in seen]


def _ending(child: Child, incident: Incident, last_week: float | None) -> dict[str, Any]:
    """Give how the event ended, as far as the child was followed."""
    weeks = KINDS[incident.kind].weeks
    if weeks is None:
        return {"outcome": "not_recovered"}
    if last_week is not None and incident.week + weeks > last_week:
        return {"outcome": "unknown"}
    return {"outcome": "recovered", "ended_on": child.day_of(incident.week + weeks).isoformat()}


def _event(child: Child, incident: Incident) -> dict[str, Any]:
    kind = KINDS[incident.kind]
    start = child.day_of(incident.week).isoformat()
    vague = incident.kind in ("acne", "weight_gain")
    drug = drug_at(child, incident.week)
    suspected = {"drug": drug, "causality": kind.causality, "action_taken": kind.action}
    event: dict[str, Any] = {
        "term": kind.term,
        "grade": kind.grade,
        "started_on": start[:7] if vague else start,
        "serious": False,
        "causality": [suspected],
        "expectedness": "expected" if kind.expected else "unexpected",
        "site_aware_at": start + TOLD_AT,
    }
    if kind.ctcae:
        event |= {"ctcae_term": kind.ctcae, "ctcae_version": CTCAE}
    if kind.special_interest:
        event["special_interest"] = kind.special_interest
    return event | _seriousness(child, incident)


def _seriousness(child: Child, incident: Incident) -> dict[str, Any]:
    """Give what makes a share of some kinds serious: they worsened, and abated when the drug was held."""
    if child.dice(incident.kind).random() >= SERIOUS.get(incident.kind, 0.0):
        return {}
    onset, kind = child.day_of(incident.week), KINDS[incident.kind]
    suspected = {
        "drug": drug_at(child, incident.week),
        "causality": kind.causality,
        "action_taken": "interrupted",
        "dechallenge": "positive",
        "rechallenge": "not_done",
    }
    return {
        "grade": 3,
        "severity_changes": [
            {"grade": 2, "changed_on": onset.isoformat()},
            {"grade": 3, "changed_on": (onset + WORSE_AFTER).isoformat()},
        ],
        "serious": True,
        "seriousness_criteria": ["hospitalisation"],
        "causality": [suspected],
        "narrative": NARRATIVES[incident.kind],
    }
