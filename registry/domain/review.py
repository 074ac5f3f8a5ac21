"""Review of a visit: its parts that are verified against the source one by one, and the states of a verification."""

from collections.abc import Mapping
from types import MappingProxyType

from registry.domain.transitions import States, Transition

PARTS: Mapping[str, str] = MappingProxyType(
    {
        "header": "Event, date, mode and confirmations of the visit",
        "vital_signs": "Vital signs",
        "disease_activity": "Disease activity",
        "muscle_strength": "Muscle strength",
        "skin_disease": "Skin disease",
        "functioning": "Functioning",
        "organ_involvement": "Organ involvement",
        "damage": "Damage",
        "laboratory_results": "Laboratory results",
    }
)

SOURCE_VERIFICATION = States(
    title="Source data verification",
    words={"standing": "Standing, for as long as the form stays as it was", "withdrawn": "Withdrawn"},
    first="standing",
    transitions=(Transition("withdraw", ("standing",), "withdrawn", "withdraw, with a reason"),),
)

PART_STATES: Mapping[str, str] = MappingProxyType(
    {
        "verified": "Verified, and unchanged since",
        "stale": "Verified in an earlier version, and changed since",
        "none": "Not verified",
    }
)
"""How a part of a visit stands: computed from its verifications and the versions of the visit, and never kept."""

SIGNATURE_STATES: Mapping[str, str] = MappingProxyType(
    {
        "valid": "What was signed is what is recorded",
        "invalidated": "What was signed has changed since, or does not fit the signature",
    }
)
"""How a signature stands: computed when it is read."""
