"""What was found at diagnosis: a rash nearly always, weakness as the disease has it, and tests that not every child had."""

from __future__ import annotations

from random import Random
from typing import Any

from registry.demo.chance import pick, within
from registry.demo.children import Child
from registry.domain import diagnostic_items as found
from registry.domain.items import Item

NOT_KNOWN = 0.03
RASH = {found.HELIOTROPE_RASH: 0.85, found.GOTTRON_PAPULES: 0.88, found.GOTTRON_SIGN: 0.55}
WEAKNESS = {
    found.UPPER_LIMB_WEAKNESS: 0.85,
    found.LOWER_LIMB_WEAKNESS: 0.95,
    found.NECK_FLEXOR_WEAKNESS: 0.7,
    found.PROXIMAL_LEG_WEAKNESS: 0.85,
}
EMG, BIOPSY = 0.3, 0.4
"""How many children had electromyography and a muscle biopsy; magnetic resonance takes their place."""
MYOPATHIC = 0.85
IN_BIOPSY = {
    found.BIOPSY_ENDOMYSIAL_INFILTRATE: 0.5,
    found.BIOPSY_PERIMYSIAL_INFILTRATE: 0.75,
    found.BIOPSY_PERIFASCICULAR_ATROPHY: 0.65,
    found.BIOPSY_RIMMED_VACUOLES: 0.01,
    found.BIOPSY_MYOSITIS: 0.9,
}
OWN_VARIANT = 0.15
"""How many participants have a variant of the response criteria of their own; the others have the study's."""


def diagnosis(child: Child) -> dict[str, Any]:
    """Give the items of diagnosis, without those that are not known, and the variant of the response criteria."""
    rng = child.dice("diagnosis")
    weak = within(child.course.muscle / 4, 0.05, 1.0)
    shares = dict(RASH) | {item: share * weak for item, share in WEAKNESS.items()}
    shares[found.DYSPHAGIA] = 0.7 if child.gut else 0.08
    shares[found.RAISED_ENZYMES] = within(0.4 + 0.12 * child.course.muscle * child.phenotype.enzymes, 0.0, 0.97)
    said = {item: rng.random() < share for item, share in shares.items()} | _tests(rng)
    if not any(said[item] for item in RASH):
        said[found.GOTTRON_PAPULES] = True
    known = {item.field: value for item, value in said.items() if rng.random() > NOT_KNOWN}
    return known | _variant(rng)


def _tests(rng: Random) -> dict[Item, bool]:
    said = {found.EMG_MYOPATHIC: rng.random() < MYOPATHIC} if rng.random() < EMG else {}
    if rng.random() > BIOPSY:
        return said | {found.BIOPSY_DONE: False}
    return said | {found.BIOPSY_DONE: True} | {item: rng.random() < share for item, share in IN_BIOPSY.items()}


def _variant(rng: Random) -> dict[str, str]:
    if rng.random() > OWN_VARIANT:
        return {}
    core_set = pick(rng, {"imacs": 0.5, "printo": 0.5})
    return {"core_set": core_set, "strength_measure": "cmas" if core_set == "printo" else "mmt8"}
