"""The items of the 2017 EULAR/ACR classification with their weights, and the cut-offs of its score.

Source: domain reference 2.9 (S-IIM, RMD Open Table 1); cut-offs and midpoints are [MEM 92%].
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType

from registry.domain.rules import ascending, constant

REFERENCE = "Domain reference 2.9 (S-IIM: EULAR/ACR 2017, RMD Open Table 1)"
_KAROLINSKA = "Domain reference 2.9 (S-IIM: Karolinska rule page)"

SKIN = ("heliotrope_rash", "gottron_papules", "gottron_sign")
ITEMS = (
    "upper_limb_weakness",
    "lower_limb_weakness",
    "neck_flexor_weakness",
    "proximal_leg_weakness",
    *SKIN,
    "dysphagia",
    "anti_jo_1",
    "raised_enzymes",
)
BIOPSY_ITEMS = (
    "biopsy_endomysial_infiltrate",
    "biopsy_perimysial_infiltrate",
    "biopsy_perifascicular_atrophy",
    "biopsy_rimmed_vacuoles",
)


def _exact(**numbers: str) -> Mapping[str, Decimal]:
    return MappingProxyType({name: Decimal(number) for name, number in numbers.items()})


_WITHOUT_BIOPSY = _exact(
    onset_from_18="1.3",
    onset_from_40="2.1",
    upper_limb_weakness="0.7",
    lower_limb_weakness="0.8",
    neck_flexor_weakness="1.9",
    proximal_leg_weakness="0.9",
    heliotrope_rash="3.1",
    gottron_papules="2.1",
    gottron_sign="3.3",
    dysphagia="0.7",
    anti_jo_1="3.9",
    raised_enzymes="1.3",
)
_WITH_BIOPSY = _exact(
    onset_from_18="1.5",
    onset_from_40="2.2",
    upper_limb_weakness="0.7",
    lower_limb_weakness="0.5",
    neck_flexor_weakness="1.6",
    proximal_leg_weakness="1.2",
    heliotrope_rash="3.2",
    gottron_papules="2.7",
    gottron_sign="3.7",
    dysphagia="0.6",
    anti_jo_1="3.8",
    raised_enzymes="1.4",
    biopsy_endomysial_infiltrate="1.7",
    biopsy_perimysial_infiltrate="1.2",
    biopsy_perifascicular_atrophy="1.9",
    biopsy_rimmed_vacuoles="3.1",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The weights of both columns, the cut-offs of the score, and what makes a probability of it."""

    weights_without_biopsy: Mapping[str, Decimal] = constant(
        "Weight of each item present, no biopsy done", _WITHOUT_BIOPSY, source=REFERENCE, low=0
    )
    weights_with_biopsy: Mapping[str, Decimal] = constant(
        "Weight of each item present, biopsy done", _WITH_BIOPSY, source=REFERENCE, low=0
    )
    cut_offs_without_biopsy: Mapping[str, Decimal] = constant(
        "Lowest score of each category, no biopsy done",
        _exact(definite="7.5", probable="5.5", possible="5.3"),
        source=REFERENCE,
        certainty=92,
        ordered="strictly",
    )
    cut_offs_with_biopsy: Mapping[str, Decimal] = constant(
        "Lowest score of each category, biopsy done",
        _exact(definite="8.7", probable="6.7", possible="6.5"),
        source=REFERENCE,
        certainty=92,
        ordered="strictly",
    )
    midpoint_without_biopsy: Decimal = constant(
        "Score with a probability of one half, no biopsy done", Decimal("5.33"), source=REFERENCE, certainty=92
    )
    midpoint_with_biopsy: Decimal = constant(
        "Score with a probability of one half, biopsy done", Decimal("6.49"), source=REFERENCE, certainty=92
    )
    case_above: Decimal = constant("Probability above which it is a case", Decimal("0.5"), source=_KAROLINSKA, high=1)
    trial_inclusion_above: Decimal = constant(
        "Probability above which a trial may include", Decimal("0.9"), source=_KAROLINSKA, high=1
    )
    adult_from: Decimal = constant("Age at onset in years from which it weighs", Decimal(18), source=REFERENCE)
    older_from: Decimal = constant("Age at onset in years from which it weighs most", Decimal(40), source=REFERENCE)

    def __post_init__(self) -> None:
        """Refuse an age that weighs most before the one that weighs."""
        ascending(self, "adult_from", "older_from")
