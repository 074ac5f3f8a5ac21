"""The closed lists of a protocol: anchors, kinds of criteria, methods of allocation, masking, and products of a trial."""

from __future__ import annotations

from collections.abc import Mapping

from registry.domain.dosing import JAK_INHIBITORS

ANCHORS: Mapping[str, str] = {
    "baseline": "Baseline: the visit of week 0, or else the day of enrolment",
    "randomisation": "Randomisation",
}
CRITERION_KINDS: Mapping[str, str] = {"inclusion": "Inclusion", "exclusion": "Exclusion"}
RANDOMISATION_METHODS: Mapping[str, str] = {
    "permuted_blocks": "Permuted blocks within strata",
    "minimisation": "Minimisation (Pocock and Simon 1975)",
}
MASKINGS: Mapping[str, str] = {"open_label": "Open label", "double_blind": "Double blind"}
BLINDED_PRODUCTS: Mapping[str, str] = {code: drug.name for code, drug in JAK_INHIBITORS.items()} | {
    "placebo": "Placebo"
}
