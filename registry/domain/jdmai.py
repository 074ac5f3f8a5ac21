"""Juvenile DermatoMyositis Activity Index (JDMAI), versions 1 (0 to 40) and 2 (0 to 39), and the state it stands for.

Sources: domain reference 1.1 and 2.4 (S-JDMAI, Rosina 2016, 2019, 2024): physician's global activity + patient's or
parent's global well-being + muscle + skin, each 0 to 10; skin is the cutaneous visual analogue scale in version 1 and the
DAS skin (0 to 9) in version 2. Muscle is the hMC (0 to 100) in tenths, turned so that higher is worse. Which tools the
two versions use is [MEM 75%].

Cut-offs are published to one decimal, with a gap from 6.6 to 6.7. Here a state ends at its cut-off and the next begins
just above it, so that every score has a state: above 6.6 and up to 11 is moderate.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from registry.domain.rules import Result, Rule, ascending, constant, said, undecided
from registry.domain.vocabulary import PATIENT_GLOBAL_WORDINGS

State = Literal["inactive", "low", "moderate", "high"]
STATES: Mapping[str, str] = {
    "inactive": "Inactive disease",
    "low": "Low disease activity",
    "moderate": "Moderate disease activity",
    "high": "High disease activity",
}
SOURCE = "Rosina 2024 (S-JDMAI), domain reference 2.4"
WELL_BEING = "overall_well_being"


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The cut-offs between the states, and how components are read."""

    inactive_at_most: Decimal = constant("Inactive disease up to", Decimal("2.4"), source=SOURCE, high=40)
    low_at_most: Decimal = constant("Low disease activity up to", Decimal("6.6"), source=SOURCE, high=40)
    moderate_at_most: Decimal = constant(
        "Moderate disease activity up to, high above", Decimal(11), source=SOURCE, high=40
    )
    hmc_points_per_point: Decimal = constant(
        "Points of hMC below 100 that make one point of muscle", Decimal(10), source=SOURCE, certainty=75, high=100
    )
    patient_global_wording: str = constant(
        "The question of the patient's or parent's global assessment that counts",
        WELL_BEING,
        source="Domain reference 1.1",
        certainty=75,
        one_of=PATIENT_GLOBAL_WORDINGS,
    )

    def __post_init__(self) -> None:
        """Refuse states that do not follow one another."""
        ascending(self, "inactive_at_most", "low_at_most", "moderate_at_most")


@dataclass(frozen=True, slots=True, kw_only=True)
class Details:
    """The components, and between which scores the index lies where some are missing."""

    physician_global_activity: Decimal | None = said("Physician's global activity", unit="cm")
    patient_global_activity: Decimal | None = said("Patient's or parent's global well-being", unit="cm")
    muscle: Decimal | None = said("Muscle, 0 to 10, higher is worse", unit="{score}")
    skin: Decimal | None = said("Skin: cutaneous scale in version 1, DAS skin in version 2", unit="{score}")
    at_least: Decimal | None = said("The index is at least", unit="{score}")
    at_most: Decimal | None = said("The index is at most", unit="{score}")


JDMAI1 = Rule(
    id="jdmai1",
    title="Juvenile DermatoMyositis Activity Index, version 1",
    version="1",
    source=SOURCE,
    certainty=75,
    unit="{score}",
    constants=Constants(),
    categories=STATES,
    details=Details,
)
JDMAI2 = Rule(
    id="jdmai2",
    title="Juvenile DermatoMyositis Activity Index, version 2",
    version="1",
    source=SOURCE,
    certainty=75,
    unit="{score}",
    constants=Constants(inactive_at_most=Decimal("5.2"), low_at_most=Decimal("8.5"), moderate_at_most=Decimal("11.3")),
    categories=STATES,
    details=Details,
)
SKIN: Mapping[str, str] = {JDMAI1.id: "mdaat_cutaneous", JDMAI2.id: "das_skin_total"}
"""The skin component of each version."""
MAXIMA: Mapping[str, Decimal] = {
    "physician_global_activity": Decimal(10),
    "patient_global_activity": Decimal(10),
    "muscle": Decimal(10),
    "mdaat_cutaneous": Decimal(10),
    "das_skin_total": Decimal(9),
}
"""The maximum of each component; the minimum is 0."""
SCORE_MAXIMA: Mapping[str, Decimal] = {JDMAI1.id: Decimal(40), JDMAI2.id: Decimal(39)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """What was measured: `muscle` or the `hmc` it is made from; `skin` is that of the version.

    `unusable` says of a component why what is there does not count.
    """

    physician_global_activity: Decimal | None = None
    patient_global_activity: Decimal | None = None
    muscle: Decimal | None = None
    hmc: Decimal | None = None
    skin: Decimal | None = None
    unusable: Mapping[str, str] | None = None


def state_of(score: Decimal, constants: Constants) -> State:
    """Give the state of a score."""
    if score <= constants.inactive_at_most:
        return "inactive"
    if score <= constants.low_at_most:
        return "low"
    return "moderate" if score <= constants.moderate_at_most else "high"


def of_score(score: Decimal, rule: Rule[Constants] = JDMAI1) -> Result:
    """Give the state of a published score."""
    return Result(rule=rule, value=score, category=state_of(score, rule.constants))


def jdmai(components: Components, rule: Rule[Constants] = JDMAI1) -> Result:
    """Give the index and its state; with a component missing, the state where no value of it could change it."""
    values = _values(components, rule)
    missing = tuple(name for name, value in values.items() if value is None)
    low = sum((value for value in values.values() if value is not None), Decimal(0))
    high = low + sum((MAXIMA[name] for name in missing), Decimal(0))
    details = _details(values, rule, low, high)
    least, most = state_of(low, rule.constants), state_of(high, rule.constants)
    if not missing:
        return Result(rule=rule, value=low, category=least, details=details)
    if least == most:
        reason = f"{_reason(components, rule, missing)} Whatever they are, the state is the same."
        return Result(rule=rule, category=least, missing=missing, final=False, reason=reason, details=details)
    return undecided(rule, _reason(components, rule, missing), *missing, details=details)


def _values(components: Components, rule: Rule[Constants]) -> dict[str, Decimal | None]:
    return {
        "physician_global_activity": components.physician_global_activity,
        "patient_global_activity": components.patient_global_activity,
        "muscle": _muscle(components, rule.constants),
        SKIN[rule.id]: components.skin,
    }


def _muscle(components: Components, constants: Constants) -> Decimal | None:
    """Give the muscle component, 0 to 10: as it is given, or from the hMC."""
    if components.muscle is not None or components.hmc is None:
        return components.muscle
    return min((100 - components.hmc) / constants.hmc_points_per_point, MAXIMA["muscle"])


def _details(values: dict[str, Decimal | None], rule: Rule[Constants], low: Decimal, high: Decimal) -> Details:
    return Details(
        physician_global_activity=values["physician_global_activity"],
        patient_global_activity=values["patient_global_activity"],
        muscle=values["muscle"],
        skin=values[SKIN[rule.id]],
        at_least=low,
        at_most=high,
    )


def _reason(components: Components, rule: Rule[Constants], missing: tuple[str, ...]) -> str:
    unusable = [why for name, why in (components.unusable or {}).items() if name in missing]
    return " ".join([f"The {rule.id.upper()} needs its four components.", *unusable])
