"""What each antibody makes of the disease: how much skin and muscle, which organs, how high the enzymes.

Shares after the myositis-specific antibodies of juvenile cohorts (Covert 2022: TIF1-gamma 18 to 35 %; CARRA 2022);
levels are invented so that the cohort's medians at baseline are those of Wang 2022 (skin DAS 6, CMAS 41) and Ding 2021
(24 of 25 with rash).
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Phenotype:
    """The usual child with this antibody: skin and muscle activity of 0 to 10, and how often an organ is involved."""

    antibody: str | None
    share: float
    skin: float
    muscle: float
    enzymes: float = 1.0
    """How steeply enzymes rise with muscle activity; 1 is usual."""
    calcinosis: float = 0.12
    lung: float = 0.02
    ulcers: float = 0.05
    gut: float = 0.06
    joints: float = 0.2


PHENOTYPES: tuple[Phenotype, ...] = (
    Phenotype("tif1_gamma", 0.27, 7.0, 2.6, 0.8, calcinosis=0.15, ulcers=0.12),
    Phenotype("nxp2", 0.21, 5.4, 4.6, calcinosis=0.4, gut=0.2),
    Phenotype("mda5", 0.10, 6.4, 1.3, 0.4, lung=0.6, ulcers=0.6, joints=0.6),
    Phenotype("mi_2", 0.07, 6.2, 4.6, 1.2, calcinosis=0.05),
    Phenotype("sae", 0.02, 6.8, 1.5, 0.7),
    Phenotype("hmgcr", 0.04, 3.0, 6.6, 1.6, joints=0.1),
    Phenotype("srp", 0.02, 2.4, 7.2, 1.6, joints=0.1),
    Phenotype(None, 0.27, 6.0, 3.4),
)
