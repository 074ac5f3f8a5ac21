"""The point table, ranges and thresholds of the 2016 ACR/EULAR Total Improvement Score as constants of the rule.

Source: domain reference 2.1: Rider LG et al. 2016, Table 3 (S-TIS), exact; ranges S-CALC; the ranges of enzymes [MEM 88%]
and which enzyme counts [MEM 85%]. CHAQ scores 7.5 for both 15 to 40 %, enzymes 7.5 for all above 25 %, as published.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from decimal import Decimal
from types import MappingProxyType

from registry.domain.core_set_enzymes import ENZYME_CHOICES, MOST_ABNORMAL
from registry.domain.rules import ConstantRefused, constant
from registry.domain.vocabulary import CORE_SETS, STRENGTH_MEASURES

TABLE = "Domain reference 2.1: Rider 2016, Table 3"
_RANGES = "Domain reference 2.1: NIEHS calculator"
_REFERENCE = "Domain reference 2.1"
_DEFAULT = "Rule of ours: the table knows both and names no default"

POPULATIONS: Mapping[str, str] = MappingProxyType(
    {"juvenile": "Juvenile dermatomyositis", "adult": "Adult dermatomyositis or polymyositis"}
)

THIRD_REQUIRED = ("none", "extramuscular")


def _levels(*numbers: str) -> Mapping[str, Decimal]:
    return {f"level_{level}": Decimal(number) for level, number in enumerate(numbers, 1)}


def _thresholds(minimal: int, moderate: int, major: int) -> Mapping[str, Decimal]:
    return {"minimal": Decimal(minimal), "moderate": Decimal(moderate), "major": Decimal(major)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Constants:
    """The cells of the table, and what holds where a participant or a submission says nothing else."""

    core_set: str = constant("Core set where none is said: imacs or printo", "imacs", source=_DEFAULT, one_of=CORE_SETS)
    strength_measure: str = constant(
        "Tool of strength where none is said: mmt8 or cmas", "mmt8", source=_DEFAULT, one_of=STRENGTH_MEASURES
    )
    population: str = constant(
        "Population where none is said: juvenile or adult", "juvenile", source=_DEFAULT, one_of=POPULATIONS
    )
    strength_above: Mapping[str, Decimal] = constant(
        "Percent above which each level of strength begins",
        _levels("2", "10", "20", "30"),
        source=TABLE,
        ordered="strictly",
    )
    other_above: Mapping[str, Decimal] = constant(
        "Percent above which each level of every other measure begins",
        _levels("5", "15", "25", "40"),
        source=TABLE,
        ordered="strictly",
    )
    physician_global_points: Mapping[str, Decimal] = constant(
        "Points of physician's global activity",
        _levels("7.5", "15", "17.5", "20"),
        source=TABLE,
        low=0,
        high=100,
        ordered="loosely",
    )
    patient_global_points: Mapping[str, Decimal] = constant(
        "Points of patient's or parent's global activity",
        _levels("2.5", "5", "7.5", "10"),
        source=TABLE,
        low=0,
        high=100,
        ordered="loosely",
    )
    strength_points: Mapping[str, Decimal] = constant(
        "Points of MMT or CMAS", _levels("10", "20", "27.5", "32.5"), source=TABLE, low=0, high=100, ordered="loosely"
    )
    function_points: Mapping[str, Decimal] = constant(
        "Points of CHAQ", _levels("5", "7.5", "7.5", "10"), source=TABLE, low=0, high=100, ordered="loosely"
    )
    enzyme_points: Mapping[str, Decimal] = constant(
        "Points of the muscle enzyme or the CHQ physical summary",
        _levels("2.5", "5", "7.5", "7.5"),
        source=TABLE,
        low=0,
        high=100,
        ordered="loosely",
    )
    extramuscular_points: Mapping[str, Decimal] = constant(
        "Points of extramuscular activity or the DAS",
        _levels("7.5", "12.5", "15", "20"),
        source=TABLE,
        low=0,
        high=100,
        ordered="loosely",
    )
    vas_range: Decimal = constant("Range of a visual analogue scale, cm", Decimal(10), source=_RANGES)
    chaq_range: Decimal = constant("Range of the CHAQ index", Decimal(3), source=_RANGES)
    das_range: Decimal = constant("Range of the DAS", Decimal(20), source=_RANGES)
    chq_physical_summary_range: Decimal | None = constant(
        "Range of the CHQ physical summary; no source gives it", None, source="Domain reference 2.1 and 10: not found"
    )
    enzyme_range_multiples: Mapping[str, Decimal] = constant(
        "Range of each muscle enzyme in multiples of its upper limit of normal",
        {"CK": Decimal(15), "ALDOLASE": Decimal(6), "LDH": Decimal(3), "AST": Decimal(3), "ALT": Decimal(3)},
        source=_REFERENCE,
        certainty=88,
    )
    enzyme: str = constant(
        "Enzyme that counts: most_abnormal, by multiples of its upper limit of normal at baseline, or the one named",
        MOST_ABNORMAL,
        source=_REFERENCE,
        certainty=85,
        one_of=ENZYME_CHOICES,
    )
    third_required: str = constant(
        "Measure that a total needs besides the physician's global activity and strength: none, or extramuscular (the DAS "
        "in the PRINTO core set)",
        "none",
        source=_REFERENCE,
        certainty=60,
        one_of=THIRD_REQUIRED,
    )
    juvenile_thresholds: Mapping[str, Decimal] = constant(
        "Score from which each category is reached, juvenile",
        _thresholds(30, 45, 70),
        source=TABLE,
        high=100,
        ordered="strictly",
    )
    adult_thresholds: Mapping[str, Decimal] = constant(
        "Score from which each category is reached, adult",
        _thresholds(20, 40, 60),
        source=TABLE,
        high=100,
        ordered="strictly",
    )

    def __post_init__(self) -> None:
        """Refuse a range that is not above zero."""
        for one in fields(self):
            value = getattr(self, one.name)
            spans = tuple(value.values()) if isinstance(value, Mapping) else (value,)
            if "_range" in one.name and any(span is not None and span <= 0 for span in spans):
                raise ConstantRefused(one.name, f"{one.name} must be above zero.")

    @property
    def required(self) -> tuple[str, ...]:
        """The measures that a total needs; of the third each core set has one."""
        third = ("extramuscular", "disease_activity_score") if self.third_required == "extramuscular" else ()
        return "physician_global", "strength", *third

    def thresholds(self, population: str) -> Mapping[str, Decimal]:
        """The thresholds of a population."""
        return self.adult_thresholds if population == "adult" else self.juvenile_thresholds

    def points(self, measure: str) -> Mapping[str, Decimal]:
        """The points of each level of a measure."""
        rows = {
            "physician_global": self.physician_global_points,
            "patient_global": self.patient_global_points,
            "strength": self.strength_points,
            "function": self.function_points,
            "enzyme": self.enzyme_points,
            "quality_of_life": self.enzyme_points,
            "extramuscular": self.extramuscular_points,
            "disease_activity_score": self.extramuscular_points,
        }
        return rows[measure]

    def level(self, measure: str, percent: Decimal) -> int:
        """The level that an absolute percent change towards health reaches: open below, closed above."""
        above = self.strength_above if measure == "strength" else self.other_above
        return sum(percent > edge for edge in above.values())
