"""The 2016 ACR/EULAR total improvement score, read naively from the table of domain reference 2.1.

Everything is a Fraction, so 3.2 to 2.7 of 10 is exactly 5 percent. How the places where the reference leaves a choice are
read here, so that a disagreement shows:

* The most abnormal enzyme is the one with the highest multiple of its upper limit at baseline, among those that have a
  value and an upper limit there; of equal multiples, the first of CK, aldolase, ALT, AST, LDH. If it was not measured at
  follow-up, the measure is missing: another enzyme does not take its place. The upper limit is the one of baseline.
* Where one enzyme alone was measured at baseline, it is the most abnormal also without an upper limit. It scores 0 if it
  did not fall, for no range makes that an improvement (vector A of 8.1 names none); if it fell, the measure is missing.
* A missing measure scores 0 and makes the score incomplete. Without the physician's global activity or the strength
  there is no total: the calculator of S-CALC asks for them at the least.
* The range of the CHQ physical summary is in no source: without one the measure counts as missing.
* A CMAS changes over the maximum it was scored out of (52 unless another was used), as the MMT does.
"""

from dataclasses import dataclass
from fractions import Fraction

ENZYMES = ("CK", "aldolase", "ALT", "AST", "LDH")
IMACS = ("physician_global", "patient_global", "strength", "chaq", "enzyme", "extramuscular")
PRINTO = ("physician_global", "patient_global", "strength", "chaq", "chq", "das")


@dataclass(frozen=True)
class Change:
    """A measure at baseline and at follow-up; None where it was not taken."""

    base: Fraction | None
    final: Fraction | None


@dataclass(frozen=True)
class Enzyme:
    """An enzyme at baseline and follow-up with its upper limit of normal."""

    base: Fraction | None
    final: Fraction | None
    upper_limit: Fraction | None


@dataclass(frozen=True)
class Score:
    """Points by measure (None where it is missing), their sum, and the category."""

    points: dict[str, Fraction | None]
    total: Fraction | None
    category: str | None

    @property
    def complete(self) -> bool:
        return None not in self.points.values()


def percent_down(change: Change, out_of: Fraction) -> Fraction | None:
    """Percent of the range by which a measure fell, for a measure where lower is better."""
    if change.base is None or change.final is None:
        return None
    return (change.base - change.final) / out_of * 100


def percent_up(change: Change, out_of: Fraction) -> Fraction | None:
    """Percent of the range by which a measure rose, for a measure where higher is better."""
    if change.base is None or change.final is None:
        return None
    return (change.final - change.base) / out_of * 100


def physician_global_points(percent: Fraction) -> Fraction:
    if percent > 40:
        return Fraction(20)
    if percent > 25:
        return Fraction("17.5")
    if percent > 15:
        return Fraction(15)
    if percent > 5:
        return Fraction("7.5")
    return Fraction(0)


def patient_global_points(percent: Fraction) -> Fraction:
    if percent > 40:
        return Fraction(10)
    if percent > 25:
        return Fraction("7.5")
    if percent > 15:
        return Fraction(5)
    if percent > 5:
        return Fraction("2.5")
    return Fraction(0)


def strength_points(percent: Fraction) -> Fraction:
    if percent > 30:
        return Fraction("32.5")
    if percent > 20:
        return Fraction("27.5")
    if percent > 10:
        return Fraction(20)
    if percent > 2:
        return Fraction(10)
    return Fraction(0)


def chaq_points(percent: Fraction) -> Fraction:
    if percent > 40:
        return Fraction(10)
    if percent > 15:
        return Fraction("7.5")
    if percent > 5:
        return Fraction(5)
    return Fraction(0)


def enzyme_or_chq_points(percent: Fraction) -> Fraction:
    if percent > 25:
        return Fraction("7.5")
    if percent > 15:
        return Fraction(5)
    if percent > 5:
        return Fraction("2.5")
    return Fraction(0)


def extramuscular_or_das_points(percent: Fraction) -> Fraction:
    if percent > 40:
        return Fraction(20)
    if percent > 25:
        return Fraction(15)
    if percent > 15:
        return Fraction("12.5")
    if percent > 5:
        return Fraction("7.5")
    return Fraction(0)


def most_abnormal(enzymes: dict[str, Enzyme]) -> str | None:
    """The enzyme with the highest multiple of its upper limit at baseline."""
    found, highest = None, Fraction(-1)
    for name in ENZYMES:
        enzyme = enzymes.get(name)
        if enzyme is None or enzyme.base is None or enzyme.upper_limit is None:
            continue
        if enzyme.base / enzyme.upper_limit > highest:
            found, highest = name, enzyme.base / enzyme.upper_limit
    return found


def enzyme_percent(enzymes: dict[str, Enzyme]) -> Fraction | None:
    """Percent of the range of the most abnormal enzyme: 15 times its upper limit for CK, 6 aldolase, 3 the others."""
    name = most_abnormal(enzymes)
    if name is None:
        return percent_without_limit(enzymes)
    enzyme = enzymes[name]
    assert enzyme.upper_limit is not None
    if name == "CK":
        out_of = 15 * enzyme.upper_limit
    elif name == "aldolase":
        out_of = 6 * enzyme.upper_limit
    else:
        out_of = 3 * enzyme.upper_limit
    return percent_down(Change(enzyme.base, enzyme.final), out_of)


def percent_without_limit(enzymes: dict[str, Enzyme]) -> Fraction | None:
    """No improvement, where the one enzyme of baseline has no upper limit and did not fall; else unknown."""
    measured = [enzyme for enzyme in enzymes.values() if enzyme.base is not None]
    if len(measured) != 1:
        return None
    base, final = measured[0].base, measured[0].final
    assert base is not None
    return Fraction(0) if final is not None and final >= base else None


def percent_of(
    measure: str,
    changes: dict[str, Change],
    enzymes: dict[str, Enzyme],
    strength_maximum: Fraction,
    chq_range: Fraction | None,
) -> Fraction | None:
    if measure == "enzyme":
        return enzyme_percent(enzymes)
    change = changes.get(measure, Change(None, None))
    if measure == "strength":
        return percent_up(change, strength_maximum)
    if measure == "chq":
        return None if chq_range is None else percent_up(change, chq_range)
    if measure == "chaq":
        return percent_down(change, Fraction(3))
    if measure == "das":
        return percent_down(change, Fraction(20))
    return percent_down(change, Fraction(10))


POINTS = {
    "physician_global": physician_global_points,
    "patient_global": patient_global_points,
    "strength": strength_points,
    "chaq": chaq_points,
    "enzyme": enzyme_or_chq_points,
    "chq": enzyme_or_chq_points,
    "extramuscular": extramuscular_or_das_points,
    "das": extramuscular_or_das_points,
}


def category_of(total: Fraction, population: str) -> str:
    if population == "jdm":
        minimal, moderate, major = 30, 45, 70
    else:
        minimal, moderate, major = 20, 40, 60
    if total >= major:
        return "major"
    if total >= moderate:
        return "moderate"
    if total >= minimal:
        return "minimal"
    return "none"


def total_improvement_score(
    core_set: str,
    population: str,
    changes: dict[str, Change],
    enzymes: dict[str, Enzyme],
    strength_maximum: Fraction,
    chq_range: Fraction | None = None,
) -> Score:
    """Score the change of a patient; `core_set` is imacs or printo, `population` jdm or adult."""
    points: dict[str, Fraction | None] = {}
    for measure in PRINTO if core_set == "printo" else IMACS:
        percent = percent_of(measure, changes, enzymes, strength_maximum, chq_range)
        points[measure] = None if percent is None else POINTS[measure](percent)
    if points["physician_global"] is None or points["strength"] is None:
        return Score(points, None, None)
    total = sum((one for one in points.values() if one is not None), Fraction(0))
    return Score(points, total, category_of(total, population))
