"""The transcripts behind an interferon score of six genes, as the laboratory that measures them reports each."""

from __future__ import annotations

from random import Random
from typing import Any

from registry.demo.chance import about, exact
from registry.domain.analytes import TRANSCRIPT

FOLDS = {"IFI27": 2.6, "IFI44L": 1.5, "RSAD2": 1.05, "ISG15": 0.95, "IFIT1": 0.8, "SIGLEC1": 0.6}
"""Fold change of each gene for a score of 1: the score is their median."""
HEALTHY = {"reference_mean": exact(1, 2), "reference_sd": exact(0.733, 3)}
"""Mean and deviation of 29 healthy controls; a mean and two deviations are the limit of 2.466 (Rice 2013)."""


def transcripts(rng: Random, score: float) -> list[dict[str, Any]]:
    """Report the six transcripts of a score."""
    return [
        {
            "analyte": f"{TRANSCRIPT}{gene}",
            "value": exact(about(rng, fold * score, 0.06), 3),
            "unit": "{fold}",
            **HEALTHY,
        }
        for gene, fold in FOLDS.items()
    ]
