"""What was not measured, and why: values that are absent with a reason, as in every real registry."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from random import Random
from typing import Any

from registry.demo.children import Child

QUESTIONNAIRES_FROM_AGE = 5


@dataclass(frozen=True, slots=True)
class Gap:
    """Values of a form that are absent together: all whose names begin so, and where the reason stands."""

    form: str
    begins: str
    told_at: tuple[str, ...]
    reason: str
    share: float


GAPS: tuple[Gap, ...] = (
    Gap("disease_activity", "patient_global_activity", ("patient_global_activity",), "refused", 0.04),
    Gap("disease_activity", "pain", ("pain",), "refused", 0.03),
    Gap("muscle_strength", "mmt", ("mmt8_total",), "refused", 0.04),
    Gap("muscle_strength", "cmas_", ("cmas_total",), "refused", 0.05),
    Gap("skin_disease", "nailfold_", ("nailfold_density",), "not_done", 0.08),
    Gap("functioning", "chq_", ("chq_physical_summary",), "not_done", 0.1),
    Gap("organ_involvement", "dlco_", ("dlco_percent_predicted",), "not_done", 0.15),
)
TOO_YOUNG = Gap(
    "functioning",
    "promis_",
    ("promis_global_health", "promis_pain_interference", "promis_mobility", "promis_upper_extremity", "promis_fatigue"),
    "not_applicable",
    1.0,
)


def with_gaps(rng: Random, child: Child, day: date, forms: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Leave values out by chance, each with its reason."""
    young = [TOO_YOUNG] if child.age_on(day) < QUESTIONNAIRES_FROM_AGE else []
    found = [gap for gap in GAPS if rng.random() < gap.share] + young
    kept = dict(forms)
    for gap in found:
        if gap.form in kept:
            kept[gap.form] = _without(kept[gap.form], gap)
    return kept


def _without(form: dict[str, Any], gap: Gap) -> dict[str, Any]:
    kept = {name: value for name, value in form.items() if not name.startswith(gap.begins)}
    return kept | {"missing": {**form.get("missing", {}), **dict.fromkeys(gap.told_at, gap.reason)}}
