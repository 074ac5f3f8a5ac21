"""The rules that watch laboratory results and growth for harm: their cut-offs, each with its source and certainty.

They raise alerts (`laboratory_watch`) and are told with a participant's results; no derived value is made of them. The hold
of a JAK inhibitor is the baricitinib label's (domain reference 5, [MEM 92%]). Everything else that is named `ours` is a rule
of this registry, version 1, without a published source: a study sets its own constants.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from registry.domain import ctcae_5, ctcae_6
from registry.domain.rules import NoConstants, Rule, constant

_LABEL = "Domain reference 5 (label of baricitinib)"
_OURS = "Rule of ours, version 1; no published source"
_UNSURE = 60
"""Certainty, in percent, of a cut-off that is ours: a choice to begin with, not a finding."""
_WEAK = 40
"""That of a cut-off for a course of values, which depends on how often is measured."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldConstants:
    """Below what a JAK inhibitor is not begun, or is interrupted; a value at the cut-off is no hold."""

    neutrophils_below: Decimal = constant(
        "Neutrophils below which to hold, 10*9/L", Decimal("1.0"), source=_LABEL, certainty=92
    )
    lymphocytes_below: Decimal = constant(
        "Lymphocytes below which to hold, 10*9/L", Decimal("0.5"), source=_LABEL, certainty=92
    )
    haemoglobin_below: Decimal = constant(
        "Haemoglobin below which to hold, g/dL", Decimal(8), source=_LABEL, certainty=92
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GradeConstants:
    """By which CTCAE, from which grade on, and by how many grades above baseline a result is to be looked at."""

    ctcae_version: str = constant(
        "Version of the CTCAE", ctcae_5.VERSION, source=_OURS, certainty=_UNSURE,
        one_of=(ctcae_5.VERSION, ctcae_6.VERSION),
    )  # fmt: skip
    alert_grade: int = constant("Grade from which on to look", 3, source=_OURS, certainty=_UNSURE, high=4)
    early_grade: int = constant(
        "Grade from which on to look at lipids and transaminases", 2, source=_OURS, certainty=_UNSURE, high=4
    )
    rise: int = constant(
        "Grades above that at baseline from which on to look", 2, source=_OURS, certainty=_UNSURE, high=4
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class RenalConstants:
    """What a low glomerular filtration rate is, and what a fall."""

    low_below: Decimal = constant(
        "Rate below which it is low, mL/min/1.73 m2 (below it the dose of baricitinib is halved)", Decimal(60),
        source=f"{_OURS}; domain reference 5", certainty=_UNSURE,
    )  # fmt: skip
    fall_percent: Decimal = constant(
        "Fall from baseline that is to be looked at, %", Decimal(25), source=_OURS, certainty=_UNSURE, high=100
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthConstants:
    """What slow growth is. Puberty is not recorded, so that the rate is judged in younger children only."""

    months_apart: int = constant(
        "Months that two heights are apart at least", 6, source=_OURS, certainty=_UNSURE, high=120
    )
    slow_below: Decimal = constant("Growth that is slow, below, cm a year", Decimal(4), source=_OURS, certainty=_UNSURE)
    judged_below_months: int = constant(
        "Age in months below which the rate is judged", 120, source=_OURS, certainty=_UNSURE, high=228
    )
    score_fall: Decimal = constant(
        "Fall of the z-score of height from baseline that is to be looked at", Decimal("0.5"), source=_OURS,
        certainty=_UNSURE,
    )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class TrendConstants:
    """How much three results in a row that each move towards harm must change in all."""

    change_percent: Decimal = constant(
        "Change from the first to the third, % of the first", Decimal(30), source=_OURS, certainty=_WEAK
    )


JAKI_HOLD = Rule(
    id="jaki-hold",
    title="Hold of a JAK inhibitor by neutrophils, lymphocytes or haemoglobin",
    version="1",
    source=_LABEL,
    certainty=92,
    constants=HoldConstants(),
    categories=MappingProxyType({"hold": "Below a cut-off: a JAK inhibitor is not begun, or is interrupted"}),
)
LABORATORY_GRADE_ALERT = Rule(
    id="laboratory-grade-alert",
    title="CTCAE grade, or rise of the grade from baseline, to be looked at",
    version="1",
    source=_OURS,
    certainty=_UNSURE,
    constants=GradeConstants(),
    categories=MappingProxyType(
        {
            "grade": "The grade is to be looked at and is worse than at baseline",
            "shift": "The grade rose from baseline and is not one to be looked at by itself",
        }
    ),
)
RENAL_ALERT = Rule(
    id="renal-alert",
    title="Glomerular filtration rate that is low or fell from baseline",
    version="1",
    source=_OURS,
    certainty=_UNSURE,
    constants=RenalConstants(),
    categories=MappingProxyType({"renal": "The rate is low, or fell from baseline"}),
)
VIRUS_ALERT = Rule(
    id="bk-virus-alert",
    title="BK virus found in plasma or urine",
    version="1",
    source=f"{_OURS}; domain reference 6 names BK viraemia and viruria",
    certainty=_UNSURE,
    constants=NoConstants(),
    categories=MappingProxyType({"virus": "Virus was found"}),
)
HEIGHT_VELOCITY = Rule(
    id="height-velocity",
    title="Slow growth, or a fall of height for age from baseline",
    version="1",
    source=_OURS,
    certainty=_UNSURE,
    unit="cm/a",
    constants=GrowthConstants(),
)
LABORATORY_TREND = Rule(
    id="laboratory-trend",
    title="Three results in a row that move towards harm",
    version="1",
    source=_OURS,
    certainty=_WEAK,
    unit="%",
    constants=TrendConstants(),
)
RULES: tuple[Rule[Any], ...] = (
    JAKI_HOLD, LABORATORY_GRADE_ALERT, RENAL_ALERT, VIRUS_ALERT, HEIGHT_VELOCITY, LABORATORY_TREND,
)  # fmt: skip

HELD: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "NEUT": ("neutrophils_below", "10*9/L"),
        "LYM": ("lymphocytes_below", "10*9/L"),
        "HGB": ("haemoglobin_below", "g/dL"),
    }
)
"""The constant of the hold for an analyte, and its unit."""
EARLY = frozenset({"CHOL", "TRIG", "ALT", "AST"})
"""Lipids and transaminases, looked at from an earlier grade on."""
VIRUSES = ("BKVPLASMA", "BKVURINE")
HARMFUL: Mapping[str, int] = MappingProxyType(
    {
        **dict.fromkeys(("CK", "AST", "ALT", "GGT", "BILI", "CREAT", "CHOL", "LDL", "TRIG"), 1),
        **dict.fromkeys(("HGB", "WBC", "NEUT", "LYM", "PLAT", "ALB", "IGG", "EGFR"), -1),
    }
)
"""Which way an analyte moves towards harm under a JAK inhibitor: ours, after the list of domain reference 6."""
