"""What a report calls a drug."""

from __future__ import annotations

from registry.domain.dosing import JAK_INHIBITORS

POOLED = {"any_drug": "Any drug", "study_product": "Study product (treatment not told)"}


def drug_named(code: str) -> str:
    """Give the name of a drug."""
    drug = JAK_INHIBITORS.get(code)
    return drug.name if drug else POOLED.get(code, code.replace("_", " ").capitalize())
