"""Disease activity by organ: the sum of the organ scales of the MDAAT (MYOACT).

Source: domain reference 1.1: six extramuscular scales, 0 to 60 (S-NIHJDM); with the muscle 0 to 70 [DERIVED]. The scale of
other activity is not in it. It is not the extramuscular global assessment, which is one judgement and never a sum.
"""

from dataclasses import dataclass
from decimal import Decimal

from registry.domain.course import exact
from registry.domain.items import MDAAT_ORGANS
from registry.domain.rules import NoConstants, Result, Rule, said, undecided
from registry.domain.sums import Values

ORGANS = tuple(item.field for item in MDAAT_ORGANS if item.field not in {"mdaat_other", "mdaat_muscle"})
MUSCLE = "mdaat_muscle"
MAXIMUM = Decimal(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class MyoactDetails:
    """What a MYOACT rests on."""

    maximum: Decimal | None = said("Highest sum of the extramuscular scales", unit="cm")
    with_muscle: Decimal | None = said("Sum with the muscle scale, 0 to 70", unit="cm")


MYOACT = Rule(
    id="myoact",
    title="Myositis disease activity by organ, extramuscular sum (MYOACT)",
    version="1",
    source="Domain reference 1.1, S-NIHJDM",
    unit="cm",
    constants=NoConstants(),
    details=MyoactDetails,
)


def myoact(values: Values, rule: Rule[NoConstants] = MYOACT) -> Result:
    """Give the sum of six extramuscular organ scales, 0 to 60, and with the muscle, 0 to 70."""
    scales = {field: exact(values.get(field)) for field in ORGANS}
    given = [value for value in scales.values() if value is not None]
    missing = tuple(field for field, value in scales.items() if value is None)
    if missing:
        reason = "The MYOACT is the sum of six extramuscular organ scales; one is missing, and none is imputed."
        return undecided(rule, reason, *missing, details=MyoactDetails(maximum=MAXIMUM))
    total, muscle = sum(given, Decimal(0)), exact(values.get(MUSCLE))
    with_muscle = None if muscle is None else total + muscle
    return Result(rule=rule, value=total, details=MyoactDetails(maximum=MAXIMUM, with_muscle=with_muscle))
